"""What our door takes for PayPal's signature, and what not (EXT-2)."""

from datetime import timedelta

import pytest

from guichet.adapters.paypal.certificates import Certificates
from guichet.adapters.paypal.webhooks import FURTHEST_AHEAD, LONGEST_AGO, verify
from guichet.errors import Invalid
from tests.support.certificates import SIGNED_AT
from tests.support.paypal_deliveries import (
    WEBHOOK_ID,
    CertificateServer,
    an_event,
    headers_for,
    twin_of,
)

BODY = an_event()
NAMES = tuple(headers_for(BODY))


def test_a_delivery_to_any_of_our_webhooks_is_taken_ext_2(certificates: Certificates):
    """Several ids, so that one webhook can take another's place."""
    verify(BODY, headers_for(BODY), ("OTHER", WEBHOOK_ID), certificates, SIGNED_AT)


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-22T09:00:00Z",
        "2026-11-22T09:00:00.449Z",
        "2026-11-22T01:00:00-08:00",
        "2026-11-22T10:00:00+01:00",
    ],
)
def test_a_time_is_read_in_each_form_that_paypal_writes_ext_2(
    time: str, certificates: Certificates
):
    verify(BODY, headers_for(BODY, time=time), (WEBHOOK_ID,), certificates, SIGNED_AT)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [None, ""])
def test_each_header_is_asked_for_ext_2(
    name: str, value: str | None, certificates: Certificates, server: CertificateServer
):
    headers = headers_for(BODY)
    if value is None:
        del headers[name]
    else:
        headers[name] = value

    with pytest.raises(Invalid, match="signature_missing"):
        verify(BODY, headers, (WEBHOOK_ID,), certificates, SIGNED_AT)

    assert server.asked == []


@pytest.mark.parametrize("name", NAMES)
def test_a_header_that_came_twice_is_refused_ext_2(
    name: str, certificates: Certificates, server: CertificateServer
):
    """Even with the same value: the gateway joins them by a comma."""
    headers = headers_for(BODY)
    headers[name] = f"{headers[name]},{headers[name]}"

    with pytest.raises(Invalid, match="signature_malformed"):
        verify(BODY, headers, (WEBHOOK_ID,), certificates, SIGNED_AT)

    assert server.asked == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("transmission-id", "a|b", id="an id that moves the signed fields"),
        pytest.param("transmission-id", "a" * 65, id="a long id"),
        pytest.param("transmission-time", "yesterday", id="no time"),
        pytest.param("transmission-time", "2026-11-22T09:00:00", id="a time without a zone"),
        pytest.param("transmission-time", "2026-11-22", id="a day"),
        pytest.param("transmission-time", "2026-13-22T09:00:00Z", id="a month 13"),
        pytest.param("transmission-time", "2026-11-22T09:00:00Z|x", id="a time and more"),
        pytest.param("transmission-time", "٢026-11-22T09:00:00Z", id="other digits"),
        pytest.param("transmission-sig", "no base64!", id="a signature in no base64"),
        pytest.param("transmission-sig", "é", id="a signature in no ASCII"),
        pytest.param("auth-algo", "SHA1withRSA", id="a weaker algorithm"),
        pytest.param("auth-algo", "NONE", id="no algorithm"),
        pytest.param("auth-algo", "sha256withrsa", id="an algorithm in other letters"),
        pytest.param("auth-version", "v1", id="another version"),
        pytest.param("cert-url", "https://api.paypal.com/" + "a" * 2048, id="a long header"),
    ],
)
def test_a_header_that_says_anything_else_is_refused_ext_2(
    name: str, value: str, certificates: Certificates, server: CertificateServer
):
    headers = headers_for(BODY) | {f"paypal-{name}": value}

    with pytest.raises(Invalid, match="signature_malformed"):
        verify(BODY, headers, (WEBHOOK_ID,), certificates, SIGNED_AT)

    assert server.asked == []


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(headers_for(BODY, webhook_id="OTHER"), id="another webhook"),
        pytest.param(headers_for(an_event(id="WH-2")), id="another body"),
        pytest.param(headers_for(BODY + b" "), id="a body with one space more"),
        pytest.param(
            headers_for(BODY) | {"paypal-transmission-id": "another"}, id="another transmission"
        ),
        pytest.param(
            headers_for(BODY) | {"paypal-transmission-time": "2026-11-22T09:00:01Z"},
            id="another second",
        ),
        pytest.param(headers_for(BODY) | {"paypal-transmission-sig": "AAAA"}, id="no signature"),
    ],
)
def test_a_signature_of_anything_else_is_refused_ext_2(
    headers: dict[str, str], certificates: Certificates
):
    with pytest.raises(Invalid, match="signature_invalid"):
        verify(BODY, headers, (WEBHOOK_ID,), certificates, SIGNED_AT)


@pytest.mark.parametrize("webhook_ids", [(), ("",)])
def test_without_a_webhook_id_nothing_is_taken_ext_2(
    webhook_ids: tuple[str, ...], certificates: Certificates, server: CertificateServer
):
    """An unconfigured endpoint is closed, even to what was signed for an empty id."""
    headers = headers_for(BODY, webhook_id="")

    with pytest.raises(Invalid, match="signature_invalid"):
        verify(BODY, headers, webhook_ids, certificates, SIGNED_AT)

    assert server.asked == []


@pytest.mark.parametrize(
    ("sent_ago", "code"),
    [
        pytest.param(timedelta(days=3), None, id="the last repeat of three days"),
        pytest.param(LONGEST_AGO, None, id="the last repeat, late"),
        pytest.param(LONGEST_AGO + timedelta(seconds=1), "signature_old", id="old"),
        pytest.param(-FURTHEST_AHEAD, None, id="a clock five minutes ahead"),
        pytest.param(-FURTHEST_AHEAD - timedelta(seconds=1), "signature_future", id="future"),
    ],
)
def test_a_delivery_is_taken_as_long_as_paypal_repeats_it_ext_2(
    sent_ago: timedelta, code: str | None, certificates: Certificates, server: CertificateServer
):
    headers = headers_for(BODY, at=SIGNED_AT - sent_ago)

    if code is None:
        verify(BODY, headers, (WEBHOOK_ID,), certificates, SIGNED_AT)
        return
    with pytest.raises(Invalid, match=code):
        verify(BODY, headers, (WEBHOOK_ID,), certificates, SIGNED_AT)
    assert server.asked == []


def test_a_made_up_body_with_the_same_checksum_bears_a_good_signature_ext_2(
    certificates: Certificates,
):
    """PayPal signs the CRC-32 of the body alone: so an event is asked about, never believed."""
    forged = twin_of(BODY, {"id": "WH-FORGED", "event_type": "PAYMENT.CAPTURE.COMPLETED"})

    verify(forged, headers_for(BODY), (WEBHOOK_ID,), certificates, SIGNED_AT)

    assert forged != BODY
