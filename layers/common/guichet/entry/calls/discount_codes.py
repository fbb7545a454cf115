"""Discount codes: make, list, change (REG-5)."""

from __future__ import annotations

from typing import Final

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, SignedInCalls
from guichet.entry.http import (
    Cursor,
    IfMatch,
    Limit,
    MemberKey,
    MemberKeyOrNone,
    Text,
    answered,
    route,
)
from guichet.entry.models.discounts import (
    DiscountCodeAnswer,
    DiscountCodePatch,
    DiscountCodeRequest,
    DiscountCodesAnswer,
)
from guichet.registration.use_cases.create_discount_code import (
    CreateDiscountCode,
    create_discount_code,
)
from guichet.registration.use_cases.list_discount_codes import list_discount_codes
from guichet.registration.use_cases.update_discount_code import (
    UpdateDiscountCode,
    update_discount_code,
)

CODES: Final = "/v1/discount-codes"
CODE: Final = f"{CODES}/<code_id>"


class DiscountCodeCalls(SignedInCalls):
    """One method a call."""

    @route(
        "POST",
        CODES,
        "Make a discount code",
        who=SIGN_IN,
        answers=DiscountCodeAnswer,
        status=201,
    )
    def create_discount_code(self, body: DiscountCodeRequest, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        held = sender.held
        command = CreateDiscountCode(
            code=body.code,
            percentage_bps=body.percentage_bps,
            amount_off=body.amount_off.money() if body.amount_off else None,
            terms=body.terms(),
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = create_discount_code(
            command, records=held.records, clock=held.clock, policy=held.policy
        )
        code = reply.value
        return answered(
            DiscountCodeAnswer.of(code),
            status=201,
            location=f"{CODES}/{code.code_id}",
            version=code.version,
            replayed=reply.replayed,
        )

    @route("GET", CODES, "List discount codes", who=SIGN_IN, answers=DiscountCodesAnswer)
    def list_discount_codes(self, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        part = list_discount_codes(
            sender.member,
            records=sender.held.records,
            limit=limit,
            after=sender.place(cursor, CODES),
        )
        return answered(
            DiscountCodesAnswer(
                items=[DiscountCodeAnswer.of(each) for each in part.items],
                next_cursor=sender.cursor(part.after, CODES),
            )
        )

    @route("PATCH", CODE, "Change a discount code", who=SIGN_IN, answers=DiscountCodeAnswer)
    def update_discount_code(
        self,
        code_id: str,
        body: DiscountCodePatch,
        idempotency_key: MemberKeyOrNone = None,
        if_match: IfMatch = None,
    ) -> Text:
        del if_match  # read by the caller; here for the OpenAPI document
        sender = self._sender()
        command = UpdateDiscountCode(
            code_id=known_form(code_id, "discount code"),
            changed=body.changed(),
            expected=sender.caller.versions_expected(),
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = update_discount_code(command, records=sender.held.records, clock=sender.held.clock)
        code = reply.value
        return answered(DiscountCodeAnswer.of(code), version=code.version, replayed=reply.replayed)
