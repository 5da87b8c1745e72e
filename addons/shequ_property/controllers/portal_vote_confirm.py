"""Showing afresh who one is: a code to the telephone on file, or a passkey.

Being logged in is not enough for what counts in law: a telephone left on a table is
logged in as well.  What is confirmed travels in the form, never in the session: of a
secret ballot nothing may be kept beside the name.
"""

import json
import re
import secrets
import time
import unicodedata

from odoo.exceptions import AccessDenied
from odoo.http import request

from odoo.addons.auth_passkey._vendor.webauthn.helpers.exceptions import (
    InvalidAuthenticatorDataStructure,
    InvalidJSONStructure,
)

from ..tools import mask
from .portal_login import CODE, LoginPages

STATE = "shequ_vote_code"
PURPOSE = "vote"


class ConfirmPages(LoginPages):
    def _shequ_confirm_state(self, subject):
        """What was sent for ``subject`` in this session, or {}."""
        state = request.session.get(STATE)
        if isinstance(state, dict) and state.get("subject") == subject:
            return state
        return {}

    def _shequ_confirm_ways(self, subject):
        """How the person can confirm: ``phone`` (masked, or ""), ``passkey`` (bool),
        and whether a code for ``subject`` was ``sent``."""
        return {
            "phone": mask.mask_phone(self._shequ_partner().sudo().shequ_phone or ""),
            "passkey": bool(request.env.user.sudo().auth_passkey_key_ids),
            "sent": bool(self._shequ_confirm_state(subject)),
        }

    def _shequ_confirm_begin(self, subject, again=False):
        """Send a code, unless the person has a passkey and has not asked for one.

        :return: sentence of the refusal, or ""
        """
        if not again and self._shequ_confirm_ways(subject)["passkey"]:
            return ""
        return self._shequ_confirm_send(subject)

    def _shequ_confirm_send(self, subject):
        """Send a code for ``subject``; one that was sent just now still counts.

        :param str subject: what is confirmed; a code for one thing opens no other
        :return: sentence of the refusal, or ""
        """
        phone = self._shequ_partner().sudo().shequ_phone
        if not phone:
            return self.env._(
                "No mobile number of yours is on file. The service desk can record "
                "it, or gives you a ballot on paper."
            )
        state = self._shequ_confirm_state(subject)
        if state.get("phone") == phone and state.get("again_at", 0) > time.time():
            return ""
        browser = secrets.token_urlsafe(18)
        sent = (
            request.env["shequ.login.code"]
            .sudo()
            ._send(phone, self._shequ_confirm_source(), browser, PURPOSE)
        )
        if sent.kind != "ok":
            return self._shequ_not_sent(sent)
        request.session[STATE] = {
            "subject": subject,
            "phone": phone,
            "browser": browser,
            "again_at": int(time.time()) + sent.wait,
        }
        return ""

    def _shequ_confirm_source(self):
        """Whose codes and wrong tries are counted together: those of one person.

        Not those of an address as before a log-in: on the day of a vote a hall, or a
        whole house on the telephone network, votes from one.
        """
        return f"user {request.env.uid}"

    def _shequ_confirm_check(self, subject, code="", webauthn_response=""):
        """Whether it is the person: by passkey, else by the code that was typed.

        :return: how it was confirmed ("passkey", "code" or ""), and the sentence of
            the refusal
        """
        if webauthn_response:
            return self._shequ_confirm_passkey(webauthn_response)
        state = self._shequ_confirm_state(subject)
        if not state:
            return "", self.env._("Please ask for a code first.")
        typed = re.sub(r"\D", "", unicodedata.normalize("NFKC", code))
        if not CODE.fullmatch(typed):
            return "", self.env._(
                "The code has six digits. Please look at the message."
            )
        Code = request.env["shequ.login.code"].sudo()
        checked = Code._check(
            state["phone"],
            typed,
            self._shequ_confirm_source(),
            state["browser"],
            PURPOSE,
        )
        if checked.kind != "ok":
            return "", self._shequ_wrong(checked)
        request.session.pop(STATE, None)
        if not Code._use_proof(state["phone"], checked.proof):
            return "", self.env._(
                "This code no longer counts. Please ask for a new one below."
            )
        return "code", ""

    def _shequ_confirm_passkey(self, answer):
        user = request.env.user
        refusal = self.env._(
            "The passkey was not accepted. Please try again, or use a code."
        )
        try:
            json.loads(answer)["id"]
        except (ValueError, KeyError, TypeError):
            return "", refusal
        try:
            user._check_credentials(
                {"type": "webauthn", "webauthn_response": answer},
                {"interactive": True},
            )
        except (
            AccessDenied,
            InvalidAuthenticatorDataStructure,
            InvalidJSONStructure,
            ValueError,
        ):
            # Not the key, or nothing that a browser would send.
            return "", refusal
        return "passkey", ""
