"""What is read of PayPal's successes: orders, captures, refunds, moments; its own samples too."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.paypal.fields import instant
from guichet.adapters.paypal.reading import (
    capture_report,
    differences,
    hosted_session,
    is_whole,
    order_of,
    order_report,
    refund_known_as,
    refund_report,
)
from guichet.money import Money
from guichet.payments.payment import CaptureMethod
from guichet.payments.ports import (
    HostedSession,
    ProviderUnavailableError,
    RefundReport,
    SessionReport,
    SessionState,
)
from guichet.payments.refund import RefundStatus
from tests.support.paypal import (
    API_URL,
    CAPTURE_ID,
    FEE,
    ORDER_ID,
    OTHER_SELLER,
    PRICE,
    REFUND_ID,
    STARTED_AT,
    Json,
    a_capture_resource,
    a_refund_resource,
    an_order,
    captured,
    scripted,
    the_capture,
    usd,
    with_page,
)

PROCESSING = SessionReport(SessionState.PROCESSING, capture_id=CAPTURE_ID)


@pytest.mark.parametrize(
    ("order", "state"),
    [
        pytest.param(an_order("CREATED"), SessionState.UNPAID, id="created"),
        pytest.param(an_order("SAVED"), SessionState.UNPAID, id="saved"),
        pytest.param(an_order("PAYER_ACTION_REQUIRED"), SessionState.UNPAID, id="to be approved"),
        pytest.param(an_order("APPROVED"), SessionState.APPROVED, id="approved"),
        pytest.param(an_order("VOIDED"), SessionState.ENDED, id="voided"),
        pytest.param(
            an_order("COMPLETED", a_capture_resource("DECLINED")),
            SessionState.DENIED,
            id="declined",
        ),
        pytest.param(
            an_order("COMPLETED", a_capture_resource("FAILED")), SessionState.DENIED, id="failed"
        ),
    ],
)
def test_an_order_has_come_to_a_state(order: Json, state: SessionState):
    """CONTRACTS 2.3: the capture's own status decides, not the order's."""
    assert order_report(order) == SessionReport(state)


def test_a_completed_order_whose_capture_is_pending_is_no_money():
    """CONTRACTS 2.3, pitfall 9: an eCheck, or a review."""
    pending = a_capture_resource("PENDING", status_details={"reason": "ECHECK"})

    assert order_report(an_order("COMPLETED", pending)) == PROCESSING


def test_a_captured_order_is_reported_with_its_amount_and_both_fees():
    """FEE-2, FEE-3, REG-3: 120.00 paid, 2.28 to the platform, 3.78 to PayPal."""
    report = order_report(an_order("COMPLETED", a_capture_resource()))

    assert captured(report) == the_capture()


@pytest.mark.parametrize("status", ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"])
def test_money_that_went_back_since_had_arrived(status: str):
    report = order_report(an_order("COMPLETED", a_capture_resource(status)))

    assert captured(report) == the_capture()


def test_a_capture_that_was_declined_does_not_hide_one_that_was_not():
    declined = a_capture_resource("DECLINED", id="OTHER")

    report = order_report(an_order("COMPLETED", declined, a_capture_resource()))

    assert captured(report).capture_id == CAPTURE_ID


def test_a_guest_card_is_a_card():
    """REG-13: the receipt names it."""
    order = an_order("COMPLETED", a_capture_resource(), payment_source={"card": {"brand": "VISA"}})

    assert captured(order_report(order)).method is CaptureMethod.CARD


def test_without_a_platform_fee_none_is_reported():
    """BAD-15."""
    resource = a_capture_resource()
    del resource["seller_receivable_breakdown"]["platform_fees"]

    capture = captured(order_report(an_order("COMPLETED", resource)))

    assert (capture.platform_fee, capture.platform_fee_id) == (Money(0, "USD"), None)


def test_paypals_fee_is_recorded_in_its_own_currency():
    """FEE-3, REG-9."""
    resource = a_capture_resource()
    breakdown = resource["seller_receivable_breakdown"]
    breakdown["paypal_fee"] = {"currency_code": "JPY", "value": "500"}

    assert captured(order_report(an_order("COMPLETED", resource))).provider_fee == Money(500, "JPY")


def test_paypal_that_takes_nothing_is_believed_only_where_nothing_is_missing():
    """FEE-3: no fee is guessed."""
    resource = a_capture_resource()
    breakdown = resource["seller_receivable_breakdown"]
    del breakdown["paypal_fee"]
    with pytest.raises(ProviderUnavailableError, match="its fee"):
        order_report(an_order("COMPLETED", resource))
    breakdown["net_amount"] = usd("117.72")

    assert captured(order_report(an_order("COMPLETED", resource))).provider_fee == Money(0, "USD")


def test_a_pending_capture_is_read_by_its_own_resource():
    """EXT-2: the same as the order says; the resource names payee and reference."""
    pending = capture_report(a_capture_resource("PENDING"), ORDER_ID)
    denied = [capture_report(a_capture_resource(each), ORDER_ID) for each in ("DECLINED", "FAILED")]
    settled = capture_report(a_capture_resource(), ORDER_ID)

    assert pending == PROCESSING
    assert denied == [SessionReport(SessionState.DENIED)] * 2
    assert captured(settled) == the_capture()


def test_a_card_capture_is_told_by_its_networks_reference():
    resource = a_capture_resource(network_transaction_reference={"id": "1", "network": "VISA"})

    assert captured(capture_report(resource, ORDER_ID)).method is CaptureMethod.CARD


def without(*path: str) -> Callable[[Json], None]:
    return changed(*path, to=None)


def changed(*path: str, to: object) -> Callable[[Json], None]:
    def change(resource: Json) -> None:
        for name in path[:-1]:
            resource = resource[name]
        resource[path[-1]] = to

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(changed("status", to="SETTLING"), id="an unknown status"),
        pytest.param(without("status"), id="no status"),
        pytest.param(without("id"), id="no id"),
        pytest.param(without("amount"), id="no amount"),
        pytest.param(changed("amount", "value", to=120.0), id="a float"),
        pytest.param(changed("amount", "value", to="-120.00"), id="negative"),
        pytest.param(without("seller_receivable_breakdown"), id="no fees yet"),
        pytest.param(
            changed("seller_receivable_breakdown", "platform_fees", to=[{}]), id="half a fee"
        ),
        pytest.param(
            changed(
                "seller_receivable_breakdown",
                "platform_fees",
                to=[{"amount": {"currency_code": "EUR", "value": "2.28"}}],
            ),
            id="a platform fee in another currency",
        ),
        pytest.param(without("create_time"), id="no time"),
        pytest.param(changed("create_time", to="yesterday"), id="no readable time"),
        pytest.param(without("payee"), id="no payee"),
        pytest.param(changed("payee", to={"email_address": "x@example.com"}), id="no merchant"),
    ],
)
def test_what_is_not_all_there_is_asked_again(change: Callable[[Json], None]):
    """FEE-3: no fee is guessed, no state either."""
    resource = a_capture_resource()
    change(resource)

    with pytest.raises(ProviderUnavailableError):
        capture_report(resource, ORDER_ID)


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(an_order("COMPLETED"), id="completed, without a capture"),
        pytest.param(an_order("EXPIRED"), id="an unknown status"),
        pytest.param(an_order("APPROVED", purchase_units=[]), id="no unit"),
        pytest.param(an_order("APPROVED", purchase_units=[{}, {}]), id="two units"),
        pytest.param(an_order("APPROVED", purchase_units="one"), id="a text"),
        pytest.param(
            an_order("COMPLETED", a_capture_resource(), a_capture_resource()), id="taken twice"
        ),
        pytest.param(an_order("COMPLETED", a_capture_resource("HELD")), id="an unknown capture"),
    ],
)
def test_an_order_that_makes_no_sense_is_asked_about_again(order: Json):
    """A newer state than we know is never taken for an older one."""
    with pytest.raises(ProviderUnavailableError):
        order_report(order)


@pytest.mark.parametrize("rel", ["payer-action", "approve"])
def test_an_order_has_a_page(rel: str):
    """CONTRACTS 2.3: with a payment source, and without."""
    links = [{"href": f"{API_URL}/self", "rel": "self"}, {"href": "https://p", "rel": rel}]

    assert hosted_session(an_order("CREATED", links=links)) == HostedSession(ORDER_ID, "https://p")


@pytest.mark.parametrize("links", [None, [], [{"rel": "self", "href": "x"}], [{"href": "x"}]])
def test_an_order_without_a_page_is_unknown(links: object):
    with pytest.raises(ProviderUnavailableError):
        hosted_session(an_order("CREATED", links=links))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        pytest.param("amount", usd("119.99"), ("amount",), id="a cent too few"),
        pytest.param(
            "amount",
            {"currency_code": "EUR", "value": "120.00"},
            ("amount",),
            id="another currency",
        ),
        pytest.param("payee", {"merchant_id": OTHER_SELLER}, ("payee",), id="another payee"),
        pytest.param("custom_id", "pay_2", ("reference",), id="another reference"),
        pytest.param("custom_id", None, (), id="a reference that is not told"),
    ],
)
def test_an_approved_order_is_held_against_what_was_asked(
    field: str, value: object, told: tuple[str, ...]
):
    """REG-3, pitfall 10: before the capture, and again after."""
    provider, _ = scripted()
    order = an_order("APPROVED")
    order["purchase_units"][0][field] = value

    assert differences(order, with_page(provider)) == told


def test_a_refund_that_took_its_share_of_the_fee_names_itself_as_the_fees_return():
    """RFD-3: PayPal returns both at once."""
    assert refund_report(a_refund_resource(), PRICE, FEE) == RefundReport(
        RefundStatus.SUCCEEDED, REFUND_ID, provider_fee_refund_id=REFUND_ID
    )


def test_a_refund_without_a_fee_returns_none():
    """BAD-15."""
    resource = a_refund_resource(seller_payable_breakdown={"gross_amount": usd("120.00")})

    assert refund_report(resource, PRICE, None) == RefundReport(RefundStatus.SUCCEEDED, REFUND_ID)


@pytest.mark.parametrize(
    ("status", "reported"),
    [
        pytest.param("PENDING", RefundReport(RefundStatus.SUBMITTED, REFUND_ID), id="pending"),
        pytest.param(
            "CANCELLED", RefundReport(RefundStatus.FAILED, REFUND_ID, "cancelled"), id="cancelled"
        ),
        pytest.param("FAILED", RefundReport(RefundStatus.FAILED, REFUND_ID, "failed"), id="failed"),
    ],
)
def test_a_refund_that_has_not_succeeded_returned_no_fee(status: str, reported: RefundReport):
    """RFD-6."""
    assert refund_report(a_refund_resource(status), PRICE, FEE) == reported


def test_a_failed_refund_tells_its_reason():
    resource = a_refund_resource("FAILED", status_details={"reason": "ECHECK"})

    assert refund_report(resource, PRICE, FEE).failure == "echeck"


@pytest.mark.parametrize(
    ("amount", "fee", "told"),
    [
        pytest.param(PRICE, Money(229, "USD"), "USD 2.28 of the fee", id="less of the fee"),
        pytest.param(PRICE, Money(227, "USD"), "USD 2.28 of the fee", id="more of the fee"),
        pytest.param(PRICE, None, "USD 2.28 of the fee", id="a fee that nobody asked for"),
        pytest.param(Money(12001, "USD"), FEE, "USD 120.00 went back", id="less money"),
        pytest.param(Money(12000, "EUR"), FEE, "USD 120.00 went back", id="another currency"),
    ],
)
def test_a_refund_of_something_else_is_told_with_the_difference(
    amount: Money, fee: Money | None, told: str
):
    """RFD-3: books that would differ from PayPal's are not written; a person is told."""
    with pytest.raises(ProviderUnavailableError, match=told):
        refund_report(a_refund_resource(), amount, fee)


