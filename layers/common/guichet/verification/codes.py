"""One discount code and its uses (REG-5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from guichet.adapters.dynamo.seam import Item
from guichet.registration.discount import DiscountCode


@dataclass(frozen=True, slots=True)
class CodeFound:
    """A code, what was counted, and whose uses count."""

    code: DiscountCode
    uses: Item | None
    uses_per_email: Mapping[str, int]  # as counted, by key of the e-mail
    used_by: Counter[str]  # registrations that count, by key of the e-mail


def uses(found: CodeFound) -> Iterator[str]:
    """One for each registration that lives or was confirmed, and none above the limits."""
    code, counted = found.code, None if found.uses is None else found.uses.get("used")
    if counted != found.used_by.total():
        yield f"counts {counted} uses, and {found.used_by.total()} registrations use it"
    for email in sorted({*found.uses_per_email, *found.used_by}):
        of_one, using = found.uses_per_email.get(email, 0), found.used_by[email]
        if of_one != using:
            yield f"counts {of_one} uses of one address, and {using} registrations use it"
    if code.version > 1:
        return  # its limits may have been others when it was used
    if code.total_uses is not None and found.used_by.total() > code.total_uses:
        yield f"may be used {code.total_uses} times, and was {found.used_by.total()} times"
    most = max(found.used_by.values(), default=0)
    if code.uses_per_email is not None and most > code.uses_per_email:
        yield f"may be used {code.uses_per_email} times by one address, and was {most} times"
