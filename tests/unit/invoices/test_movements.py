"""INV-9, MON-4: an account's history tells every movement of its money, and adds up to its balances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from guichet.access.membership import Role
from guichet.adapters.dynamo.account_history import AccountHistoryStore
from guichet.errors import NotAllowed
from guichet.events import Actor, ActorKind, Event
from guichet.invoices.history_ports import BalanceStep, Placed
from guichet.invoices.movement import Moved, MovementKind, movement_of
from guichet.invoices.remaining import Wanted
from guichet.invoices.use_cases.list_movements import MovementView, list_movements, standing_of
from guichet.ledger.journal import JournalEntry
from guichet.ledger.postings import (
    LedgerAccount,
    Posting,
    payment_to_credit_postings,
    received_postings,
)
from guichet.money import Money
from guichet.subscriptions.balance import OpenBill
from guichet.subscriptions.ports import Slice
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from tests.support.autopaying import Autopaying
from tests.support.billing import Billing
from tests.support.correcting import credited, invoices_of, open_invoice, voided, work
from tests.support.invoicing import FIRST, Invoiced
from tests.support.movements import assert_movements_are_the_balances, history_of

K = MovementKind
L = LedgerAccount
RITA = Actor(ActorKind.REPRESENTATIVE, "mem_rita", "203.0.113.9")

type Line = tuple[str, int, tuple[int, int, int], tuple[int, int, int]]


@pytest.fixture
def billing() -> Billing:
    return Billing(flat_tax=True)


def receive(billing: Billing, amount_minor: int) -> None:
    command = RecordPayment(
        *("us", Money(amount_minor, "USD"), "Wire 7", billing.representative, billing.key(), RITA)
    )
    record_payment(command, carts=billing.parts().carts)


def told(billing: Billing, page: int = 7) -> list[MovementView]:
    """The newest first, proven to add up."""
    invoicing = billing.parts().invoicing
    assert_movements_are_the_balances(billing.world.dynamo, invoicing, page=page)
    return history_of(billing.account_id, billing.world.dynamo, invoicing, page=page)


def lines(views: Iterable[MovementView]) -> list[Line]:
    """The oldest first: kind, amount, what it moved, how that stood then."""

    def numbers(moved: Moved | None) -> tuple[int, int, int]:
        assert moved is not None
        return moved.open_minor, moved.credit_minor, moved.reserved_minor

    return [
        (
            each.movement.kind.value,
            each.movement.amount.amount_minor,
            numbers(each.movement.moved),
            numbers(each.standing),
        )
        for each in reversed(list(views))
    ]


def test_an_order_is_paid_and_invoiced_at_once_and_moves_no_balance_inv_9(
    billing: Billing,
) -> None:
    cart = billing.buy(billing.webinar("starter", 5))

    invoice, paid = told(billing)

    nothing = (0, 0, 0)
    assert lines([invoice, paid]) == [
        ("order_paid", 18_000, nothing, nothing),
        ("invoice", 18_000, nothing, nothing),
    ]
    assert (paid.movement.cart_id, paid.movement.payment_id) == (cart.cart_id, cart.paid_payment_id)
    assert invoice.document is not None
    assert (invoice.document.cart_id, invoice.document.number) == (cart.cart_id, "US-I-000001")
    assert {each.movement.selling_entity for each in (invoice, paid)} == {"us"}


def test_money_by_hand_pays_what_is_open_and_the_rest_is_credit_col_6_inv_9(
    billing: Billing,
) -> None:
    made = open_invoice(billing)
    total = made.total_minor
    billing.world.clock.advance(hours=1)
    receive(billing, total + 500)
    billing.world.clock.advance(hours=1)
    work(billing.world)

    views = told(billing)

    assert lines(views) == [
        ("invoice", total, (total, 0, 0), (total, 0, 0)),
        ("payment_received", total + 500, (0, total + 500, 0), (total, total + 500, 0)),
        ("credit_used", total, (-total, -total, 0), (0, 500, 0)),
    ]
    used, received, _ = views
    assert received.movement.reference == "Wire 7"
    assert str(received.movement.payment_id).startswith("rcv_")
    assert used.document is not None
    assert used.document.number == made.number


def test_an_order_that_gives_back_more_than_it_charges_gives_credit_inv_11_inv_9(
    billing: Billing,
) -> None:
    billing.buy(billing.webinar("plus", 5))
    billing.world.clock.advance(days=10)
    only = billing.only()
    cart = billing.buy(
        billing.wish("change", subscription_id=only.subscription_id, plan_id="starter")
    )
    work(billing.world)

    (given,) = (each for each in told(billing) if each.movement.kind is K.CREDIT_GIVEN)

    credit = billing.balance().credit
    assert credit.amount_minor > 0
    assert lines([given]) == [
        (
            "credit_given",
            credit.amount_minor,
            (0, credit.amount_minor, 0),
            (0, credit.amount_minor, 0),
        )
    ]
    assert given.movement.cart_id == cart.cart_id


def test_a_credit_note_lowers_what_is_open_then_gives_credit_inv_11_inv_9(
    billing: Billing,
) -> None:
    made = open_invoice(billing)
    total = made.total_minor
    billing.world.clock.advance(hours=1)
    note = credited(billing, made.invoice_id, Wanted(0, 100)).value.note
    billing.world.clock.advance(hours=1)
    receive(billing, total - 120)
    work(billing.world)
    billing.world.clock.advance(hours=1)
    second = credited(billing, made.invoice_id, Wanted(1, 100)).value.note

    views = told(billing)

    notes = [each for each in views if each.movement.kind is K.CREDIT_NOTE]
    assert lines(notes) == [
        ("credit_note", 120, (-120, 0, 0), (total - 120, 0, 0)),
        ("credit_note", 120, (0, 120, 0), (0, 120, 0)),
    ]
    assert [each.document and each.document.number for each in notes] == [
        second.number,
        note.number,
    ]
    assert {each.refers_to and each.refers_to.number for each in notes} == {made.number}


def test_a_void_takes_all_that_was_open_inv_5_inv_9(billing: Billing) -> None:
    made = open_invoice(billing)
    billing.world.clock.advance(hours=1)

    voided(billing, made.invoice_id)

    total = made.total_minor
    assert lines(told(billing))[-1] == ("credit_note", total, (-total, 0, 0), (0, 0, 0))


def test_credit_waits_for_an_order_and_is_used_or_free_again_bad_5_inv_9(billing: Billing) -> None:
    receive(billing, 5_000)
    billing.world.clock.advance(hours=1)
    given_up = billing.place(billing.preview(billing.webinar("starter", 5))).value
    billing.world.clock.advance(days=8)
    billing.world.settle_down()
    assert billing.cart(given_up.cart.cart_id).status == "abandoned"
    billing.world.clock.advance(hours=1)
    placed = billing.place(billing.preview(billing.webinar("starter", 5))).value
    billing.world.clock.advance(minutes=5)
    billing.pay(placed)

    found = [each for each in lines(told(billing)) if each[0] != "invoice"]

    assert found == [
        ("payment_received", 5_000, (0, 5_000, 0), (0, 5_000, 0)),
        ("credit_reserved", 5_000, (0, -5_000, 5_000), (0, 0, 5_000)),
        ("credit_released", 5_000, (0, 5_000, -5_000), (0, 5_000, 0)),
        ("credit_reserved", 5_000, (0, -5_000, 5_000), (0, 0, 5_000)),
        ("order_paid", 13_000, (0, 0, -5_000), (0, 0, 0)),
    ]


def test_what_a_method_paid_and_the_bank_took_back_is_told_inv_5_inv_9() -> None:
    account = Autopaying()
    account.begin("visa")
    payment = account.payment(account.renew())
    assert payment.capture is not None
    account.world.clock.advance(hours=1)
    dispute = account.world.stripe.open_dispute(payment.capture.capture_id)
    account.world.stripe.lose_dispute(str(dispute["id"]))
    account.world.settle_down()

    views = told(account.billing, page=1)

    returned, collected = views[0], views[1]
    total = 10_800
    assert lines([returned]) == [("payment_returned", total, (total, 0, 0), (total, 0, 0))]
    assert lines([collected])[0][:3] == ("payment_collected", total, (-total, 0, 0))
    for each in (returned, collected):
        assert each.movement.payment_id == payment.payment_id
        assert each.document is not None
        assert each.document.number == account.renewed().number


def test_what_goes_back_slowly_is_told_with_whom_it_was_paid_to_col_8_inv_9(
    billing: Billing,
) -> None:
    """The entry that tells of its end moves nothing in the entity's book: it left that when it was sent."""
    receive(billing, 500)
    placed = billing.place(billing.preview(billing.webinar("starter", 5))).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.clock.advance(days=8)
    billing.world.settle_down()
    slow = {"pay_expired": 1, "refunds": {"pending": 1, "after_seconds": 7_200}}
    billing.world.stripe.configure_chaos(slow)
    billing.world.stripe.pay(placed.payment.session_id)
    for _ in range(3):
        billing.world.settle_down()
        billing.world.clock.advance(hours=3)

    refunded, not_taken, *_ = told(billing)

    credit = (0, 500, 0)
    assert lines([refunded, not_taken]) == [
        ("payment_not_taken", 17_500, (0, 0, 0), credit),
        ("payment_refunded", 17_500, (0, 0, 0), credit),
    ]
    assert refunded.movement.at > not_taken.movement.at
    assert refunded.movement.selling_entity == "us"
    assert refunded.movement.payment_id == placed.payment.payment_id


