"""The write that cancels one registration, and what it lets go of (REG-8)."""

from __future__ import annotations

from dataclasses import replace

from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.registration.mails import MailKind
from guichet.registration.outcome import bumped, given_back
from guichet.registration.ports import Step
from guichet.registration.registration import Registration, RegistrationStatus


def cancelling(
    registration: Registration, *, note: str | None, marks: tuple[str, ...] | None = None
) -> tuple[Change[Registration], tuple[Step, ...]]:
    """The registration cancelled; its seat, its e-mail and an unpaid code's use are free again.

    Raises:
        Conflict: the state does not allow it (REG-8).
    """
    cancelled = registration.ended(RegistrationStatus.CANCELLED, note=note)
    kept = registration.handled_keys if marks is None else marks
    change = Change(
        registration,
        bumped(replace(cancelled, handled_keys=kept)),
        (Event("registration.cancelled"),),
        mails=(MailKind.CANCELLED,),
    )
    return change, given_back(registration)
