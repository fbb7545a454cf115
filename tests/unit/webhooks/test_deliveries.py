"""PayPal's deliveries at the function's door: refused, stored once, acknowledged (EXT-2)."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from guichet.adapters.http import HttpResponse
from guichet.bootstrap import Container
from guichet.entry.webhooks import MOST_BYTES, answer_delivery
from guichet.registration.provider_event import ProviderEvent
from guichet.settings import Settings
from tests.support.certificates import PAYPAL, SIGNED_AT, Authority
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.paypal_deliveries import (
    CERTIFICATE_URL,
    HOST,
    WEBHOOK_ID,
    CertificateServer,
    an_event,
    gateway_event,
    headers_for,
    twin_of,
)
from tests.support.unchanged import written_so_far
from tests.support.world import QuietLog, TestClock

BODY = an_event()
EVENT_ID = json.loads(BODY)["id"]


@dataclass
class Door:
    """The function's parts on a store in memory, and what it has logged."""

    container: Container
    dynamo: MemoryDynamo
    clock: TestClock
    log: QuietLog

    def answer(self, event: dict[str, Any]) -> tuple[int, str]:
        """Status, and the outcome or the problem's code."""
        answer = answer_delivery(event, self.container, self.log)
        told = json.loads(answer["body"])
        if answer["statusCode"] == 200:
            return 200, told["received"]
        assert answer["headers"]["content-type"] == "application/problem+json"
        assert told["instance"] == event["rawPath"]
        return answer["statusCode"], told["code"]

    def deliver(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
        return self.answer(gateway_event(body, headers or headers_for(body)))

    def stored(self, event_id: str = EVENT_ID) -> ProviderEvent | None:
        return self.container.records.provider_event("paypal", event_id)

    @property
    def is_untouched(self) -> bool:
        return written_so_far(self.dynamo) == ([], [])


@pytest.fixture
def door(server: CertificateServer, root: Authority) -> Door:
    clock, dynamo = TestClock(SIGNED_AT), MemoryDynamo()
    secret = {
        "token_keys": ["k" * 43],
        "paypal_webhook_ids": ["OTHER", WEBHOOK_ID],
        "paypal_trust_anchors": [root.pem],
    }
    container = Container(
        Settings.from_environment({"PAYPAL_CERTIFICATE_HOSTS": HOST}),
        dynamo=dynamo,
        clock=clock,
        http=server,
        secret_text=lambda: json.dumps(secret),
    )
    return Door(container, dynamo, clock, QuietLog())


def test_an_event_is_stored_once_with_its_exact_body_ext_2(door: Door, server: CertificateServer):
    outcomes = [door.deliver(BODY) for _ in range(2)]

    assert outcomes == [(200, "stored"), (200, "repeated")]
    found = door.stored()
    assert found is not None
    assert (found.kind, found.body, found.provider_account_id) == (
        "PAYMENT.CAPTURE.COMPLETED",
        BODY.decode(),
        "",
    )
    assert server.asked == [CERTIFICATE_URL]


def test_the_same_event_in_another_transmission_is_the_same_event_ext_2(door: Door):
    """PayPal's repeats may be stamped anew, and a person may ask for one."""
    door.deliver(BODY)
    door.clock.advance(days=2)

    assert door.deliver(BODY, headers_for(BODY, at=door.clock.now())) == (200, "repeated")


def test_an_event_of_an_unknown_type_is_stored_and_acknowledged_ext_2(door: Door):
    body = an_event(id="WH-2", event_type="SOMETHING.NEW", resource=None)

    assert door.deliver(body) == (200, "stored")
    assert door.stored("WH-2") is not None


def test_an_event_about_a_merchant_is_stored_under_that_merchant_pay_5(door: Door):
    body = an_event(
        event_type="MERCHANT.PARTNER-CONSENT.REVOKED", resource={"merchant_id": "2BUMQ2JXJP9M8"}
    )

    assert door.deliver(body) == (200, "stored")
    found = door.stored()
    assert found is not None
    assert found.provider_account_id == "2BUMQ2JXJP9M8"


@pytest.mark.parametrize("change", [str.upper, str.title, str.lower])
def test_header_names_are_read_in_any_case_ext_2(door: Door, change: Any):  # noqa: ANN401 - a method of text
    headers = {change(name): value for name, value in headers_for(BODY).items()}

    assert door.deliver(BODY, headers) == (200, "stored")


def test_a_header_in_two_cases_came_twice_ext_2(door: Door):
    headers = headers_for(BODY)
    headers["PayPal-Cert-Url"] = headers["paypal-cert-url"]

    assert door.deliver(BODY, headers) == (400, "signature_malformed")
    assert door.is_untouched


def test_the_signed_bytes_are_those_that_were_sent_ext_2(door: Door):
    """The gateway encodes what it takes for binary; PayPal escapes nothing but what it must."""
    body = json.dumps(
        json.loads(an_event()) | {"summary": "Zoë paid 12 € – 🎉"}, ensure_ascii=False, indent=1
    ).encode()
    event = gateway_event(b"", headers_for(body)) | {
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }

    assert door.answer(event) == (200, "stored")
    found = door.stored()
    assert found is not None
    assert found.body == body.decode()


def test_a_body_that_is_not_what_the_gateway_says_is_refused_ext_2(door: Door):
    event = gateway_event(BODY, headers_for(BODY)) | {"isBase64Encoded": True}

    assert door.answer(event) == (400, "body_malformed")
    assert door.is_untouched


def padded(size: int) -> bytes:
    body = an_event(pad="")
    return an_event(pad="x" * (size - len(body)))


@pytest.mark.parametrize("encoded", [False, True])
def test_an_event_has_256_kilobytes_at_most_ext_2(door: Door, encoded: bool):  # noqa: FBT001 - a parameter
    def event(size: int) -> dict[str, Any]:
        body = padded(size)
        made = gateway_event(body, headers_for(body))
        if encoded:
            made |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        return made

    assert door.answer(event(MOST_BYTES + 1)) == (413, "body_too_large")
    assert door.answer(event(1024 * 1024)) == (413, "body_too_large")
    assert door.is_untouched
    assert door.answer(event(MOST_BYTES)) == (200, "stored")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param({"content-type": "application/json"}, "signature_missing", id="missing"),
        pytest.param(
            headers_for(BODY) | {"paypal-auth-algo": "none"}, "signature_malformed", id="malformed"
        ),
        pytest.param(headers_for(b"{}"), "signature_invalid", id="of another body"),
        pytest.param(
            headers_for(BODY, at=SIGNED_AT - timedelta(days=4)), "signature_old", id="old"
        ),
        pytest.param(
            headers_for(BODY, at=SIGNED_AT + timedelta(hours=1)), "signature_future", id="future"
        ),
        pytest.param(
            headers_for(BODY, url="https://evilpaypal.com/v1/notifications/certs/CERT-1"),
            "certificate_url_refused",
            id="a certificate from elsewhere",
        ),
    ],
)
def test_what_paypal_did_not_send_is_refused_and_nothing_is_stored_ext_2(
    door: Door, headers: dict[str, str], code: str
):
    assert door.deliver(BODY, headers) == (400, code)
    assert door.is_untouched


