import io
import zipfile

from markupsafe import Markup

from odoo import fields
from odoo.http import content_disposition, request, route

from ..tools.mask import mask_id
from .portal_base import ResidentPortal

MAX_TEXT = 1000
ICONS = {
    "homes": "house",
    "tickets": "clipboard-list",
    "login": "lock-keyhole",
}


class PrivacyPages(ResidentPortal):
    """What is kept of me: see, take along, correct, decide, be forgotten."""

    @route("/my/privacy", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_privacy(self, ok=""):
        return self._shequ_privacy_page(ok=ok)

    @route("/my/privacy/notice", type="http", auth="user", methods=["POST"])
    def shequ_privacy_notice(self):
        """“I have read it”: the notices of what the service needs."""
        partner = self._shequ_partner()
        Consent = request.env["shequ.consent"]
        for purpose in Consent._unread(partner):
            Consent._answer(partner, purpose, "read")
        return request.redirect("/my/community", 303)

    @route("/my/privacy/consent", type="http", auth="user", methods=["POST"])
    def shequ_privacy_consent(self, purpose_id="", answer=""):
        """Give or withdraw, one tap each."""
        purpose = (
            request.env["shequ.consent.purpose"]
            .sudo()
            .search(
                [("id", "=", self._shequ_int(purpose_id)), ("basis", "=", "consent")]
            )
        )
        if not purpose or answer not in ("given", "withdrawn"):
            self._shequ_refuse()
        partner = self._shequ_partner()
        refusal = self._shequ_attempt(
            lambda: request.env["shequ.consent"]._answer(partner, purpose, answer)
        )
        if refusal:
            return self._shequ_privacy_page(error=refusal, status=422)
        return request.redirect(f"/my/privacy?ok={answer}#uses", 303)

    @route("/my/privacy/correct", type="http", auth="user", methods=["POST"])
    def shequ_privacy_correct(self, name="", email="", phone="", wish=""):
        """E-mail at once; name and telephone are looked at by the service desk.

        The name stands in the roll of owners, the telephone opens the log-in.
        """
        partner = self._shequ_partner().sudo()
        form = {
            "name": name.strip()[:60],
            "email": email.strip()[:120],
            "phone": phone.strip()[:40],
            "wish": wish.strip()[:MAX_TEXT],
        }
        if form["email"] and "@" not in form["email"].strip("@"):
            error = self.env._("This does not look like an e-mail address.")
            return self._shequ_privacy_page(error=error, form=form, status=422)
        if form["email"] and form["email"] != partner.email:
            refusal = self._shequ_attempt(
                lambda: partner.write({"email": form["email"]})
            )
            if refusal:
                return self._shequ_privacy_page(error=refusal, form=form, status=422)
        wanted = {
            "new_name": form["name"] if form["name"] != partner.name else "",
            "new_phone": form["phone"] if form["phone"] != partner.phone else "",
        }
        wanted = {key: value for key, value in wanted.items() if value}
        if not wanted and not form["wish"]:
            return request.redirect("/my/privacy?ok=saved#correct", 303)
        request.env["shequ.data.request"]._ask(
            partner, "correct", wish=form["wish"], **wanted
        )
        return request.redirect("/my/privacy?ok=asked#requests", 303)

    @route("/my/privacy/erase", type="http", auth="user", methods=["POST"])
    def shequ_privacy_erase(self, wish=""):
        request.env["shequ.data.request"]._ask(
            self._shequ_partner(), "erase", wish=wish.strip()[:MAX_TEXT]
        )
        return request.redirect("/my/privacy?ok=asked#requests", 303)

    @route("/my/privacy/download", type="http", auth="user", methods=["POST"])
    def shequ_privacy_download(self):
        """Everything, as JSON for machines and as a page for people, in one file."""
        partner = self._shequ_partner()
        request.env["shequ.data.access"]._log(
            partner, "copy", "", ["*"], channel="portal"
        )
        page = request.env["ir.qweb"]._render(
            "shequ_property.portal_privacy_copy",
            {
                "areas": partner._shequ_kept_tables(),
                "name": partner.name,
                "today": fields.Date.context_today(partner),
            },
        )
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data.json", partner._shequ_kept_json())
            archive.writestr("data.html", "<!DOCTYPE html>\n" + str(Markup(page)))  # noqa: S704
        return request.make_response(
            stream.getvalue(),
            [
                ("Content-Type", "application/zip"),
                ("Content-Disposition", content_disposition("my-data.zip")),
                ("Cache-Control", "private, no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )

    # ------------------------------------------------------------------ pages

    def _shequ_page(self, template, values=None, status=200, back=""):
        """The start page shows the notices the person has not read yet."""
        if template == "shequ_property.portal_home" and self._shequ_is_resident():
            unread = request.env["shequ.consent"]._unread(self._shequ_partner())
            unread = unread.with_context(lang=request.env.lang)
            values = {
                **(values or {}),
                "notices": [
                    {"name": purpose.name, "text": purpose.text_id.body}
                    for purpose in unread
                ],
            }
        return super()._shequ_page(template, values, status=status, back=back)

    def _shequ_privacy_page(self, ok="", error="", form=None, status=200):
        partner = self._shequ_partner()
        person = partner._shequ_kept_person()
        said = {
            "given": self.env._("Noted: you agree."),
            "withdrawn": self.env._("Noted: withdrawn. It is not used any more."),
            "saved": self.env._("Saved."),
            "asked": self.env._("We have your request and answer on this page."),
        }
        return self._shequ_page(
            "shequ_property.portal_privacy",
            {
                "active": "me",
                "flash": said.get(ok, ""),
                "error": error,
                "form": form or {},
                "person": person,
                "id_masked": mask_id(person["id_number"]),
                "areas": self._shequ_privacy_areas(partner),
                "uses": self._shequ_privacy_uses(partner),
                "requests": self._shequ_privacy_requests(partner),
                "obstacles": [
                    sentence for _kind, sentence in partner._shequ_erase_obstacles()
                ],
                "looks": self._shequ_privacy_looks(partner),
            },
            status=status,
            back="/my/settings",
        )

    def _shequ_privacy_areas(self, partner):
        """Areas with their number of records, for an overview."""
        names = partner._shequ_kept_names()
        return [
            {"icon": ICONS.get(key, "file-text"), "name": names[key], "count": count}
            for key, count in partner._shequ_kept_counts().items()
        ]

    def _shequ_privacy_uses(self, partner):
        last = request.env["shequ.consent"]._last(partner)
        purposes = request.env["shequ.consent.purpose"].sudo().search([])
        purposes = purposes.with_context(lang=request.env.lang)
        return [
            {
                "id": purpose.id,
                "name": purpose.name,
                "text": purpose.text_id.body,
                "article": purpose.article or "",
                "required": purpose.required,
                "sensitive": purpose.sensitive,
                "given": bool(
                    purpose in last
                    and last[purpose].answer == "given"
                    and last[purpose].text_id == purpose.text_id
                ),
                "at": self._shequ_day(last[purpose].date) if purpose in last else "",
            }
            for purpose in purposes
            if purpose.text_id
        ]

    def _shequ_privacy_requests(self, partner):
        found = (
            request.env["shequ.data.request"]
            .sudo()
            .search([("partner_id", "=", partner.id)], order="id desc", limit=10)
        )
        labels = request.env["shequ.data.request"]._fields
        kinds = dict(labels["kind"]._description_selection(request.env))
        states = dict(labels["state"]._description_selection(request.env))
        return [
            {
                "kind": kinds[row.kind],
                "state": states[row.state],
                "open": row.state == "new",
                "day": self._shequ_day(row.asked_at),
                "deadline": row.deadline,
                "answer": row.answer or "",
            }
            for row in found
        ]

    def _shequ_privacy_looks(self, partner):
        """Who looked lately: when and why, without the colleague's name."""
        labels = request.env["shequ.data.access"]._fields["purpose"]
        purposes = dict(labels._description_selection(request.env))
        rows = (
            request.env["shequ.data.access"]
            .sudo()
            .search(
                [("partner_ids", "in", partner.ids), ("purpose", "!=", "copy")],
                limit=10,
            )
        )
        return [
            {"day": self._shequ_day(row.date), "why": purposes[row.purpose]}
            for row in rows
        ]

    def _shequ_day(self, moment):
        return fields.Datetime.context_timestamp(request.env.user, moment).strftime(
            "%Y-%m-%d %H:%M"
        )
