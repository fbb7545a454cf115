"""An organizer makes a discount code (REG-5)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.money import Money
from guichet.registration.discount import DiscountCode, normalized
from guichet.registration.discounting import (
    CodeTerms,
    require_sound_discount,
    require_sound_terms,
)
from guichet.registration.naming import discount_code_id, request_hash
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import NewCodeUses, Records
from guichet.registration.settling import cause_of
from guichet.replies import Reply
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class CreateDiscountCode:
    """A member makes a code: a percentage, or an amount off."""

    code: str
    percentage_bps: int | None
    amount_off: Money | None
    terms: CodeTerms
    member: Member
    idempotency_key: str
    actor: Actor


def create_discount_code(
    command: CreateDiscountCode, *, records: Records, clock: Clock, policy: RegistrationPolicy
) -> Reply[DiscountCode]:
    """Make one code however often it is asked for.

    Raises:
        NotAllowed: no role that manages trainings.
        Invalid: neither or both kinds, terms that never hold, trainings that aren't the member's.
        Conflict: `code_taken`, `idempotency_key_reused`.
    """
    member = command.member
    member.reach(Permission.MANAGE_TRAININGS)
    require_sound_discount(command.percentage_bps, command.amount_off, policy)
    asked = request_hash(
        normalized(command.code),
        repr((command.percentage_bps, command.amount_off, command.terms)),
    )
    wanted_id = discount_code_id(member.member_id, command.idempotency_key)
    cause = cause_of(command.actor, "create_discount_code", clock)

    def attempt() -> Reply[DiscountCode]:
        earlier = records.discount_code(member.account_id, wanted_id)
        if earlier is not None:
            return Reply.replay(earlier, same_request=earlier.request_hash == asked)
        require_sound_terms(command.terms, member, records)
        code = DiscountCode(
            code_id=wanted_id,
            account_id=member.account_id,
            created_by=member.member_id,
            code=normalized(command.code),
            percentage_bps=command.percentage_bps,
            amount_off=command.amount_off,
            valid_from=command.terms.valid_from,
            valid_until=command.terms.valid_until,
            total_uses=command.terms.total_uses,
            uses_per_email=command.terms.uses_per_email,
            training_ids=command.terms.training_ids,
            active=command.terms.active,
            created_at=clock.now(),
            request_hash=asked,
        )
        uses = NewCodeUses(code.account_id, code.code_id, code.code, code.total_uses)
        records.save(cause, [Change(None, code, (Event("discount_code.created"),))], [uses])
        return Reply.new(code)

    return with_fresh_state(attempt)