def test_while_a_certificate_cant_be_had_paypal_is_asked_to_repeat_ext_2(
    door: Door, server: CertificateServer, good_pem: str
):
    server.held[CERTIFICATE_URL] = HttpResponse(200, {}, b"<html>")

    assert door.deliver(BODY) == (503, "certificate_unavailable")
    assert door.is_untouched

    server.put(good_pem)
    assert door.deliver(BODY) == (200, "stored")


def test_a_certificate_of_paypals_that_we_dont_trust_is_told_to_a_person_ext_2(
    door: Door,
    server: CertificateServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Guichet")  # as template.yaml sets it
    server.put(Authority("Next Year's Root").leaf(PAYPAL))

    assert door.deliver(BODY) == (400, "certificate_untrusted")

    metric = json.loads(capsys.readouterr().out)
    assert (metric["ParkedPayment"], metric["reason"]) == ([1.0], "certificate_untrusted")
    assert door.is_untouched


def test_a_forged_body_with_the_same_checksum_is_no_more_than_an_event_to_ask_about_ext_2(
    door: Door,
):
    """It can be stored, as whoever knows one delivery can make it: it says which id to ask for."""
    forged = twin_of(
        BODY,
        {
            "id": "WH-FORGED",
            "event_type": "PAYMENT.CAPTURE.COMPLETED",
            "resource": {"custom_id": "pay_other", "amount": {"value": "9999.00"}},
        },
    )
    door.deliver(BODY)
    state, journal = written_so_far(door.dynamo)

    assert door.deliver(forged, headers_for(BODY)) == (200, "stored")

    later_state, later_journal = written_so_far(door.dynamo)
    assert (len(later_state) - len(state), len(later_journal) - len(journal)) == (1, 1)
    assert all(each in later_state for each in state)
    found = door.stored("WH-FORGED")
    assert found is not None
    assert found.body == forged.decode()


def test_neither_bodies_nor_transmission_headers_are_logged_ext_2(door: Door):
    """Together they let anybody forge events until the delivery is too old."""
    headers = headers_for(BODY)

    door.deliver(BODY)
    door.deliver(BODY)
    door.deliver(BODY, headers | {"paypal-auth-algo": "none"})
    door.deliver(b"{}", headers)

    written = json.dumps(door.log.lines)
    assert len(door.log.lines) == 4
    assert [value for value in headers.values() if value in written] == []
    assert "custom_id" not in written


def test_a_delivery_to_stripes_address_is_judged_as_stripes_ext_2(door: Door):
    event = gateway_event(BODY, headers_for(BODY), "/v1/webhooks/stripe")

    assert door.answer(event) == (400, "signature_missing")
    assert door.is_untouched


def test_stripes_road_loads_nothing_that_judges_certificates_ext_2():
    """Importing it takes longer than everything else that a webhook of Stripe's needs."""
    script = (
        "import sys\n"
        "from guichet.bootstrap import Container\n"
        "from guichet.entry.webhooks import answer_stripe\n"
        "from guichet.settings import Settings\n"
        "class Log:\n"
        "    def warning(self, message, **facts): pass\n"
        "made = Container(Settings.from_environment({}), secret_text=lambda: '{}')\n"
        "answer = answer_stripe({'rawPath': '/v1/webhooks/stripe'}, made, Log())\n"
        "assert answer['statusCode'] == 400\n"
        "print(sorted(sys.modules))"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert "guichet.adapters.stripe.webhooks" in done.stdout
    assert "guichet.adapters.paypal" not in done.stdout
    assert "cryptography" not in done.stdout
