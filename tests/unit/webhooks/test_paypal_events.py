"""What an event of PayPal's is, and whom it hints at: bodies may be anybody's (EXT-2)."""

import json
from typing import Any

import pytest

from guichet.adapters.paypal.hints import read_hint
from guichet.adapters.paypal.webhooks import parse_event
from guichet.entry import work
from guichet.errors import Invalid
from guichet.payments.ports import Hint
from guichet.registration.provider_event import ProviderEvent
from tests.support.certificates import SIGNED_AT
from tests.support.paypal_deliveries import an_event


def stored(kind: str, resource: object) -> ProviderEvent:
    body = an_event(event_type=kind, resource=resource).decode()
    return ProviderEvent("paypal", "WH-1", kind, "", body, SIGNED_AT)


_ODD_TRANSACTIONS: tuple[object, ...] = (
    None,
    [],
    [7],
    [{}],
    [{"seller": "x"}],
    [{"seller": {"merchant_id": "a#b"}}],
)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"not json", id="no JSON"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(an_event().decode().encode("utf-16"), id="another encoding"),
        pytest.param(b'{"id":"WH-1","event_type":"A","x":"\xed\xa0\x80"}', id="half a pair"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="no id"),
        pytest.param(b'{"id":"WH-1"}', id="no type"),
        pytest.param(b'{"id":1,"event_type":"A.B"}', id="a number for an id"),
        pytest.param(b'{"id":"WH#1","event_type":"A.B"}', id="an id that could break a key"),
        pytest.param(b'{"id":"WH-1","event_type":"A#B"}', id="a type likewise"),
        pytest.param(b"[" * 100_000, id="nested beyond reason"),
    ],
)
def test_a_body_that_is_no_event_is_refused_ext_2(body: bytes):
    with pytest.raises(Invalid, match="event_malformed"):
        parse_event(body)


@pytest.mark.parametrize(
    ("kind", "resource", "merchant"),
    [
        ("MERCHANT.PARTNER-CONSENT.REVOKED", {"merchant_id": "2BUMQ2JXJP9M8"}, "2BUMQ2JXJP9M8"),
        ("MERCHANT.PARTNER-CONSENT.REVOKED", {"merchant_id": "a#b"}, ""),
        ("MERCHANT.PARTNER-CONSENT.REVOKED", None, ""),
        ("PAYMENT.CAPTURE.COMPLETED", {"merchant_id": "2BUMQ2JXJP9M8"}, ""),
    ],
)
def test_an_event_about_a_merchant_says_whom_pay_5(kind: str, resource: object, merchant: str):
    event = parse_event(an_event(event_type=kind, resource=resource))

    assert (event.kind, event.merchant) == (kind, merchant)


def unit(custom_id: object) -> dict[str, Any]:
    return {"id": "8D5278164K216725B", "purchase_units": [{"custom_id": custom_id}]}


CAPTURES = "https://api.paypal.com/v2/payments/captures"
A_DISPUTE = {
    "dispute_id": "PP-D-27803",
    "disputed_transactions": [
        {
            "seller_transaction_id": "6T496768GW863311H",
            "custom": "pay_1",
            "seller": {"merchant_id": "RD465XN5VS364"},
        }
    ],
}
DISPUTED = Hint(provider_dispute_id="PP-D-27803", provider_account_id="RD465XN5VS364")


