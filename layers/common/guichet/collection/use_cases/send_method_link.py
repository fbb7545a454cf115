"""A representative sends a customer to where they store a payment method themselves (COL-10)."""

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
class SendMethodLink:
    """A representative asks for the mail; of a seller, else of the one of the billing country."""

    selling_entity: str | None
    member: Member
    idempotency_key: str
    actor: Actor


def send_method_link(command: SendMethodLink, *, collecting: Collecting) -> Reply[PaymentMethods]:
    """Mail the main billing contact the address of the page, behind their own sign-in.

    Raises:
        NotAllowed: only representatives send it.
        Invalid: `selling_entity_unknown`.
        Conflict: `billing_address_missing`, and no seller is named.
    """
    member = command.member
    member.reach(Permission.SEND_PAYMENT_LINKS)
    profile = collecting.records.profile(member.account_id)
    entity = chosen_entity(command.selling_entity, profile, collecting.entities).entity_id
    choice = Choice(
        entity,
        "POST /v1/payment-methods/links",
        ("link", entity),
        member,
        command.idempotency_key,
    )
    return choose(
        choice,
        lambda methods: methods,
        cause_of(command.actor, "send_method_link", collecting.clock),
        collecting=collecting,
        events=(Event("payment_method.link_sent", {"selling_entity": entity}),),
        mails=("billing_method_link",),
    )
