"""COL-8, BAD-6: money that comes for what is paid already goes back to where it came from, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from guichet.collection.charge_ports import Aggregate
from guichet.collection.use_cases.open_payment_action import open_payment_action
from guichet.collection.use_cases.settle_own_refund import settle_own_refund
from guichet.errors import Unavailable
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.ledger.journal import Change
from guichet.ledger.postings import balances
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.own_refund import (
    TRANSITIONS,
    OwnRefundReason,
    OwnRefundStatus,
)
from guichet.payments.ports import PaymentProvider
from guichet.payments.unavailable import provider_unavailable
from tests.support.movements import history_of
from tests.support.paid_twice import (
    TOTAL,
    PaidTwice,
    assert_right,
    lost_to_its_bank,
    moved,
    resolve,
)
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified
from tests.support.world import SYSTEM, refusal_of

S = OwnRefundStatus


@pytest.fixture(params=["card", "paypal"])
def twice(request: pytest.FixtureRequest) -> Iterator[PaidTwice]:
    """At either provider; what any of these stories leaves behind keeps the rules."""
    made = PaidTwice(request.param)
    yield made
    assert_right(made)


@pytest.fixture
def by_card() -> Iterator[PaidTwice]:
    made = PaidTwice()
    yield made
    assert_right(made)


def told(twice: PaidTwice) -> list[tuple[str, int, int]]:
    """Of the first payment, the oldest first: kind, amount, what it made of credit (INV-9)."""
    billing = twice.account.billing
    views = history_of(billing.account_id, billing.world.dynamo, billing.parts().invoicing)
    return [
        (each.movement.kind, each.movement.amount.amount_minor, each.movement.moved.credit_minor)
        for each in reversed(views)
        if each.movement.payment_id == twice.first.payment_id
    ]


# -- what is found


def test_what_is_found_second_goes_back_and_is_reported_col_8(twice: PaidTwice) -> None:
    twice.pay_again()

    twice.tell()

    refund, payment = twice.refund(), twice.paid_first()
    assert (refund.status, refund.reason) == (S.SUCCEEDED, OwnRefundReason.PAID_TWICE)
    assert (payment.status, payment.refund_id) == (ChargeStatus.CAPTURED, refund.refund_id)
    assert (twice.taken, twice.given_back) == (2 * TOTAL, TOTAL)
    invoice = twice.account.renewed()
    assert (invoice.status, invoice.paid_minor) == (InvoiceStatus.PAID, TOTAL)
    assert not twice.account.billing.balance().credit
    assert twice.world.alarms.count("invoice_payment.not_taken") == 1
    assert told(twice) == [
        ("payment_not_taken", TOTAL, 0),
        ("payment_refunded", TOTAL, 0),
    ]


def test_only_the_provider_s_fee_is_left_of_it_in_the_books_mon_4(twice: PaidTwice) -> None:
    twice.pay_again()

    twice.tell()

    capture = twice.paid_first().capture
    assert capture is not None
    fee = capture.provider_fee.amount_minor
    assert fee > 0
    assert moved(twice) == {"entity_balance": -fee, "provider_fee": fee}


def test_what_the_provider_gives_back_of_its_fee_is_booked_fee_3(by_card: PaidTwice) -> None:
    by_card.pay_again()
    by_card.simulator.configure_chaos({"refunds": {"own_fee_minor": 100}})

    by_card.tell()

    capture = by_card.paid_first().capture
    assert capture is not None
    kept = capture.provider_fee.amount_minor - 100
    assert moved(by_card) == {"entity_balance": -kept, "provider_fee": kept}


def test_what_is_found_late_pays_an_invoice_that_is_still_open_col_8(twice: PaidTwice) -> None:
    twice.tell()

    invoice = twice.account.renewed()
    assert (invoice.status, invoice.paid_minor) == (InvoiceStatus.PAID, TOTAL)
    assert (twice.paid_first().has_paid, twice.given_back) == (True, 0)
    assert twice.account.billing.balance().bills == ()
    assert "invoice_payment.not_taken" not in twice.world.alarms


def test_late_money_pays_and_the_attempt_that_is_on_its_way_then_goes_back_bad_1(
    by_card: PaidTwice,
) -> None:
    """Two attempts of one invoice come through, in the other order."""
    by_card.account.store("bank", "bank_debit")
    debit = by_card.account.methods.held().held[-1]
    by_card.account.methods.make_default(debit.method_id)
    invoice = by_card.account.renewed()
    again = replace(invoice, collect_at=by_card.world.clock.now(), version=invoice.version + 1)
    records = by_card.account.billing.parts().charges
    records.save(by_card.world.cause("again"), [_change(invoice, again)])
    by_card.account.pass_time(hours=2)
    second = by_card.account.payment(by_card.account.renewed())
    assert second.status is ChargeStatus.PROCESSING

    by_card.tell()

    paid = by_card.account.renewed()
    assert (paid.status, paid.open_payment_id) == (InvoiceStatus.PAID, second.payment_id)
    assert_verified(by_card.world.dynamo, by_card.world.clock.now())

    by_card.simulator.settle_charge(second.provider_charge_id)
    by_card.world.settle_down()

    after = by_card.account.renewed()
    assert (after.status, after.open_payment_id, after.paid_minor) == (
        InvoiceStatus.PAID,
        None,
        TOTAL,
    )
    assert (by_card.taken, by_card.given_back) == (2 * TOTAL, TOTAL)


def test_what_waits_for_its_customer_ends_once_late_money_has_paid_col_8(
    by_card: PaidTwice,
) -> None:
    """The bank's page of a paid invoice is not opened, and its attempt is ended at the provider."""
    second = _waiting_for_its_customer(by_card)

    by_card.tell()

    assert by_card.account.renewed().status is InvoiceStatus.PAID
    billing = by_card.account.billing
    charging = billing.parts().charging
    with nothing_written(by_card.world.dynamo):
        refusal = refusal_of(
            lambda: open_payment_action(second.payment_id, billing.owner, SYSTEM, charging=charging)
        )
    assert refusal.code == "invoice_paid"

    by_card.account.pass_time(minutes=1)

    after = by_card.account.renewed()
    assert by_card.account.payment(after).status is ChargeStatus.CANCELED
    assert (after.open_payment_id, after.paid_minor) == (None, TOTAL)
    assert (by_card.taken, by_card.given_back) == (TOTAL, 0)
    assert by_card.simulator.find(second.provider_charge_id)["status"] == "canceled"


