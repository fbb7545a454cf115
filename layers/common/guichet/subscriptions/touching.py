"""One action on one subscription: found, permitted, said once, written with its journal entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.errors import not_found
from guichet.events import Actor
from guichet.ledger.journal import Change
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.naming import key_mark, request_hash
from guichet.subscriptions.ports import Aggregate, Step
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.writing import cause_of
from guichet.versions import require_expected


@dataclass(frozen=True, slots=True)
class Action:
    """What every action on a subscription names."""

    subscription_id: str
    member: Member
    idempotency_key: str | None
    actor: Actor
    expected: frozenset[int] | None = None  # as in `require_expected`


@dataclass(frozen=True, slots=True)
class Written:
    """What an action makes of a subscription: its change, and what stands beside it in the write."""

    change: Change[Aggregate]
    beside: Sequence[Change[Aggregate]] = ()
    steps: tuple[Step, ...] = ()


def act(
    action: Action,
    name: str,
    permission: Permission,
    carts: Carts,
    decide: Callable[[Subscription], Written | None],
    *asked: str,
) -> Reply[Subscription]:
    """Read, decide, write; again where somebody else wrote first; once for a key.

    Args:
        action: on which subscription, by whom.
        name: the use case.
        permission: that the member needs.
        carts: where records and the clock are.
        decide: on what is there now; None where nothing is to be written.
        asked: what else the request said, to tell a repeat from another request.
    """
    action.member.reach(permission)
    cause = cause_of(action.actor, name, carts.clock)
    mark = key_mark(
        action.member.member_id, f"{name} {action.subscription_id}", action.idempotency_key
    )
    hashed = request_hash(name, *asked)

    def attempt() -> Reply[Subscription]:
        found = carts.records.subscription(action.member.account_id, action.subscription_id)
        if found is None:
            raise not_found("subscription")
        if was_handled(found.handled_keys, mark, hashed):
            return Reply(found, replayed=True)
        require_expected(found.version, action.expected)
        written = decide(found)
        if written is None:
            return Reply.new(found)
        after = written.change.after
        if not isinstance(after, Subscription):
            raise TypeError("an action changes its subscription")
        kept = replace(after, handled_keys=with_handled(found.handled_keys, mark, hashed))
        change = replace(written.change, after=kept)
        carts.records.save(cause, [change, *written.beside], written.steps)
        return Reply.new(kept)

    return with_fresh_state(attempt)
