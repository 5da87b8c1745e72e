from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import qr

ROWS = 24


def pages_of(rows, group, size=ROWS):
    """Cut rows into printed pages; a group begins a page of its own.

    :param rows: in the order of the paper
    :param group: row → what the page is headed with
    :return: list of dicts with ``building``, ``number``, ``of`` and ``rows``
    """
    pages = []
    for row in rows:
        head = group(row)
        last = pages[-1] if pages else None
        if not last or last["building"] != head or len(last["rows"]) >= size:
            pages.append({"building": head, "rows": []})
        pages[-1]["rows"].append(row)
    for number, page in enumerate(pages, 1):
        page.update(number=number, of=len(pages))
    return pages


class VotePrint(models.TransientModel):
    """Papers of a vote, in the order of the buildings."""

    _name = "shequ.vote.print"
    _description = "Print Papers of a Vote"

    vote_id = fields.Many2one(
        "shequ.vote",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    estate_id = fields.Many2one(related="vote_id.estate_id")
    paper = fields.Selection(
        [
            ("ballots", "Ballots, One per Home"),
            ("sheet", "Attendance and Return Sheet"),
        ],
        default="ballots",
        required=True,
    )
    which = fields.Selection(
        [("left", "Homes That Have Not Voted"), ("all", "All Homes")],
        default="left",
        required=True,
    )
    building_ids = fields.Many2many(
        "shequ.building",
        domain="[('estate_id', '=', estate_id)]",
        help="Empty: all buildings.",
    )
    count = fields.Integer(string="Homes", compute="_compute_count")

    @api.depends("vote_id", "which", "building_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = (
                self.env["shequ.vote.elector"].sudo().search_count(wizard._domain())
            )

    def _domain(self):
        domain = Domain("vote_id", "=", self.vote_id.id)
        if self.which == "left":
            domain &= Domain("channel", "=", False)
        if self.building_ids:
            domain &= Domain("building_id", "in", self.building_ids._origin.ids)
        return domain

    def action_print(self):
        """Print what was chosen."""
        self.ensure_one()
        if self.vote_id.state not in ("notice", "open"):
            raise UserError(
                self.env._(
                    "Ballots and sheets are printed from the roll: after the notice "
                    "and before the close."
                )
            )
        if self.paper == "ballots" and self.vote_id.state != "open":
            raise UserError(
                self.env._(
                    "Ballots are printed when the vote is open: the roll may still "
                    "change until then."
                )
            )
        if not self.count:
            raise UserError(self.env._("There is no home to print for."))
        limit = int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("shequ.labels_at_once", 1500)
        )
        if self.count > limit:
            raise UserError(
                self.env._(
                    "%(count)s homes are too many at once; the most is %(limit)s. "
                    "Choose some buildings.",
                    count=self.count,
                    limit=limit,
                )
            )
        report = self.env.ref(f"shequ_property.action_report_vote_{self.paper}")
        return report.report_action(self, config=False)

    # --- for the papers ------------------------------------------------------------

    def _electors(self):
        self.vote_id.check_access("read")
        return self.env["shequ.vote.elector"].sudo().search(self._domain())

    def _ballots(self):
        """One dict for each ballot."""
        return [
            {
                "address": elector.address,
                "name": elector.voter_name or "",
                "area": self.vote_id._square_metres(elector.area),
                "number": elector._ballot_number(),
                "line": elector.number,
                "image": qr.data_uri(elector._ballot_url(), 4),
            }
            for elector in self._electors()
        ]

    def _sheet_pages(self):
        """Pages of the sheet: dicts with ``building``, ``number``, ``of``, ``rows``."""
        rows = [
            {
                "building": elector.building_label or "",
                "line": elector.number,
                "address": elector.address,
                "name": elector.voter_name or "",
                "area": self.vote_id._square_metres(elector.area),
                "voted": bool(elector.channel),
            }
            for elector in self._electors()
        ]
        return pages_of(rows, lambda row: row["building"])
