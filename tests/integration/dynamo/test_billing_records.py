"""Records of subscriptions, orders, balances and seats, on every store that keeps the contract."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from guichet.access.membership import Account
from guichet.access.profile import BillingProfile, first_profile
from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.billing_store import BillingStore
from guichet.adapters.dynamo.history import History
from guichet.adapters.dynamo.outbox import DynamoOutbox
from guichet.adapters.dynamo.people import People
from guichet.adapters.dynamo.profiles import Profiles
from guichet.adapters.dynamo.seam import Dynamo
from guichet.adapters.dynamo.store import Store
from guichet.errors import ConcurrentUpdateError, Conflict, NotFound
from guichet.events import Actor, ActorKind, Event
from guichet.ledger.billable import BillableLine, LineKind
from guichet.ledger.journal import Cause, Change
from guichet.ledger.postings import billed_postings
from guichet.payments.attempt import PaymentStatus
from guichet.payments.own_refund import OwnRefund, OwnRefundReason, own_refund_id
from guichet.payments.schedule import next_question_at
from guichet.period import Period
from guichet.registration.mails import MailKind
from guichet.registration.outbox import DueKind
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.creditable import Charge, GivenPart, OrderBack
from guichet.subscriptions.ports import (
    Aggregate,
    BillingRecords,
    FreePoolSeat,
    FreeSeatEmail,
    MarkBilled,
    NewPool,
    ProviderEventApplied,
    ResizePool,
    Step,
    TakePaymentKey,
    TakePoolSeat,
    TakeSeatEmail,
    TakeTrial,
)
from guichet.subscriptions.seats import SeatPool
from tests.support import billing_samples as samples
from tests.support.journal_bills import Place, bills_in
from tests.support.samples import NOW, cart_payment, eur, usd

CAUSE = Cause(Actor(ActorKind.SYSTEM, "test", "test"), "test", NOW)
LATER = Cause(CAUSE.actor, "test", NOW + timedelta(seconds=1))


class House:
    """The records under test, of an account and a subscription that no other test touches."""

    def __init__(self, dynamo: Dynamo) -> None:
        self.dynamo = dynamo
        self.records: BillingRecords = BillingStore(dynamo)
        self.mark = uuid.uuid4().hex[:12]

    @property
    def account_id(self) -> str:
        return f"acc_{self.mark}"

    def id(self, kind: str, number: int = 1) -> str:
        return f"{kind}_{self.mark}_{number}"

    @property
    def subscription_id(self) -> str:
        return self.id("sub")

    def ours[T: Aggregate](self, value: T, **changed: Any) -> T:  # noqa: ANN401 - fields of many types
        """A sample, as it would be of this house's account."""
        own = {"account_id": self.account_id}
        for name in ("subscription_id", "cart_id", "payment_id", "seat_id"):
            if hasattr(value, name):
                own[name] = self.id(name.removesuffix("_id")[:3])
        return replace(value, **(own | changed))

    def save(self, *values: Aggregate, steps: Sequence[Step] = ()) -> None:
        self.records.save(CAUSE, [Change[Aggregate](None, each) for each in values], steps)

    def step(self, step: Step) -> None:
        self.records.save(CAUSE, [], [step])

    def pool(self) -> SeatPool | None:
        return self.records.pool(self.subscription_id)

    def billed(self) -> dict[Place, list[BillableLine]]:
        return bills_in(History(self.dynamo).entries_of(self.account_id))

    def entries(self) -> list[str]:
        found = History(self.dynamo).entries_of(self.account_id)
        return [f"{each.aggregate}/{each.sequence}" for each in found]


@pytest.fixture
def house(store: Dynamo) -> House:
    return House(store)


