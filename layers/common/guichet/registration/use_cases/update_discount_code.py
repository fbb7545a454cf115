"""An organizer changes when, where or how often a discount code works (REG-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.discount import DiscountCode
from guichet.registration.discounting import TERMS, permitted_code, require_sound_terms, terms_of
from guichet.registration.naming import key_mark, request_hash
from guichet.registration.ports import Records, ResizeCodeUses
from guichet.registration.settling import cause_of
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state
from guichet.versions import require_expected


@dataclass(frozen=True, slots=True)
class UpdateDiscountCode:
    """A member changes some of a code's terms; `expected` is as in `require_expected`."""

    code_id: str
    changed: Mapping[str, object]
    expected: frozenset[int] | None
    member: Member
    idempotency_key: str | None
    actor: Actor


def update_discount_code(
    command: UpdateDiscountCode, *, records: Records, clock: Clock
) -> Reply[DiscountCode]:
    """Change its terms. What it takes off stays: prices were promised with it.

    Raises:
        Stale: it is no longer the version that the caller read.
        Invalid: terms that never hold, trainings that aren't the member's.
    """
    cause = cause_of(command.actor, "update_discount_code", clock)
    asked = request_hash("update", repr(sorted(command.changed.items())))
    mark = command.idempotency_key and key_mark(
        command.actor.id, f"update {command.code_id}", command.idempotency_key
    )

    def attempt() -> Reply[DiscountCode]:
        code = permitted_code(records, command.member, Permission.MANAGE_TRAININGS, command.code_id)
        if was_handled(code.handled_keys, mark, asked):
            return Reply(code, replayed=True)
        require_expected(code.version, command.expected)
        unknown = set(command.changed) - set(TERMS)
        if unknown:
            raise ValueError(f"no terms of a code: {sorted(unknown)}")
        changed = replace(code, **command.changed)  # type: ignore[arg-type]  # typed at the edge
        if changed == code:
            return Reply.new(code)
        require_sound_terms(terms_of(changed), command.member, records)
        after = replace(
            changed,
            version=code.version + 1,
            handled_keys=with_handled(code.handled_keys, mark, asked),
        )
        resized = after.total_uses != code.total_uses
        steps = [ResizeCodeUses(code.code_id, after.total_uses)] if resized else []
        records.save(cause, [Change(code, after, (Event("discount_code.updated"),))], steps)
        return Reply.new(after)

    return with_fresh_state(attempt)
