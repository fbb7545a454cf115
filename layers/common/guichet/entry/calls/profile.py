"""The account's profile: read, change (ACC-4); its payment terms (INV-10)."""

from __future__ import annotations

from typing import Final

from guichet.access.membership import Account
from guichet.access.profile import BillingProfile
from guichet.access.use_cases.read_profile import read_profile
from guichet.access.use_cases.set_payment_terms import SetPaymentTerms, set_payment_terms
from guichet.access.use_cases.update_profile import UpdateProfile, update_profile
from guichet.entry.calls.signed_in import SIGN_IN, Sender, SignedInCalls
from guichet.entry.http import IfMatch, MemberKeyOrNone, Text, answered, route
from guichet.entry.models.profile import (
    AccountAnswer,
    AccountPatch,
    PaymentTermsAnswer,
    PaymentTermsPatch,
    VatCheckAnswer,
)
from guichet.period import local_day
from guichet.replies import Reply

ACCOUNT: Final = "/v1/account"
TERMS: Final = f"{ACCOUNT}/payment-terms"


class ProfileCalls(SignedInCalls):
    """One method a call."""

    @route("GET", ACCOUNT, "Read what the account is billed as", who=SIGN_IN, answers=AccountAnswer)
    def read_account(self) -> Text:
        sender = self._sender()
        account, profile = read_profile(sender.member, profiles=sender.held.profiles)
        return _shown(sender, Reply.new((account, profile)))

    @route(
        "PATCH",
        ACCOUNT,
        "Change what the account is billed as, from the next bill on",
        who=SIGN_IN,
        answers=AccountAnswer,
    )
    def update_account(
        self,
        body: AccountPatch,
        idempotency_key: MemberKeyOrNone = None,
        if_match: IfMatch = None,
    ) -> Text:
        del if_match  # read by the caller; here for the OpenAPI document
        sender = self._sender()
        command = UpdateProfile(
            changed=body.changed(),
            expected=sender.caller.versions_expected(),
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = update_profile(command, profiles=sender.held.profiles, clock=sender.held.clock)
        return _shown(sender, reply)

    @route(
        "PATCH",
        TERMS,
        "Set the account's payment terms, from the next invoice on: for representatives",
        who=SIGN_IN,
        answers=AccountAnswer,
    )
    def set_payment_terms(
        self,
        body: PaymentTermsPatch,
        idempotency_key: MemberKeyOrNone = None,
        if_match: IfMatch = None,
    ) -> Text:
        del if_match  # same
        sender = self._sender()
        command = SetPaymentTerms(
            days=body.days,
            reason=body.reason,
            expected=sender.caller.versions_expected(),
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = set_payment_terms(command, profiles=sender.held.profiles, clock=sender.held.clock)
        return _shown(sender, reply)


def _shown(sender: Sender, reply: Reply[tuple[Account, BillingProfile]]) -> Text:
    account, profile = reply.value
    default_days = sender.held.billing.policy.payment_terms_days
    terms = PaymentTermsAnswer.of(profile, default_days, sender.member)
    return answered(
        AccountAnswer.of(account, profile, _vat_check(sender, profile), terms),
        version=profile.version,
        replayed=reply.replayed,
    )


def _vat_check(sender: Sender, profile: BillingProfile) -> VatCheckAnswer | None:
    if profile.vat_number is None:
        return None
    held = sender.held
    record = held.profiles.vat_record(profile.account_id, profile.vat_number)
    day = local_day(held.clock.now(), profile.time_zone)
    return VatCheckAnswer.of(profile.vat_number, record, day, held.billing.vat_policy)
