from odoo import api, fields, models
from odoo.tools import SQL


class ShequVoteSecret(models.Model):
    """What was voted in a secret vote, without by whom.

    A row has the weight, the choices and a seal; no elector, no user, no time.  Its
    number is drawn at random, so that the order of the rows says nothing.  The
    content is in a column that the ORM does not know.

    What this does not do, said openly:

    - Whoever administers the database can link a row to a voter while the vote runs
      and until the table is vacuumed: both are written in one transaction, which
      PostgreSQL notes in every row (``xmin``), in its write-ahead log and in backups.
      The person who runs the web server sees the ballot as it arrives.
    - The law counts area. Where an area occurs once in the vote, whoever holds the
      roll and the published ballots can tell whose ballot it is.
    - The voter can show the receipt to somebody else; nobody can stop that. It proves
      what was voted.
    - Who has voted is known in either kind of vote; the paper ballot of a secret vote
      must therefore be separated from its envelope before it is keyed, and its scan
      is not kept with the unit.
    """

    _name = "shequ.vote.secret"
    _description = "Content of a Secret Ballot"
    _inherit = ["shequ.append.only.mixin"]
    _log_access = False
    _order = "id"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, index=True, readonly=True, ondelete="restrict"
    )
    commitment = fields.Char(string="Seal", required=True, readonly=True)

    _commitment_uniq = models.Constraint(
        "UNIQUE(vote_id, commitment)", "This ballot is in the box already."
    )

    def init(self):
        result = super().init()
        self.env.cr.execute(
            SQL("ALTER TABLE shequ_vote_secret ADD COLUMN IF NOT EXISTS content text")
        )
        return result

    @api.model
    def _drop_in(self, vote, commitment, content):
        """Put a ballot into the box under a random number."""
        for _try in range(100):
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO shequ_vote_secret (id, vote_id, commitment, content)
                    VALUES (1 + floor(random() * 2147483646)::int, %s, %s, %s)
                    ON CONFLICT (id) DO NOTHING
                    """,
                    vote.id,
                    commitment,
                    content,
                )
            )
            if self.env.cr.rowcount:
                return
        raise RuntimeError("no free number in the ballot box")

    @api.model
    def _holds(self, vote, commitment):
        self.env.cr.execute(
            SQL(
                """
                SELECT 1 FROM shequ_vote_secret
                 WHERE vote_id = %s AND commitment = %s
                """,
                vote.id,
                commitment,
            )
        )
        return bool(self.env.cr.fetchone())