@pytest.mark.parametrize("change", [{"status": "HELD"}, {"status": None}, {"id": ""}])
def test_a_refund_that_can_not_be_read_is_asked_about_again(change: Json):
    with pytest.raises(ProviderUnavailableError):
        refund_report(a_refund_resource(**change), PRICE, FEE)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T09:00:00Z",
        "2026-11-22t09:00:00z",
        "2026-11-22T09:00:00.000Z",
        "2026-11-22T02:00:00-07:00",
        "2026-11-22T02:00:00.000PDT",
        "2026-11-22T01:00:00PST",
        " 2026-11-22T09:00:00+00:00 ",
    ],
)
def test_a_moment_is_read_however_it_is_written(text: str):
    """CONTRACTS 2.7: dates vary."""
    assert instant(text) == STARTED_AT


@pytest.mark.parametrize(
    "text", ["", "now", "2026-11-22", "2026-11-22T09:00:00", "0001-01-01T00:00:00+05:00"]
)
def test_what_is_no_moment_is_not_guessed(text: str):
    with pytest.raises(ProviderUnavailableError):
        instant(text)


PAGE = with_page(scripted()[0])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    """The path to every part of a JSON value."""
    match node:
        case dict():
            inner = list(node.items())
        case list():
            inner = list(enumerate(node))
        case _:
            inner = []
    return [path, *(found for name, each in inner for found in places(each, (*path, name)))]


