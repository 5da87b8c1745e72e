from odoo import api, fields, models
from odoo.tools import SQL

from .vote_elector import CHANNELS


class ShequVoteBallot(models.Model):
    """That an elector has voted, and in an open vote also what, under a seal.

    A row for each elector that a ballot is for; in open votes the first of them holds
    the content, in the column ``content``.  The ORM does not know that column, so
    that nobody reads it through Odoo while the vote runs, administrators included.

    The database refuses to change or delete a row, and a second way of voting: the
    pair of elector and channel has to be that of the roll.
    """

    _name = "shequ.vote.ballot"
    _description = "Ballot"
    _inherit = ["shequ.append.only.mixin"]
    _log_access = False
    _order = "id"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, index=True, readonly=True, ondelete="restrict"
    )
    elector_id = fields.Many2one(
        "shequ.vote.elector", required=True, readonly=True, ondelete="restrict"
    )
    round = fields.Integer(
        required=True,
        readonly=True,
        default=1,
        aggregator=None,
        help="1, or more where ballots may be changed; the last one counts.",
    )
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    event_sequence = fields.Integer(required=True, readonly=True, aggregator=None)
    commitment = fields.Char(string="Seal", readonly=True)
    cast_at = fields.Datetime(readonly=True)
    confirmed_by = fields.Char(readonly=True)
    scan_id = fields.Many2one("ir.attachment", readonly=True, ondelete="restrict")

    _round_uniq = models.Constraint(
        "UNIQUE(elector_id, round)", "This unit has voted already."
    )

    def init(self):
        result = super().init()
        self.env.cr.execute(
            SQL(
                """
                ALTER TABLE shequ_vote_ballot ADD COLUMN IF NOT EXISTS content text;
                CREATE UNIQUE INDEX IF NOT EXISTS shequ_vote_ballot_seal
                    ON shequ_vote_ballot (vote_id, commitment)
                 WHERE content IS NOT NULL;
                """
            )
        )
        self._tie_channel_to_roll()
        return result

    def _tie_channel_to_roll(self):
        """One way of voting per elector, whoever writes the row.

        A trigger and no foreign key: with one, marking the roll would have to wait
        for every transaction that refers to the elector.
        """
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION shequ_vote_ballot_one_way()
                RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM FROM shequ_vote_elector
                      WHERE id = NEW.elector_id AND vote_id = NEW.vote_id
                        AND channel = NEW.channel AND frozen
                        FOR NO KEY UPDATE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'the elector votes in another way'
                              USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                END $$;
                DROP TRIGGER IF EXISTS one_way ON shequ_vote_ballot;
                CREATE TRIGGER one_way BEFORE INSERT ON shequ_vote_ballot
                    FOR EACH ROW EXECUTE FUNCTION shequ_vote_ballot_one_way();
                """
            )
        )

    @api.model
    def _lay_down(self, vote, rows):
        """Add ballots.

        :param rows: dicts with ``elector_id``, ``round``, ``channel``,
            ``event_sequence``, ``commitment``, ``content``, ``cast_at``,
            ``confirmed_by``, ``scan_id``
        """
        columns = list(rows[0])
        self.env.cr.execute(
            SQL(
                "INSERT INTO shequ_vote_ballot (vote_id, %s) VALUES %s",
                SQL(", ").join(SQL.identifier(name) for name in columns),
                SQL(", ").join(
                    SQL(
                        "(%s, %s)",
                        vote.id,
                        SQL(", ").join(SQL("%s", row[name]) for name in columns),
                    )
                    for row in rows
                ),
            )
        )
        self.invalidate_model()
