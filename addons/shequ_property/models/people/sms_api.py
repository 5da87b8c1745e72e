"""The providers of text messages that `sms` does not bring itself.

They stand behind the seam that Odoo has for that: `res.company._get_sms_api_class`
and `_send_sms_batch`, so that everything Odoo sends goes their way as well.
"""

import logging
import os

import requests

from odoo.addons.sms.tools.sms_api import SmsApiBase

from ...tools import aliyun_sms
from ...tools import phone as phone_tools

_logger = logging.getLogger(__name__)

# Our kinds of answers → what Odoo's `sms.sms` calls them.
STATES = {
    "ok": "success",
    "number": "wrong_number_format",
    "country": "country_not_supported",
    "balance": "insufficient_credit",
    "key": "unregistered",
}


def secret(env, name):
    """A secret from the environment, else from the system parameters.

    :param str name: such as ``"shequ.aliyun.access_key_secret"``, which is
        ``SHEQU_ALIYUN_ACCESS_KEY_SECRET`` in the environment
    """
    from_environment = os.environ.get(name.upper().replace(".", "_"))
    return from_environment or env["ir.config_parameter"].sudo().get_param(name) or ""


def sentence(env, kind):
    """What staff read about a message that was not sent."""
    return {
        "number": env._("This number cannot receive text messages."),
        "country": env._("The provider does not send to this country."),
        "throttled": env._(
            "The provider sends no more messages to this number for now. "
            "Try again later."
        ),
        "balance": env._("The account at the provider of text messages is used up."),
        "sign_name": env._(
            "The provider does not know the signature in front of the messages. "
            "Check its spelling in the settings."
        ),
        "template": env._(
            "The provider refuses the template or what is filled into it. Check the "
            "template code."
        ),
        "key": env._(
            "The provider of text messages refuses the access key. Check key and "
            "secret."
        ),
        "timeout": env._("The provider of text messages did not answer in time."),
        "no_template": env._(
            "No template of the provider is entered for this kind of message."
        ),
    }.get(kind) or env._("The provider of text messages could not be reached.")


class ShequSmsApi(SmsApiBase):
    """What both providers share: one message after the other, with its template."""

    PROVIDER_TO_SMS_FAILURE_TYPE = SmsApiBase.PROVIDER_TO_SMS_FAILURE_TYPE | {
        "country_not_supported": "sms_country_not_supported",
        "insufficient_credit": "sms_credit",
        "unregistered": "sms_acc",
    }

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        results = []
        records = self._records(messages)
        for message in messages:
            for number in message.get("numbers") or ():
                record = records.get(number["uuid"])
                template = message.get("shequ_template") or (
                    record and record.shequ_template_id
                )
                params = message.get("shequ_params") or (record and record.shequ_params)
                kind = self._send_one(
                    phone_tools.normalise(number["number"]),
                    message.get("content") or "",
                    template,
                    params or {},
                )
                results.append(self._result(number["uuid"], kind))
        return results

    def _records(self, messages):
        uuids = [
            number["uuid"]
            for message in messages
            if "shequ_template" not in message
            for number in message.get("numbers") or ()
        ]
        found = self.env["sms.sms"].sudo().search([("uuid", "in", uuids)])
        return found.grouped("uuid")

    def _result(self, uuid, kind):
        if kind == "ok":
            return {"uuid": uuid, "state": "success", "kind": kind}
        return {
            "uuid": uuid,
            "state": STATES.get(kind, "server_error"),
            "failure_reason": sentence(self.env, kind),
            "kind": kind,
        }

    def _send_one(self, number, body, template, params):
        """Send one message; return the kind of the answer, see `tools.aliyun_sms`."""
        raise NotImplementedError


class LogSmsApi(ShequSmsApi):
    """For development: messages are kept in the database and go nowhere."""

    def _send_one(self, number, body, template, params):
        self.env["shequ.sms.outbox"].sudo().create(
            {
                "number": number,
                "body": body,
                "purpose": template.purpose if template else False,
                "company_id": self.company.id,
            }
        )
        return "ok"


class AliyunSmsApi(ShequSmsApi):
    """Alibaba Cloud SMS; only approved templates can be sent."""

    def __init__(self, env, account=None):
        super().__init__(env, account=account)
        self.session = requests.Session()

    def _send_one(self, number, body, template, params):
        code = template and template.sudo().provider_code
        if not code:
            return "no_template"
        answer = aliyun_sms.send(
            self._settings(), number, code, params, session=self.session
        )
        if answer.kind != "ok":
            # Neither the number nor what was written: the log is not for those.
            _logger.warning(
                "Alibaba Cloud SMS: %s (%s, %s)",
                answer.kind,
                answer.code,
                answer.reference,
            )
        return answer.kind

    def _settings(self):
        parameters = self.env["ir.config_parameter"].sudo()
        return aliyun_sms.Settings(
            key_id=secret(self.env, "shequ.aliyun.access_key_id"),
            key_secret=secret(self.env, "shequ.aliyun.access_key_secret"),
            sign_name=self.company.sudo().shequ_sms_sign_name or "",
            endpoint=parameters.get_param("shequ.aliyun.endpoint")
            or aliyun_sms.ENDPOINT,
        )
