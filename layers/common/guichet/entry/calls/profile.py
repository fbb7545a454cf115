"""The account's profile: read, change (ACC-4)."""

from __future__ import annotations

from typing import Final

from guichet.access.use_cases.read_profile import read_profile
from guichet.access.use_cases.update_profile import UpdateProfile, update_profile
from guichet.entry.calls.signed_in import SIGN_IN, SignedInCalls
from guichet.entry.http import IfMatch, MemberKeyOrNone, Text, answered, route
from guichet.entry.models.profile import AccountAnswer, AccountPatch

ACCOUNT: Final = "/v1/account"


class ProfileCalls(SignedInCalls):
    """One method a call."""

    @route("GET", ACCOUNT, "Read what the account is billed as", who=SIGN_IN, answers=AccountAnswer)
    def read_account(self) -> Text:
        sender = self._sender()
        account, profile = read_profile(sender.member, profiles=sender.held.profiles)
        return answered(AccountAnswer.of(account, profile), version=profile.version)

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
        account, profile = reply.value
        return answered(
            AccountAnswer.of(account, profile), version=profile.version, replayed=reply.replayed
        )
