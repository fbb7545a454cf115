"""Tell what was used: a result for each record, whatever the others are (INV-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from guichet.access.membership import Member, Permission
from guichet.catalogue.catalogue import Product
from guichet.errors import Refusal, invalid_field, not_found
from guichet.subscriptions.metering import Metering
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.usage import UsageRecord
from guichet.subscriptions.usage_judging import UsageGiven, judged, key_reused
from guichet.subscriptions.usage_ports import Kept, UsageRecords


class UsageOutcome(StrEnum):
    """What became of one record."""

    STORED = "stored"
    DUPLICATE = "duplicate"  # it had been stored before; no effect
    NOT_COUNTED = "not_counted"  # stored, but used before the billing start (SUB-17)
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class UsageResult:
    """One record's: the quantity that is kept, or why it is refused."""

    outcome: UsageOutcome
    key: str | None = None
    quantity: int | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class RecordUsage:
    """Records in the order in which they were sent; a refusal stands for one that can't be read."""

    records: tuple[UsageGiven | Refusal, ...]
    member: Member


def record_usage(command: RecordUsage, *, metering: Metering) -> tuple[UsageResult, ...]:
    """Store each good record once; the results are in the order of the records.

    Raises:
        NotAllowed: the member may not record usage.
        Invalid: `usage_batch_too_large`.
    """
    command.member.reach(Permission.RECORD_USAGE)
    if len(command.records) > metering.policy.usage_batch:
        raise invalid_field(
            "/records",
            "usage_batch_too_large",
            f"Send at most {metering.policy.usage_batch} records at once.",
            rule="INV-8",
        )
    judging = _Judging(command.member.account_id, metering)
    verdicts = [judging.verdict(each) for each in command.records]
    kept = iter(_kept([each for each in verdicts if isinstance(each, UsageRecord)], metering.usage))
    return tuple(
        _refused(each, given) if isinstance(each, Refusal) else _result(each, next(kept))
        for each, given in zip(verdicts, command.records, strict=True)
    )


class _Judging:
    """Judges records, reading each subscription once."""

    def __init__(self, account_id: str, metering: Metering) -> None:
        self._account_id = account_id
        self._metering = metering
        self._at = metering.clock.now()
        self._country = metering.country_of(account_id)
        self._subscriptions: dict[str, Subscription | None] = {}

    def verdict(self, given: UsageGiven | Refusal) -> UsageRecord | Refusal:
        """The record to keep, or why there is none."""
        if isinstance(given, Refusal):
            return given
        try:
            subscription = self._subscription(given.subscription_id)
            return judged(
                given,
                subscription,
                self._product(subscription),
                self._country,
                at=self._at,
                policy=self._metering.policy,
            )
        except Refusal as refusal:
            return refusal

    def _subscription(self, subscription_id: str) -> Subscription:
        if subscription_id not in self._subscriptions:
            found = self._metering.reads.subscription(self._account_id, subscription_id)
            self._subscriptions[subscription_id] = found
        known = self._subscriptions[subscription_id]
        if known is None:
            raise not_found("subscription")
        return known

    def _product(self, subscription: Subscription) -> Product:
        catalogue = self._metering.catalogues.version(subscription.catalogue_version)
        return catalogue.product(subscription.product_id)


def _kept(records: Sequence[UsageRecord], usage: UsageRecords) -> list[Kept]:
    """What became of each record; of those with one key the first in the batch comes first."""
    first: dict[tuple[str, str, str], int] = {}
    for place, record in enumerate(records):
        name = record.subscription_id, record.month.isoformat(), record.key
        first.setdefault(name, place)
    at_once = sorted(first.values())
    answers = dict(zip(at_once, usage.put_many([records[n] for n in at_once]), strict=True))
    return [answers.get(place) or usage.put(each) for place, each in enumerate(records)]


def _refused(refusal: Refusal, given: UsageGiven | Refusal) -> UsageResult:
    key = given.key if isinstance(given, UsageGiven) else None
    return UsageResult(UsageOutcome.REFUSED, key, refusal=refusal)


def _result(record: UsageRecord, kept: Kept) -> UsageResult:
    match kept:
        case Kept.OTHER:
            return UsageResult(UsageOutcome.REFUSED, record.key, refusal=key_reused())
        case Kept.SAME:
            outcome = UsageOutcome.DUPLICATE
        case Kept.STORED if record.is_counted:
            outcome = UsageOutcome.STORED
        case Kept.STORED:
            outcome = UsageOutcome.NOT_COUNTED
    return UsageResult(outcome, record.key, record.quantity)
