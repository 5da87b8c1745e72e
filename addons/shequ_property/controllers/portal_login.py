"""Logging in with a telephone number: number, code, and who of several one is.

What a page answers is the same whether a number is on file or not, until its holder
has shown that it is his: everybody gets a code.  Whoever is not known then registers.
The steps are kept in the session, so that they cannot be skipped by an address.
"""

import re
import secrets
import time
import unicodedata
from urllib.parse import urlencode, urlsplit

from odoo.exceptions import AccessDenied
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.web import Home
from odoo.addons.web.controllers.utils import _get_login_redirect_url

from ..tools import mask, person_name
from ..tools import phone as phone_tools
from .portal_base import THEMES, YEAR, ResidentPortal

STATE = "shequ_login"
START = "/my/community"
CODE = re.compile(r"\d{6}")
# Pages after the log-in: of the residents' own, nothing else.
NEXT = re.compile(r"/my(?:[/?][\w\-./?=&%+,:~]*)?", re.ASCII)


def safe_next(address):
    """An address of the residents' pages, or their start.

    :param address: whatever came with the request
    """
    text = str(address or "")
    parts = urlsplit(text.replace("\\", "/"))
    if parts.scheme or parts.netloc or ".." in text or "//" in text:
        return START
    if not NEXT.fullmatch(text) or text.startswith("/my/login"):
        return START
    return text


class ResidentLogin(Home):
    """Odoo's log-in page stays for staff, and for residents with a password."""

    def _login_redirect(self, uid, redirect=None):
        """Residents land on their community, without a redirect in between."""
        if not redirect:
            user = request.env["res.users"].sudo().browse(uid)
            if user.share and user.has_group("shequ_property.group_resident"):
                redirect = START
        return super()._login_redirect(uid, redirect=redirect)

    @route()
    def web_login(self, redirect=None, **kw):
        """Whoever comes from the residents' pages logs in as residents do."""
        if (
            request.httprequest.method == "GET"
            and not request.session.uid
            and request.db
            and "password" not in kw
            and re.match(r"/(?:[a-z]{2}(?:_[A-Z]{2})?/)?my(?:[/?]|$)", redirect or "")
        ):
            return request.redirect(
                f"/my/login?{urlencode({'redirect': safe_next(redirect)})}"
            )
        return super().web_login(redirect=redirect, **kw)