def test_every_object_is_read_back_as_it_was_saved(house: House) -> None:
    records, ours = house.records, house.ours
    subscription, cart = ours(samples.subscription()), ours(samples.cart())
    payment, seat = ours(cart_payment()), ours(samples.seat())
    balance, month = ours(samples.balance()), ours(samples.usage_month())

    house.save(subscription, cart, payment, seat, balance, month)

    account_id, subscription_id = house.account_id, subscription.subscription_id
    assert records.subscription(account_id, subscription_id) == subscription
    assert records.cart(account_id, cart.cart_id) == cart
    assert records.cart_payment(payment.payment_id) == payment
    assert records.seat(subscription_id, seat.seat_id) == seat
    assert records.balance(account_id, "ie", "EUR") == balance
    assert records.usage_month(subscription_id, date(2026, 10, 1)) == month


def test_what_is_not_there_is_absent_and_a_balance_is_empty(house: House) -> None:
    records = house.records

    assert records.subscription(house.account_id, "sub_no") is None
    assert records.cart(house.account_id, "crt_no") is None
    assert records.preview(house.account_id, "prv_no") is None
    assert records.cart_payment(house.id("cpy")) is None
    assert records.seat(house.subscription_id, "seat_no") is None
    assert records.usage_month(house.subscription_id, date(2026, 10, 1)) is None
    assert house.pool() is None
    assert records.balance(house.account_id, "ie", "EUR") == AccountBalance(
        house.account_id, "ie", "EUR"
    )
    assert records.balances_of(house.account_id) == []
    with pytest.raises(NotFound):
        records.account(house.account_id)


def test_another_accounts_subscription_is_as_absent_as_none_acc_2(house: House) -> None:
    subscription = house.ours(samples.subscription())
    house.save(subscription)

    assert house.records.subscription("acc_other", subscription.subscription_id) is None


def test_a_profile_that_nobody_filled_in_is_the_accounts_first_one_acc_4(house: House) -> None:
    account = Account(*(house.account_id, "Atelier", "a@example.org", "", "Europe/Paris", "fr"))
    People(house.dynamo).add_account(CAUSE, account)
    assert house.records.account(house.account_id) == account
    first = first_profile(account)
    assert house.records.profile(house.account_id) == first

    filled: BillingProfile = replace(first, phone="1", version=1)
    Profiles(house.dynamo).save_profile(CAUSE, first, filled)

    assert house.records.profile(house.account_id) == filled


def test_several_subscriptions_are_read_together_with_account_and_profile(house: House) -> None:
    account = Account(*(house.account_id, "Atelier", "a@example.org", "", "Europe/Paris", "fr"))
    People(house.dynamo).add_account(CAUSE, account)
    one = house.ours(samples.subscription())
    other = replace(one, subscription_id=house.id("sub", 2))
    house.save(one, other)
    names = [other.subscription_id, "sub_no", one.subscription_id]

    held = house.records.holding(house.account_id, names)

    assert (held.account, held.profile) == (account, first_profile(account))
    assert held.subscriptions == (other, None, one)
    assert held.preview is None
    assert house.records.subscriptions(house.account_id, names) == [other, None, one]
    assert house.records.subscriptions(house.account_id, names[:1]) == [other]
    assert house.records.subscriptions(house.account_id, []) == []


def test_an_account_that_is_not_there_holds_nothing(house: House) -> None:
    with pytest.raises(NotFound):
        house.records.holding(house.account_id, [])


def test_fields_that_are_empty_by_default_are_not_stored_and_read_back_as_empty(
    house: House,
) -> None:
    cart = house.ours(samples.cart(), open_payment_id="cpy_1", payment_count=1)
    house.save(cart)

    item = house.dynamo.get("state", keys.cart(house.account_id, cart.cart_id))

    assert item is not None
    assert (item["open_payment_id"], item["payment_count"], item["version"]) == ("cpy_1", 1, 1)
    assert not {"paid_payment_id", "ended_at", "note", "handled_keys"} & set(item)
    assert house.records.cart(house.account_id, cart.cart_id) == cart


