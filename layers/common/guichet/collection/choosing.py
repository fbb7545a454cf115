"""What the customer says about their methods: one change of the list, once for a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from guichet.access.membership import Member
from guichet.collection.collecting import Collecting
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.writing import methods_change
from guichet.events import Event
from guichet.ids import digest, fingerprint
from guichet.ledger.journal import Cause
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class Choice:
    """One request about the methods with one selling entity."""

    selling_entity: str
    route: str
    asked: tuple[str, ...]
    member: Member
    idempotency_key: str | None

    @property
    def mark(self) -> str | None:
        if self.idempotency_key is None:
            return None
        return fingerprint(self.member.member_id, self.route, self.idempotency_key)


def choose(
    choice: Choice,
    decide: Callable[[PaymentMethods], PaymentMethods],
    cause: Cause,
    *,
    collecting: Collecting,
    events: tuple[Event, ...] = (),
    mails: tuple[str, ...] = (),
) -> Reply[PaymentMethods]:
    """Change the list as decided. What is so already is left, unless somebody is written to."""
    account_id = choice.member.account_id
    asked = digest(*choice.asked).hex()[:32]

    def attempt() -> Reply[PaymentMethods]:
        before = collecting.records.methods(account_id, choice.selling_entity)
        if was_handled(before.handled_keys, choice.mark, asked):
            return Reply(before, replayed=True)
        decided = decide(before)
        if decided == before and not mails:
            return Reply.new(before)
        keys = with_handled(decided.handled_keys, choice.mark, asked)
        change = methods_change(before, replace(decided, handled_keys=keys), *events, mails=mails)
        collecting.records.save(cause, [change])
        return Reply.new(replace(decided, handled_keys=keys, version=before.version + 1))

    return with_fresh_state(attempt)