@pytest.mark.parametrize("page", [1, 2, 3, 50])
def test_pages_of_any_size_tell_the_same_inv_9(page: int) -> None:
    """Also where several things were written at one moment, and a page ends between them."""
    here = Invoiced()
    account = here.account()
    for day in range(5):
        here.bill(account, here.usd(1_000, FIRST.replace(day=1 + day)))
    here.world.clock.at = here.world.clock.at.replace(day=10)
    while here.make(account).documents:
        pass
    here.give_credit(account, 2_500)
    here.apply(account)

    assert_movements_are_the_balances(here.world.dynamo, here.invoicing(), page=page)
    views = history_of(account, here.world.dynamo, here.invoicing(), page=page)

    kinds = [each.movement.kind for each in views]
    assert sorted(kinds) == sorted([K.INVOICE] * 5 + [K.ADJUSTED] + [K.CREDIT_USED] * 3)
    assert len({each.movement.movement_id for each in views}) == len(views)


class _Late(AccountHistoryStore):
    """An index that has not heard of the newest entries yet."""

    unheard: int = 0

    def entries(self, account_id: str, *, limit: int, after: str | None) -> Slice[Placed]:
        part = super().entries(account_id, limit=limit, after=after)
        return part if after is not None else Slice(part.items[self.unheard :], part.after)


