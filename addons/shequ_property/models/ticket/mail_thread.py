from odoo import api, models

# What programs say in their headers when they answer by themselves (RFC 3834 and
# the habits from before it).
AUTOMATIC_PRECEDENCE = ("auto_reply", "bulk", "junk", "list")
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "List-Id")


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Answers of machines neither make nor touch tickets: no endless talk."""
        routes = super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
        if not self._shequ_is_automatic(message):
            return routes
        return [route for route in routes if route[0] != "shequ.ticket"]

    @api.model
    def _shequ_is_automatic(self, message):
        submitted = (message.get("Auto-Submitted") or "no").strip().lower()
        precedence = (message.get("Precedence") or "").strip().lower()
        return (
            not submitted.startswith("no")
            or precedence in AUTOMATIC_PRECEDENCE
            or any(message.get(header) for header in AUTOMATIC_HEADERS)
        )
