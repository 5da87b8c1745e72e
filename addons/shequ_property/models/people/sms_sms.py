from odoo import fields, models

from .res_company import OWN_PROVIDERS


class SmsSms(models.Model):
    _inherit = "sms.sms"

    shequ_template_id = fields.Many2one("shequ.sms.template", string="Template")
    shequ_params = fields.Json(string="Filled In")
    shequ_company_id = fields.Many2one("res.company", string="Company")

    def _get_sms_company(self):
        return self.shequ_company_id or super()._get_sms_company()

    def _split_by_api(self):
        """Those of companies with a provider of ours go there, the others on."""
        others = self.browse()
        by_company = {}
        for sms in self:
            company = sms._get_sms_company()[:1]
            if company.sudo().shequ_sms_provider in OWN_PROVIDERS:
                by_company[company] = by_company.get(company, self.browse()) | sms
            else:
                others |= sms
        for company, records in by_company.items():
            sms_api = company._get_sms_api_class()(self.env)
            sms_api._set_company(company)
            yield sms_api, records
        if others:
            yield from super(SmsSms, others)._split_by_api()

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """The queue brings messages of several companies: each its own provider."""
        options = (unlink_failed, unlink_sent, raise_exception)
        if self.env.context.get("sms_api"):
            return super()._send(*options)
        for sms_api, records in self._split_by_api():
            chosen = records.with_context(sms_api=sms_api)
            super(SmsSms, chosen)._send(*options)
        return None
