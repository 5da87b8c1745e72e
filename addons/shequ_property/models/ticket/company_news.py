from odoo import api, fields, models, tools

from ...tools.news import STEPS

SWITCHES = frozenset({"shequ_news", *(f"shequ_news_{step}" for step in STEPS)})


class ResCompany(models.Model):
    """Which news of tickets a company sends by text message; each costs money."""

    _inherit = "res.company"

    shequ_news = fields.Boolean(
        string="News of Tickets by Text Message",
        help="For people who do not use the residents' pages, or want it so.",
    )
    shequ_news_received = fields.Boolean(string="Received", default=True)
    shequ_news_assigned = fields.Boolean(string="Who Is Sent", default=True)
    shequ_news_held = fields.Boolean(string="On Hold, and Why", default=True)
    shequ_news_finished = fields.Boolean(string="Done, and How It Went", default=True)
    shequ_news_red = fields.Boolean(
        string="Emergencies: Everybody",
        default=True,
        help="In an emergency those who use the residents' pages get them as well.",
    )

    @api.model
    @tools.ormcache(cache="default")
    def _news_steps(self):
        """Return ``{company id: steps}`` of the companies that send news.

        Kept in memory: every report asks, and most companies send nothing.
        """
        companies = self.sudo().search([("shequ_news", "=", True)])
        return {
            company.id: frozenset(
                step for step in STEPS if company[f"shequ_news_{step}"]
            )
            for company in companies
        }

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env.registry.clear_cache()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if SWITCHES & vals.keys():
            self.env.registry.clear_cache()
        return result


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    shequ_news = fields.Boolean(related="company_id.shequ_news", readonly=False)
    shequ_news_received = fields.Boolean(
        related="company_id.shequ_news_received", readonly=False
    )
    shequ_news_assigned = fields.Boolean(
        related="company_id.shequ_news_assigned", readonly=False
    )
    shequ_news_held = fields.Boolean(
        related="company_id.shequ_news_held", readonly=False
    )
    shequ_news_finished = fields.Boolean(
        related="company_id.shequ_news_finished", readonly=False
    )
    shequ_news_red = fields.Boolean(related="company_id.shequ_news_red", readonly=False)
