"""What a cart costs, to the cent and the day, valid for half an hour (SUB-5)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.replies import Reply
from guichet.subscriptions.cart import CartLine, Preview
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.naming import preview_id, request_hash


@dataclass(frozen=True, slots=True)
class PreviewCart:
    """A member asks what these wishes cost; without a currency, the subscriptions' or the entity's."""

    wishes: tuple[CartLine, ...]
    currency: str | None
    member: Member
    idempotency_key: str


def preview_cart(command: PreviewCart, *, carts: Carts) -> Reply[Preview]:
    """Compute and keep it; nothing else changes.

    Raises:
        NotAllowed: the member may not buy.
        NotFound: a subscription that is not this account's.
        Invalid: what is not sold, or not so.
        Conflict: `overdue`, `balance_due`, `cart_mixed`, `order_pending`, `subscription_<status>`, …
        AskRepresentative: what is not done online.
    """
    member = command.member
    member.reach(Permission.MANAGE_SUBSCRIPTIONS)
    wanted_id = preview_id(member.account_id, member.member_id, command.idempotency_key)
    asked = request_hash(repr(command.wishes), command.currency or "")
    held = carts.held(member.account_id, command.wishes, wanted_id)
    if held.preview is not None:
        return Reply.replay(held.preview, same_request=held.preview.request_hash == asked)
    plan = carts.planned(
        member.account_id,
        command.wishes,
        wanted_id,
        currency=command.currency,
        by_representative=member.may(Permission.REPRESENT),
        request_hash=asked,
        held=held,
    ).plan
    if carts.records.keep_preview(plan.preview):
        return Reply.new(plan.preview)
    kept = carts.records.preview(member.account_id, wanted_id)
    if kept is None:
        return Reply.new(plan.preview)
    return Reply.replay(kept, same_request=kept.request_hash == asked)