def test_the_bytes_that_ask_for_a_page_are_stored_packed_and_read_back_exactly(
    house: House,
) -> None:
    body = "mode=payment&metadata%5Bpayment_id%5D=cpy_1" + "&metadata%5Bcart_id%5D=crt_1" * 30
    payment = house.ours(cart_payment(), request_body=body)
    house.save(payment)

    item = house.dynamo.get("state", keys.cart_payment(payment.payment_id))

    assert item is not None
    assert len(str(item["request_body"])) < len(body) / 2
    assert house.records.cart_payment(payment.payment_id) == payment


def test_what_gives_a_payment_back_is_found_with_the_bytes_that_were_sent_col_8(
    house: House,
) -> None:
    payment = house.ours(cart_payment())
    refund = OwnRefund(
        refund_id=own_refund_id(payment.payment_id),
        payment_id=payment.payment_id,
        account_id=house.account_id,
        selling_entity=payment.selling_entity,
        invoice_id=None,
        cart_id=payment.cart_id,
        provider=payment.provider,
        payee=payment.payee,
        amount=payment.amount,
        reason=OwnRefundReason.ORDER_ENDED,
        requested_at=NOW,
        request_body="payment_intent=pi_1&" * 200,
    )

    house.save(refund)

    assert house.records.own_refund(refund.refund_id) == refund
    assert house.records.own_refund(own_refund_id("cpy_another")) is None


def test_a_preview_is_kept_once_and_forgotten_after_a_week_sub_5(house: House) -> None:
    preview = replace(samples.preview(), account_id=house.account_id)

    assert house.records.keep_preview(preview)
    assert not house.records.keep_preview(replace(preview, currency="USD"))

    assert house.records.preview(house.account_id, preview.preview_id) == preview
    item = house.dynamo.get("state", keys.preview(house.account_id, preview.preview_id))
    assert item is not None
    assert item["expires_epoch"] == int((preview.expires_at + timedelta(days=7)).timestamp())
    assert house.entries() == []


def test_a_preview_is_read_with_what_it_is_about_in_one_reading_sub_5(house: House) -> None:
    account = Account(*(house.account_id, "Atelier", "a@example.org", "", "Europe/Paris", "fr"))
    People(house.dynamo).add_account(CAUSE, account)
    one = house.ours(samples.subscription())
    house.save(one)
    preview = replace(samples.preview(), account_id=house.account_id)
    names = [one.subscription_id]

    before = house.records.holding(house.account_id, names, preview.preview_id)
    house.records.keep_preview(preview)
    after = house.records.holding(house.account_id, names, preview.preview_id)

    assert (before.subscriptions, before.preview) == ((one,), None)
    assert (after.subscriptions, after.preview) == ((one,), preview)


def test_lists_go_page_by_page_in_the_order_of_ids(house: House) -> None:
    ids = [house.id("sub", number) for number in range(5)]
    for each in reversed(ids):
        house.save(house.ours(samples.subscription(), subscription_id=each))
    house.save(house.ours(samples.cart()))

    first = house.records.subscriptions_of(house.account_id, limit=3, after=None)
    rest = house.records.subscriptions_of(house.account_id, limit=3, after=first.after)

    assert [each.subscription_id for each in (*first.items, *rest.items)] == ids
    assert first.after is not None
    assert rest.after is None
    carts = house.records.carts_of(house.account_id, limit=3, after=None)
    assert [each.cart_id for each in carts.items] == [house.id("car")]


def test_seats_and_balances_are_listed_without_what_lies_beside_them(house: House) -> None:
    seat = house.ours(samples.seat())
    other = house.ours(samples.balance(), currency="USD", bills=())
    taken = TakeSeatEmail(house.subscription_id, seat.email, seat.seat_id)
    balance = house.ours(samples.balance())
    house.save(seat, balance, other, steps=[NewPool(house.subscription_id, 2), taken])

    assert house.records.seats_of(house.subscription_id, limit=9, after=None).items == [seat]
    assert house.records.balances_of(house.account_id) == [balance, other]


