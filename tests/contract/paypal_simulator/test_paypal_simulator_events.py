"""What PayPal announces, and how a delivery is signed; each test cites its source."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zlib import crc32

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store

from local.simulators.paypal import PayPalSimulator, PendingWebhook
from tests.support.paypal_calls import MERCHANT, Answer, PayPalCalls, money
from tests.support.stripe_calls import MovableClock

SIGNER = "messageverificationcerts.paypal.com"


def types(simulator: PayPalSimulator) -> list[str]:
    return [webhook.event_type for webhook in simulator.take_webhooks()]


def certificate(simulator: PayPalSimulator, headers: Mapping[str, str]) -> x509.Certificate:
    """What is served at the delivery's certificate URL."""
    path = headers["PAYPAL-CERT-URL"].removeprefix(simulator.base_url)
    answer = simulator.handle("GET", path, {})
    assert answer.status == 200
    return x509.load_pem_x509_certificate(answer.body)


def require_signed(
    simulator: PayPalSimulator, webhook: PendingWebhook, webhook_id: str, body: bytes
) -> None:
    """Verify as a receiver does (CONTRACTS 2.7), with nothing of the simulator's own."""
    headers = webhook.headers
    text = "|".join(
        (
            headers["PAYPAL-TRANSMISSION-ID"],
            headers["PAYPAL-TRANSMISSION-TIME"],
            webhook_id,
            str(crc32(body)),
        )
    )
    key = certificate(simulator, headers).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    signature = base64.b64decode(headers["PAYPAL-TRANSMISSION-SIG"])
    key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_a_sale_and_its_return_are_announced(calls: PayPalCalls):
    """CONTRACTS 2.7: .REFUNDED is called after the capture, and its resource is the refund."""
    capture = calls.pay()
    refund = calls.refund(capture["id"], {"amount": money("20.00")}).json

    events = {each["event_type"]: each for each in calls.simulator.events()}

    refunded = events["PAYMENT.CAPTURE.REFUNDED"]
    assert list(events) == [
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.CAPTURE.REFUNDED",
    ]
    assert events["CHECKOUT.ORDER.APPROVED"]["resource_type"] == "checkout-order"
    assert events["PAYMENT.CAPTURE.COMPLETED"]["resource"]["custom_id"] == "pay_1"
    assert (refunded["resource_type"], refunded["resource"]["id"]) == ("refund", refund["id"])
    links = {each["rel"]: each["href"] for each in refunded["resource"]["links"]}
    assert links["up"].endswith(f"/v2/payments/captures/{capture['id']}")


def test_a_captures_event_names_its_order(calls: PayPalCalls):
    """CONTRACTS 2.7: supplementary_data.related_ids.order_id, or the link rel=up."""
    calls.pay()
    order_id = calls.simulator.orders()[0]["id"]

    resource = calls.simulator.events()[1]["resource"]

    assert resource["supplementary_data"]["related_ids"]["order_id"] == order_id


def test_an_event_is_a_snapshot(calls: PayPalCalls):
    """CONTRACTS 2.7: a webhook is a trigger; the order is asked for afterwards."""
    order = calls.open_order()
    calls.simulator.approve(order["id"])
    calls.capture(order["id"])

    approved = json.loads(calls.simulator.take_webhooks()[0].body)

    assert approved["resource"]["status"] == "APPROVED"
    assert calls.get(f"/v2/checkout/orders/{order['id']}").json["status"] == "COMPLETED"


def test_a_delivery_is_signed_over_its_id_time_webhook_and_the_bodys_sum(
    calls: PayPalCalls, simulator: PayPalSimulator
):
    """CONTRACTS 2.7, tested there on five genuine deliveries."""
    calls.pay()
    webhook = simulator.take_webhooks()[0]

    require_signed(simulator, webhook, "WHLOCAL1", webhook.body)

    with pytest.raises(InvalidSignature):
        require_signed(simulator, webhook, "WHOTHER1", webhook.body)
    with pytest.raises(InvalidSignature):
        require_signed(simulator, webhook, "WHLOCAL1", webhook.body + b" ")
    assert webhook.headers["PAYPAL-AUTH-ALGO"] == "SHA256withRSA"
    assert webhook.headers["PAYPAL-AUTH-VERSION"] == "v2"


def test_the_certificate_is_the_signers_and_its_authority_vouches_for_it(
    calls: PayPalCalls, simulator: PayPalSimulator, clock: MovableClock
):
    """CONTRACTS 2.7: CN messageverificationcerts.paypal.com, a chain, dates, a path of its own."""
    calls.pay()
    headers = simulator.take_webhooks()[0].headers
    leaf = certificate(simulator, headers)
    root = x509.load_pem_x509_certificate(simulator.ca_pem.encode())
    judge = (
        PolicyBuilder()
        .store(Store([root]))
        .time(clock.at)
        .build_server_verifier(x509.DNSName(SIGNER))
    )

    chain = judge.verify(leaf, [])

    name = headers["PAYPAL-CERT-URL"].removeprefix(f"{simulator.base_url}/v1/notifications/certs/")
    assert chain == [leaf, root]
    assert f"CN={SIGNER}" in leaf.subject.rfc4514_string()
    assert name.startswith("CERT-")
    assert set(name.removeprefix("CERT-")) <= set("0123456789abcdef-")


