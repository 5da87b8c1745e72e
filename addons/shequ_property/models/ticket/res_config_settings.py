from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    shequ_triage_sure = fields.Float(
        string="Sort by Itself From",
        config_parameter="shequ.triage_sure",
        default=0.45,
        help="Confidence of 0 to 1; below it a report goes to “To Sort”. Set on "
        "labelled messages (./shequ bench triage).",
    )
    shequ_triage_sure_red = fields.Float(
        string="Emergency Without Confirmation From",
        config_parameter="shequ.triage_sure_red",
        default=0.9,
        help="Below it somebody confirms; it is treated as an emergency meanwhile.",
    )
    shequ_triage_elder_age = fields.Integer(
        string="Elders Are From (Years)",
        config_parameter="shequ.triage_elder_age",
        default=60,
        help="老年人权益保障法 article 2: citizens of 60 years and older.",
    )
    shequ_triage_model_weight = fields.Float(
        string="Weight of What Was Learned",
        config_parameter="shequ.triage_model_weight",
        default=0.35,
        help="0: the lexicon alone; 1: what was learned alone.",
    )
    shequ_triage_min_examples = fields.Integer(
        string="Learn From (Confirmed Tickets)",
        config_parameter="shequ.triage_min_examples",
        default=200,
        help="With fewer the lexicon serves alone.",
    )
    shequ_triage_max_examples = fields.Integer(
        string="Newest Tickets Read Each Night",
        config_parameter="shequ.triage_max_examples",
        default=4000,
        help="More teach more and take longer: 4000 about a minute.",
    )
    shequ_triage_hold = fields.Boolean(
        related="company_id.shequ_triage_hold", readonly=False
    )
