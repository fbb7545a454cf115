"""Five deliveries that PayPal signed, and its sample events, through our own road (EXT-2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from guichet.adapters.paypal import certificates as paypal_certificates
from guichet.adapters.paypal.certificates import (
    Certificates,
    read_certificates,
    read_signer,
    require_chain,
)
from guichet.adapters.paypal.hints import read_hint
from guichet.adapters.paypal.webhooks import ENDPOINT_EVENTS, parse_event, verify
from guichet.errors import Invalid
from guichet.payments.ports import Hint
from guichet.registration.provider_event import ProviderEvent
from tests.support.paypal_deliveries import HOST, CertificateServer, twin_of

SENT_AT = datetime(2024, 8, 2, 19, 36, tzinfo=UTC)  # the last of them, and a minute
KINDS = ("PENDING", "COMPLETED", "REFUNDED", "REVERSED", "DECLINED")
SHIPPED = Path(paypal_certificates.__file__).parents[2] / "data" / "paypal_roots.pem"


@dataclass(frozen=True)
class Genuine:
    headers: dict[str, str]
    body: bytes
    webhook_id: str


@pytest.fixture(scope="session")
def vectors(specs: Path) -> dict[str, Any]:
    file = specs / "vectors" / "paypal_signed_simulator_deliveries.json"
    found: dict[str, Any] = json.loads(file.read_text())
    return found


@pytest.fixture(scope="session")
def genuine(specs: Path, vectors: dict[str, Any]) -> dict[str, Genuine]:
    return {
        each["event_type"].rsplit(".", 1)[1]: Genuine(
            {name.lower(): value for name, value in each["headers"].items()},
            (specs / each["body_file"]).read_bytes(),
            each["webhook_id"],
        )
        for each in vectors["deliveries"]
    }


@pytest.fixture
def certificates(vectors: dict[str, Any]) -> Certificates:
    """PayPal's host with the certificate that was kept: the leaf alone, as it may serve it."""
    server = CertificateServer()
    for each in vectors["deliveries"]:
        server.put(vectors["cert_pem"], each["headers"]["PAYPAL-CERT-URL"])
    return Certificates(server, hosts=(HOST,))


@pytest.mark.parametrize("kind", KINDS)
def test_a_genuine_delivery_verifies_at_its_own_time_ext_2(
    kind: str, genuine: dict[str, Genuine], certificates: Certificates
):
    """Host, path, subject, dates and signature, and the chain by what is shipped with us.

    Of PayPal's own answer the leaf alone was kept. It chains to the shipped root over an
    intermediate that is shipped beside it; whether PayPal sends that one too is not known.
    """
    sent = genuine[kind]

    verify(sent.body, sent.headers, (sent.webhook_id,), certificates, SENT_AT)

    assert parse_event(sent.body).kind == f"PAYMENT.CAPTURE.{kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_kept_leaf_alone_is_paypals_signer_whoever_vouches_for_it_ext_2(
    kind: str, genuine: dict[str, Genuine], vectors: dict[str, Any]
):
    """The same without the chain: what the vector can prove by itself."""
    sent = genuine[kind]
    leaf, others = read_certificates(vectors["cert_pem"].encode())

    signer = read_signer(leaf, SENT_AT)

    assert others == []
    assert (signer.not_before.date().isoformat(), signer.not_after.date().isoformat()) == (
        "2024-03-08",
        "2025-03-07",
    )
    assert sent.headers["paypal-auth-algo"] == "SHA256withRSA"


def test_the_kept_leaf_chains_to_nothing_without_the_shipped_intermediate_ext_2(
    vectors: dict[str, Any],
):
    leaf, _ = read_certificates(vectors["cert_pem"].encode())
    shipped = SHIPPED.read_text()
    blocks = x509.load_pem_x509_certificates(shipped.encode())
    roots = [_pem(each) for each in blocks if each.issuer == each.subject]

    require_chain(leaf, [], [shipped], SENT_AT)

    assert len(roots) == 5
    with pytest.raises(Invalid, match="certificate_untrusted"):
        require_chain(leaf, [], roots, SENT_AT)


