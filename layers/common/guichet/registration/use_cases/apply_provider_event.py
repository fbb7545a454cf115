"""A stored provider event has its effect: once, whatever is repeated, late or out of order (EXT-2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from guichet.errors import Conflict
from guichet.events import Actor, ActorKind
from guichet.ledger.journal import Cause
from guichet.payments.account import PaymentAccount
from guichet.payments.linking import Linking
from guichet.payments.ports import (
    NOT_REACHABLE,
    Hint,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from guichet.payments.unavailable import provider_unavailable
from guichet.registration.outside import Outside
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.refunding import Refunding
from guichet.registration.settling import Settling, cause_of

type AskBilling = Callable[[Hint, Cause, ProviderEvent], None]

# The account has no such thing, or is closed to us: there is nothing to record, and never will be.
_NOBODYS: Final = frozenset({NOT_REACHABLE, "missing_at_provider"})


def apply_provider_event(
    provider: str,
    event_id: str,
    *,
    settling: Settling,
    refunding: Refunding,
    outside: Outside,
    linking: Linking,
    read_hint: Callable[[ProviderEvent], Hint],
    ask_billing: AskBilling,
) -> None:
    """Take the event as a hint: ask the provider about what it names, and write the answer.

    What is about the operator's own accounts is billing's to ask about, and to note as applied
    or ignored.

    Raises:
        Unavailable: the provider does not answer; the event stays received.
    """
    event = settling.records.provider_event(provider, event_id)
    if event is None or event.status is EventStatus.APPLIED:
        return
    hint = read_hint(event)
    cause = cause_of(
        Actor(ActorKind.PROVIDER, provider, f"webhook:{event_id}"),
        "apply_provider_event",
        settling.clock,
    )
    if hint.is_of_billing:
        ask_billing(hint, cause, event)
    elif hint.payment_id is not None and hint.refund_id is not None:
        refunding.ask(hint.payment_id, hint.refund_id, cause)
        if not _is_ours(hint.payment_id, hint.refund_id, hint, settling):
            _record_outside(provider, hint, _payee(hint, settling), outside, cause)
        settling.records.event_ignored(cause, event)
    elif hint.is_outside:
        _record_outside(provider, hint, _payee(hint, settling), outside, cause)
        settling.records.event_ignored(cause, event)
    elif hint.payment_id is not None:
        settling.ask(hint.payment_id, cause, event)
    else:
        for account in _accounts(provider, hint, linking):
            _ask_about(account, linking, cause)
        settling.records.event_ignored(cause, event)


def _is_ours(payment_id: str, refund_id: str, hint: Hint, settling: Settling) -> bool:
    """Whether the refund is the one of ours that it claims to be: organizers can write our ids too."""
    if hint.provider_refund_id is None:
        return True
    claimed = settling.records.refund(payment_id, refund_id)
    return claimed is not None and claimed.provider_refund_id == hint.provider_refund_id


def _payee(hint: Hint, settling: Settling) -> str:
    """Whose refund or dispute it is; empty where the event does not say, and we ask for ourselves."""
    if hint.provider_account_id is not None:
        return hint.provider_account_id
    named = None if hint.payment_id is None else settling.records.payment(hint.payment_id)
    return "" if named is None else named.payee


def _record_outside(provider: str, hint: Hint, payee: str, outside: Outside, cause: Cause) -> None:
    """Ask about a refund or a dispute that we did not begin (RFD-4).

    Raises:
        Unavailable: the provider does not answer.
    """
    try:
        if hint.provider_dispute_id is not None:
            outside.dispute(provider, hint.provider_dispute_id, payee, cause)
        elif hint.reversed_capture_id is not None and outside.reversal(
            provider, hint.reversed_capture_id, payee, cause
        ):
            return  # the disputes that took it back have said all
        elif hint.provider_refund_id is not None:
            outside.refund(provider, hint.provider_refund_id, payee, cause)
    except ProviderUnavailableError as error:
        raise provider_unavailable(error.retry_after_seconds) from error
    except ProviderRefusedError as error:
        if error.code not in _NOBODYS:
            raise provider_unavailable(None) from error


def _accounts(provider: str, hint: Hint, linking: Linking) -> list[PaymentAccount]:
    """The accounts of ours that the event is about: by their name here, or at the provider."""
    ours, theirs = hint.payment_account_id, hint.provider_account_id
    found = (
        None if ours is None else linking.records.payment_account_named(ours),
        None if theirs is None else linking.records.payment_account_at(provider, theirs),
    )
    named = {each.payment_account_id: each for each in found if each and each.provider == provider}
    return list(named.values())


def _ask_about(account: PaymentAccount, linking: Linking, cause: Cause) -> None:
    """The provider's own word about consent and abilities, never the event's (PAY-5)."""
    # Another organizer's: whoever asks for it at the page is told so.
    with suppress(Conflict):
        linking.ask(account, cause)