def test_certificates_are_renewed_before_they_end(
    calls: PayPalCalls, simulator: PayPalSimulator, clock: MovableClock
):
    """CONTRACTS 2.7: they rotate about yearly; the old one is still served."""
    calls.pay(key="order-1", invoice_id="one")
    first = simulator.take_webhooks()[0].headers

    clock.at = datetime(2028, 1, 1, tzinfo=UTC)
    calls.new_token()
    calls.pay(key="order-2", invoice_id="two")
    second = simulator.take_webhooks()[0].headers

    assert first["PAYPAL-CERT-URL"] != second["PAYPAL-CERT-URL"]
    assert certificate(simulator, first).not_valid_after_utc < clock.at
    assert certificate(simulator, second).not_valid_after_utc > clock.at + timedelta(days=300)


def test_a_restart_keeps_the_keys(calls: PayPalCalls, clock: MovableClock):
    """A receiver that trusts the authority goes on trusting it."""
    calls.pay()
    webhook = calls.simulator.take_webhooks()[0]
    restored = PayPalSimulator(clock)

    restored.restore(json.loads(json.dumps(calls.simulator.snapshot())))

    assert restored.ca_pem == calls.simulator.ca_pem
    require_signed(restored, webhook, "WHLOCAL1", webhook.body)


def postback(webhook: PendingWebhook, event: bytes, **changes: str) -> bytes:
    """A verification request with the event spliced in as it came."""
    headers = webhook.headers
    fields = {
        "auth_algo": headers["PAYPAL-AUTH-ALGO"],
        "cert_url": headers["PAYPAL-CERT-URL"],
        "transmission_id": headers["PAYPAL-TRANSMISSION-ID"],
        "transmission_sig": headers["PAYPAL-TRANSMISSION-SIG"],
        "transmission_time": headers["PAYPAL-TRANSMISSION-TIME"],
        "webhook_id": "WHLOCAL1",
        **changes,
    }
    return json.dumps(fields)[:-1].encode() + b', "webhook_event": ' + event + b"}"


def ask(partner: PayPalCalls, body: bytes) -> Answer:
    path = "/v1/notifications/verify-webhook-signature"
    return partner.send("POST", path, partner.headers(), body)


def test_paypal_itself_says_whether_it_sent_a_delivery(calls: PayPalCalls, partner: PayPalCalls):
    """CONTRACTS 2.7: verify-webhook-signature, with the raw body; rewriting it breaks it
    (MahoCommerce/maho#1110, paypal/PayPal-node-SDK#412).
    """
    calls.pay()
    webhook = calls.simulator.take_webhooks()[0]
    rewritten = json.dumps(json.loads(webhook.body), indent=1).encode()

    answers = [
        ask(partner, postback(webhook, webhook.body)),
        ask(partner, postback(webhook, rewritten)),
        ask(partner, postback(webhook, webhook.body, webhook_id="WHOTHER1")),
        ask(partner, postback(webhook, webhook.body, transmission_id="another")),
        ask(partner, postback(webhook, webhook.body, transmission_sig="!")),
        ask(partner, postback(webhook, webhook.body, cert_url="https://x.example/CERT-1")),
    ]

    statuses = [each.json["verification_status"] for each in answers]
    assert statuses == ["SUCCESS", *["FAILURE"] * 5]


def test_past_events_are_listed_and_sent_again(calls: PayPalCalls, partner: PayPalCalls):
    """CONTRACTS 2.7: GET webhooks-events and resend, to fill a gap."""
    calls.pay()
    calls.simulator.take_webhooks()
    path = "/v1/notifications/webhooks-events"

    listed = partner.get(f"{path}?event_type=PAYMENT.CAPTURE.COMPLETED").json["events"]
    again = partner.post(f"{path}/{listed[0]['id']}/resend")

    assert len(listed) == 1
    assert again.status == 202
    assert types(calls.simulator) == ["PAYMENT.CAPTURE.COMPLETED"]


def test_a_retry_comes_with_the_headers_of_the_first_try(
    calls: PayPalCalls, simulator: PayPalSimulator, clock: MovableClock
):
    """CONTRACTS 2.7: whether a retry is stamped anew isn't documented; the old one is the harder."""
    calls.pay()
    first = simulator.take_webhooks(1)[0]
    simulator.webhook_failed(first.event_id)

    clock.advance(minutes=10)
    again = next(w for w in simulator.take_webhooks() if w.event_id == first.event_id)

    assert (again.headers, again.body) == (first.headers, first.body)


def test_tries_end_after_25_retries_within_three_days(
    calls: PayPalCalls, simulator: PayPalSimulator, clock: MovableClock
):
    """CONTRACTS 2.7: retried up to 25 times over 3 days."""
    simulator.configure_chaos({"webhooks": {"drop": -1, "types": ["PAYMENT.*", "*COMPLETED"]}})
    calls.pay()
    began, tries, last = clock.at, 0, clock.at

    while (due := simulator.next_due_at()) is not None:
        clock.at = due
        for webhook in simulator.take_webhooks():
            simulator.webhook_failed(webhook.event_id)
            tries, last = tries + 1, clock.at

    assert tries == 26
    assert timedelta(days=2) < last - began <= timedelta(days=3)


def test_revoking_twice_is_announced_once(simulator: PayPalSimulator):
    simulator.revoke_consent(MERCHANT)
    simulator.revoke_consent(MERCHANT)

    assert types(simulator) == ["MERCHANT.PARTNER-CONSENT.REVOKED"]