@pytest.mark.parametrize("kind", KINDS)
def test_a_genuine_delivery_is_worth_nothing_with_anything_changed_ext_2(
    kind: str, genuine: dict[str, Genuine], certificates: Certificates
):
    sent = genuine[kind]
    ids = (sent.webhook_id,)
    other = genuine["PENDING" if kind != "PENDING" else "DECLINED"]

    for body, headers, webhook_ids in (
        (sent.body + b" ", sent.headers, ids),
        (other.body, sent.headers, ids),
        (sent.body, sent.headers, ("1JE4291016473214C",)),
        (
            sent.body,
            sent.headers | {"paypal-transmission-id": other.headers["paypal-transmission-id"]},
            ids,
        ),
    ):
        with pytest.raises(Invalid, match="signature_invalid"):
            verify(body, headers, webhook_ids, certificates, SENT_AT)


def test_a_genuine_delivery_is_worth_nothing_after_its_certificate_ended_ext_2(
    genuine: dict[str, Genuine], vectors: dict[str, Any], certificates: Certificates
):
    """Today the delivery is old; were it not, its certificate is."""
    sent = genuine["COMPLETED"]
    today = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    leaf, _ = read_certificates(vectors["cert_pem"].encode())

    with pytest.raises(Invalid, match="signature_old"):
        verify(sent.body, sent.headers, (sent.webhook_id,), certificates, today)

    with pytest.raises(Invalid, match="certificate_invalid"):
        read_signer(leaf, today)


def test_a_made_up_body_verifies_with_genuine_headers_ext_2(
    genuine: dict[str, Genuine], certificates: Certificates
):
    """CONTRACTS 2.7: PayPal's signature binds a checksum, so no body of its is ever believed."""
    sent = genuine["COMPLETED"]
    forged = twin_of(
        sent.body,
        {
            "id": "WH-FORGED",
            "event_type": "PAYMENT.CAPTURE.COMPLETED",
            "resource": {"custom_id": "pay_1", "amount": {"value": "9999.00"}},
        },
    )

    verify(forged, sent.headers, (sent.webhook_id,), certificates, SENT_AT)

    assert parse_event(forged).event_id == "WH-FORGED"


def test_each_sample_event_goes_through_our_parser_ext_2(specs: Path):
    """None of them is about a payment of ours; those about merchants say whom."""
    files = [
        each
        for each in sorted((specs / "events").glob("paypal__*.json"))
        if "verify-webhook" not in each.name
    ]
    hints = {}
    for path in files:
        body = path.read_bytes()
        event = parse_event(body)
        assert path.name == f"paypal__{event.kind}.json"
        stored = ProviderEvent(
            "paypal", event.event_id, event.kind, event.merchant, body.decode(), SENT_AT
        )
        hints[event.kind] = read_hint(stored)

    assert len(hints) == 10
    assert {kind: hint for kind, hint in hints.items() if hint != Hint()} == {
        # Somebody else's, of another make than our ids: asking for it finds nothing.
        "PAYMENT.CAPTURE.DECLINED": Hint(payment_id="CUSTOMID-1001"),
        # These samples of 2018 do not say whose they are.
        "PAYMENT.CAPTURE.REFUNDED": Hint(provider_refund_id="1Y107995YT783435V"),
        "PAYMENT.CAPTURE.REVERSED": Hint(
            provider_refund_id="09E71677NS257044M", reversed_capture_id="4L335234718889942"
        ),
        "CUSTOMER.DISPUTE.CREATED": Hint(
            provider_dispute_id="PP-000-042-663-135", provider_account_id="RD465XN5VS364"
        ),
        "MERCHANT.ONBOARDING.COMPLETED": Hint(
            payment_account_id="100046", provider_account_id="FB3H9M68WXE64"
        ),
        "MERCHANT.PARTNER-CONSENT.REVOKED": Hint(provider_account_id="2BUMQ2JXJP9M8"),
    }


def test_the_readme_subscribes_to_what_we_follow_ext_2():
    readme = (Path(__file__).parents[3] / "README.md").read_text()

    assert [each for each in ENDPOINT_EVENTS if f'"name": "{each}"' not in readme] == []


def _pem(certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    return certificate.public_bytes(Encoding.PEM).decode()


def test_the_shipped_anchors_are_those_that_are_written_down_ext_2():
    """docs/decisions/0015 names each with its fingerprint; the file repeats it."""
    root = Path(__file__).parents[3]
    (page,) = (root / "docs" / "decisions").glob("*-paypals-signature-*.md")
    written = page.read_text()

    for each in x509.load_pem_x509_certificates(SHIPPED.read_bytes()):
        fingerprint = each.fingerprint(hashes.SHA256()).hex()
        assert fingerprint in written
        assert fingerprint in SHIPPED.read_text()
