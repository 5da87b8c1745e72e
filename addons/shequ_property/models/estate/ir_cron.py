from odoo import models


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _callback(self, cron_name, server_action_id):
        """Let jobs of the suite speak the language of the user they run as.

        Odoo runs a job without any language, in which everything is English: also the
        reminder that a resident gets at night.
        """
        lang = self.env.user.lang
        if lang and not self.env.context.get("lang") and self._is_of_suite():
            self = self.with_context(lang=lang)
        return super()._callback(cron_name, server_action_id)

    def _is_of_suite(self):
        name = self.get_external_id().get(self.id) or ""
        return name.startswith("shequ_")