@pytest.mark.parametrize(
    ("kind", "resource", "hint"),
    [
        pytest.param("CHECKOUT.ORDER.APPROVED", unit("pay_1"), Hint("pay_1"), id="an order"),
        pytest.param(
            "CHECKOUT.PAYMENT-APPROVAL.REVERSED", unit("pay_1"), Hint("pay_1"), id="an approval"
        ),
        pytest.param(
            "CHECKOUT.ORDER.APPROVED",
            {"purchase_units": [{"custom_id": "pay_1"}, {"custom_id": "pay_2"}]},
            Hint(),
            id="two units: not ours",
        ),
        pytest.param("CHECKOUT.ORDER.APPROVED", {"purchase_units": []}, Hint(), id="no unit"),
        pytest.param("CHECKOUT.ORDER.APPROVED", {"purchase_units": [7]}, Hint(), id="no object"),
        pytest.param("CHECKOUT.ORDER.APPROVED", {"purchase_units": "x"}, Hint(), id="no list"),
        *(
            pytest.param(f"PAYMENT.CAPTURE.{each}", {"custom_id": "pay_1"}, Hint("pay_1"), id=each)
            for each in ("PENDING", "COMPLETED", "DENIED", "DECLINED", "NEW")
        ),
        pytest.param("PAYMENT.CAPTURE.COMPLETED", {}, Hint(), id="no custom id"),
        pytest.param("PAYMENT.CAPTURE.COMPLETED", {"custom_id": 7}, Hint(), id="no text"),
        pytest.param("PAYMENT.CAPTURE.COMPLETED", {"custom_id": "a#b"}, Hint(), id="no id of ours"),
        pytest.param(
            "PAYMENT.CAPTURE.COMPLETED", {"custom_id": "pay_1.ref_1"}, Hint(), id="a refund's"
        ),
        *(
            pytest.param(kind, {"custom_id": "pay_1.ref_1"}, Hint("pay_1", "ref_1"), id=kind)
            for kind in (
                "PAYMENT.CAPTURE.REFUNDED",
                "PAYMENT.REFUND.PENDING",
                "PAYMENT.REFUND.FAILED",
            )
        ),
        pytest.param(
            "PAYMENT.CAPTURE.REFUNDED", {"custom_id": "pay_1"}, Hint("pay_1"), id="made at PayPal"
        ),
        pytest.param("PAYMENT.CAPTURE.REFUNDED", {"custom_id": "pay_1."}, Hint(), id="half of it"),
        pytest.param("PAYMENT.CAPTURE.REFUNDED", {"custom_id": "a.b.c"}, Hint(), id="three parts"),
        pytest.param("PAYMENT.CAPTURE.REFUNDED", {"custom_id": None}, Hint(), id="none"),
        pytest.param(
            "MERCHANT.ONBOARDING.COMPLETED",
            {"merchant_id": "FB3H9M68WXE64", "tracking_id": "pac_1-3"},
            Hint(payment_account_id="pac_1", provider_account_id="FB3H9M68WXE64"),
            id="onboarded",
        ),
        pytest.param(
            "MERCHANT.ONBOARDING.COMPLETED",
            {"merchant_id": "FB3H9M68WXE64", "tracking_id": "pac#1"},
            Hint(provider_account_id="FB3H9M68WXE64"),
            id="a tracking id of another make",
        ),
        pytest.param(
            "MERCHANT.PARTNER-CONSENT.REVOKED",
            {"merchant_id": "2BUMQ2JXJP9M8"},
            Hint(provider_account_id="2BUMQ2JXJP9M8"),
            id="revoked",
        ),
        pytest.param("MERCHANT.NEW.THING", {"merchant_id": 7}, Hint(), id="an odd merchant"),
        *(
            pytest.param(
                kind,
                {"id": "1Y107995YT783435V", **seller, **custom},
                Hint(
                    payment_id=payment_id,
                    provider_account_id="QKRY6BTWMQQ8C" if seller else None,
                    provider_refund_id="1Y107995YT783435V",
                ),
                id=f"{kind} of theirs {len(seller)}{len(custom)}",
            )
            for kind in ("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.FAILED")
            for seller, custom, payment_id in (
                ({"payer": {"merchant_id": "QKRY6BTWMQQ8C"}}, {}, None),
                ({"payer": {"merchant_id": "QKRY6BTWMQQ8C"}}, {"custom_id": "pay_1"}, None),
                ({}, {"custom_id": "pay_1"}, "pay_1"),
                ({}, {}, None),
            )
        ),
        pytest.param(
            "PAYMENT.CAPTURE.REVERSED",
            {
                "id": "09E71677NS257044M",
                "payer": {"merchant_id": "QKRY6BTWMQQ8C"},
                "links": [
                    7,
                    {"rel": "self"},
                    {"rel": "up", "href": f"{CAPTURES}/4L335234718889942"},
                ],
            },
            Hint(
                provider_account_id="QKRY6BTWMQQ8C",
                provider_refund_id="09E71677NS257044M",
                reversed_capture_id="4L335234718889942",
            ),
            id="reversed",
        ),
        pytest.param(
            "PAYMENT.CAPTURE.REVERSED",
            {
                "custom_id": "pay_1",
                "links": [{"rel": "up", "href": f"{CAPTURES}/4L335234718889942"}],
            },
            Hint(payment_id="pay_1", reversed_capture_id="4L335234718889942"),
            id="reversed, of nobody",
        ),
        pytest.param(
            "PAYMENT.CAPTURE.REVERSED", {"links": "up"}, Hint(), id="a reversal of nothing"
        ),
        *(
            pytest.param(f"CUSTOMER.DISPUTE.{each}", A_DISPUTE, DISPUTED, id=f"dispute {each}")
            for each in ("CREATED", "UPDATED", "RESOLVED")
        ),
        *(
            pytest.param(
                "CUSTOMER.DISPUTE.CREATED",
                {"dispute_id": "PP-D-1", "disputed_transactions": odd},
                Hint(provider_dispute_id="PP-D-1"),
                id=f"a dispute of {odd!r}",
            )
            for odd in _ODD_TRANSACTIONS
        ),
        pytest.param(
            "CUSTOMER.DISPUTE.CREATED", {"dispute_id": "PP#1"}, Hint(), id="a dispute of an odd id"
        ),
        pytest.param("VAULT.PAYMENT-TOKEN.CREATED", {"id": "pay_1"}, Hint(), id="a vault"),
        pytest.param("NEW.THING", {"custom_id": "pay_1"}, Hint(), id="an unknown type"),
        pytest.param("PAYMENT.CAPTURE.COMPLETED", "pay_1", Hint(), id="no object at all"),
    ],
)
def test_an_event_hints_at_what_it_names_ext_2(kind: str, resource: object, hint: Hint):
    assert read_hint(stored(kind, resource)) == hint
    assert work.read_hint(stored(kind, resource)) == hint


def test_amounts_and_states_in_a_body_are_not_read_ext_2():
    """Two events that tell of opposite things ask the same question."""
    told = {"custom_id": "pay_1", "status": "COMPLETED", "amount": {"value": "9999.00"}}
    other = json.loads(json.dumps(told)) | {"status": "DECLINED"}

    assert read_hint(stored("PAYMENT.CAPTURE.COMPLETED", told)) == read_hint(
        stored("PAYMENT.CAPTURE.COMPLETED", other)
    )