def test_who_answers_their_bank_at_that_moment_has_it_back_col_8(by_card: PaidTwice) -> None:
    second = _waiting_for_its_customer(by_card)
    by_card.tell(and_settle=False)

    by_card.simulator.authenticate_charge(second.provider_charge_id)
    by_card.world.settle_down()

    assert (by_card.taken, by_card.given_back) == (2 * TOTAL, TOTAL)
    after = by_card.account.renewed()
    assert (after.status, after.open_payment_id) == (InvoiceStatus.PAID, None)


def _waiting_for_its_customer(by_card: PaidTwice) -> InvoicePayment:
    """A second attempt, which was last asked about long before."""
    method = by_card.account.store("authentication_required")
    by_card.account.methods.make_default(method.method_id)
    invoice = by_card.account.renewed()
    again = replace(invoice, collect_at=by_card.world.clock.now(), version=invoice.version + 1)
    records = by_card.account.billing.parts().charges
    records.save(by_card.world.cause("again"), [_change(invoice, again)])
    by_card.account.pass_time(hours=2)
    for _ in range(5):
        by_card.account.pass_time(hours=8)
    second = by_card.account.payment(by_card.account.renewed())
    assert second.status is ChargeStatus.REQUIRES_ACTION
    return second


def test_who_asks_again_returns_nothing_again_ext_2(twice: PaidTwice) -> None:
    twice.pay_again()
    twice.tell()
    before = twice.world.journal()
    parts = twice.account.billing.parts()

    twice.tell()
    settle_own_refund(twice.refund().refund_id, SYSTEM, own_refunding=parts.own_refunding)
    parts.own_refunding.ask(twice.refund().refund_id, twice.world.cause("webhook"))

    assert twice.world.journal() == before
    assert twice.given_back == TOTAL


# -- what becomes of the refund


def test_an_answer_that_is_lost_is_asked_for_and_the_money_goes_once_bad_11(
    twice: PaidTwice,
) -> None:
    twice.pay_again()
    calls = {"card": "POST /v1/refunds", "paypal": "POST /v2/payments/captures/*/refund"}
    lost = {"do": "lost_after", "match": calls[twice.kind], "times": 3}
    twice.simulator.configure_chaos({"api": [lost], "webhooks": {"drop": -1}})
    twice.tell()
    assert (twice.refund().status, twice.given_back) == (S.REQUESTED, TOTAL)

    twice.account.pass_time(minutes=5)

    assert (twice.refund().status, twice.given_back) == (S.SUCCEEDED, TOTAL)


