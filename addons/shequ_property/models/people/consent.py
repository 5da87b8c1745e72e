from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# 不满十四周岁未成年人: PIPL 28 and 31.
GUARDED_AGE = 14


class ShequConsent(models.Model):
    """Consent given or withdrawn, and notices read: a history that only grows."""

    _name = "shequ.consent"
    _description = "Consent to the Use of Personal Data"
    _order = "id desc"
    _log_access = False
    _rec_name = "purpose_id"

    date = fields.Datetime(
        string="Time", required=True, readonly=True, default=fields.Datetime.now
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    purpose_id = fields.Many2one(
        "shequ.consent.purpose", required=True, readonly=True, ondelete="restrict"
    )
    text_id = fields.Many2one(
        "shequ.consent.text",
        string="Version of the Text",
        readonly=True,
        ondelete="restrict",
    )
    answer = fields.Selection(
        [("read", "Read"), ("given", "Given"), ("withdrawn", "Withdrawn")],
        required=True,
        readonly=True,
    )
    channel = fields.Selection(
        [
            ("portal", "Portal"),
            ("paper", "Paper"),
            ("phone", "Phone"),
            ("desk", "Desk"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, ondelete="restrict"
    )
    guardian_id = fields.Many2one("res.partner", readonly=True, ondelete="restrict")

    _partner_idx = models.Index("(partner_id, purpose_id, id)")

    def init(self):
        self.env.cr.execute(
            SQL(
                """
            CREATE OR REPLACE FUNCTION shequ_consent_append_only()
            RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                -- Two records of one person that become one take it along.
                IF TG_OP = 'UPDATE' AND (NEW.id, NEW.date, NEW.purpose_id, NEW.answer)
                   = (OLD.id, OLD.date, OLD.purpose_id, OLD.answer)
                   AND NEW.text_id IS NOT DISTINCT FROM OLD.text_id
                THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'shequ_consent is append-only'
                      USING ERRCODE = 'restrict_violation';
            END $$;
            DROP TRIGGER IF EXISTS append_only ON shequ_consent;
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON shequ_consent
                FOR EACH ROW EXECUTE FUNCTION shequ_consent_append_only();
            """
            )
        )

    def write(self, vals):
        if self:
            raise UserError(self.env._("A consent is not changed; add a new answer."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A consent is not changed; add a new answer."))

    @api.model
    def _answer(self, partner, purpose, answer, channel="portal", guardian=None):
        """Record what ``partner`` answers to the text in force of ``purpose``.

        :param str answer: ``read``, ``given`` or ``withdrawn``
        :param guardian: who answers for a child under 14
        :return: the row (as super-user); the last one when nothing changes
        :raises UserError: when a child answers for itself
        """
        purpose = purpose.sudo()
        text = purpose.text_id
        if answer == "given" and self._needs_guardian(partner) and not guardian:
            raise UserError(
                self.env._(
                    "%(person)s is under 14: a guardian has to agree.",
                    person=partner.sudo().name,
                )
            )
        last = self._last(partner).get(purpose)
        if last and last.answer == answer and last.text_id == text:
            return last
        return self.sudo().create(
            {
                "partner_id": partner.id,
                "purpose_id": purpose.id,
                "text_id": text.id,
                "answer": answer,
                "channel": channel,
                "user_id": self.env.uid,
                "guardian_id": guardian.id if guardian else False,
            }
        )

    @api.model
    def _last(self, partner):
        """The last answer of ``partner`` by purpose (as super-user)."""
        rows = self.sudo().search([("partner_id", "=", partner.id)], order="id")
        return {row.purpose_id: row for row in rows}

    @api.model
    def _has(self, partner, code):
        """Whether ``partner`` agrees to the purpose ``code`` today."""
        purpose = self.env["shequ.consent.purpose"].sudo().search([("code", "=", code)])
        last = self._last(partner).get(purpose)
        return bool(last and last.answer == "given")

    @api.model
    def _unread(self, partner):
        """Purposes whose notice ``partner`` has not read in the words in force."""
        last = self._last(partner)
        return (
            self.env["shequ.consent.purpose"]
            .sudo()
            .search([("basis", "!=", "consent")])
            .filtered(
                lambda purpose: (
                    purpose.text_id
                    and (
                        purpose not in last or last[purpose].text_id != purpose.text_id
                    )
                )
            )
        )

    @api.model
    def _needs_guardian(self, partner):
        return partner._shequ_age() is not None and partner._shequ_age() < GUARDED_AGE
