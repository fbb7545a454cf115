"""What must hold when a story is over, whatever died or got lost in it."""

from __future__ import annotations

from collections import Counter, defaultdict

from guichet.adapters.dynamo import items
from guichet.adapters.dynamo.keys import aggregate_of
from guichet.adapters.dynamo.seam import Item
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.registration import PaidBy, Registration, RegistrationStatus
from guichet.registration.training import Training
from tests.simulation.flows import Flow
from tests.simulation.life import Life
from tests.simulation.people import Story

S = RegistrationStatus
_OPEN = frozenset({PaymentStatus.CREATED, PaymentStatus.OPEN, PaymentStatus.PROCESSING})


def assert_all_is_well(story: Story, flow: Flow | None = None) -> None:
    """Books, seats, mails, discounts, due work, states and money (MON-4, REG-4, REG-5, REG-13)."""
    life = story.life
    life.world.assert_books_equal_the_providers()
    for training in story.trainings:
        life.world.assert_seats_match(training)
    found = _Found(life.world.state())
    _assert_nothing_is_left(found)
    _assert_money(life, found)
    _assert_counters(found)
    _assert_history(life.world.dynamo.items("journal"))
    _assert_mails(life)
    assert life.alarms <= {"refund.unknown_for_long"}, life.alarms
    if flow is not None and not life.gone and not life.lost.day:
        for who, end in flow.ends.items():
            assert registration_status(story, who) in {end, flow.or_ends.get(who, end)}


def registration_status(story: Story, who: str) -> RegistrationStatus | None:
    registration = story.registration(who)
    return None if registration is None else registration.status


def assert_no_freed_seat_can_be_paid(life: Life) -> None:
    """Whoever has no seat, or another attempt, has no page that is open at the provider (BAD-16)."""
    found = _Found(life.world.state())
    leases = {each.open_payment_id for each in found.registrations.values()}
    for payment in found.payments:
        if payment.session_id is None or payment.payment_id in leases:
            continue
        assert life.world.stripe.find(payment.session_id)["status"] != "open", payment


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


def _assert_nothing_is_left(found: _Found) -> None:
    assert [item["pk"] for item in found.state if "due_key" in item] == []
    assert [item["pk"] for item in found.state if item["sk"] == "EFFECT"] == []
    assert [each for each in found.payments if each.status in _OPEN] == []
    assert [each for each in found.refunds if not each.is_finished] == []
    assert [each for each in found.events if each.status is not EventStatus.APPLIED] == []
    assert [t for t in found.trainings if t.ending_sessions_since is not None] == []
    assert S.AWAITING_PAYMENT not in {each.status for each in found.registrations.values()}
    assert S.PROCESSING not in {each.status for each in found.registrations.values()}
    assert [r for r in found.registrations.values() if r.open_payment_id or r.hold] == []


def _assert_money(life: Life, found: _Found) -> None:
    """Whoever is confirmed by a payment has paid the price once; nobody else's money is kept."""
    kept: Counter[str] = Counter()
    fees: Counter[str] = Counter()
    for charge in life.world.stripe.find_all("charge"):
        who = charge["metadata"]["registration_id"]
        kept[who] += charge["amount_captured"] - charge["amount_refunded"]
        if charge["application_fee"]:
            taken = life.world.stripe.find(charge["application_fee"])
            fees[who] += taken["amount"] - taken["amount_refunded"]
    captured = {p.payment_id: p for p in found.payments if p.capture is not None}
    for each in found.registrations.values():
        by_provider = each.status is S.CONFIRMED and each.paid_by is PaidBy.PROVIDER
        price = each.quote.charged.amount_minor if by_provider else 0
        assert kept[each.registration_id] == price, (each.registration_id, each.status)
        fee = captured[each.paid_payment_id or ""].platform_fee.amount_minor if by_provider else 0
        assert fees[each.registration_id] == fee


def _assert_counters(found: _Found) -> None:
    """Seats of codes and addresses are taken by whoever lives, and by nobody else."""
    live = [each for each in found.registrations.values() if each.is_live]
    uses: defaultdict[str, int] = defaultdict(int)
    for each in live:
        if each.discount_code_id is not None:
            uses[f"CODE#{each.discount_code_id}"] += 1
    per_email: Counter[str] = Counter()
    for item in found.state:
        pk, sk = str(item["pk"]), str(item["sk"])
        if pk.startswith("CODE#") and sk == "USES":
            assert item["used"] == uses[pk], pk
        elif pk.startswith("CODE#"):
            used = item["used"]
            assert isinstance(used, int)
            per_email[pk] += used
    assert per_email == Counter({pk: count for pk, count in uses.items() if count})
    locks = {
        item["registration_id"]
        for item in found.state
        if str(item["pk"]).startswith("TRAINING#") and str(item["sk"]).startswith("EMAIL#")
    }
    assert locks == {each.registration_id for each in live}


def _assert_history(journal: list[Item]) -> None:
    """Each object's history has no gap, and nobody was confirmed twice (BAD-2)."""
    versions: defaultdict[str, list[object]] = defaultdict(list)
    confirmed: Counter[str] = Counter()
    for entry in journal:
        aggregate = aggregate_of(str(entry["pk"]))
        versions[aggregate].append(entry["sequence"])
        events = entry.get("events")
        assert isinstance(events, list)
        confirmed[aggregate] += any(
            isinstance(each, dict) and each["name"] == "registration.confirmed" for each in events
        )
    for aggregate, found in versions.items():
        assert found == list(range(1, len(found) + 1)), aggregate
    assert max(confirmed.values(), default=0) <= 1


def _assert_mails(life: Life) -> None:
    """Every mail that a change announced was sent, and once, but for a death in between (REG-13)."""
    announced = set()
    for entry in life.world.dynamo.items("journal"):
        mails = entry.get("mails", [])
        assert isinstance(mails, list)
        aggregate = aggregate_of(str(entry["pk"]))
        announced |= {f"EFFECT:{aggregate}:{entry['sequence']}:{mail}" for mail in mails}
    taken = Counter(key for _, key in life.mail.taken)
    assert set(taken) == announced
    twice = [key for key, count in taken.items() if count > 1]
    assert len(twice) <= _may_repeat(life)


def _may_repeat(life: Life) -> int:
    """1 where the fault struck between the mail service's yes and our record of it."""
    last = life.struck_at[-2:]
    return int(bool(last) and "mail" in {call.name for call in last})