def test_an_event_before_the_answer_is_the_answer_bad_13(by_card: PaidTwice) -> None:
    by_card.pay_again()
    by_card.tell(and_settle=False)
    parts = by_card.account.billing.parts()
    provider = parts.ordering.accounts.providers("us")["stripe"]
    provider.refund(by_card.refund())

    by_card.world.deliver_webhooks()
    by_card.world.relay()
    by_card.world.settle()

    assert by_card.refund().status is S.SUCCEEDED
    by_card.world.settle_down()
    assert by_card.given_back == TOTAL


def test_one_that_pends_is_waited_for_by_asking_alone_ext_2(twice: PaidTwice) -> None:
    twice.pay_again()
    pending = {"pending": 1, "after_seconds": 7_200}
    twice.simulator.configure_chaos({"refunds": pending, "webhooks": {"drop": -1}})
    twice.tell()
    assert twice.refund().status is S.SUBMITTED
    assert_verified(twice.world.dynamo, twice.world.clock.now())

    twice.account.pass_time(hours=2)
    twice.account.pass_time(hours=2)

    assert twice.refund().status is S.SUCCEEDED
    assert "own_refund.unknown_for_long" not in twice.world.alarms


def test_what_the_provider_will_not_return_is_credit_and_a_person_is_told_col_8(
    by_card: PaidTwice,
) -> None:
    by_card.pay_again()
    refusal = {"refuse": 1, "refusal": "charge_not_refundable"}
    by_card.simulator.configure_chaos({"refunds": refusal})

    by_card.tell()

    refund = by_card.refund()
    assert (refund.status, refund.failure) == (S.CREDITED, "refund_not_permitted")
    assert told(by_card)[1:] == [("payment_credited", TOTAL, TOTAL)]
    assert by_card.account.billing.balance().credit.amount_minor == TOTAL
    assert by_card.given_back == 0
    assert by_card.world.alarms.count("own_refund.credited") == 1


@pytest.mark.parametrize("refusal", ["balance_insufficient", "charge_disputed"])
def test_a_no_that_may_pass_is_no_end_col_8(by_card: PaidTwice, refusal: str) -> None:
    """Stripe keeps a refusal under its key for a day."""
    by_card.pay_again()
    by_card.simulator.configure_chaos({"refunds": {"refuse": 1, "refusal": refusal}})
    by_card.tell()
    assert by_card.refund().status is S.REQUESTED

    for _ in range(16):
        by_card.account.pass_time(hours=2)

    assert (by_card.refund().status, by_card.given_back) == (S.SUCCEEDED, TOTAL)
    assert "own_refund.unknown_for_long" in by_card.world.alarms
    assert not by_card.account.billing.balance().credit


def test_a_success_that_is_taken_back_days_later_becomes_credit_rfd_6(by_card: PaidTwice) -> None:
    by_card.pay_again()
    by_card.tell()

    by_card.simulator.fail_refund(by_card.refund().provider_refund_id)
    by_card.world.settle_down()

    assert by_card.refund().status is S.CREDITED
    assert by_card.account.billing.balance().credit.amount_minor == TOTAL
    assert by_card.given_back == 0


def test_what_somebody_returned_by_hand_is_back_and_no_credit_bad_6(by_card: PaidTwice) -> None:
    capture = by_card.simulator.find(by_card.simulator.find_all("payment_intent")[-1]["id"])
    by_card.pay_again()
    by_card.simulator.dashboard_refund(capture["latest_charge"])

    by_card.tell()

    refund = by_card.refund()
    assert (refund.status, refund.failure) == (S.SUCCEEDED, "already_refunded")
    assert by_card.given_back == TOTAL
    assert not by_card.account.billing.balance().credit
    assert by_card.account.renewed().status is InvoiceStatus.PAID


# -- the customer's bank


def test_a_bank_that_takes_the_payment_back_first_leaves_nothing_to_return_inv_5(
    by_card: PaidTwice,
) -> None:
    by_card.pay_again()
    by_card.simulator.configure_chaos({"down": False})
    by_card.tell(and_settle=False)
    lost_to_its_bank(by_card)
    parts = by_card.account.billing.parts()
    parts.charging.ask(by_card.first.payment_id, by_card.world.cause("webhook"))

    by_card.world.settle_down()

    assert by_card.paid_first().status is ChargeStatus.RETURNED
    assert by_card.refund().status is S.TAKEN_BACK
    assert by_card.given_back == 0
    assert by_card.account.renewed().status is InvoiceStatus.PAID
    assert not by_card.account.billing.balance().credit
    assert set(moved(by_card)) == {"entity_balance", "provider_fee"}


