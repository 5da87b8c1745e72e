import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .ticket_media import MAX_PHOTOS

MAX_REPORTS = 100
# What a report over the interface may contain, and of which type.
REPORT_KEYS = {
    "estate_id": int,
    "estate_code": str,
    "building_id": int,
    "unit_id": int,
    "spot_id": int,
    "spot_code": str,
    "place_text": str,
    "is_public_area": bool,
    "description": str,
    "kind": str,
    "category_id": int,
    "category_code": str,
    "urgency": str,
    "visibility": str,
    "preferred_time": str,
    "reporter_id": int,
    "on_behalf_id": int,
    "contact_phone": str,
    "reported_at": str,
    "external_ref": str,
    "media": list,
}
MEDIA_KEYS = {"type": str, "name": str, "data": str}
RECORD_KEYS = {
    "estate_id": "shequ.estate",
    "building_id": "shequ.building",
    "unit_id": "shequ.unit",
    "spot_id": "shequ.spot",
    "category_id": "shequ.ticket.category",
    "reporter_id": "res.partner",
    "on_behalf_id": "res.partner",
}
CODE_KEYS = {
    "estate_code": ("estate_id", "shequ.estate"),
    "spot_code": ("spot_id", "shequ.spot"),
}
MAX_TEXT = 255


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    @api.model
    def intake(self, values):
        """Take in reports of another system, over ``/json/2/shequ.ticket/intake``.

        Repeating a report with the same ``external_ref`` is harmless: it gives back
        the ticket it made the first time.

        :param values: one report (object) or up to 100 (list); see ``REPORT_KEYS``.
            ``reported_at`` is UTC as ``YYYY-MM-DD HH:MM:SS``; ``media`` is a list of
            objects with ``type`` (photo, voice, video), ``name`` and ``data``
            (base64)
        :return: for each report an object with ``id``, ``number`` and ``state``
        :raise UserError: naming the key that is wrong; nothing is kept then
        """
        self._api_check_user()
        reports = [values] if isinstance(values, dict) else values
        if not isinstance(reports, list) or not 0 < len(reports) <= MAX_REPORTS:
            raise UserError(
                self.env._(
                    "“values” is one report or a list of 1 to %(limit)s reports.",
                    limit=MAX_REPORTS,
                )
            )
        clean = [self._api_report(report) for report in reports]
        tickets = self._intake(clean)
        for report, ticket in zip(clean, tickets.sudo(), strict=True):
            self._api_check_same_place(report, ticket)
        answers = [
            {"id": ticket.id, "number": ticket.name, "state": ticket.state}
            for ticket in tickets.sudo()
        ]
        return answers[0] if isinstance(values, dict) else answers

    # --- checks ------------------------------------------------------------------

    @api.model
    def _api_check_user(self):
        groups = "shequ_property.group_front_desk,shequ_property.group_grid_worker"
        if not self.env.user.has_groups(groups):
            raise AccessError(
                self.env._("Only staff of the property company may use the intake.")
            )

    @api.model
    def _api_report(self, report):
        """Return a checked copy of one report, fit for :meth:`_intake`."""
        clean = self._api_typed(report, REPORT_KEYS)
        for key, (id_key, model) in CODE_KEYS.items():
            if key in clean:
                clean[id_key] = self._api_by_code(key, model, clean.pop(key))
        for key, model in RECORD_KEYS.items():
            if key in clean:
                self._api_check_record(key, model, clean[key])
        if "reported_at" in clean:
            clean["reported_at"] = self._api_time(clean["reported_at"])
        clean["media"] = self._api_media(clean.get("media") or [])
        clean["channel"] = "api"
        return clean

    @api.model
    def _api_typed(self, values, keys):
        if not isinstance(values, dict):
            raise UserError(self.env._("A report is an object with keys and values."))
        clean = {}
        for key, value in values.items():
            if key not in keys:
                raise UserError(self.env._("“%(key)s” is not known here.", key=key))
            if value is None:
                continue
            wanted = keys[key]
            # For Python True is a number too.
            if not isinstance(value, wanted) or (
                wanted is int and (isinstance(value, bool) or value <= 0)
            ):
                raise self._api_wrong(key)
            clean[key] = value
            long_text = key in ("description", "data")
            if wanted is str and not long_text and len(value) > MAX_TEXT:
                raise self._api_wrong(key)
        return clean

    @api.model
    def _api_wrong(self, key):
        return UserError(self.env._("The value of “%(key)s” is not usable.", key=key))

    @api.model
    def _api_check_record(self, key, model, record_id):
        """One answer for what does not exist and for what is not yours."""
        if not self.env[model].search_count([("id", "=", record_id)], limit=1):
            raise self._api_wrong(key)

    @api.model
    def _api_by_code(self, key, model, code):
        records = self.env[model].search([("code", "=", code)], limit=2)
        if len(records) != 1:
            raise self._api_wrong(key)
        return records.id

    @api.model
    def _api_time(self, text):
        try:
            at = fields.Datetime.to_datetime(text)
        except ValueError as error:
            raise self._api_wrong("reported_at") from error
        now = fields.Datetime.now()
        # Clocks of machines differ by minutes; a year-old report is a mistake.
        if not now - timedelta(days=366) < at < now + timedelta(minutes=10):
            raise self._api_wrong("reported_at")
        return min(at, now)

    @api.model
    def _api_media(self, items):
        if len(items) > MAX_PHOTOS + 2:
            raise self._api_wrong("media")
        media = []
        for item in items:
            item = self._api_typed(item, MEDIA_KEYS)
            if item.setdefault("type", "photo") not in ("photo", "voice", "video"):
                raise self._api_wrong("media.type")
            try:
                raw = base64.b64decode(item.get("data") or "", validate=True)
            except ValueError as error:
                raise self._api_wrong("media.data") from error
            media.append(
                {"type": item["type"], "name": item.get("name") or "", "raw": raw}
            )
        return media

    @api.model
    def _api_check_same_place(self, report, ticket):
        """A reference that was used for another estate gives nothing away."""
        if "external_ref" not in report:
            return
        if not self.env["shequ.estate"].search_count(
            [("id", "=", ticket.estate_id.id)], limit=1
        ):
            raise self._api_wrong("external_ref")
