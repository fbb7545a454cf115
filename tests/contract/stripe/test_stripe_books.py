"""Stripe's own books, list by list, against the simulated Stripe and the published types."""

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from guichet.adapters.stripe.books import StripeBooks
from guichet.adapters.stripe.webhooks import ENDPOINT_EVENTS, parse_event
from guichet.money import Money
from guichet.payments.books import Listed, ListedKind, ListPage
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from tests.support.provider_specs import StripeSchema
from tests.support.stripe import (
    PRICE,
    STARTED_AT,
    Shop,
    a_refund,
    a_sale,
    capture_of,
    page_of,
)
from tests.support.stripe_calls import ORGANIZER, OTHER_ORGANIZER

K = ListedKind
UNTIL = STARTED_AT + timedelta(days=1)


@pytest.fixture
def books(shop: Shop) -> StripeBooks:
    return shop.books


def page(books: StripeBooks, kind: ListedKind, after: str | None = None) -> ListPage:
    payee = "" if kind is K.FEE else ORGANIZER
    return books.listed(kind, payee=payee, since=STARTED_AT, until=UNTIL, after=after)


def one(books: StripeBooks, kind: ListedKind) -> Listed:
    (found,) = page(books, kind).items
    return found


def test_a_payment_is_listed_with_its_fee_and_our_reference(shop: Shop, books: StripeBooks):
    """EXT-3: the charge on the organizer's account, the fee on the operator's."""
    capture = capture_of(a_sale(shop))

    charge, fee = one(books, K.CAPTURE), one(books, K.FEE)

    assert charge == Listed(
        kind=K.CAPTURE,
        object_id=capture.capture_id,
        at=STARTED_AT,
        payee=ORGANIZER,
        amount=PRICE,
        status="succeeded",
        settled=True,
        payment_id="pay_1",
        capture_id=capture.capture_id,
        fee=Money(228, "USD"),
    )
    assert fee == Listed(
        kind=K.FEE,
        object_id=capture.platform_fee_id or "",
        at=STARTED_AT,
        payee=ORGANIZER,
        amount=Money(228, "USD"),
        status="taken",
        settled=True,
        capture_id=capture.capture_id,
        fee=Money(0, "USD"),
    )


def test_a_debit_under_way_is_listed_as_unsettled(shop: Shop, books: StripeBooks):
    """EXT-3: its amount is what was asked, as nothing is captured yet."""
    _, session_id = page_of(shop)
    shop.simulator.start_bank_debit(session_id)

    charge = one(books, K.CAPTURE)

    assert (charge.status, charge.settled, charge.amount) == ("pending", False, PRICE)


def test_refunds_are_listed_with_our_ids_where_we_made_them(shop: Shop, books: StripeBooks):
    """EXT-3, RFD-4: one of ours, then one of the dashboard that stays pending."""
    payment = a_sale(shop)
    capture = capture_of(payment)
    part = Money(5000, "USD")
    shop.provider.refund(a_refund(shop.provider, payment, capture, amount=part))
    shop.simulator.configure_chaos({"refunds": {"pending": 1}})
    shop.simulator.dashboard_refund(capture.intent_id, 100)

    theirs, ours = page(books, K.REFUND).items

    assert (ours.payment_id, ours.refund_id, ours.settled) == ("pay_1", "ref_1", True)
    assert (ours.amount, ours.capture_id) == (part, capture.capture_id)
    assert (theirs.payment_id, theirs.refund_id) == ("pay_1", None)
    assert (theirs.status, theirs.settled) == ("pending", False)


def test_a_dispute_is_listed_until_it_is_decided_and_after(shop: Shop, books: StripeBooks):
    """EXT-3, RFD-4."""
    capture = capture_of(a_sale(shop))
    dispute = shop.simulator.open_dispute(capture.capture_id, 5000)
    opened = one(books, K.DISPUTE)

    shop.simulator.lose_dispute(dispute["id"])

    decided = one(books, K.DISPUTE)
    assert (opened.status, opened.settled) == ("needs_response", False)
    assert (decided.status, decided.settled) == ("lost", True)
    assert (decided.object_id, decided.amount) == (dispute["id"], Money(5000, "USD"))
    assert (decided.payment_id, decided.capture_id) == ("pay_1", capture.capture_id)


def test_a_fee_tells_what_was_given_back_of_it(shop: Shop, books: StripeBooks):
    """RFD-3, EXT-3."""
    capture = capture_of(a_sale(shop))
    shop.simulator.dashboard_refund(capture.intent_id, 6000, refund_application_fee=True)
    part = one(books, K.FEE)

    shop.simulator.dashboard_refund(capture.intent_id, refund_application_fee=True)

    whole = one(books, K.FEE)
    assert (part.fee, part.status) == (Money(114, "USD"), "taken")
    assert (whole.fee, whole.status) == (Money(228, "USD"), "refunded")