def an_order_with_all() -> Json:
    order = an_order("COMPLETED", a_capture_resource())
    order["purchase_units"][0]["payments"]["refunds"] = [a_refund_resource()]
    return order


@pytest.mark.parametrize(
    ("made", "read"),
    [
        pytest.param(an_order_with_all, order_report, id="an order"),
        pytest.param(lambda: an_order("APPROVED"), order_report, id="an approved order"),
        pytest.param(an_order_with_all, hosted_session, id="its page"),
        pytest.param(an_order_with_all, is_whole, id="its payee"),
        pytest.param(an_order_with_all, lambda order: differences(order, PAGE), id="its terms"),
        pytest.param(
            an_order_with_all, lambda order: refund_known_as(order, "pay_1.ref_1"), id="its refunds"
        ),
        pytest.param(
            a_capture_resource, lambda capture: capture_report(capture, ORDER_ID), id="a capture"
        ),
        pytest.param(a_capture_resource, order_of, id="a capture's order"),
        pytest.param(
            a_refund_resource, lambda refund: refund_report(refund, PRICE, FEE), id="a refund"
        ),
        pytest.param(
            lambda: a_refund_resource("FAILED", status_details={"reason": "ECHECK"}),
            lambda refund: refund_report(refund, PRICE, FEE),
            id="a failed refund",
        ),
    ],
)
@given(data=st.data())
def test_whatever_paypal_answers_is_read_or_asked_about_again(
    made: Callable[[], Json], read: Callable[[Json], object], data: st.DataObject
):
    """No part of an answer, missing or of another kind, is an error of ours."""
    answered = made()
    *above, name = data.draw(st.sampled_from(places(answered)[1:]))
    node: Any = answered
    for each in above:
        node = node[each]
    node[name] = data.draw(ANY_JSON)

    with suppress(ProviderUnavailableError):
        read(answered)


