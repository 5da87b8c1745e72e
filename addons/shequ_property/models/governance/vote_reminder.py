from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

CHANNELS = [("sms", "Text Message"), ("poster", "Poster")]


class VoteReminder(models.Model):
    """That people were reminded of a vote: when, how, how many.

    Gentle and limited: so many text messages for a vote, so many days apart, only to
    who has not voted yet, never at night.
    """

    _name = "shequ.vote.reminder"
    _description = "Reminder of a Vote"
    _order = "id desc"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, readonly=True, index=True, ondelete="cascade"
    )
    estate_id = fields.Many2one(related="vote_id.estate_id", store=True, index=True)
    company_id = fields.Many2one(related="vote_id.company_id", store=True, index=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)
    count = fields.Integer(string="People", readonly=True)

    @api.depends("channel", "at")
    def _compute_display_name(self):
        labels = dict(self._fields["channel"]._description_selection(self.env))
        for reminder in self:
            day = fields.Date.to_string(reminder.at) if reminder.at else ""
            reminder.display_name = f"{labels.get(reminder.channel, '')} {day}"

    @api.model
    def _setting(self, name, default):
        value = self.env["ir.config_parameter"].sudo().get_param(f"shequ.vote.{name}")
        return int(value) if (value or "").isdecimal() else default

    @api.model
    def _refuse_too_many(self, vote):
        """:raise UserError: when people were reminded often enough"""
        most = self._setting("reminders", 2)
        hours = self._setting("reminder_hours", 48)
        sent = self.sudo().search([("vote_id", "=", vote.id), ("channel", "=", "sms")])
        if len(sent) >= most:
            raise UserError(
                self.env._(
                    "Everybody who has not voted was reminded %(count)s times "
                    "already. More would be pestering.",
                    count=len(sent),
                )
            )
        last = sent[:1].at
        if last and last > fields.Datetime.now() - timedelta(hours=hours):
            raise UserError(
                self.env._(
                    "The last reminder went out less than %(hours)s hours ago.",
                    hours=hours,
                )
            )
        start = self._setting("reminder_from", 9)
        end = self._setting("reminder_until", 20)
        if not start <= vote.estate_id._now_local().hour < end:
            raise UserError(
                self.env._(
                    "Text messages are sent between %(start)s:00 and %(end)s:00 only.",
                    start=start,
                    end=end,
                )
            )
