"""A customer lets invoices be charged by themselves, or no more (COL-1)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.collection.choosing import Choice, choose
from guichet.collection.collecting import Collecting
from guichet.collection.offering import chosen_entity
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.writing import cause_of
from guichet.events import Actor, Event
from guichet.replies import Reply


@dataclass(frozen=True, slots=True)
class SwitchAutopay:
    """A member switches it with one selling entity; None: with the one of their billing country."""

    on: bool
    selling_entity: str | None
    member: Member
    idempotency_key: str | None
    actor: Actor


def switch_autopay(command: SwitchAutopay, *, collecting: Collecting) -> Reply[PaymentMethods]:
    """Switch it; what is so already changes nothing.

    Raises:
        NotAllowed: the member may not.
        Invalid: `selling_entity_unknown`.
        Conflict: `default_payment_method_missing`; `billing_address_missing`, and none is named.
    """
    member = command.member
    member.reach(Permission.MANAGE_PAYMENT_METHODS)
    profile = collecting.records.profile(member.account_id)
    entity = chosen_entity(command.selling_entity, profile, collecting.entities)
    word = "on" if command.on else "off"
    choice = Choice(
        entity.entity_id,
        "PATCH /v1/payment-methods/autopay",
        ("autopay", word, entity.entity_id),
        member,
        command.idempotency_key,
    )
    told = Event(
        "payment_method.autopay_changed",
        {"selling_entity": entity.entity_id, "autopay": word},
    )
    return choose(
        choice,
        lambda methods: methods.with_autopay(on=command.on),
        cause_of(command.actor, "switch_autopay", collecting.clock),
        collecting=collecting,
        events=(told,),
    )