class LoginPages(ResidentPortal):
    """Number, code, choice, name."""

    # --- the steps ------------------------------------------------------------------

    def _shequ_state(self):
        """What is known of the log-in that runs in this session."""
        state = request.session.get(STATE)
        return dict(state) if isinstance(state, dict) else {}

    def _shequ_keep(self, **values):
        state = {**self._shequ_state(), **values}
        request.session[STATE] = state
        return state

    def _shequ_proven_phone(self):
        """The number whose holder is at the other end, or ""."""
        state = self._shequ_state()
        Code = request.env["shequ.login.code"].sudo()
        if Code._proves(state.get("phone"), state.get("proof")):
            return state["phone"]
        return ""

    def _shequ_public_page(self, template, values=None, status=200, back=""):
        """A page for somebody who is not signed in yet."""
        cookies = request.httprequest.cookies
        theme = cookies.get("shequ_theme")
        # The form's token belongs to the session: it has to be there next time.
        request.session.touch()
        response = self._shequ_page(
            template,
            {
                "bare": True,
                "theme": theme if theme in THEMES else "auto",
                "large": cookies.get("shequ_large") == "1",
                "html_lang": (request.env.lang or "en_US").replace("_", "-"),
                "user_key": 0,
                "password_login": "/web/login?"
                + urlencode(
                    {
                        "password": "1",
                        "redirect": self._shequ_state().get("next") or START,
                    }
                ),
                **(values or {}),
            },
            status=status,
            back=back,
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    # --- number ---------------------------------------------------------------------

    @route("/my/login", type="http", auth="public", methods=["GET"])
    def shequ_login(self, redirect="", phone=""):
        if request.session.uid:
            return request.redirect(safe_next(redirect))
        state = self._shequ_state()
        self._shequ_keep(next=safe_next(redirect or state.get("next")))
        return self._shequ_phone_page({"phone": state.get("typed", "")})

    @route("/my/login", type="http", auth="public", methods=["POST"])
    def shequ_login_phone(self, phone="", large=""):
        """Send a code to the number, whoever has it."""
        if large:  # the switch for large letters stands on the same page
            return self._shequ_switch_large(large)
        typed = phone.strip()[:40]
        number = phone_tools.normalise(typed)
        if not phone_tools.can_receive_sms(number):
            return self._shequ_phone_page(
                {"phone": typed},
                self.env._(
                    "Please write a mobile number with 11 digits; from abroad with "
                    "+ and the country, such as +65 9123 4567."
                ),
                status=422,
            )
        return self._shequ_send(number, typed)

    @route("/my/login/again", type="http", auth="public", methods=["POST"])
    def shequ_login_again(self):
        state = self._shequ_state()
        if not state.get("phone"):
            return request.redirect("/my/login")
        return self._shequ_send(state["phone"], state.get("typed", ""), again=True)

    def _shequ_send(self, number, typed, again=False):
        browser = self._shequ_state().get("browser") or secrets.token_urlsafe(18)
        sent = (
            request.env["shequ.login.code"]
            .sudo()
            ._send(number, request.httprequest.remote_addr, browser)
        )
        if sent.kind == "ok":
            self._shequ_keep(
                phone=number,
                typed=typed,
                browser=browser,
                again_at=int(time.time()) + sent.wait,
                proof="",
                person=0,
            )
            return request.redirect(
                "/my/login/code?ok=again" if again else "/my/login/code", 303
            )
        sentence = self._shequ_not_sent(sent)
        # A code was sent a moment ago: it still counts, and can be entered.
        if self._shequ_state().get("phone") == number and (
            again or sent.kind == "throttled"
        ):
            return self._shequ_code_page(sentence, status=429)
        status = 429 if sent.kind == "throttled" else 422
        return self._shequ_phone_page({"phone": typed}, sentence, status=status)

    def _shequ_not_sent(self, sent):
        if sent.kind == "throttled":
            if sent.wait <= 120:
                return self.env._(
                    "A code was sent just now. You can ask for another one in "
                    "%(seconds)s seconds.",
                    seconds=sent.wait,
                )
            return self.env._(
                "Too many codes were asked for. Please try again in about "
                "%(minutes)s minutes, or log in with the password.",
                minutes=-(-sent.wait // 60),
            )
        if sent.kind in ("number", "country"):
            return self.env._(
                "We cannot send a message to this number. Please check it, or ask "
                "the service desk."
            )
        return self.env._(
            "The message could not be sent just now. Please try again in a minute, "
            "or log in with the password."
        )

    def _shequ_phone_page(self, form, error="", status=200):
        invitation = self._shequ_invitation()
        return self._shequ_public_page(
            "shequ_property.portal_login_phone",
            {
                "form": form,
                "field_error": error,
                "invitation": invitation
                and {
                    "name": person_name.mask(invitation.partner_id.name),
                    "home": invitation.unit_id.short_address,
                    "estate": invitation.estate_id.name,
                },
            },
            status=status,
        )

    def _shequ_switch_large(self, large):
        response = request.redirect("/my/login", 303)
        response.set_cookie(
            "shequ_large", "1" if large == "1" else "", max_age=YEAR, samesite="Lax"
        )
        return response

    # --- code -----------------------------------------------------------------------

    @route("/my/login/code", type="http", auth="public", methods=["GET"])
    def shequ_login_code(self, ok=""):
        if request.session.uid:
            return request.redirect(safe_next(self._shequ_state().get("next")))
        if not self._shequ_state().get("phone"):
            return request.redirect("/my/login")
        flash = self.env._("A new code is on its way.") if ok == "again" else ""
        return self._shequ_code_page(flash=flash)

    @route("/my/login/code", type="http", auth="public", methods=["POST"])
    def shequ_login_code_check(self, code=""):
        state = self._shequ_state()
        if not state.get("phone"):
            return request.redirect("/my/login")
        typed = re.sub(r"\D", "", unicodedata.normalize("NFKC", code))
        if not CODE.fullmatch(typed):
            return self._shequ_code_page(
                self.env._("The code has six digits. Please look at the message."),
                status=422,
            )
        checked = (
            request.env["shequ.login.code"]
            .sudo()
            ._check(
                state["phone"],
                typed,
                request.httprequest.remote_addr,
                state.get("browser", ""),
            )
        )
        if checked.kind != "ok":
            status = 429 if checked.kind in ("tries", "throttled") else 422
            return self._shequ_code_page(self._shequ_wrong(checked), status=status)
        # Somebody may have known the session's name until now.
        request.session.should_rotate = True
        self._shequ_keep(proof=checked.proof)
        return self._shequ_arrived()

    def _shequ_wrong(self, checked):
        if checked.kind == "wrong":
            return self.env._(
                "This is not the code we sent. You can try %(left)s more times.",
                left=checked.left,
            )
        if checked.kind == "tries":
            return self.env._("Too many wrong codes. Please ask for a new one below.")
        if checked.kind == "throttled":
            return self.env._(
                "Too many wrong codes came from here. Please wait a little, or log "
                "in with the password."
            )
        return self.env._("This code no longer counts. Please ask for a new one below.")

    def _shequ_code_page(self, error="", flash="", status=200):
        state = self._shequ_state()
        wait = max(0, state.get("again_at", 0) - int(time.time()))
        return self._shequ_public_page(
            "shequ_property.portal_login_code",
            {
                "field_error": error,
                "flash": flash,
                "phone": mask.mask_phone(state.get("phone")),
                "minutes_text": self.env._(
                    "The code counts for %(minutes)s minutes.",
                    minutes=request.env["shequ.login.code"]._setting("code_minutes", 5),
                ),
                "wait": wait,
            },
            status=status,
            back="/my/login",
        )

    # --- who it is --------------------------------------------------------------------

    def _shequ_people(self, phone):
        return request.env["res.users"].sudo()._shequ_people_of(phone)

    def _shequ_user_of(self, partner):
        """The log-in of a person (as super-user), open or closed."""
        users = partner.sudo().with_context(active_test=False).user_ids
        return users.sorted("active", reverse=True)[:1]

    def _shequ_arrived(self):
        """The code was right: log in, or ask what is still open."""
        phone = self._shequ_proven_phone()
        if not phone:
            return request.redirect("/my/login")
        invitation = self._shequ_invitation()
        if invitation:
            admits = invitation._admits(phone, "")
            if admits == "yes":
                return self._shequ_log_in(invitation._accept(phone))
            if admits == "name":
                return request.redirect("/my/login/name", 303)
            self._shequ_keep(invitation="")
        people = self._shequ_people(phone)
        if not people:
            if self._shequ_is_staff(phone):
                return request.redirect("/my/login/staff", 303)
            return request.redirect("/my/register", 303)
        if len(people) > 1:
            return request.redirect("/my/login/who", 303)
        return self._shequ_enter(people)

    def _shequ_masked(self, people):
        """People to choose from, names masked, with the role where two look alike."""
        names = {person: person_name.mask(person.name) for person in people}
        shown = list(names.values())
        Residency = request.env["shequ.residency"].sudo()
        roles = Residency.search(
            Residency._current_domain() & Domain("partner_id", "in", people.ids)
        ).grouped("partner_id")
        return [
            {
                "id": person.id,
                "name": name,
                "role": roles[person][0]._role_label()
                if shown.count(name) > 1 and person in roles
                else "",
            }
            for person, name in names.items()
        ]

    def _shequ_is_staff(self, phone):
        staff = request.env["res.users"].sudo()
        return bool(
            staff.search_count(
                [("partner_id.shequ_phone", "=", phone), ("share", "=", False)], limit=1
            )
        )

    def _shequ_enter(self, partner):
        """Log in as ``partner``, whose number was shown; an old number asks more."""
        self._shequ_keep(person=partner.id)
        user = self._shequ_user_of(partner)
        if user.active and user._shequ_phone_is_fresh():
            return self._shequ_log_in(user)
        return request.redirect("/my/login/name", 303)

    @route("/my/login/who", type="http", auth="public", methods=["GET"])
    def shequ_login_who(self):
        phone = self._shequ_proven_phone()
        if not phone:
            return request.redirect("/my/login")
        people = self._shequ_people(phone)
        return self._shequ_public_page(
            "shequ_property.portal_login_who",
            {
                "people": self._shequ_masked(people),
                "phone": mask.mask_phone(phone),
            },
            back="/my/login",
        )

    @route("/my/login/who", type="http", auth="public", methods=["POST"])
    def shequ_login_who_choose(self, person=""):
        phone = self._shequ_proven_phone()
        if not phone:
            return request.redirect("/my/login")
        if person == "other":
            return request.redirect("/my/register", 303)
        chosen = self._shequ_people(phone).filtered(
            lambda one: one.id == self._shequ_int(person)
        )
        if not chosen:
            return request.redirect("/my/login/who", 303)
        return self._shequ_enter(chosen)

    @route("/my/login/name", type="http", auth="public", methods=["GET"])
    def shequ_login_name(self):
        if not self._shequ_proven_phone():
            return request.redirect("/my/login")
        return self._shequ_name_page()

    @route("/my/login/name", type="http", auth="public", methods=["POST"])
    def shequ_login_name_check(self, name=""):
        """The number may have changed hands: whoever has the account knows the name."""
        phone = self._shequ_proven_phone()
        if not phone:
            return request.redirect("/my/login")
        typed = name.strip()[:60]
        Throttle = request.env["shequ.login.throttle"].sudo()
        if Throttle._hit([("name", phone, "shequ.login.limit_names")]):
            return self._shequ_name_page(
                self.env._(
                    "Too many names were tried. Please register below or ask the "
                    "service desk."
                ),
                typed,
                status=429,
            )
        invitation = self._shequ_invitation()
        if invitation and invitation._admits(phone, typed) == "yes":
            return self._shequ_log_in(invitation._accept(phone))
        person = self._shequ_people(phone).filtered(
            lambda one: one.id == self._shequ_state().get("person")
        )
        if not person or not person_name.same(person.name, typed):
            return self._shequ_name_page(
                self.env._("This is not the name on file for this number."),
                typed,
                status=422,
            )
        Throttle._forgive("name", phone)
        return self._shequ_log_in(
            request.env["res.users"].sudo()._shequ_grant_portal(person)
        )

    def _shequ_name_page(self, error="", name="", status=200):
        return self._shequ_public_page(
            "shequ_property.portal_login_name",
            {
                "field_error": error,
                "name": name,
                "invited": bool(self._shequ_invitation()),
            },
            status=status,
            back="/my/login",
        )

    @route("/my/login/staff", type="http", auth="public", methods=["GET"])
    def shequ_login_staff(self):
        if not self._shequ_proven_phone():
            return request.redirect("/my/login")
        return self._shequ_public_page(
            "shequ_property.portal_login_staff", back="/my/login"
        )

    def _shequ_log_in(self, user):
        """Log in with what the code has shown; the session gets a new name."""
        state = self._shequ_state()
        credential = {
            "type": "shequ_code",
            "login": user.sudo().login,
            "phone": state.get("phone"),
            "proof": state.get("proof"),
        }
        # What was opened for the person until here has to be there for the log-in.
        request.env.flush_all()
        try:
            auth_info = request.session.authenticate(request.env, credential)
        except AccessDenied as refusal:
            plain = refusal.args == AccessDenied().args
            return self._shequ_phone_page(
                {"phone": state.get("typed", "")},
                self.env._("You could not be logged in. Please ask the service desk.")
                if plain
                else refusal.args[0],
                status=403,
            )
        request.session.pop(STATE, None)
        if request.httprequest.cookies.get("shequ_large") == "1":
            # Chosen before the log-in, so by somebody who needs it after as well.
            user.sudo().shequ_large_type = True
        return request.redirect(
            _get_login_redirect_url(auth_info["uid"], safe_next(state.get("next"))), 303
        )

    # --- invited ----------------------------------------------------------------------

    def _shequ_invitation(self):
        """The invitation this visit began with (as super-user), while it counts."""
        token = self._shequ_state().get("invitation")
        return request.env["shequ.invitation"].sudo()._by_token(token)

    @route("/i/<string:token>", type="http", auth="public", methods=["GET"])
    def shequ_invited(self, token):
        """The address of an invitation. Looking at it uses nothing up."""
        if request.session.uid:
            return request.redirect(START)
        invitation = request.env["shequ.invitation"].sudo()._by_token(token)
        if not invitation:
            return self._shequ_public_page(
                "shequ_property.portal_login_over", status=404, back="/my/login"
            )
        self._shequ_keep(invitation=token, next=START)
        return self._shequ_phone_page({"phone": ""})
