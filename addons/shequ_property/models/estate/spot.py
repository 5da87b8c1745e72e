import secrets

from odoo import api, fields, models

# Without look-alikes (0/O, 1/I/L): the code is also read out over the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class ShequSpot(models.Model):
    _name = "shequ.spot"
    _description = "Public Spot"
    _inherit = ["shequ.scope.mixin"]
    _order = "estate_id, building_id, name, id"
    _rec_names_search = ["name", "code"]

    active = fields.Boolean(default=True)
    name = fields.Char(required=True, help="What is there: Lift 2, East gate.")
    estate_id = fields.Many2one(
        "shequ.estate", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    building_id = fields.Many2one(
        "shequ.building",
        domain="[('estate_id', '=', estate_id)]",
        index="btree_not_null",
        ondelete="restrict",
    )
    location = fields.Char(help="How to find it: 3rd floor, next to the stairs.")
    code = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self._new_code(),
        help="Random code in the QR label; it says nothing about the estate.",
    )
    url = fields.Char(string="Link in the QR Code", compute="_compute_url")

    _code_uniq = models.Constraint("UNIQUE(code)", "The code is taken already.")

    @api.constrains("building_id", "estate_id")
    def _check_building(self):
        self.env["shequ.grid"]._refuse_other_estate(self, "building_id")

    @api.model
    def _new_code(self):
        return "".join(secrets.choice(ALPHABET) for _index in range(10))

    @api.depends("code")
    def _compute_url(self):
        base = self.browse().get_base_url()
        for spot in self:
            spot.url = f"{base}/my/report?spot={spot.code}"

    @api.depends("name", "building_id.label")
    def _compute_display_name(self):
        for spot in self:
            building = spot.building_id.sudo().label
            spot.display_name = f"{building} · {spot.name}" if building else spot.name

    def _labels(self):
        """What the QR labels of the spots show; see the report's template."""
        return [
            spot.estate_id._label(
                title=spot.name,
                text=" · ".join(filter(None, (spot.building_id.label, spot.location))),
                url=spot.url,
                code=spot.code,
            )
            for spot in self.sorted(
                lambda spot: (spot.building_id.sort_key or "", spot.name or "", spot.id)
            )
        ]

    def _renew_code(self):
        """Give labels that were misused a new code; old prints stop working."""
        for spot in self:
            spot.code = self._new_code()

    def action_renew_code(self):
        self._renew_code()

    def action_print_labels(self):
        return self.env["shequ.label.wizard"]._open(self)