def test_a_bank_that_takes_back_what_was_returned_is_told_to_a_person_bad_6(
    by_card: PaidTwice,
) -> None:
    """The money went out twice: who owes what is for a person, and the invoice stays paid."""
    by_card.pay_again()
    by_card.tell()

    lost_to_its_bank(by_card)
    by_card.world.settle_down()

    assert by_card.paid_first().status is ChargeStatus.RETURNED
    assert by_card.refund().status is S.SUCCEEDED
    assert by_card.account.renewed().status is InvoiceStatus.PAID
    assert moved(by_card)["claims"] == TOTAL
    assert "invoice_payment.returned" in by_card.world.alarms


# -- a person


@pytest.mark.parametrize("went_back", [True, False])
def test_a_person_ends_what_nobody_answers_for_col_8(
    by_card: PaidTwice,
    went_back: bool,  # noqa: FBT001 - drawn
) -> None:
    by_card.pay_again()
    by_card.tell(and_settle=False)
    by_card.simulator.configure_chaos({"down": True})
    by_card.account.pass_time(hours=26)

    refund = resolve(by_card, went_back=went_back)

    assert refund.status is (S.SUCCEEDED if went_back else S.CREDITED)
    credit = by_card.account.billing.balance().credit.amount_minor
    assert credit == (0 if went_back else TOTAL)
    with nothing_written(by_card.world.dynamo):
        again = refusal_of(lambda: resolve(by_card, went_back=went_back))
    assert again.code == f"refund_{refund.status}"


def test_what_may_yet_be_answered_is_not_a_person_s_col_8(by_card: PaidTwice) -> None:
    by_card.pay_again()
    by_card.tell(and_settle=False)

    with nothing_written(by_card.world.dynamo):
        refusal = refusal_of(lambda: resolve(by_card, went_back=True))

    assert refusal.code == "refund_not_overdue"


def test_where_the_entity_s_keys_are_gone_it_waits_col_8(by_card: PaidTwice) -> None:
    by_card.pay_again()
    by_card.tell(and_settle=False)
    parts = by_card.account.billing.parts()
    own_refunding = replace(parts.own_refunding, provider=_no_keys)

    with pytest.raises(Unavailable):
        settle_own_refund(by_card.refund().refund_id, SYSTEM, own_refunding=own_refunding)

    assert by_card.refund().status is S.REQUESTED
    by_card.world.settle_down()
    assert by_card.given_back == TOTAL


def _no_keys(selling_entity: str, name: str) -> PaymentProvider:
    del selling_entity, name
    raise provider_unavailable(None)


def _change(before: Invoice, after: Invoice) -> Change[Aggregate]:
    return Change[Aggregate](before, after)


# -- the table


@pytest.mark.parametrize("before", list(S))
@pytest.mark.parametrize("after", list(S))
def test_every_pair_of_states_col_8(before: OwnRefundStatus, after: OwnRefundStatus) -> None:
    moves = {
        S.REQUESTED: {S.SUBMITTED, S.SUCCEEDED, S.CREDITED, S.TAKEN_BACK},
        S.SUBMITTED: {S.SUCCEEDED, S.CREDITED, S.TAKEN_BACK},
        S.SUCCEEDED: {S.CREDITED, S.TAKEN_BACK},
    }

    assert before in TRANSITIONS
    assert (after in TRANSITIONS[before]) is (after in moves.get(before, set()))


def test_what_was_taken_and_taken_back_before_anybody_told_is_booked_mon_4(
    by_card: PaidTwice,
) -> None:
    """Both moved at the provider: its costs are in the books, and nothing is left to return."""
    by_card.pay_again()
    (charge,) = [
        each["latest_charge"]
        for each in by_card.simulator.find_all("payment_intent")
        if each["metadata"].get("payment_id") == by_card.first.payment_id
    ]
    dispute = by_card.simulator.open_dispute(charge)
    by_card.simulator.lose_dispute(str(dispute["id"]))

    by_card.tell()

    payment = by_card.paid_first()
    assert (payment.status, payment.refund_id) == (ChargeStatus.RETURNED, None)
    assert payment.capture is not None
    assert payment.return_fee is not None
    costs = payment.capture.provider_fee + payment.return_fee
    book = [
        posting
        for entry in by_card.world.journal()
        if entry.aggregate == f"invoice_payment/{payment.payment_id}"
        for posting in entry.postings
    ]
    moved = {str(account): amount for (account, _), amount in balances(book).items()}
    assert moved == {"entity_balance": -costs.amount_minor, "provider_fee": costs.amount_minor}
    assert by_card.account.renewed().status is InvoiceStatus.PAID
