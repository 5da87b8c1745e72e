"""What stands on the printed papers of a vote."""

import babel.dates
import pytz

from odoo import models
from odoo.tools.misc import babel_locale_parse

from ...tools import qr


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _paper(self):
        """Words and pictures for notice, poster, ballots and result sheet."""
        self.ensure_one()
        return {
            "opens": self._paper_time(self.opened_at or self.opens_at),
            "closes": self._paper_time(self.closes_at),
            "announced": self._paper_time(self.announced_at, "long", False),
            "objections": self._paper_time(self.objections_until),
            "who": self._paper_who(),
            "secrecy": self.env._(
                "Secret: that a home has voted is recorded, what it voted lies apart."
            )
            if self.secrecy == "secret"
            else self.env._(
                "Open: after the close it is posted what each home voted, with masked "
                "names."
            ),
            "rule": self._rule_words,
            "channels": self._channel_words,
            "image": qr.data_uri(self.public_url, 4),
            "image_large": qr.data_uri(self.public_url, 10),
        }

    def _paper_time(self, moment, width="long", clock=True):
        if not moment:
            return ""
        zone = pytz.timezone(self.estate_id.tz or "Asia/Shanghai")
        local = pytz.utc.localize(moment).astimezone(zone)
        locale = babel_locale_parse(self.env.lang or "en_US")
        day = babel.dates.format_date(local, width, locale=locale)
        return f"{day} {local.strftime('%H:%M')}" if clock else day

    def _paper_who(self):
        if self.unit_ids:
            return ", ".join(self.unit_ids.mapped("short_address"))
        if self.building_ids:
            houses = ", ".join(self.building_ids.mapped("label"))
            return " ".join(filter(None, (houses, self.entrance)))
        if self.audience == "residents":
            return self.env._("Owners and tenants of the whole estate")
        return self.env._("All owners of the estate")

    def _channel_words(self, turnout):
        labels = {
            "online": self.env._("online"),
            "proxy": self.env._("by proxy"),
            "paper": self.env._("on paper"),
        }
        return ", ".join(
            f"{labels[channel]} {count}"
            for channel, count in turnout["channels"].items()
            if channel in labels
        )

    def _rule_words(self, matter):
        """The thresholds of a matter in one sentence, for papers and pages."""
        if matter.tier == "poll":
            return self.env._("An opinion poll: it binds nobody.")
        quorum = f"{matter.quorum_numerator}/{matter.quorum_denominator}"
        agree = f"{matter.agree_numerator}/{matter.agree_denominator}"
        if matter.agree_numerator == matter.agree_denominator:
            return self.env._("Passes when all owners concerned agree.")
        if matter.agree_of_all and matter.agree_strict:
            return self.env._(
                "Passes when more than %(agree)s of all who may vote agree, by area "
                "and by heads.",
                agree=agree,
            )
        if matter.agree_of_all:
            return self.env._(
                "Passes when at least %(agree)s of all who may vote agree, by area "
                "and by heads.",
                agree=agree,
            )
        if matter.agree_strict:
            return self.env._(
                "At least %(quorum)s must take part, and more than %(agree)s of these "
                "agree: by area and by heads.",
                quorum=quorum,
                agree=agree,
            )
        return self.env._(
            "At least %(quorum)s must take part, and at least %(agree)s of these "
            "agree: by area and by heads.",
            quorum=quorum,
            agree=agree,
        )