@pytest.mark.parametrize("unheard", range(1, 6))
def test_what_the_index_has_not_heard_of_yet_is_counted_all_the_same_inv_9(
    billing: Billing, unheard: int
) -> None:
    open_invoice(billing)
    for amount in (100, 200, 300):
        billing.world.clock.advance(hours=1)
        receive(billing, amount)
        work(billing.world)
    late = _Late(billing.world.dynamo)
    late.unheard = unheard
    owner, invoicing = billing.owner, billing.parts().invoicing

    page = list_movements(owner, limit=50, after=None, history=late, invoicing=invoicing)

    known = {each.movement.movement_id: each.standing for each in told(billing)}
    assert page.items
    assert all(known[each.movement.movement_id] == each.standing for each in page.items)


class _Long(AccountHistoryStore):
    """Versions so long that the store answers one at a time."""

    looks: int = 0

    def balance_steps(
        self, account_id: str, selling_entity: str, currency: str, *, below: int, limit: int
    ) -> list[BalanceStep]:
        self.looks += 1
        whole = super().balance_steps(
            account_id, selling_entity, currency, below=below, limit=limit
        )
        return whole[:1]


def test_what_lies_too_far_back_is_not_known_at_once_and_never_guessed_inv_9() -> None:
    here = Invoiced()
    account, clock = here.account(), here.world.clock
    owner = here.world.member("olga", Role.OWNER, account_id=account)
    for _ in range(2):
        here.bill(account, here.usd(1_000, clock.at.date()))
        here.make(account)
        clock.advance(days=1)
    for _ in range(25):  # a charge each, on a bill that waits
        here.bill(account, here.usd(1_000, clock.at.date()))
    clock.advance(minutes=1)
    here.give_credit(account, 500)
    history, invoicing = _Long(here.world.dynamo), here.invoicing()
    after, pages = None, list[Moved | None]()

    for _ in range(3):
        history.looks = 0
        page = list_movements(owner, limit=1, after=after, history=history, invoicing=invoicing)
        pages += [each.standing for each in page.items]
        after = page.after
        assert history.looks <= 20

    known = [each.standing for each in history_of(account, here.world.dynamo, invoicing)]
    assert known == [Moved(2_160, 500), Moved(2_160), Moved(1_080)]
    assert pages == [known[0], None, known[2]]  # the next page goes on where the last one stopped


