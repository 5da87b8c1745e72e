from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..estate.estate import DEFAULT_TZ

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

    @api.model
    def _send(self, vote):
        """Remind everybody who can vote and has not, once each.

        :return: how many text messages were queued
        """
        template = self.env["shequ.sms.template"].sudo()
        electors = (
            self.env["shequ.vote.elector"]
            .sudo()
            .search([("vote_id", "=", vote.id), ("channel", "=", False)])
        )
        zone = ZoneInfo(vote.estate_id.tz or DEFAULT_TZ)
        until = vote.closes_at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        count = 0
        for partner in electors.voter_id:
            count += len(
                template._queue(
                    "vote",
                    partner,
                    {
                        "estate": vote.estate_id.name,
                        "title": vote.name,
                        "until": until.strftime("%m-%d %H:%M"),
                    },
                    vote.company_id,
                )
            )
        self._note(vote, "sms", count)
        return count

    @api.model
    def _note(self, vote, channel, count=0):
        """Note that people were reminded."""
        vote.check_access("read")
        return self.sudo().create(
            {
                "vote_id": vote.id,
                "channel": channel,
                "at": fields.Datetime.now(),
                "user_id": self.env.uid,
                "count": count,
            }
        )
