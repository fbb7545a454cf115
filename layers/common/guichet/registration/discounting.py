"""What an organizer decides about a discount code, and whether it can ever be used (REG-5)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from guichet.access.membership import Member, Permission, Reach
from guichet.errors import NotFound, invalid_field, not_found
from guichet.money import Money
from guichet.registration.discount import DiscountCode
from guichet.registration.permitted import permitted_training
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records

_REG_5: Final = "REG-5"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTerms:
    """When, where and how often a code works: what may be changed later."""

    valid_from: datetime | None
    valid_until: datetime | None
    total_uses: int | None
    uses_per_email: int | None
    training_ids: tuple[str, ...]
    active: bool


TERMS: Final = tuple(each.name for each in fields(CodeTerms))


def terms_of(code: DiscountCode) -> CodeTerms:
    return CodeTerms(**{name: getattr(code, name) for name in TERMS})


def require_sound_discount(
    percentage_bps: int | None, amount_off: Money | None, policy: RegistrationPolicy
) -> None:
    """Refuse what is not exactly one of a percentage and an amount off."""
    if (percentage_bps is None) == (amount_off is None):
        raise invalid_field(
            "/percentage",
            "percentage_or_amount",
            "A discount is either a percentage or an amount off.",
            rule=_REG_5,
        )
    if amount_off is not None and amount_off.currency not in policy.currencies:
        allowed = ", ".join(sorted(policy.currencies))
        raise invalid_field(
            "/amount_off/currency",
            "currency_not_allowed",
            f"The currency of an amount off is one of {allowed}.",
            rule="MON-2",
        )
    if amount_off is not None and not amount_off:
        raise invalid_field(
            "/amount_off/amount_minor", "too_small", "An amount off is above 0.", rule=_REG_5
        )


def require_sound_terms(terms: CodeTerms, member: Member, records: Records) -> None:
    """Refuse a validity that never begins, and trainings that the member doesn't manage.

    Whoever manages their own trainings only names those: a code without a list holds for all.
    """
    start, end = terms.valid_from, terms.valid_until
    if start is not None and end is not None and end <= start:
        raise invalid_field(
            "/valid_until", "ends_before_start", "The end is after the start.", rule=_REG_5
        )
    if not terms.training_ids and member.reach(Permission.MANAGE_TRAININGS) is Reach.OWN:
        raise invalid_field(
            "/training_ids",
            "training_ids_required",
            "Name the trainings of yours that this code is for.",
            rule="ACC-1",
        )
    for place, training_id in enumerate(terms.training_ids):
        try:
            permitted_training(records, member, Permission.MANAGE_TRAININGS, training_id)
        except NotFound as refusal:
            raise invalid_field(
                f"/training_ids/{place}", "training_unknown", "There is no such training."
            ) from refusal


def permitted_code(
    records: Records, member: Member, permission: Permission, code_id: str
) -> DiscountCode:
    """The code, where this member's roles reach it.

    Raises:
        NotAllowed: no role grants the permission at all.
        NotFound: absent, another account's, or beyond the member's reach.
    """
    member.reach(permission)
    code = records.discount_code(member.account_id, code_id)
    if code is None or not member.can_touch(permission, created_by=code.created_by):
        raise not_found("discount code")
    return code
