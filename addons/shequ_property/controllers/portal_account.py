"""The log-in of a resident: telephone number, and when somebody logged in."""

import re
import secrets
import unicodedata

from odoo.http import request, route

from ..tools import mask
from ..tools import phone as phone_tools
from .portal_login import LoginPages
from .portal_words import Words

CHANGE = "shequ_phone"


class AccountPages(LoginPages):
    @route("/my/phone", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_phone(self, ok=""):
        flash = {
            "changed": self.env._("Your new number counts from now on."),
            "desk": self.env._(
                "The service desk has your wish. Please come by with an identity "
                "card: as the old number cannot be asked, we have to see you."
            ),
        }.get(ok, "")
        return self._shequ_phone_change_page(flash=flash)

    @route("/my/phone", type="http", auth="user", methods=["POST"])
    def shequ_phone_send(self, phone="", old=""):
        """A code to the new number, and one to the old when it can be reached."""
        typed = phone.strip()[:40]
        number = phone_tools.normalise(typed)
        mine = self._shequ_partner().sudo().shequ_phone
        if not phone_tools.can_receive_sms(number):
            return self._shequ_phone_change_page(
                {"phone": typed, "old": old},
                self.env._("Please write a mobile number that gets text messages."),
                status=422,
            )
        if number == mine:
            return self._shequ_phone_change_page(
                {"phone": typed, "old": old},
                self.env._("This is the number on file already."),
                status=422,
            )
        reachable = bool(mine) and old != "no"
        browser = secrets.token_urlsafe(18)
        Code = request.env["shequ.login.code"].sudo()
        address = request.httprequest.remote_addr
        sent = Code._send(number, address, browser, "phone_new")
        if sent.kind == "ok" and reachable:
            sent = Code._send(mine, address, browser, "phone_old")
        if sent.kind != "ok":
            return self._shequ_phone_change_page(
                {"phone": typed, "old": old}, self._shequ_not_sent(sent), status=429
            )
        request.session[CHANGE] = {
            "number": number,
            "browser": browser,
            "reachable": reachable,
        }
        return self._shequ_phone_change_page()

    @route("/my/phone/confirm", type="http", auth="user", methods=["POST"])
    def shequ_phone_confirm(self, code_new="", code_old="", cancel=""):
        state = request.session.get(CHANGE)
        if cancel or not state:
            request.session.pop(CHANGE, None)
            return request.redirect("/my/phone", 303)
        partner = self._shequ_partner().sudo()
        checks = [(state["number"], code_new, "phone_new")]
        if state["reachable"]:
            checks.insert(0, (partner.shequ_phone, code_old, "phone_old"))
        for number, code, purpose in checks:
            if state.get(purpose):
                continue  # was right the last time
            error = self._shequ_confirm_one(number, code, purpose, state["browser"])
            if error:
                return self._shequ_phone_change_page(error=error, status=422)
            state = {**state, purpose: True}
            request.session[CHANGE] = state
        return self._shequ_phone_done(partner, state)

    def _shequ_confirm_one(self, number, code, purpose, browser):
        typed = re.sub(r"\D", "", unicodedata.normalize("NFKC", code))
        checked = (
            request.env["shequ.login.code"]
            .sudo()
            ._check(number, typed, request.httprequest.remote_addr, browser, purpose)
        )
        if checked.kind == "ok":
            return ""
        return f"{mask.mask_phone(number)}: {self._shequ_wrong(checked)}"

    def _shequ_phone_done(self, partner, state):
        request.session.pop(CHANGE, None)
        Change = request.env["shequ.phone.change"].sudo()
        old = partner.shequ_phone
        if old and not state["reachable"]:
            Change._ask_desk(partner, state["number"])
            return request.redirect("/my/phone?ok=desk", 303)
        user = request.env.user
        company = request.env["res.users"].sudo()._shequ_companies(partner)[:1]
        Change._change(partner, state["number"])
        if old:
            request.env["shequ.sms.template"].sudo()._queue(
                "phone",
                partner,
                {"tail": phone_tools.tail(state["number"])},
                company or request.env.company,
                number=old,
            )
        # The log-in's name is part of what a session is checked by.
        request.env.flush_all()
        request.env.registry.clear_cache()
        request.session.should_rotate = True
        request.session.login = user.sudo().login
        request.session.session_token = user._compute_session_token(request.session.sid)
        return request.redirect("/my/phone?ok=changed", 303)

    def _shequ_phone_change_page(self, form=None, error="", flash="", status=200):
        state = request.session.get(CHANGE)
        partner = self._shequ_partner().sudo()
        waiting = (
            request.env["shequ.phone.change"]
            .sudo()
            .search(
                [("partner_id", "=", partner.id), ("state", "=", "waiting")], limit=1
            )
        )
        return self._shequ_page(
            "shequ_property.portal_phone",
            {
                "active": "me",
                "form": form or {},
                "field_error": error,
                "flash": flash,
                "number": mask.mask_phone(partner.shequ_phone),
                "sent": state
                and not form
                and {
                    "number": mask.mask_phone(state["number"]),
                    "old": state["reachable"] and not state.get("phone_old"),
                    "new": not state.get("phone_new"),
                },
                "waiting": waiting.new_number if waiting else "",
            },
            status=status,
            back="/my/settings",
        )

    def _shequ_settings_page(self, error="", status=200):
        response = super()._shequ_settings_page(error=error, status=status)
        words = Words(request.env)
        log = request.env["shequ.login.log"].sudo()
        ways = dict(log._fields["way"]._description_selection(request.env))
        response.qcontext.update(
            {
                "login_name": request.env.user.login,
                "number": mask.mask_phone(self._shequ_partner().sudo().shequ_phone),
                "log_ins": [
                    {
                        "at": words.when(entry.date),
                        "how": " · ".join(
                            filter(None, (ways[entry.way], entry.device))
                        ),
                    }
                    for entry in log.search(
                        [("user_id", "=", request.env.user.id)], limit=5
                    )
                ],
            }
        )
        return response