def test_who_read_an_older_version_writes_nothing_at_all(house: House) -> None:
    subscription, cart = house.ours(samples.subscription()), house.ours(samples.cart())
    house.save(subscription)
    renewed = replace(subscription, elapsed=2, version=2)
    house.records.save(LATER, [Change[Aggregate](subscription, renewed)])
    written = house.entries()

    for before in (subscription, None):
        stale = Change[Aggregate](before, replace(subscription, elapsed=9, version=2))
        with pytest.raises(ConcurrentUpdateError):
            house.records.save(LATER, [Change[Aggregate](None, cart), stale], [_trial(house)])

    found = house.records.subscription(house.account_id, subscription.subscription_id)
    assert found == renewed
    assert house.records.cart(house.account_id, cart.cart_id) is None
    assert house.entries() == written
    house.step(_trial(house))  # not taken by what was refused


def _trial(house: House) -> TakeTrial:
    return TakeTrial(house.account_id, "webinar", house.subscription_id)


def test_seats_are_never_more_than_bought_sub_14(house: House) -> None:
    name = house.subscription_id
    house.step(NewPool(name, 1))
    house.step(TakePoolSeat(name))

    assert _refused(house, TakePoolSeat(name)) == "seats_all_assigned"
    assert _refused(house, ResizePool(name, 0)) == "seats_below_assigned"

    assert house.pool() == SeatPool(1, 1)
    house.step(ResizePool(name, 2))
    house.step(TakePoolSeat(name))
    assert house.pool() == SeatPool(2, 2)
    house.step(FreePoolSeat(name))
    house.step(ResizePool(name, 1))
    assert house.pool() == SeatPool(1, 1)


def _refused(house: House, step: Step) -> str:
    """The code of the refusal; whatever is written with the step is not written either."""
    cart = house.ours(samples.cart(), cart_id="crt_refused")
    with pytest.raises(Conflict) as refused:
        house.records.save(CAUSE, [Change[Aggregate](None, cart)], [step])
    assert house.records.cart(house.account_id, "crt_refused") is None
    assert house.entries() == []
    return refused.value.code


def test_a_seat_given_back_twice_is_a_defect_and_not_counted(house: House) -> None:
    house.step(NewPool(house.subscription_id, 1))

    with pytest.raises(RuntimeError):
        house.step(FreePoolSeat(house.subscription_id))

    assert house.pool() == SeatPool(1, 0)


def test_a_pool_is_made_once(house: House) -> None:
    house.step(NewPool(house.subscription_id, 1))

    with pytest.raises(ConcurrentUpdateError):
        house.step(NewPool(house.subscription_id, 9))

    assert house.pool() == SeatPool(1, 0)


def test_one_trial_per_product_and_account_sub_19(house: House) -> None:
    house.step(_trial(house))

    again = replace(_trial(house), subscription_id="sub_other")
    assert _refused(house, again) == "trial_used"

    house.step(replace(_trial(house), product_id="phone"))


def test_one_live_seat_per_person_and_subscription_sub_14(house: House) -> None:
    name = house.subscription_id
    house.step(TakeSeatEmail(name, "Ada@example.org", "seat_1"))

    again = TakeSeatEmail(name, " ada@example.ORG", "seat_2")
    assert _refused(house, again) == "seat_assigned_already"

    house.step(FreeSeatEmail(name, "ada@example.org"))
    house.step(again)


def test_a_period_is_billed_once_inv_1_bad_12(house: House) -> None:
    marked = MarkBilled(house.subscription_id, samples.DAY)
    house.step(marked)

    cart = house.ours(samples.cart())
    with pytest.raises(ConcurrentUpdateError):
        house.records.save(CAUSE, [Change[Aggregate](None, cart)], [marked])

    assert house.records.cart(house.account_id, cart.cart_id) is None
    house.step(replace(marked, period_start=date(2026, 12, 22)))
    house.step(replace(marked, by_absence=False))