def resource_of(specs: Path, kind: str) -> Any:  # noqa: ANN401 - any resource
    return json.loads((specs / "events" / f"paypal__{kind}.json").read_text())["resource"]


def test_paypals_sample_captures_are_read(specs: Path):
    """EXT-2: genuine deliveries; they lack a payee, which the API's own answer has."""
    payee = {"payee": {"merchant_id": OTHER_SELLER}}
    completed = resource_of(specs, "PAYMENT.CAPTURE.COMPLETED")
    pending = resource_of(specs, "PAYMENT.CAPTURE.PENDING")
    declined = resource_of(specs, "PAYMENT.CAPTURE.DECLINED")

    capture = captured(capture_report({**completed, **payee}, "1AB234567A1234567"))

    assert (capture.amount, capture.platform_fee, capture.provider_fee) == (
        Money(3000, "USD"),
        Money(200, "USD"),
        Money(154, "USD"),
    )
    assert capture.captured_at == datetime(2022, 8, 23, 18, 29, 50, tzinfo=UTC)
    assert (capture.reference, capture.payee) == (None, OTHER_SELLER)
    assert capture_report(pending, "x") == SessionReport(
        SessionState.PROCESSING, capture_id="02T21492PP3782704"
    )
    assert capture_report(declined, "x") == SessionReport(SessionState.DENIED)
    with pytest.raises(ProviderUnavailableError):
        capture_report(completed, "x")


def test_paypals_sample_order_and_refunds_are_read(specs: Path):
    order = resource_of(specs, "CHECKOUT.ORDER.APPROVED")
    refunds = {
        kind: resource_of(specs, f"PAYMENT.CAPTURE.{kind}") for kind in ("REFUNDED", "REVERSED")
    }

    read = {
        kind: refund_report(each, Money(amount, "USD"), None)
        for (kind, each), amount in zip(refunds.items(), (99, 251), strict=True)
    }

    assert order_report(order) == SessionReport(SessionState.APPROVED)
    assert read == {
        "REFUNDED": RefundReport(
            RefundStatus.SUCCEEDED, "1Y107995YT783435V", provider_fee_returned=Money(2, "USD")
        ),
        "REVERSED": RefundReport(RefundStatus.SUCCEEDED, "09E71677NS257044M"),
    }
