"""Text messages through Alibaba Cloud SMS (阿里云短信服务): ``SendSms`` of 2017-05-25.

Requests are signed as the provider documents it for all of its interfaces,
"request syntax and signature method V3", ACS3-HMAC-SHA256
(https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature):
the canonical request is hashed, the hash is signed with the secret, and the
signature travels in the header ``Authorization``.  The parameters of ``SendSms`` are
query parameters, so that the body is empty.
"""

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import requests

ALGORITHM = "ACS3-HMAC-SHA256"
ACTION = "SendSms"
VERSION = "2017-05-25"
ENDPOINT = "https://dysmsapi.aliyuncs.com"
# To connect, and to wait for the answer, in seconds.
TIMEOUT = (3, 5)

# What the answers mean to us.  Codes that are not here are "server": worth a retry.
KINDS = {
    "OK": "ok",
    "isv.MOBILE_NUMBER_ILLEGAL": "number",
    "isv.MOBILE_COUNT_OVER_LIMIT": "number",
    "isv.COUNTRY_RESTRICTED": "country",
    "isv.NOT_SUPPORTED_COUNTRY": "country",
    "isv.BUSINESS_LIMIT_CONTROL": "throttled",
    "isv.DAY_LIMIT_CONTROL": "throttled",
    "isv.MONTH_LIMIT_CONTROL": "throttled",
    "Throttling": "throttled",
    "Throttling.User": "throttled",
    "Throttling.Api": "throttled",
    "isv.AMOUNT_NOT_ENOUGH": "balance",
    "isv.OUT_OF_SERVICE": "balance",
    "isv.SMS_SIGNATURE_ILLEGAL": "sign_name",
    "isv.SMS_SIGN_ILLEGAL": "sign_name",
    "isv.SIGN_NAME_ILLEGAL": "sign_name",
    "isv.SMS_TEMPLATE_ILLEGAL": "template",
    "isv.TEMPLATE_MISSING_PARAMETERS": "template",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "template",
    "isv.INVALID_JSON_PARAM": "template",
    "isv.PARAM_LENGTH_LIMIT": "template",
    "isv.PARAM_NOT_SUPPORT_URL": "template",
    "isv.BLACK_KEY_CONTROL_LIMIT": "template",
    "InvalidAccessKeyId.NotFound": "key",
    "InvalidAccessKeyId.Inactive": "key",
    "InvalidAccessKeyId": "key",
    "SignatureDoesNotMatch": "key",
    "IncompleteSignature": "key",
    "isp.RAM_PERMISSION_DENY": "key",
    "Forbidden.RAM": "key",
    "isv.PRODUCT_UN_SUBSCRIPT": "key",
    "isv.ACCOUNT_ABNORMAL": "key",
}


class Settings(NamedTuple):
    """How to reach the provider, and as whom.

    ``sign_name`` is the approved signature (签名) in front of each message.
    """

    key_id: str
    key_secret: str
    sign_name: str
    endpoint: str = ENDPOINT
    timeout: tuple = TIMEOUT


class Answer(NamedTuple):
    """What became of a message.

    ``kind``: ok, number, country, throttled, balance, sign_name, template, key,
    timeout, server.  ``code`` is the provider's own word for it, ``reference`` its
    receipt (BizId) or the number of the request.
    """

    kind: str
    code: str
    reference: str


def canonical_query(params):
    """``params`` sorted and percent-encoded as RFC 3986 wants it.

    :param dict params: str → str
    :return: str such as ``"a=1&b=%20"``
    """
    return "&".join(
        f"{quote(key, safe='~')}={quote(str(params[key]), safe='~')}"
        for key in sorted(params)
    )


def authorization(method, path, query, headers, payload_hash, key_id, key_secret):
    """The value of the header ``Authorization`` for a request.

    :param str query: canonical query, see `canonical_query`
    :param dict headers: those that are signed, lower-case names → values
    :param str payload_hash: hex SHA-256 of the body, as in ``x-acs-content-sha256``
    """
    names = sorted(headers)
    signed = ";".join(names)
    request = "\n".join(
        [
            method,
            path,
            query,
            "".join(f"{name}:{headers[name].strip()}\n" for name in names),
            signed,
            payload_hash,
        ]
    )
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{digest}"
    signature = hmac.new(
        key_secret.encode(), to_sign.encode(), hashlib.sha256
    ).hexdigest()
    return (
        f"{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}"
    )


def signed_headers(settings, host, path, query, now=None, nonce=None):
    """The headers of a ``SendSms`` request, the signature among them."""
    moment = now or datetime.now(UTC)
    payload_hash = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": host,
        "x-acs-action": ACTION,
        "x-acs-version": VERSION,
        "x-acs-date": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce or secrets.token_hex(16),
        "x-acs-content-sha256": payload_hash,
    }
    headers["Authorization"] = authorization(
        "POST", path, query, headers, payload_hash, settings.key_id, settings.key_secret
    )
    return headers


def send(settings, number, template_code, params, session=None):
    """Send one message made of an approved template.

    :param Settings settings: see there
    :param str number: as `tools.phone.normalise` gives it
    :param str template_code: such as ``"SMS_154950909"``
    :param dict params: the template's variables; values become text
    :param session: a ``requests.Session`` to use again for many
    :return: `Answer`; never raises for what the network or the provider does
    """
    url = urlsplit(settings.endpoint)
    path = url.path or "/"
    query = canonical_query(
        {
            "PhoneNumbers": provider_number(number),
            "SignName": settings.sign_name,
            "TemplateCode": template_code,
            "TemplateParam": json.dumps(
                {key: str(value) for key, value in params.items()}, ensure_ascii=False
            ),
        }
    )
    headers = signed_headers(settings, url.netloc, path, query)
    try:
        response = (session or requests).post(
            f"{url.scheme}://{url.netloc}{path}?{query}",
            headers=headers,
            timeout=settings.timeout,
            allow_redirects=False,
        )
    except requests.Timeout:
        return Answer("timeout", "timeout", "")
    except requests.RequestException as error:
        return Answer("server", type(error).__name__, "")
    return _read(response)


def provider_number(number):
    """Mainland numbers as they are, others as digits with their country code."""
    return number.removeprefix("+")


def _read(response):
    try:
        body = response.json()
        code = str(body["Code"])
    except (ValueError, KeyError, TypeError):
        return Answer("server", f"HTTP {response.status_code}", "")
    kind = KINDS.get(code) or ("throttled" if "Throttl" in code else "server")
    if kind == "ok" and response.status_code != 200:
        kind = "server"
    return Answer(kind, code, str(body.get("BizId") or body.get("RequestId") or ""))