def test_a_payment_is_received_once_for_a_key_col_2(house: House) -> None:
    taken = TakePaymentKey(house.account_id, "mark", "hash")
    assert house.records.payment_key(house.account_id, "mark") is None
    house.step(taken)

    with pytest.raises(ConcurrentUpdateError):
        house.step(replace(taken, request_hash="other"))

    assert house.records.payment_key(house.account_id, "mark") == "hash"


def test_a_providers_event_has_its_effect_once_bad_2(house: House) -> None:
    event = ProviderEvent("stripe", house.id("evt"), "x", "", "{}", NOW)
    Store(house.dynamo).receive(CAUSE, event)
    applied = ProviderEventApplied("stripe", event.event_id)
    house.step(applied)

    with pytest.raises(ConcurrentUpdateError):
        house.step(applied)

    found = Store(house.dynamo).provider_event("stripe", event.event_id)
    assert found is not None
    assert found.status is EventStatus.APPLIED


def test_what_time_moves_is_due_at_its_moment_and_named_by_its_ids(house: House) -> None:
    subscription, cart = house.ours(samples.subscription()), house.ours(samples.cart())
    payment = house.ours(cart_payment(status=PaymentStatus.CAPTURING))
    house.save(subscription, cart, payment)

    renewal = datetime.fromisoformat("2026-12-21T23:00:00+00:00")  # midnight in Paris
    wanted = {
        DueKind.SUBSCRIPTION: ((house.account_id, subscription.subscription_id), renewal),
        DueKind.CART: ((house.account_id, cart.cart_id), cart.abandon_at),
        DueKind.CART_PAYMENT: ((payment.payment_id,), next_question_at(NOW, 0)),
    }
    outbox = DynamoOutbox(house.dynamo)
    for kind, (ids, at) in wanted.items():
        due = outbox.due(kind, now=at, limit=100)
        assert [each.due_at for each in due if each.ids == ids] == [at]


def test_a_done_order_waits_for_its_invoice_from_that_moment_on_inv_1(house: House) -> None:
    cart = house.ours(samples.cart(status=CartStatus.DONE))
    house.save(cart)

    due = DynamoOutbox(house.dynamo).due(DueKind.INVOICE, now=NOW, limit=1000)

    own = [each for each in due if each.ids == (house.account_id, cart.cart_id)]
    assert [each.due_at for each in own] == [NOW]


def test_what_nothing_follows_from_is_not_due(house: House) -> None:
    of_bills = replace(samples.preview(), now=replace(samples.preview().now, lines=()))
    cart = house.ours(samples.cart(status=CartStatus.DONE, preview=of_bills))
    payment = house.ours(cart_payment(status=PaymentStatus.CAPTURED))
    house.save(cart, payment)

    for place in (keys.cart(house.account_id, cart.cart_id), keys.cart_payment(payment.payment_id)):
        item = house.dynamo.get("state", place)
        assert item is not None
        assert "due_key" not in item


def test_mails_of_a_change_wait_with_the_ids_of_what_they_tell(house: House) -> None:
    mails = (str(MailKind.CONFIRMED),)
    changes = [
        Change[Aggregate](None, house.ours(samples.subscription()), mails=mails),
        Change[Aggregate](None, house.ours(samples.cart()), mails=mails),
        Change[Aggregate](None, house.ours(samples.seat()), mails=mails),
    ]
    house.records.save(CAUSE, changes)

    outbox, told = DynamoOutbox(house.dynamo), []
    for name in (
        "subscription/" + house.id("sub"),
        "cart/" + house.id("car"),
        "seat/" + house.id("sea"),
    ):
        key = keys.effect(name, 1)
        effect = outbox.claim(key.pk, now=NOW, until=NOW + timedelta(minutes=1))
        assert effect is not None
        assert effect.account_id == house.account_id
        assert effect.former_account is None
        told.append((effect.subscription_id, effect.cart_id, effect.seat_id))

    assert told == [
        (house.id("sub"), None, None),
        (None, house.id("car"), None),
        (house.id("sub"), None, house.id("sea")),
    ]


