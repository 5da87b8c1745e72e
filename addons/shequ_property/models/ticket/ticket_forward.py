from odoo import fields, models
from odoo.exceptions import UserError


class Ticket(models.Model):
    """Matters outside the estate are handed on, and the resident learns to whom."""

    _inherit = "shequ.ticket"

    forwarded_to = fields.Char(readonly=True, copy=False, tracking=True)
    forwarded_at = fields.Datetime(readonly=True, copy=False)

    def _forward(self, department, to, advice, close=True):
        """Hand a matter on to whom it belongs.

        :param department: `shequ.department`, may be empty
        :param str to: office or person it goes to
        :param str advice: what the resident should do now; the resident reads it
        :param bool close: end the ticket as not the property company's matter
        """
        self.ensure_one()
        self._check_staff()
        to, advice = (to or "").strip(), (advice or "").strip()
        if not self.is_open:
            raise UserError(self.env._("The ticket is finished already."))
        if not to:
            raise UserError(self.env._("Please say to whom it is handed on."))
        if not advice:
            raise UserError(self.env._("Please tell the resident what to do now."))
        self.sudo().write(
            {
                "forwarded_to": to,
                "forwarded_at": fields.Datetime.now(),
                "forward_department_id": department.id,
                "triage_state": "done",
            }
        )
        self._trace("forwarded", to)
        self._send_forward(department, to, advice)
        words = self.env._(
            "Handed on to %(office)s. %(advice)s", office=to, advice=advice
        )
        if close:
            self._finish(words, close_reason="not_ours")
        else:
            self._tell_residents(words)

    def _send_forward(self, department, to, advice):
        """Extension point: send the matter to the system of the department."""
