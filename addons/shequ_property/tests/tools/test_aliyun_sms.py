import hashlib
import hmac
import json
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from odoo.tests import BaseCase, tagged
from odoo.tests.common import _super_send

from ...tools import aliyun_sms

SECRET = "a-secret-of-the-double"  # noqa: S105  the double below checks with it
KEY = "LTAI-double"


class Double(BaseHTTPRequestHandler):
    """Answers as the provider does, and checks each signature on its own."""

    def do_POST(self):
        if self.server.delay:
            time.sleep(self.server.delay)
        status, body = self._judge()
        self.server.seen.append(self._params())
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _params(self):
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        return {name: values[0] for name, values in query.items()}

    def _judge(self):
        if self.server.answer:
            return self.server.answer
        if not self._signature_holds():
            return 400, {"Code": "SignatureDoesNotMatch", "RequestId": "r-1"}
        nonce = self.headers["x-acs-signature-nonce"]
        if nonce in self.server.nonces:
            return 400, {"Code": "SignatureNonceUsed", "RequestId": "r-2"}
        self.server.nonces.add(nonce)
        if not self._params()["TemplateCode"].startswith("SMS_"):
            return 200, {"Code": "isv.SMS_TEMPLATE_ILLEGAL", "RequestId": "r-3"}
        return 200, {"Code": "OK", "BizId": "biz-1", "RequestId": "r-4"}

    def _signature_holds(self):
        """Recomputed from what arrived, with nothing of the code under test."""
        words = self.headers["Authorization"].split(" ", 1)
        fields = dict(part.split("=", 1) for part in words[1].split(","))
        names = fields["SignedHeaders"].split(";")
        required = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date"}
        if words[0] != "ACS3-HMAC-SHA256" or not required <= set(names):
            return False
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        digest = hashlib.sha256(body).hexdigest()
        if self.headers["x-acs-content-sha256"] != digest:
            return False
        path, _mark, query = self.path.partition("?")
        lines = ["POST", path, query]
        lines += [f"{name}:{self.headers[name]}" for name in names]
        lines += ["", ";".join(names), digest]
        canonical = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        wanted = hmac.digest(
            SECRET.encode(), f"ACS3-HMAC-SHA256\n{canonical}".encode(), "sha256"
        ).hex()
        return fields["Credential"] == KEY and fields["Signature"] == wanted

    def log_message(self, *_args):
        pass


class SmsDouble:
    """A local stand-in for the provider; ``with SmsDouble() as double``."""

    def __enter__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Double)
        self.server.daemon_threads = True
        self.server.seen, self.server.nonces = [], set()
        self.server.delay, self.server.answer = 0, None
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_exc):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def settings(self, **values):
        return aliyun_sms.Settings(
            **{
                "key_id": KEY,
                "key_secret": SECRET,
                "sign_name": "金昊物业",
                "endpoint": self.url,
                "timeout": (1, 0.5),
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestSignature(BaseCase):
    def test_the_example_of_the_documentation(self):
        """Figures printed in the provider's description of the signature."""
        headers = {
            "host": "ecs.cn-shanghai.aliyuncs.com",
            "x-acs-action": "RunInstances",
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-acs-date": "2023-10-26T10:22:32Z",
            "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
            "x-acs-version": "2014-05-26",
        }
        query = aliyun_sms.canonical_query(
            {
                "RegionId": "cn-shanghai",
                "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
            }
        )
        value = aliyun_sms.authorization(
            "POST",
            "/",
            query,
            headers,
            headers["x-acs-content-sha256"],
            "YourAccessKeyId",
            "YourAccessKeySecret",
        )
        self.assertEqual(
            value.rpartition("=")[2],
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        )

    def test_query_is_sorted_and_encoded(self):
        self.assertEqual(
            aliyun_sms.canonical_query({"b": "a b*", "a": "中~"}),
            "a=%E4%B8%AD~&b=a%20b%2A",
        )

    def test_same_moment_and_nonce_same_signature(self):
        settings = aliyun_sms.Settings("id", "secret", "x")
        moment = datetime(2026, 6, 1, tzinfo=UTC)
        make = lambda secret: aliyun_sms.signed_headers(  # noqa: E731
            settings._replace(key_secret=secret), "h", "/", "a=1", moment, "n"
        )["Authorization"]
        self.assertEqual(make("one"), make("one"))
        self.assertNotEqual(make("one"), make("two"))


@tagged("post_install", "-at_install")
class TestSend(BaseCase):
    """Over HTTP, against a double that checks what the provider checks."""

    def setUp(self):
        super().setUp()
        self.double = self.enterContext(SmsDouble())

    @classmethod
    def _request_handler(cls, session, request, /, **kw):
        # Odoo stretches time limits in tests; here they are what is tested.
        if request.url.startswith("http://127.0.0.1:"):
            return _super_send(session, request, **kw)
        return super()._request_handler(session, request, **kw)

    def _send(self, number="13812345678", code="SMS_1", params=None, **settings):
        return aliyun_sms.send(
            self.double.settings(**settings), number, code, params or {"code": "012345"}
        )

    def test_a_signed_message_is_taken(self):
        answer = self._send()
        self.assertEqual(answer, ("ok", "OK", "biz-1"))
        seen = self.double.server.seen[0]
        self.assertEqual(seen["PhoneNumbers"], "13812345678")
        self.assertEqual(seen["SignName"], "金昊物业")
        self.assertEqual(json.loads(seen["TemplateParam"]), {"code": "012345"})

    def test_variables_are_text_whatever_they_are(self):
        self._send(params={"n": 5, "who": "王小明 & “家人”"})
        params = json.loads(self.double.server.seen[0]["TemplateParam"])
        self.assertEqual(params, {"n": "5", "who": "王小明 & “家人”"})

    def test_numbers_abroad_carry_their_country(self):
        self._send(number="+6591234567")
        self.assertEqual(self.double.server.seen[0]["PhoneNumbers"], "6591234567")

    def test_a_wrong_secret_is_told(self):
        self.assertEqual(self._send(key_secret="wrong").kind, "key")

    def test_a_wrong_template_is_told(self):
        self.assertEqual(self._send(code="NOPE").kind, "template")

    def test_throttling_is_told(self):
        for answer in (
            (200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "RequestId": "r"}),
            (400, {"Code": "Throttling.User", "RequestId": "r"}),
            (503, {"Code": "Throttling.SomethingNew", "RequestId": "r"}),
        ):
            self.double.server.answer = answer
            with self.subTest(answer):
                self.assertEqual(self._send().kind, "throttled")

    def test_no_answer_in_time(self):
        self.double.server.delay = 2
        began = time.monotonic()
        self.assertEqual(self._send().kind, "timeout")
        self.assertLess(time.monotonic() - began, 1.8)

    def test_nonsense_and_nobody_there(self):
        self.double.server.answer = (502, b"<html>Bad Gateway</html>")
        self.assertEqual(self._send(), ("server", "HTTP 502", ""))
        self.double.server.answer = (200, b'["OK"]')
        self.assertEqual(self._send().kind, "server")
        self.assertEqual(self._send(endpoint="http://127.0.0.1:9").kind, "server")
