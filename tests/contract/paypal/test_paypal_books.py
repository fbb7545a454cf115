"""PayPal's list of webhook events, as reconciliation reads it (EXT-3)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from guichet.adapters.paypal.books import PayPalBooks
from guichet.adapters.paypal.webhooks import ENDPOINT_EVENTS, parse_event
from guichet.payments.books import Listed, ListedKind, ListPage, ProviderBooks
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from tests.support.paypal import answer, problem, scripted
from tests.support.paypal_calls import MERCHANT
from tests.support.paypal_schema import PayPalSchema
from tests.support.paypal_shop import PayPalShop, a_sale

type Json = dict[str, Any]

SINCE, UNTIL = datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)


def books_of(shop: PayPalShop) -> ProviderBooks:
    return PayPalBooks(shop.provider.client)


def all_of(books: ProviderBooks, since: datetime, until: datetime) -> list[Listed]:
    """Every page of the events."""
    found: list[Listed] = []
    after: str | None = None
    while True:
        page = books.listed(ListedKind.EVENT, payee="", since=since, until=until, after=after)
        assert len(page.items) <= 100
        found += page.items
        after = page.after
        if after is None:
            return found


def event(created: str = "2026-11-22T12:00:00.000Z", **changes: Any) -> Json:  # noqa: ANN401 - any field
    return {
        "id": "WH-1",
        "event_type": "PAYMENT.CAPTURE.COMPLETED",
        "create_time": created,
        "resource": {"custom_id": "pay_1"},
        **changes,
    }


def test_each_event_is_listed_as_its_webhook_would_have_brought_it_ext_3(shop: PayPalShop):
    """EXT-3: all of these were lost on their way; the list alone brings them."""
    began = shop.clock()
    shop.simulator.configure_chaos({"webhooks": {"drop": -1}})
    _, capture = a_sale(shop)
    shop.simulator.dashboard_refund(capture.capture_id, 5000)
    shop.simulator.open_dispute(capture.capture_id)
    shop.clock.advance(seconds=1)

    listed = all_of(books_of(shop), began, shop.clock())

    assert shop.simulator.take_webhooks() == []
    known = [each for each in shop.simulator.events() if each["event_type"] in ENDPOINT_EVENTS]
    assert [each.object_id for each in listed] == [each["id"] for each in reversed(known)]
    assert [each.event_kind for each in listed] == [
        "CUSTOMER.DISPUTE.CREATED",
        "PAYMENT.CAPTURE.REFUNDED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.APPROVED",
    ]
    for each, made in zip(listed, reversed(known), strict=True):
        assert each.event is not None
        assert json.loads(each.event) == made
        assert parse_event(each.event).event_id == each.object_id
        assert (each.payee, each.amount, each.settled) == ("", None, False)


def test_many_events_come_in_pages_of_a_hundred_ext_3(shop: PayPalShop):
    """What happens between two pages neither repeats an event nor hides one."""
    _, capture = a_sale(shop)
    began = shop.clock() + timedelta(seconds=1)
    shop.clock.advance(seconds=1)
    for _ in range(120):
        shop.clock.advance(seconds=7)
        shop.simulator.dashboard_refund(capture.capture_id, 50)
    ended = shop.clock() + timedelta(seconds=1)
    books = books_of(shop)
    first = books.listed(ListedKind.EVENT, payee="", since=began, until=ended)
    shop.simulator.open_dispute(capture.capture_id)

    second = books.listed(ListedKind.EVENT, payee="", since=began, until=ended, after=first.after)

    assert (len(first.items), len(second.items), second.after) == (100, 20, None)
    assert len({each.object_id for each in first.items + second.items}) == 120


def test_a_window_begins_with_its_first_moment_and_ends_before_its_last(shop: PayPalShop):
    """Two windows that meet share nothing and miss nothing: PayPal itself takes both ends."""
    _, capture = a_sale(shop)
    meeting = shop.clock() + timedelta(hours=1)
    shop.clock.at = meeting
    made = shop.simulator.dashboard_refund(capture.capture_id, 50)
    books = books_of(shop)

    before = all_of(books, meeting - timedelta(hours=2), meeting)
    after = all_of(books, meeting, meeting + timedelta(hours=1))

    (refunded,) = [json.loads(each.event or b"{}")["resource"]["id"] for each in after]
    assert refunded == made["id"]
    assert {each.object_id for each in before}.isdisjoint(each.object_id for each in after)
    assert len(before) == 2


@pytest.mark.parametrize(
    ("kind", "payee"),
    [
        (ListedKind.EVENT, MERCHANT),
        *((kind, "") for kind in ListedKind if kind is not ListedKind.EVENT),
        *((kind, MERCHANT) for kind in ListedKind if kind is not ListedKind.EVENT),
    ],
)
def test_paypal_lists_nothing_else_by_time(kind: ListedKind, payee: str):
    """EXT-3: orders, captures, refunds and disputes are asked about one by one."""
    provider, http = scripted()
    books = PayPalBooks(provider.client)

    page = books.listed(kind, payee=payee, since=SINCE, until=UNTIL)

    assert page == ListPage((), None)
    assert http.sent == []
    assert books.kinds == (ListedKind.EVENT,)


def test_the_list_is_asked_for_as_paypal_publishes_it(specs: Path):
    """The operator's own: no seller is named; a part of a second is asked for in whole."""
    schema = PayPalSchema.load(specs)
    onward = "page_size=100&move_to=next&index_time=2026-11-22T11%3A00%3A00Z&index_id=WH-1"
    link = {"rel": "next", "href": f"https://elsewhere.example/somewhere?{onward}"}
    provider, http = scripted(
        answer(200, {"events": [event()], "count": 1, "links": [link]}),
        answer(200, {"events": [], "count": 0, "links": [link]}),
    )
    books = PayPalBooks(provider.client)
    until = UNTIL + timedelta(milliseconds=1)
    page = books.listed(ListedKind.EVENT, payee="", since=SINCE, until=until)

    last = books.listed(ListedKind.EVENT, payee="", since=SINCE, until=until, after=page.after)

    assert page.after == onward
    assert last == ListPage((), None)
    assert parse_qs(urlsplit(http.sent[0].url).query) == {
        "page_size": ["100"],
        "start_time": ["2026-11-22T00:00:00Z"],
        "end_time": ["2026-11-23T00:00:01Z"],
    }
    for each in http.sent:
        assert schema.route(each) == "GET /v1/notifications/webhooks-events"
        assert schema.faults(each) == []
        assert each.url.startswith("https://paypal.invalid/v1/")
        assert "PayPal-Auth-Assertion" not in each.headers


