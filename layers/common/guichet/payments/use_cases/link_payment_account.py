"""An administrator begins to link the organizer's account at a provider (PAY-1, PAY-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from guichet.access.membership import Member, Permission
from guichet.errors import Conflict, invalid_field
from guichet.events import Actor, Event
from guichet.ids import digest, fingerprint
from guichet.payments.account import PaymentAccount, PaymentAccountStatus
from guichet.payments.linking import Linking, facts_of
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state

_ROUTE: Final = "POST /v1/payment-accounts"


@dataclass(frozen=True, slots=True)
class LinkPaymentAccount:
    """A member wants to be paid through a provider.

    Args:
        provider: whose onboarding is begun.
        country: where the organizer is established (ISO 3166, two letters); the operator's if None.
        provider_account_id: an account that was linked before, to link it again; None for another.
        member: who asks.
        idempotency_key: of the request.
        actor: who, and from where.
    """

    provider: str
    country: str | None
    provider_account_id: str | None
    member: Member
    idempotency_key: str
    actor: Actor


def link_payment_account(command: LinkPaymentAccount, *, linking: Linking) -> Reply[PaymentAccount]:
    """Begin, however often and by however many it is asked for; answers what is there already.

    Nothing is asked of the provider yet: the intent is stored first.

    Raises:
        NotAllowed: no role that links.
        Invalid: `provider_not_offered`, `not_linked_before`.
        Conflict: `payment_account_linked`, another one is; `idempotency_key_reused`.
    """
    member = command.member
    member.reach(Permission.LINK_PAYMENT_ACCOUNTS)
    linking.provider(command.provider)
    wishes = (command.provider, command.country or "", command.provider_account_id or "")
    asked = digest(*wishes).hex()[:32]
    mark = fingerprint(member.member_id, _ROUTE, command.idempotency_key)
    cause = linking.cause(command.actor, "link_payment_account")

    def attempt() -> Reply[PaymentAccount]:
        accounts = linking.records.payment_accounts(member.account_id)
        for each in accounts:
            if was_handled(each.handled_keys, mark, asked):
                return Reply(each, replayed=True)
        before = next((each for each in accounts if each.provider == command.provider), None)
        if before is not None and before.is_live:
            _require_the_same(before, command)
            return Reply(before, replayed=True)
        begun = _begun(before, command)
        after = replace(begun, handled_keys=with_handled(begun.handled_keys, mark, asked))
        event = Event("payment_account.onboarding", facts_of(after))
        linking.records.save_payment_account(cause, before, after, events=(event,))
        return Reply.new(after)

    return with_fresh_state(attempt)


def _require_the_same(account: PaymentAccount, command: LinkPaymentAccount) -> None:
    same = command.provider_account_id in {None, account.provider_account_id}
    if not same or command.country not in {None, account.country}:
        raise Conflict(
            "payment_account_linked",
            "Another account of yours is linked at this provider, or about to be; unlink it first.",
            rule="PAY-1",
        )


def _begun(before: PaymentAccount | None, command: LinkPaymentAccount) -> PaymentAccount:
    wanted = command.provider_account_id
    if wanted is not None and (before is None or wanted not in before.former):
        raise invalid_field(
            "/provider_account_id",
            "not_linked_before",
            "Only an account that you had linked here can be named; leave it out for another.",
            rule="PAY-4",
        )
    if before is not None:
        begun = before.begun_again(provider_account_id=wanted or "", country=command.country)
        return replace(begun, version=before.version + 1)
    return PaymentAccount(
        account_id=command.member.account_id,
        provider=command.provider,
        provider_account_id="",
        confirmed=False,
        verified=False,
        takes_cards=False,
        status=PaymentAccountStatus.ONBOARDING,
        country=command.country,
    )
