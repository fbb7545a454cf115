"""Money that came outside the providers is account credit, which pays the oldest invoices (COL-2, COL-6)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.errors import invalid_field
from guichet.events import Actor, Event
from guichet.ids import fingerprint
from guichet.ledger.journal import Change
from guichet.ledger.postings import received_postings
from guichet.money import Money
from guichet.replies import Reply
from guichet.retrying import with_fresh_state
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.naming import received_payment_id, request_hash
from guichet.subscriptions.ports import Aggregate, TakePaymentKey
from guichet.subscriptions.writing import bumped, cause_of


@dataclass(frozen=True, slots=True)
class RecordPayment:
    """A transfer or a cheque, with its reference, in the currency of the invoices."""

    selling_entity: str
    amount: Money
    reference: str
    member: Member
    idempotency_key: str
    actor: Actor


def record_payment(command: RecordPayment, *, carts: Carts) -> Reply[AccountBalance]:
    """Once for a key, however often and however late it is told; its receipt is mailed (INV-6).

    Raises:
        NotAllowed: only a representative may.
        Invalid: `amount_invalid`, `selling_entity_unknown`, `currency_not_sold`.
    """
    member = command.member
    member.reach(Permission.MANAGE_COLLECTION)
    if not command.amount:
        raise invalid_field("/amount_minor", "amount_invalid", "A payment is more than 0.")
    entity = carts.entities.entities.get(command.selling_entity)
    if entity is None:
        raise invalid_field(
            "/selling_entity", "selling_entity_unknown", "Name one of the selling entities."
        )
    if command.amount.currency not in entity.currencies:
        raise invalid_field(
            "/currency", "currency_not_sold", "This entity does not bill in that currency."
        )
    cause = cause_of(command.actor, "record_payment", carts.clock)
    route = f"record_payment {member.account_id}"
    mark = fingerprint(member.member_id, route, command.idempotency_key)
    asked = request_hash(command.selling_entity, str(command.amount), command.reference)

    def attempt() -> Reply[AccountBalance]:
        before = carts.records.balance(
            member.account_id, command.selling_entity, command.amount.currency
        )
        taken = carts.records.payment_key(member.account_id, mark)
        if taken is not None:
            return Reply.replay(before, same_request=taken == asked)
        after = before.credited(command.amount)
        change = Change[Aggregate](
            before if before.version else None,
            bumped(after),
            (_received(command, mark),),
            received_postings(command.amount),
            ("billing_payment_recorded",),
            book=command.selling_entity,
        )
        carts.records.save(cause, [change], [TakePaymentKey(member.account_id, mark, asked)])
        return Reply.new(bumped(after))

    return with_fresh_state(attempt)


def _received(command: RecordPayment, mark: str) -> Event:
    facts: dict[str, str | int | None] = {
        "account_id": command.member.account_id,
        "payment_id": received_payment_id(command.member.account_id, mark),
        "amount_minor": command.amount.amount_minor,
        "currency": command.amount.currency,
        "reference": command.reference,
    }
    return Event("payment.received", facts)
