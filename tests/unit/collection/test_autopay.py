"""COL-1, COL-3, COL-4, COL-8, COL-10, INV-5, INV-10: invoices collected by a stored method."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from guichet.collection.charge_outcome import decided
from guichet.collection.use_cases.settle_invoice_payment import settle_invoice_payment
from guichet.errors import Unavailable
from guichet.events import Actor, ActorKind
from guichet.invoices.invoice import InvoiceStatus
from guichet.ledger.postings import LedgerAccount, balances
from guichet.money import Money
from guichet.payments.invoice_payment import TRANSITIONS, ChargeStatus, InvoicePayment
from guichet.payments.ports import NOT_REACHABLE, ProviderRefusedError
from guichet.payments.stored_method import ChargeReport, ChargeState, MethodCharge
from guichet.subscriptions.ports import ProviderEventApplied
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from tests.support.autopaying import RENEWAL, Autopaying
from tests.support.verified import assert_verified
from tests.support.world import SYSTEM

TOTAL = 10_800  # three seats at 30.00 with a fifth of tax


@pytest.fixture
def account() -> Iterator[Autopaying]:
    """What any of these stories leaves behind keeps the rules."""
    made = Autopaying()
    yield made
    assert_verified(made.world.dynamo, made.world.clock.now())


def test_an_invoice_with_autopay_is_due_on_its_day_and_paid_by_the_default_method_inv_10(
    account: Autopaying,
) -> None:
    method = account.begin()

    invoice = account.renew()

    assert invoice.due_on == invoice.issued_on
    assert (invoice.status, invoice.paid_minor) == (InvoiceStatus.PAID, TOTAL)
    assert account.payment(invoice).method_id == method.method_id
    assert account.charged() == TOTAL
    assert account.billing.balance().bills == ()


@pytest.mark.parametrize("kind", ["paypal"])
def test_a_connected_account_pays_too_col_1(account: Autopaying, kind: str) -> None:
    account.begin(kind=kind)

    invoice = account.renew()

    assert invoice.status is InvoiceStatus.PAID
    assert account.payment(invoice).token.provider == "paypal"


def test_the_same_run_again_collects_nothing_col_8(account: Autopaying) -> None:
    account.begin()
    account.renew()

    account.pass_time(hours=2)
    account.pass_time(days=2)

    assert account.charged() == TOTAL


def test_a_decline_is_recorded_with_the_moment_of_the_next_try_col_3(account: Autopaying) -> None:
    account.begin("insufficient_funds")

    invoice = account.renew()

    payment = account.payment(invoice)
    assert (invoice.status, invoice.open_minor) == (InvoiceStatus.OPEN, TOTAL)
    assert (payment.status, payment.decline_code) == (
        ChargeStatus.DECLINED,
        "insufficient_funds",
    )
    assert payment.ended_at is not None
    assert invoice.next_try_at == payment.ended_at + timedelta(hours=1)
    assert invoice.open_payment_id is None
    assert account.charged() == 0


def test_a_decline_that_can_never_succeed_stops_the_method_col_3(account: Autopaying) -> None:
    method = account.begin("stolen_card")

    invoice = account.renew()

    assert account.payment(invoice).is_final_decline
    assert not account.methods.method(method.method_id).may_be_retried
    assert invoice.next_try_at is None


def test_where_the_bank_asks_the_payment_waits_and_nothing_is_lost_days_later_col_4(
    account: Autopaying,
) -> None:
    account.begin("authentication_required")
    invoice = account.renew()
    payment = account.payment(invoice)
    assert payment.status is ChargeStatus.REQUIRES_ACTION
    assert invoice.is_processing

    account.pass_time(days=4)
    assert payment.provider_charge_id is not None
    account.world.stripe.authenticate_charge(payment.provider_charge_id)
    account.world.settle_down()

    paid = account.renewed()
    assert paid.status is InvoiceStatus.PAID
    assert account.charged() == TOTAL


def test_what_waits_for_its_customer_is_never_charged_blindly_and_ends_after_a_week_bad_10(
    account: Autopaying,
) -> None:
    account.begin("authentication_required")
    invoice = account.renew()

    for _ in range(9):
        account.pass_time(days=1)

    payment = account.payment(account.renewed())
    assert payment.payment_id == account.payment(invoice).payment_id
    assert payment.status is ChargeStatus.CANCELED
    assert account.renewed().open_payment_id is None
    assert account.charged() == 0


def test_a_debit_is_processing_until_the_bank_settles_it_col_10(account: Autopaying) -> None:
    account.begin("bank", kind="bank_debit")
    invoice = account.renew()
    payment = account.payment(invoice)
    assert (payment.status, invoice.status) == (ChargeStatus.PROCESSING, InvoiceStatus.OPEN)
    assert invoice.is_processing

    assert payment.provider_charge_id is not None
    account.world.stripe.settle_charge(payment.provider_charge_id)
    account.world.settle_down()

    assert account.renewed().status is InvoiceStatus.PAID
    assert account.charged() == TOTAL


def test_a_debit_that_the_bank_returns_later_reopens_its_invoice_inv_5(
    account: Autopaying,
) -> None:
    account.begin("bank", kind="bank_debit")
    payment = account.payment(account.renew())
    assert payment.provider_charge_id is not None
    account.world.stripe.settle_charge(payment.provider_charge_id)
    account.world.settle_down()

    account.pass_time(days=3)
    account.world.stripe.return_charge(payment.provider_charge_id)
    account.world.settle_down()

    invoice = account.renewed()
    assert (invoice.status, invoice.open_minor) == (InvoiceStatus.OPEN, TOTAL)
    assert account.payment(invoice).status is ChargeStatus.RETURNED
    assert [bill.open_minor for bill in account.billing.balance().invoiced] == [TOTAL]
    assert "invoice_payment.returned" in account.world.alarms


def test_a_debit_that_was_paid_and_returned_unheard_leaves_its_invoice_open_bad_8(
    account: Autopaying,
) -> None:
    account.begin("bank", kind="bank_debit")
    payment = account.payment(account.renew())
    assert payment.provider_charge_id is not None
    account.world.stripe.configure_chaos({"webhooks": {"drop": -1}})
    account.world.stripe.settle_charge(payment.provider_charge_id)
    account.world.stripe.return_charge(payment.provider_charge_id)

    account.pass_time(days=1)

    invoice = account.renewed()
    assert account.payment(invoice).status is ChargeStatus.RETURNED
    assert (invoice.open_minor, invoice.open_payment_id) == (TOTAL, None)
    assert [bill.is_leased for bill in account.billing.balance().invoiced] == [False]
    assert "invoice_payment.returned" in account.world.alarms


def test_a_charge_of_a_card_that_is_lost_to_its_bank_reopens_its_invoice_inv_5(
    account: Autopaying,
) -> None:
    account.begin("visa")
    payment = account.payment(account.renew())
    assert payment.capture is not None
    dispute = account.world.stripe.open_dispute(payment.capture.capture_id)
    account.world.settle_down()
    disputed = account.renewed()

    account.world.stripe.lose_dispute(str(dispute["id"]))
    account.world.settle_down()

    assert disputed.status is InvoiceStatus.PAID, "while the bank has not decided"
    invoice = account.renewed()
    assert (invoice.status, invoice.open_minor) == (InvoiceStatus.OPEN, TOTAL)
    assert account.payment(invoice).status is ChargeStatus.RETURNED
    assert "invoice_payment.returned" in account.world.alarms


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"status": ChargeStatus.MISMATCHED}, "was_credit", id="credit"),
        pytest.param({"refund_id": "orf_1"}, "was_refunded", id="given back"),
    ],
)
def test_what_had_paid_nothing_and_is_taken_back_is_booked_and_told_bad_6_mon_4(
    account: Autopaying, change: dict[str, Any], reason: str
) -> None:
    """Though the invoice was paid, by other money: it stays paid."""
    account.begin("visa")
    payment = account.payment(account.renew())
    found = account.billing.parts().charging.situation(payment.payment_id)
    situation = replace(found, payment=replace(payment, **change))
    report = ChargeReport(state=ChargeState.RETURNED, return_fee=Money(1_500, "USD"))

    (write,) = decided(situation, report).changes

    assert isinstance(write.after, InvoicePayment)
    assert write.after.status is ChargeStatus.RETURNED
    assert [(each.name, each.facts["reason"]) for each in write.events] == [
        ("invoice_payment.returned", reason)
    ]
    assert balances(write.postings) == {
        (LedgerAccount.ENTITY_BALANCE, "USD"): -(TOTAL + 1_500),
        (LedgerAccount.CLAIMS, "USD"): TOTAL,
        (LedgerAccount.PROVIDER_FEE, "USD"): 1_500,
    }


def test_an_event_about_a_paid_charge_waits_while_the_provider_refuses_to_tell_bad_3(
    account: Autopaying,
) -> None:
    account.begin("visa")
    payment = account.payment(account.renew())
    refusing: Any = _Refusing()
    charging = replace(account.billing.parts().charging, accounts=refusing)
    cause = account.world.cause("event")
    event = ProviderEventApplied("stripe", "evt_dispute")

    with pytest.raises(Unavailable):
        charging.ask(payment.payment_id, cause, event)

    assert charging.ask(payment.payment_id, cause) is False, "nobody told anything"


class _Refusing:
    """Accounts at a provider whose key may not read this."""

    def method_providers(self, selling_entity: str) -> Any:  # noqa: ANN401 - what is asked of it
        del selling_entity
        return {"stripe": self}

    def ask_charge(self, charge: MethodCharge) -> ChargeReport:
        raise ProviderRefusedError(NOT_REACHABLE, charge.payment_id)


def test_credit_comes_first_and_the_method_pays_the_rest_col_7(account: Autopaying) -> None:
    account.begin()
    give(account, 4_000)

    invoice = account.renew()

    assert (invoice.credit_applied_minor, invoice.paid_minor) == (4_000, TOTAL - 4_000)
    assert account.charged() == TOTAL - 4_000


def test_money_that_comes_while_an_attempt_is_open_pays_nothing_twice_bad_1(
    account: Autopaying,
) -> None:
    account.begin("bank", kind="bank_debit")
    payment = account.payment(account.renew())
    give(account, TOTAL)
    account.world.settle_down()
    assert account.renewed().credit_applied_minor == 0  # the debit has the lease

    assert payment.provider_charge_id is not None
    account.world.stripe.settle_charge(payment.provider_charge_id)
    account.world.settle_down()

    invoice = account.renewed()
    assert (invoice.paid_minor, invoice.credit_applied_minor) == (TOTAL, 0)
    assert account.billing.balance().credit_minor == TOTAL


def test_a_method_that_was_detached_is_not_charged_and_the_invoice_stays_open(
    account: Autopaying,
) -> None:
    method = account.begin()
    account.world.stripe.detach_method(method.token.token_id)
    account.world.settle_down()

    invoice = account.renew()

    assert (invoice.status, invoice.last_payment_id) == (InvoiceStatus.OPEN, None)
    assert account.charged() == 0


def test_who_is_told_twice_or_asks_out_of_turn_changes_nothing_ext_2(account: Autopaying) -> None:
    account.begin()
    invoice = account.renew()
    payment = account.payment(invoice)
    charging = account.billing.parts().charging
    before = account.world.journal()

    for _ in range(3):
        actor = Actor(ActorKind.SYSTEM, "settle", "settle")
        settle_invoice_payment(payment.payment_id, actor, charging=charging)

    assert account.world.journal() == before


class _Unreachable:
    """Accounts at providers that refuse every question."""

    def method_providers(self, selling_entity: str) -> dict[str, Any]:
        del selling_entity
        return {"stripe": self}

    def offered_providers(self, selling_entity: str) -> tuple[str, ...]:
        del selling_entity
        return ("stripe",)

    def ask_charge(self, charge: MethodCharge) -> ChargeReport:
        raise ProviderRefusedError(NOT_REACHABLE, charge.charge_key)


def test_a_charge_that_nobody_could_be_asked_about_is_asked_about_again_bad_8(
    account: Autopaying,
) -> None:
    account.begin()
    lost = {"do": "lost_after", "match": "POST /v1/payment_intents", "times": 3}
    account.world.stripe.configure_chaos({"api": [lost], "webhooks": {"drop": -1}})
    account.billing.until(RENEWAL - timedelta(days=1))
    account.world.clock.advance(hours=15)
    account.world.upkeep()
    account.world.invoice()
    account.world.relay()
    account.world.settle()
    payment = account.payment(account.renewed())
    charging = replace(account.billing.parts().charging, accounts=_Unreachable())
    account.world.clock.advance(hours=2)
    with pytest.raises(Unavailable):
        settle_invoice_payment(payment.payment_id, SYSTEM, charging=charging)
    assert account.payment(account.renewed()).status is ChargeStatus.PARKED

    account.pass_time(hours=2)

    invoice = account.renewed()
    assert account.payment(invoice).status is ChargeStatus.CAPTURED
    assert (invoice.status, account.charged()) == (InvoiceStatus.PAID, TOTAL)
    assert "invoice_payment.parked" in account.world.alarms


@pytest.mark.parametrize("before", list(ChargeStatus))
@pytest.mark.parametrize("after", list(ChargeStatus))
def test_every_pair_of_states(before: ChargeStatus, after: ChargeStatus) -> None:
    assert before in TRANSITIONS
    assert (after in TRANSITIONS[before]) is ((before, after) in _MOVES)


_MOVES = {
    (ChargeStatus(before), ChargeStatus(after))
    for before, those in {
        "created": "processing requires_action captured declined canceled mismatched returned parked",
        "processing": "requires_action captured declined canceled mismatched returned parked",
        "requires_action": "processing captured declined canceled mismatched returned",
        "captured": "returned",
        "mismatched": "returned",
        "declined": "captured mismatched returned",
        "canceled": "captured mismatched returned",
        "parked": "processing requires_action captured declined canceled mismatched returned",
    }.items()
    for after in those.split()
}


def give(account: Autopaying, amount_minor: int) -> None:
    """Money by transfer: account credit."""
    billing = account.billing
    command = RecordPayment(
        "us",
        Money(amount_minor, "USD"),
        "transfer",
        billing.representative,
        billing.key(),
        billing.actor(),
    )
    record_payment(command, carts=billing.parts().carts)
