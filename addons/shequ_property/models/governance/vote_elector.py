from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

CHANNELS = [("online", "Online"), ("proxy", "By Proxy, Online"), ("paper", "Paper")]


class ShequVoteElector(models.Model):
    """One line of the roll: a unit (in polls of residents: a person).

    Drawn when the vote is announced, drawn anew and frozen when it opens. From then
    on the database refuses to change a line, save that somebody has voted, once; and
    the reference to the person, for whom duplicates may be merged later.
    """

    _name = "shequ.vote.elector"
    _description = "Elector"
    _order = "vote_id, number"
    _rec_name = "address"
    _log_access = False

    vote_id = fields.Many2one(
        "shequ.vote", required=True, readonly=True, ondelete="restrict"
    )
    estate_id = fields.Many2one(
        "shequ.estate", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="restrict")
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    unit_id = fields.Many2one(
        "shequ.unit", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    building_id = fields.Many2one("shequ.building", readonly=True, ondelete="restrict")
    building_label = fields.Char(readonly=True)
    entrance = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    area = fields.Integer(string="Area (0.01 m²)", readonly=True)
    area_m2 = fields.Float(
        string="Area (m²)", digits=(12, 2), compute="_compute_area_m2"
    )
    head = fields.Integer(
        string="Head No.",
        readonly=True,
        aggregator=None,
        help="Units of the same number are one owner and count as one head.",
    )
    voter_id = fields.Many2one("res.partner", readonly=True, ondelete="restrict")
    voter_name = fields.Char(string="Voter (masked)", readonly=True)
    basis = fields.Selection(
        [
            ("owner", "Owner"),
            ("representative", "Chosen Representative"),
            ("developer", "Developer, Unsold or Not Handed Over"),
            ("resident", "Resident"),
            ("unknown", "Nobody Chosen"),
        ],
        string="Votes As",
        readonly=True,
    )
    frozen = fields.Boolean(readonly=True)
    channel = fields.Selection(CHANNELS, string="Voted", readonly=True)
    voted_at = fields.Datetime(
        readonly=True, help="To the hour: when, and not in which order."
    )
    ballot_ids = fields.One2many("shequ.vote.ballot", "elector_id")

    _number_uniq = models.Constraint(
        "UNIQUE(vote_id, number)", "The number is taken already."
    )
    _unit_uniq = models.UniqueIndex(
        "(vote_id, unit_id) WHERE unit_id IS NOT NULL",
        "The unit is on the roll already.",
    )
    _voter_idx = models.Index("(voter_id, vote_id)")
    _head_idx = models.Index("(vote_id, head)")

    def init(self):
        result = super().init()
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION shequ_vote_elector_frozen()
                RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP = 'UPDATE'
                       AND (OLD.channel IS NULL OR OLD.channel = NEW.channel)
                       AND ROW(NEW.id, NEW.vote_id, NEW.number, NEW.unit_id, NEW.area,
                               NEW.head, NEW.address, NEW.building_label,
                               NEW.entrance, NEW.voter_name, NEW.basis, NEW.frozen)
                           IS NOT DISTINCT FROM
                           ROW(OLD.id, OLD.vote_id, OLD.number, OLD.unit_id, OLD.area,
                               OLD.head, OLD.address, OLD.building_label,
                               OLD.entrance, OLD.voter_name, OLD.basis, OLD.frozen)
                    THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'the roll of a vote is frozen'
                          USING ERRCODE = 'restrict_violation';
                END $$;
                DROP TRIGGER IF EXISTS frozen ON shequ_vote_elector;
                CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON shequ_vote_elector
                    FOR EACH ROW WHEN (OLD.frozen)
                    EXECUTE FUNCTION shequ_vote_elector_frozen();
                """
            )
        )
        return result

    def _compute_area_m2(self):
        for elector in self:
            elector.area_m2 = elector.area / 100

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list:
            self._only_from_registry()
        return super().create(vals_list)

    def write(self, vals):
        if self:
            self._only_from_registry()
        return super().write(vals)

    def unlink(self):
        if self:
            self._only_from_registry()
        return super().unlink()

    def _only_from_registry(self):
        raise UserError(
            self.env._("The roll is drawn from the registry and not written by hand.")
        )
