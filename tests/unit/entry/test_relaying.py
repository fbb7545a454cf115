"""Which messages and alarms follow from a journal entry; nothing in one can stop the others."""

from datetime import datetime

from guichet.adapters.dynamo.expressions import to_wire
from guichet.adapters.dynamo.journal_items import journal_item
from guichet.entry.relaying import ALARMS, Relayed, in_groups, relayed
from guichet.events import Actor, ActorKind, Event
from guichet.ledger.journal import Cause, Change
from tests.support import samples

CAUSE = Cause(Actor(ActorKind.SYSTEM, "test", "test"), "test", samples.NOW)


def entry_with(*events: Event, mails: tuple[str, ...] = ()) -> Relayed:
    change = Change(None, samples.refund(), events, mails=mails)
    return relayed(to_wire(journal_item(CAUSE, "refund/ref_1", change)))


def test_an_entry_that_asks_for_nothing_becomes_nothing() -> None:
    assert entry_with() == Relayed((), (), (), ())
    assert entry_with(Event("something.new")) == Relayed((), (), (), ())


def test_work_is_queued_for_settle_with_the_ids_that_it_needs_ext_2() -> None:
    asked = entry_with(
        Event("provider_event.received", {"provider": "stripe", "event_id": "evt_1"}),
        Event("refund.requested", {"payment_id": "pay_p", "reason": "paid_twice"}),
    )

    assert asked.settle == (
        {"do": "event", "provider": "stripe", "event_id": "evt_1"},
        {"do": "refund", "payment_id": "pay_p", "refund_id": "ref_1"},
    )


def test_mails_are_one_message_for_deliver_reg_13() -> None:
    assert entry_with(mails=("confirmed", "expired")).deliver == (
        {"effect": "EFFECT#refund/ref_1#1"},
    )


def test_what_no_rule_decides_raises_its_alarm_reg_3_rfd_6_ext_3() -> None:
    of_accounts = {
        "reconciliation.found": "guichet reconciliations acc_…",
        "cart_payment.parked": "guichet audit acc_…",
        "cart_payment.unknown_for_long": "guichet audit acc_…",
        "cart_payment.credited": "guichet audit acc_…",
        "cart_payment.stuck": "guichet audit acc_…",
        "subscription.not_sold": "guichet audit acc_…",
        "usage.unpriced": "guichet audit acc_…",
        "payment_method.not_forgotten": "guichet audit acc_…",
        "invoice.parked": "guichet audit acc_…",
        "invoice.vat_not_reversed": "guichet audit acc_…",
        "invoice_payment.credited": "guichet audit acc_…",
        "invoice_payment.unknown_for_long": "guichet audit acc_…",
        "invoice_payment.parked": "guichet audit acc_…",
        "invoice_payment.returned": "guichet audit acc_…",
        "cart_payment.not_taken": "guichet audit acc_…",
        "invoice_payment.not_taken": "guichet audit acc_…",
        "own_refund.credited": "guichet audit acc_…",
        "own_refund.went_after_all": "guichet audit acc_…",
        "own_refund.came_back_after_all": "guichet audit acc_…",
        "own_refund.unknown_for_long": "guichet audit acc_…",
    }

    for name in ALARMS:
        (alarm,) = entry_with(Event(name)).alarms
        assert alarm.reason == name
        first = of_accounts.get(name, "guichet story reg_…")
        assert alarm.commands[0] == first, "an entry of old names nothing"


def test_an_alarm_names_the_registration_and_the_commands_for_it_reg_3() -> None:
    facts = {"registration_id": "reg_t_r", "payment_id": "pay_p", "differences": "amount"}

    (alarm,) = entry_with(Event("payment.mismatched", facts)).alarms

    assert alarm.facts == facts
    assert alarm.commands == (
        "guichet story reg_t_r",
        "guichet resolve pay_p accept|return",
    )


def test_a_number_that_is_confirmed_is_spread_over_the_series_tax_3() -> None:
    facts = {"account_id": "acc_1", "number_id": "0000000001"}

    (body,) = entry_with(Event("vat_number.confirmed", facts)).invoice

    assert datetime.fromisoformat(body["at"]) == samples.NOW
    assert {**body, "at": ""} == {"do": "vat", "account": "acc_1", "number": "0000000001", "at": ""}
    assert in_groups([body]) == [("planning", body)]


def test_an_order_whose_vat_is_in_doubt_is_looked_at_once_more_tax_3() -> None:
    (body,) = entry_with(Event("invoice.vat_in_doubt", {"account_id": "acc_1"})).invoice

    assert (body["do"], body["account"], body["number"]) == ("vat", "acc_1", "")
