"""The link to a registration, mailed again: to its mailbox alone, and not too often (REG-12)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from guichet.errors import ConcurrentUpdateError
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.registration.mails import MailKind
from guichet.registration.outcome import bumped
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records


def mail_link_again(
    records: Records, training_id: str, email: str, cause: Cause, policy: RegistrationPolicy
) -> None:
    """Mail the link of the live registration of this address, if there is one; tell nobody which."""
    registration = records.live_registration_of(training_id, email)
    if registration is None or not registration.is_live:
        return
    sent_at = registration.link_sent_at
    if sent_at is not None and (cause.at - sent_at).total_seconds() < policy.link_resend_seconds:
        return
    linked = bumped(replace(registration, link_sent_at=cause.at))
    change = Change(
        registration, linked, (Event("registration.link_requested"),), mails=(MailKind.LINK,)
    )
    with suppress(ConcurrentUpdateError):  # somebody moved it just now: that mails a link itself
        records.save(cause, [change])