def test_who_sits_where_is_not_in_the_journal_acc_3(house: House) -> None:
    house.save(house.ours(samples.seat(email="unforgettable", name="unforgettable")))

    item = house.dynamo.get("journal", keys.journal(f"seat/{house.id('sea')}", 1))

    assert item is not None
    assert "unforgettable" not in str(item)


def test_bills_are_the_journals_lines_by_entity_currency_day_and_order_inv_2(house: House) -> None:
    first, more = samples.line(), samples.line(item="room", amount=eur(500))
    next_day = replace(
        first, bill_on=date(2026, 12, 22), period=Period(date(2026, 12, 22), date(2027, 1, 22))
    )
    in_dollars = replace(next_day, amount=usd(900))
    cart = house.ours(samples.cart(status=CartStatus.DONE))
    subscription = house.ours(samples.subscription())
    done = Event("cart.done", {"cart_id": cart.cart_id})
    house.records.save(
        CAUSE,
        [
            Change[Aggregate](None, cart, (done,), lines=(first,), book="ie"),
            Change[Aggregate](None, subscription, lines=(more,), book="ie"),
        ],
    )
    renewed = replace(subscription, version=2)
    billed = billed_postings([next_day], 0, "EUR")
    lines = (next_day, in_dollars)
    house.records.save(
        LATER, [Change[Aggregate](subscription, renewed, (), billed, lines=lines, book="ie")]
    )

    assert house.billed() == {
        ("ie", "EUR", samples.DAY, cart.cart_id): [first],
        ("ie", "EUR", samples.DAY, None): [more],
        ("ie", "EUR", date(2026, 12, 22), None): [next_day],
        ("ie", "USD", date(2026, 12, 22), None): [in_dollars],
    }


def test_lines_of_no_entity_are_not_read_into_bills(house: House) -> None:
    subscription = house.ours(samples.subscription())
    house.records.save(CAUSE, [Change[Aggregate](None, subscription, lines=(samples.line(),))])

    with pytest.raises(LookupError):
        house.billed()


# -- what went back of invoices ------------------------------------------------------------------

CHARGE = Charge("sub_1", LineKind.PLAN, "", date(2027, 1, 31))


def test_what_bills_gave_back_is_kept_by_month_and_read_with_its_invoices_inv_11(
    house: House,
) -> None:
    first, second = "inv_20270105_a", "inv_20270203_b"
    nothing = house.records.earlier(house.account_id, [first, second])
    parts = (
        GivenPart(first, CHARGE, 4_000),
        GivenPart(first, CHARGE, 500),
        GivenPart(second, CHARGE, 700),
    )

    order = OrderBack("crt_1", first, "inv_20270105_note")

    house.records.save(CAUSE, [], nothing.kept(parts, [order]))

    found = house.records.earlier(house.account_id, [first, second])
    assert [(each.month, each.version) for each in found.given_back] == [
        ("202701", 1),
        ("202702", 1),
    ]
    assert found.gone(first) == {CHARGE: 4_500}
    assert found.gone(second) == {CHARGE: 700}
    assert found.given_back[0].orders_of(first) == ("crt_1",)
    assert (found.taxes, found.by_hand) == ({}, {})


def test_two_at_once_never_give_back_of_one_month_inv_11(house: House) -> None:
    name = "inv_20270105_a"
    before = house.records.earlier(house.account_id, [name])
    house.records.save(CAUSE, [], before.kept([GivenPart(name, CHARGE, 1)]))
    again = house.records.earlier(house.account_id, [name])
    house.records.save(CAUSE, [], again.kept([]))  # a credit note by hand adds nothing, and counts

    for late in (before, again):
        with pytest.raises(ConcurrentUpdateError):
            house.records.save(CAUSE, [], late.kept([GivenPart(name, CHARGE, 2)]))

    assert house.records.earlier(house.account_id, [name]).gone(name) == {CHARGE: 1}