def test_what_we_never_subscribed_to_or_lies_outside_is_left_out():
    events = [
        event(id="WH-1"),
        event(id="WH-2", event_type="CHECKOUT.ORDER.COMPLETED"),
        event("2026-11-23T00:00:00Z", id="WH-3"),
        event("2026-11-21T23:59:59.999Z", id="WH-4"),
        event("2026-11-22T00:00:00Z", id="WH-5"),
    ]
    provider, _ = scripted(answer(200, {"events": events, "count": 5}))

    page = PayPalBooks(provider.client).listed(ListedKind.EVENT, payee="", since=SINCE, until=UNTIL)

    assert [each.object_id for each in page.items] == ["WH-1", "WH-5"]


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"events": 7}, id="no list"),
        pytest.param({"events": [7]}, id="no objects"),
        pytest.param({"events": [event(id="")]}, id="no id"),
        pytest.param({"events": [event(event_type=None)]}, id="no type"),
        pytest.param({"events": [event("yesterday")]}, id="no time"),
        pytest.param({"events": [event()], "links": [{"rel": "next"}]}, id="a link to nowhere"),
    ],
)
def test_a_list_that_can_not_be_read_is_asked_for_again(told: Json):
    provider, _ = scripted(answer(200, told))

    with pytest.raises(ProviderUnavailableError):
        PayPalBooks(provider.client).listed(ListedKind.EVENT, payee="", since=SINCE, until=UNTIL)


def test_a_list_that_is_refused_says_so():
    provider, _ = scripted(problem(400, "INVALID_PARAMETER_SYNTAX"))

    with pytest.raises(ProviderRefusedError):
        PayPalBooks(provider.client).listed(ListedKind.EVENT, payee="", since=SINCE, until=UNTIL)