def test_a_history_of_long_bills_is_read_within_what_the_store_reads_at_once_inv_9() -> None:
    here = Invoiced()
    account = here.account("a" * 300)  # its subscriptions' names are as long
    for _ in range(150):
        here.bill(account, here.usd(1_000))
    here.make(account)

    (invoice,) = history_of(account, here.world.dynamo, here.invoicing(), page=50)

    assert invoice.movement.kind is K.INVOICE
    assert invoice.standing == Moved(150 * 1_080)


class _Growing(AccountHistoryStore):
    """Something is written between the history and the balance."""

    def __init__(self, billing: Billing) -> None:
        super().__init__(billing.world.dynamo)
        self._billing = billing

    def entries(self, account_id: str, *, limit: int, after: str | None) -> Slice[Placed]:
        part = super().entries(account_id, limit=limit, after=after)
        self._billing.world.clock.advance(minutes=1)
        receive(self._billing, 10)
        return part

    def balance_steps(
        self, account_id: str, selling_entity: str, currency: str, *, below: int, limit: int
    ) -> list[BalanceStep]:
        receive(self._billing, 10)
        return super().balance_steps(account_id, selling_entity, currency, below=below, limit=limit)


def test_what_is_written_meanwhile_changes_nothing_of_what_is_told_inv_9(billing: Billing) -> None:
    open_invoice(billing)
    billing.world.clock.advance(hours=1)
    receive(billing, 100)
    work(billing.world)
    known = {each.movement.movement_id: each.standing for each in told(billing)}
    history, after, found = _Growing(billing), None, list[MovementView]()

    for _ in range(len(known)):
        page = list_movements(
            billing.owner,
            limit=1,
            after=after,
            history=history,
            invoicing=billing.parts().invoicing,
        )
        found, after = found + page.items, page.after

    assert {each.movement.movement_id: each.standing for each in found} == known


def test_trainings_and_all_that_moves_no_money_are_not_told_inv_9(billing: Billing) -> None:
    billing.try_out()
    billing.world.settle_down()

    assert told(billing) == []


def test_only_who_may_see_invoices_reads_it_acc_1(billing: Billing) -> None:
    member = billing.world.member("eve", Role.EVENT_MANAGER, account_id=billing.account_id)

    with pytest.raises(NotAllowed):
        list_movements(
            member,
            limit=1,
            after=None,
            history=AccountHistoryStore(billing.world.dynamo),
            invoicing=billing.parts().invoicing,
        )


def test_another_account_has_another_history_acc_2(billing: Billing) -> None:
    open_invoice(billing)
    stranger = replace(billing.owner, account_id="acc_studio")

    page = list_movements(
        stranger,
        limit=10,
        after=None,
        history=AccountHistoryStore(billing.world.dynamo),
        invoicing=billing.parts().invoicing,
    )

    assert invoices_of(billing)
    assert (page.items, page.after) == ([], None)


def entry(aggregate: str, *events: Event, postings: Iterable[Posting] = ()) -> JournalEntry:
    return JournalEntry(
        aggregate=aggregate,
        sequence=3,
        account_id="acc_1",
        at=datetime(2026, 12, 1, tzinfo=UTC),
        actor=RITA,
        use_case="test",
        before={},
        after={},
        events=events,
        postings=tuple(postings),
        book="us",
    )


