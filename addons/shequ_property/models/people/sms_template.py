from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools import phone as phone_tools
from .sms_api import ShequSmsApi

# What may be filled into the text of each purpose.
VARIABLES = {
    "code": ("code", "minutes"),
    "invitation": ("company", "home", "token", "link"),
    "registration": ("name", "home"),
    "answer": ("home", "result"),
    "ticket": ("number", "status"),
    "phone": ("tail",),
    "news_received": ("number", "what", "time", "phone"),
    "news_assigned": ("number", "what", "worker", "phone"),
    "news_held": ("number", "what", "reason", "phone"),
    "news_finished": ("number", "what", "result", "token", "link"),
}
# Providers refuse addresses in variables: they belong into the template itself.
NEVER_SENT = {"link"}


class ShequSmsTemplate(models.Model):
    """The text of one kind of message, and the provider's code for it."""

    _name = "shequ.sms.template"
    _description = "Text Message Template"
    _order = "purpose, company_id, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    purpose = fields.Selection(
        [
            ("code", "Code to log in"),
            ("invitation", "Invitation"),
            ("registration", "Somebody asks to be confirmed"),
            ("answer", "Answer to a registration"),
            ("ticket", "News of a ticket"),
            ("phone", "Telephone number changed"),
            ("news_received", "Ticket: received"),
            ("news_assigned", "Ticket: who comes"),
            ("news_held", "Ticket: on hold"),
            ("news_finished", "Ticket: done, how did it go"),
        ],
        required=True,
    )
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    body = fields.Text(
        required=True,
        translate=True,
        help="What is sent where the provider takes whole texts, and what the "
        "development outbox shows. Variables in braces, such as {code}.",
    )
    provider_code = fields.Char(
        string="Template Code", help="As approved by Alibaba Cloud: SMS_154950909."
    )
    variables = fields.Char(compute="_compute_variables")

    _purpose_uniq = models.UniqueIndex(
        "(purpose, COALESCE(company_id, 0)) WHERE active",
        "There is one template for each purpose and company.",
    )

    @api.depends("purpose")
    def _compute_variables(self):
        for template in self:
            names = VARIABLES.get(template.purpose, ())
            template.variables = " ".join(f"{{{name}}}" for name in names)

    @api.constrains("body", "purpose")
    def _check_body(self):
        for template in self:
            names = VARIABLES[template.purpose]
            try:
                template.body.format(**dict.fromkeys(names, ""))
            except (KeyError, IndexError, ValueError, AttributeError) as error:
                raise ValidationError(
                    self.env._(
                        "In the text of “%(template)s” only these can be filled in: "
                        "%(variables)s.",
                        template=template.name,
                        variables=template.variables,
                    )
                ) from error

    @api.model
    def _find(self, purpose, company):
        """The company's template for ``purpose``, else that of all (as super-user).

        :raises UserError: when there is none
        """
        found = self.sudo().search(
            [("purpose", "=", purpose), ("company_id", "in", (False, company.id))]
        )
        template = found.filtered("company_id")[:1] or found[:1]
        if not template:
            raise UserError(
                self.env._("There is no template for this kind of text message.")
            )
        return template

    def _text(self, params):
        self.ensure_one()
        filled = {name: params.get(name, "") for name in VARIABLES[self.purpose]}
        return self.body.format(**filled)

    def _sent_params(self, params):
        return {key: str(v) for key, v in params.items() if key not in NEVER_SENT}

    @api.model
    def _send_now(self, purpose, number, params, company, lang=None):
        """Send at once, leaving no record of the text: for codes.

        :param str number: as `tools.phone.normalise` gives it
        :return: kind of the answer, "ok" when it was taken; never raises for what
            the provider does
        """
        template = self.with_context(lang=lang or self.env.lang)._find(purpose, company)
        api_class = company.sudo()._get_sms_api_class()
        sms_api = api_class(self.env(su=True))
        sms_api._set_company(company.sudo())
        message = {
            "content": template._text(params),
            "numbers": [{"uuid": uuid4().hex, "number": phone_tools.e164(number)}],
        }
        if issubclass(api_class, ShequSmsApi):
            message["shequ_template"] = template
            message["shequ_params"] = self._sent_params(params)
        try:
            result = sms_api._send_sms_batch([message])[0]
        except Exception:  # whatever a provider's library raises is "not sent"
            return "server"
        if result.get("kind"):
            return result["kind"]
        return (
            "ok" if result["state"] in ("success", "processing", "sent") else "server"
        )

    @api.model
    def _queue(self, purpose, partner, params, company, number=None):
        """Queue a message in Odoo's own outbox; its scheduler sends it.

        :return: the `sms.sms`, empty when the number cannot receive messages
        """
        number = number or partner.sudo().shequ_phone
        Sms = self.env["sms.sms"].sudo()
        if not phone_tools.can_receive_sms(number):
            return Sms
        template = self.with_context(lang=partner.lang or self.env.lang)._find(
            purpose, company
        )
        return Sms.create(
            {
                "number": phone_tools.e164(number),
                "body": template._text(params),
                "partner_id": partner.id,
                "shequ_template_id": template.id,
                "shequ_params": self._sent_params(params),
                "shequ_company_id": company.id,
            }
        )
