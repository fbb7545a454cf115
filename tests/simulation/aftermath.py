"""What must hold when a story is over, whatever died or got lost in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Set as AbstractSet

from guichet.adapters.dynamo import items
from guichet.adapters.dynamo.keys import aggregate_of, document_effect_id, effect
from guichet.adapters.dynamo.seam import Item
from guichet.entry.relaying import ALARMS
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.registration.cancellation import Cancellation, CancellationStatus
from guichet.registration.mails import MailKind
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Training
from tests.simulation.flow import Flow
from tests.simulation.life import Life
from tests.simulation.money_kept import assert_money, wished_back
from tests.simulation.people import Story
from tests.simulation.processes import Processes
from tests.support.verified import assert_verified

S = RegistrationStatus
_MISMATCHED = PaymentStatus.MISMATCHED
_UNFINISHED = frozenset(
    {
        PaymentStatus.CREATED,
        PaymentStatus.OPEN,
        PaymentStatus.CAPTURING,
        PaymentStatus.PROCESSING,
        PaymentStatus.PARKED,
    }
)

# They tell how things are by then, and are not sent where there is nothing to tell any more.
_MAY_BE_OVER = frozenset(
    {
        MailKind.REFUNDED,
        MailKind.ORGANIZER_REFUNDED_OUTSIDE,
        MailKind.ORGANIZER_DISPUTE_OPENED,
        MailKind.ORGANIZER_DISPUTE_CLOSED,
    }
)


def assert_all_is_well(story: Story, flow: Flow | None = None) -> None:
    """Books, seats, mails, discounts, due work, states and money (MON-4, REG-4, REG-5, REG-13)."""
    life = story.life
    life.world.assert_books_equal_the_providers()
    for training in story.trainings:
        life.world.assert_seats_match(training)
    found = _Found(life.world.state())
    _assert_nothing_is_left(found)
    assert_money(life, found.registrations, found.payments, found.refunds)
    assert_verified(life.world.dynamo, life.world.clock.now())
    _assert_confirmed_once(life.world.dynamo.items("journal"))
    assert_mails(life)
    _assert_alarms(life, found, flow)
    if flow is not None and not life.gone and not life.lost.day:
        for who, end in flow.ends.items():
            assert registration_status(story, who) in {end, flow.or_ends.get(who, end)}
        for who, minor in flow.returned.items():
            assert wished_back(found.refunds, story.ids[who]) == minor


def registration_status(story: Story, who: str) -> RegistrationStatus | None:
    registration = story.registration(who)
    return None if registration is None else registration.status


def assert_no_freed_seat_can_be_paid(processes: Processes) -> None:
    """Whoever has no seat, or another attempt, has no page that can still be paid (BAD-16).

    At Stripe it has ended; PayPal's order stays open, and our own record refuses to capture it.
    """
    world = processes.world
    found = _Found(world.state())
    leases = {each.open_payment_id for each in found.registrations.values()}
    for payment in found.payments:
        if payment.session_id is None or payment.payment_id in leases:
            continue
        if payment.provider == "stripe":
            assert world.stripe.find(payment.session_id)["status"] != "open", payment
        elif payment.status is PaymentStatus.OPEN:
            assert found.registrations[payment.registration_id].status is not S.AWAITING_PAYMENT


class _Found:
    """The records of the end, by kind."""

    def __init__(self, state: list[Item]) -> None:
        self.state = state
        read = items.read
        self.registrations = {
            each.registration_id: each
            for item in state
            if str(item["sk"]).startswith("REG#") and (each := read(Registration, item))
        }
        self.payments = [p for i in state if i["sk"] == "PAYMENT" and (p := read(Payment, i))]
        self.refunds = [
            r for i in state if str(i["sk"]).startswith("REFUND#") and (r := read(Refund, i))
        ]
        self.events = [e for i in state if i["sk"] == "INBOX" and (e := read(ProviderEvent, i))]
        self.trainings = [t for i in state if i["sk"] == "TRAINING" and (t := read(Training, i))]
        self.cancellations = [
            c for i in state if i["sk"] == "CANCELLATION" and (c := read(Cancellation, i))
        ]


def _assert_nothing_is_left(found: _Found) -> None:
    assert [item["pk"] for item in found.state if "due_key" in item] == []
    assert [
        item["pk"] for item in found.state if item["sk"] == "EFFECT" or "claimed_until" in item
    ] == []
    assert [each for each in found.payments if each.status in _UNFINISHED] == []
    assert [
        each for each in found.payments if each.status is _MISMATCHED and not each.refund_id
    ] == []
    assert [each for each in found.refunds if not each.is_finished] == []
    assert [each for each in found.events if each.status is not EventStatus.APPLIED] == []
    assert [t for t in found.trainings if t.ending_sessions_since is not None] == []
    assert [
        each for each in found.cancellations if each.status is not CancellationStatus.DONE
    ] == []
    assert S.AWAITING_PAYMENT not in {each.status for each in found.registrations.values()}
    assert S.PROCESSING not in {each.status for each in found.registrations.values()}
    assert [r for r in found.registrations.values() if r.open_payment_id or r.hold] == []


def _assert_confirmed_once(journal: list[Item]) -> None:
    """Nobody was confirmed twice (BAD-2)."""
    confirmed: Counter[str] = Counter()
    for entry in journal:
        events = entry.get("events")
        assert isinstance(events, list)
        names = {each["name"] for each in events if isinstance(each, dict)}
        aggregate = aggregate_of(str(entry["pk"]))
        confirmed[aggregate] += "registration.confirmed" in names
        confirmed[aggregate] -= "registration.unmarked" in names
    assert max(confirmed.values(), default=0) <= 1


def _mails_lie_at(entry: Item) -> str:
    """In an item of their own; those of a document with the number that the entry gave it."""
    aggregate, after = aggregate_of(str(entry["pk"])), entry["after"]
    assert isinstance(after, dict)
    place = after.get("place")
    if aggregate.startswith("invoice/") and isinstance(place, int):
        return document_effect_id(str(after["selling_entity"]), str(after["kind"]), place)
    sequence = entry["sequence"]
    assert isinstance(sequence, int)
    return effect(aggregate, sequence).pk


def assert_mails(life: Life, *, may_be_over: AbstractSet[str] = _MAY_BE_OVER) -> None:
    """Every mail that a change announced was sent, and once, but for a death in between (REG-13)."""
    announced = set()
    for entry in life.world.dynamo.items("journal"):
        mails = entry.get("mails", [])
        assert isinstance(mails, list)
        announced |= {f"{_mails_lie_at(entry).replace('#', ':')}:{mail}" for mail in mails}
    taken = Counter(key for _, key in life.mail.taken)
    assert set(taken) <= announced
    assert {key.rpartition(":")[2] for key in announced - set(taken)} <= may_be_over
    twice = [key for key, count in taken.items() if count > 1]
    assert len(twice) <= _may_repeat(life)


def _may_repeat(life: Life) -> int:
    """1 for each fault that struck between the mail service's yes and our record of it."""
    return sum("mail" in {call.name for call in calls[-2:]} for calls in life.strikes)


def _assert_alarms(life: Life, found: _Found, flow: Flow | None) -> None:
    """What waited for a person was told, and nobody was called for anything else."""
    told: defaultdict[str, set[str]] = defaultdict(set)
    for entry in life.world.dynamo.items("journal"):
        events = entry.get("events")
        assert isinstance(events, list)
        names = {str(each["name"]) for each in events if isinstance(each, dict)} & ALARMS.keys()
        told[aggregate_of(str(entry["pk"]))] |= names
        after = entry.get("after")
        status = after.get("status") if isinstance(after, dict) else None
        if status in {"parked", "mismatched"}:
            assert names, entry
    raised = set().union(*told.values())
    if not life.lost.messages:
        assert life.alarms == raised
    for refund in found.refunds:
        if refund.status is RefundStatus.FAILED and refund.reason is not RefundReason.CHARGEBACK:
            assert "refund.failed" in told[f"refund/{refund.refund_id}"]
    may = {"refund.unknown_for_long"} | (flow.alarms if flow is not None else set())
    if life.lost.day:
        may |= {"payment.unknown_for_long", "payment.parked"}  # orders don't outlive it
    assert raised <= may, raised
