"""What becomes of a method that the provider has stored: taken, once, or given back (COL-1, COL-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from guichet.catalogue.selling import SellingEntity
from guichet.collection.customer import ProviderCustomer
from guichet.collection.naming import method_id
from guichet.collection.offering import accepts
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.policy import CollectionPolicy
from guichet.collection.ports import Aggregate, PointToMethod
from guichet.collection.setup import Setup
from guichet.collection.stored import Authorization, StoredMethod
from guichet.collection.writing import Decision, bumped, methods_change
from guichet.errors import Conflict
from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.payments.stored_method import FoundMethod, MethodKind


@dataclass(frozen=True, slots=True)
class Situation:
    """A setup with everything that its outcome depends on."""

    setup: Setup
    methods: PaymentMethods
    held: Sequence[StoredMethod]  # the active ones
    customer: ProviderCustomer | None
    entity: SellingEntity
    policy: CollectionPolicy
    now: datetime


def stored(situation: Situation, found: FoundMethod) -> Decision:
    """The write that a stored method asks for: it is taken, or the provider has to forget it.

    The same token twice is one method. The same card twice is two: no provider tells us that it is
    the same, and its last four digits do not (docs/decisions/0033).
    """
    setup = situation.setup
    known = next((each for each in situation.held if each.token.is_same(found.token)), None)
    if known is not None:
        return Decision((_moved(setup, setup.stored(known.method_id), "method_setup.stored"),))
    refusal = _refusal(situation, found)
    if refusal is not None:
        return _refused(situation, found, refusal)
    method = _method(situation, found)
    facts = {
        "method_id": method.method_id,
        "kind": str(method.kind),
        "provider": method.provider,
        "selling_entity": method.selling_entity,
        **_authorized(method.authorization),
    }
    after = situation.methods.adding(method.method_id, method.kind)
    added = Change[Aggregate](
        None,
        method,
        (Event("payment_method.stored", facts),),
        mails=("billing_method_stored",),
    )
    point = PointToMethod(
        method.provider, method.token.token_id, method.account_id, method.method_id
    )
    return Decision(
        (
            _moved(setup, setup.stored(method.method_id), "method_setup.stored"),
            added,
            methods_change(situation.methods, after),
            *_customer(situation, found),
        ),
        (point,),
    )


def ended(setup: Setup) -> Decision:
    """Nobody agreed, and nobody will."""
    if not setup.is_live:
        return Decision()
    return Decision((_moved(setup, setup.ended(), "method_setup.ended"),))


def _refused(situation: Situation, found: FoundMethod, refusal: str) -> Decision:
    setup = situation.setup
    after = setup.refusing(found, refusal, situation.now)
    told = Event("method_setup.refused", {"reason": refusal})
    change = Change[Aggregate](setup, bumped(after), (told,))
    return Decision((change, *_customer(situation, found)))


def _refusal(situation: Situation, found: FoundMethod) -> str | None:
    """Why it is not taken; None where it is."""
    setup, entity = situation.setup, situation.entity
    kind, scheme = found.token.kind, found.scheme
    if kind is not setup.kind:
        return "payment_method_kind"
    if kind is MethodKind.BANK_DEBIT:
        agreed = setup.authorization
        if agreed is None or scheme is not agreed.scheme:
            return "debit_not_authorized"
    if not accepts(entity, setup.currency, kind, found.brand, scheme):
        return "brand_not_accepted"
    try:
        situation.methods.require_room(kind, situation.policy)
    except Conflict as refusal:
        return refusal.code
    return None


def _method(situation: Situation, found: FoundMethod) -> StoredMethod:
    setup = situation.setup
    agreed = setup.authorization
    if agreed is not None:
        agreed = replace(agreed, reference=found.mandate_reference or found.token.mandate_id or "")
    return StoredMethod(
        method_id=method_id(setup.setup_id),
        account_id=setup.account_id,
        selling_entity=setup.selling_entity,
        setup_id=setup.setup_id,
        token=found.token,
        provider=found.token.provider,
        kind=found.token.kind,
        stored_at=situation.now,
        stored_by=setup.started_by,
        brand=found.brand,
        last4=found.last4,
        expires=found.expires,
        country=found.country,
        email=found.email,
        authorization=agreed,
    )


def _authorized(authorization: Authorization | None) -> dict[str, str]:
    """What the audit log keeps of it; text and reference stand in the method."""
    if authorization is None:
        return {}
    return {
        "scheme": str(authorization.scheme),
        "authorization": authorization.text_version,
        "language": authorization.language,
        "accepted_by": authorization.accepted_by,
    }


def _customer(situation: Situation, found: FoundMethod) -> tuple[Change[Aggregate], ...]:
    """The customer whom the provider made by itself, for the next time."""
    known, setup = situation.customer, situation.setup
    if not found.token.customer_id or (known is not None and known.is_made):
        return ()
    if known is not None:
        return (Change[Aggregate](known, bumped(known.made(found.token.customer_id))),)
    made = ProviderCustomer(
        account_id=setup.account_id,
        selling_entity=setup.selling_entity,
        provider=setup.provider,
        made_for=setup.setup_id,
        customer_id=found.token.customer_id,
    )
    return (Change[Aggregate](None, made),)


def _moved(before: Setup, after: Setup, event: str) -> Change[Aggregate]:
    return Change[Aggregate](before, bumped(after), (Event(event),))
