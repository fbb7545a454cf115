"""What an account's VAT number counts as on a day, asking the register first where that is due (TAX-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from guichet.access.profile import BillingProfile
from guichet.clock import Clock
from guichet.events import Actor, ActorKind, Event
from guichet.ledger.journal import Cause, Change
from guichet.retrying import with_fresh_state
from guichet.tax.ports import VatRegister
from guichet.tax.subject import VatStanding, is_answered_for, standing_unasked
from guichet.tax.tables import VatCheckPolicy
from guichet.tax.vat_asking import answered, first_record, has_to_wait, turned_positive
from guichet.tax.vat_check import VatAnswer, VatRecord, VatReply
from guichet.taxpayer.ports import VatRecords

_BEFORE_A_BILL: Final = Actor(ActorKind.SYSTEM, "vat_check", "vat_check")
_EVENTS: Final = {
    VatAnswer.VALID: "vat_number.answered",
    VatAnswer.INVALID: "vat_number.denied",
    VatAnswer.UNAVAILABLE: "vat_number.unanswered",
}


def standing_for(
    profile: BillingProfile,
    day: date,
    *,
    records: VatRecords,
    register: VatRegister | None,
    policy: VatCheckPolicy,
    clock: Clock,
    actor: Actor = _BEFORE_A_BILL,
) -> VatStanding:
    """What the profile's number counts as.

    With a register, it is asked first where `has_to_be_asked` says so, but for an hour after it did
    not answer: an outage is recorded, blocks nothing, and holds up no run of many invoices.

    Args:
        profile: the account's.
        day: of the invoice.
        records: where answers are kept.
        register: None reads what is known, and asks nobody.
        policy: how long answers count.
        clock: when the answer came.
        actor: for whom it is asked.
    """
    number = profile.vat_number
    if number is None:
        return VatStanding.NONE
    record = records.vat_record(profile.account_id, number)
    if register is not None and is_answered_for(number):
        known = record or first_record(number, profile.account_id, profile.version)
        is_due = known.has_to_be_asked(day, policy) and not has_to_wait(known, clock.now())
        if is_due:
            cause = Cause(actor, "check_vat_number", clock.now())
            reply = register.check(number)
            record = note(profile, number, reply, day, cause, records=records, policy=policy)
    return standing_unasked(number) if record is None else record.standing_on(day, policy)


def note(
    profile: BillingProfile,
    vat_number: str,
    reply: VatReply,
    day: date,
    cause: Cause,
    *,
    records: VatRecords,
    policy: VatCheckPolicy,
) -> VatRecord:
    """Keep an answer. Where it makes the number count, `vat_number.confirmed` says so.

    Raises:
        Unavailable: `busy`, others write it all the time.
    """

    def attempt() -> VatRecord:
        stored = records.vat_record(profile.account_id, vat_number)
        before = stored or first_record(vat_number, profile.account_id, profile.version)
        after = answered(before, reply, cause.at)
        events = [_event(_EVENTS[reply.answer], after, said=reply.said)]
        if turned_positive(before, after, day, policy):
            events.append(_event("vat_number.confirmed", after))
            after = replace(after, confirmed_at=cause.at, counts_since=cause.at, correct_at=None)
        if stored is not None:
            after = replace(after, version=stored.version + 1)
        records.save_vat_record(cause, Change(stored, after, tuple(events)))
        return after

    return with_fresh_state(attempt)


def _event(name: str, record: VatRecord, *, said: str = "") -> Event:
    facts = {"account_id": record.account_id, "number_id": record.number_id}
    return Event(name, facts | ({"said": said} if said else {}))