def test_a_payout_is_listed_with_its_amount(shop: Shop, books: StripeBooks):
    """EXT-3: 120.00 less 2.28 and Stripe's 3.78."""
    a_sale(shop)
    made = shop.simulator.pay_out(ORGANIZER)

    payout = one(books, K.PAYOUT)

    assert (payout.object_id, payout.amount) == (made["id"], Money(11394, "USD"))
    assert (payout.status, payout.settled) == ("paid", True)


def test_an_event_is_listed_as_its_webhook_would_have_brought_it(shop: Shop, books: StripeBooks):
    """EXT-3, EXT-2: the same id, type, account and snapshot; only what we are subscribed to."""
    a_sale(shop)
    brought = {each.event_id: json.loads(each.body) for each in shop.simulator.take_webhooks()}

    found = page(books, K.EVENT).items

    assert [each.event_kind for each in found] == ["checkout.session.completed"]
    (event,) = found
    assert event.event is not None
    read = parse_event(event.event)
    assert (read.event_id, read.kind, read.account) == (
        event.object_id,
        event.event_kind,
        ORGANIZER,
    )
    assert json.loads(event.event) == brought[event.object_id]


def test_a_window_takes_in_its_first_instant_and_not_its_last(shop: Shop, books: StripeBooks):
    """EXT-3: days that follow each other share no object and lose none."""
    capture_id = capture_of(a_sale(shop)).capture_id
    second = timedelta(seconds=1)

    found = [
        [
            each.object_id
            for each in books.listed(
                K.CAPTURE, payee=ORGANIZER, since=since, until=since + second
            ).items
        ]
        for since in (
            STARTED_AT - second,
            STARTED_AT - timedelta(milliseconds=1),
            STARTED_AT,
            STARTED_AT + timedelta(milliseconds=1),
        )
    ]

    assert found == [[], [capture_id], [capture_id], []]


def test_a_list_is_walked_page_by_page_while_it_grows(shop: Shop, books: StripeBooks):
    """EXT-3: 101 refunds are two pages; one that is made meanwhile moves none between them."""
    capture = capture_of(a_sale(shop))
    made = [shop.simulator.dashboard_refund(capture.intent_id, 1)["id"] for _ in range(101)]

    first = page(books, K.REFUND)
    shop.simulator.dashboard_refund(capture.intent_id, 1)
    second = page(books, K.REFUND, first.after)

    assert [each.object_id for each in (*first.items, *second.items)] == made[::-1]
    assert (len(first.items), second.after) == (100, None)


def test_another_organizers_list_is_their_own(shop: Shop, books: StripeBooks):
    shop.simulator.add_account(OTHER_ORGANIZER)
    a_sale(shop)

    found = books.listed(K.CAPTURE, payee=OTHER_ORGANIZER, since=STARTED_AT, until=UNTIL)

    assert found == ListPage((), None)


def test_an_account_that_left_is_not_reachable(shop: Shop, books: StripeBooks):
    """PAY-5, EXT-3: a final no; while Stripe is down, nothing is known."""
    shop.simulator.configure_chaos({"down": True})
    with pytest.raises(ProviderUnavailableError):
        page(books, K.CAPTURE)
    shop.simulator.clear_chaos()
    shop.simulator.deauthorize(ORGANIZER)

    with pytest.raises(ProviderRefusedError) as caught:
        page(books, K.CAPTURE)

    assert caught.value.code == "account_not_reachable"


def test_each_list_is_asked_for_as_stripe_publishes_it(shop: Shop, schema: StripeSchema):
    """EXT-3: but that of payouts, of which docs/provider-calls.md tells."""
    capture = capture_of(a_sale(shop))
    for _ in range(2):
        shop.simulator.dashboard_refund(capture.intent_id, 1)
    shop.simulator.open_dispute(capture.intent_id)
    shop.http.sent.clear()

    for kind in set(shop.books.kinds) - {K.PAYOUT}:
        page(shop.books, kind, page(shop.books, kind).items[-1].object_id)

    faults = {fault for request in shop.http.sent for fault in schema.faults(request)}
    assert faults == set()
    assert {schema.route(each) for each in shop.http.sent} == {
        "GET /v1/charges",
        "GET /v1/refunds",
        "GET /v1/disputes",
        "GET /v1/application_fees",
        "GET /v1/events",
    }
    assert len(ENDPOINT_EVENTS) <= 20  # of `types` Stripe takes no more


def test_the_list_of_payouts_is_the_one_that_stripe_does_not_publish(
    shop: Shop, schema: StripeSchema
):
    """EXT-3: once it is published, docs/provider-calls.md can forget it."""
    page(shop.books, K.PAYOUT)

    told = (Path(__file__).resolve().parents[3] / "docs" / "provider-calls.md").read_text()
    assert urlsplit(shop.http.sent[0].url).path == "/v1/payouts"
    assert "/v1/payouts" not in schema.paths
    assert "`GET /v1/payouts`" in told