@pytest.mark.parametrize(
    "silent",
    [
        pytest.param(entry("invoice/inv_1", Event("invoice.credited")), id="its note tells"),
        pytest.param(entry("balance/acc_1-us-USD"), id="what changed it tells"),
        pytest.param(entry("cart/crt_1", Event("cart.unpaid")), id="nothing moved"),
        pytest.param(entry("cart/crt_1", Event("cart.done")), id="it was free"),
        pytest.param(entry("cart_payment/cpy_1", Event("cart_payment.captured")), id="its order"),
        pytest.param(entry("invoice_payment/ipy_1", Event("invoice_payment.declined")), id="no"),
    ],
)
def test_what_moves_nothing_or_is_told_elsewhere_is_silent_inv_9(silent: JournalEntry) -> None:
    assert movement_of(silent) is None


@pytest.mark.parametrize("out", [L.ENTITY_BALANCE, L.ENTITY_BANK])
@pytest.mark.parametrize("aggregate", ["invoice_payment/ipy_1", "anything/any_1", "balance/b"])
def test_credit_that_goes_back_to_who_paid_is_a_refund_inv_9(
    aggregate: str, out: LedgerAccount
) -> None:
    back = Posting(out, L.ACCOUNT_CREDIT, Money(700, "USD"))

    found = movement_of(entry(aggregate, Event("money.refunded"), postings=[back]))

    assert found is not None
    assert (found.kind, found.amount) == (K.PAYMENT_REFUNDED, Money(700, "USD"))
    assert found.moved == Moved(credit_minor=-700)


@pytest.mark.parametrize(
    ("aggregate", "event", "names"),
    [
        ("invoice_payment/ipy_1", "invoice_payment.credited", ("inv_1", None, "ipy_1")),
        ("cart_payment/cpy_1", "cart_payment.credited", (None, "crt_1", "cpy_1")),
    ],
)
def test_money_that_nothing_takes_is_credit_in_the_currency_in_which_it_came_col_8_inv_9(
    aggregate: str, event: str, names: tuple[str | None, ...]
) -> None:
    asked: dict[str, str | int | None] = {"amount_minor": 900, "currency": "USD"}
    facts = asked | {"invoice_id": "inv_1", "cart_id": "crt_1"}
    postings = payment_to_credit_postings(Money(700, "EUR"), Money(30, "USD"))

    found = movement_of(entry(aggregate, Event(event, facts), postings=postings))

    assert found is not None
    assert (found.kind, found.amount) == (K.PAYMENT_CREDITED, Money(700, "EUR"))
    assert found.moved == Moved(credit_minor=700)
    assert (found.invoice_id, found.cart_id, found.payment_id) == names


def test_whatever_else_moves_credit_is_never_left_out_inv_9() -> None:
    found = movement_of(entry("balance/b", postings=received_postings(Money(700, "USD"))))

    assert found is not None
    assert (found.kind, found.moved) == (K.ADJUSTED, Moved(credit_minor=700))


def test_money_that_had_become_credit_and_was_taken_back_moves_no_balance_inv_9() -> None:
    """A person decides what the customer owes."""
    facts: dict[str, str | int | None] = {
        "invoice_id": "inv_1",
        "amount_minor": 700,
        "currency": "USD",
        "reason": "was_credit",
    }
    gone = Posting(L.ENTITY_BALANCE, L.CLAIMS, Money(700, "USD"))

    found = movement_of(
        entry("invoice_payment/ipy_1", Event("invoice_payment.returned", facts), postings=[gone])
    )

    assert found is not None
    assert (found.kind, found.amount, found.moved) == (
        K.PAYMENT_RETURNED,
        Money(700, "USD"),
        Moved(),
    )


def test_only_invoices_are_open_not_bills_that_wait_col_5() -> None:
    here = Invoiced()
    account = here.account()
    here.bill(account, here.usd(1_000))
    balance = here.balance(account)

    assert [type(each) for each in balance.bills] == [OpenBill]
    assert standing_of(balance) == Moved()
