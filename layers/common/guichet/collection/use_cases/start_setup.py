"""A customer begins to store a payment method on the provider's own page (COL-1, COL-10)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission, Role
from guichet.access.profile import BillingProfile
from guichet.collection.authorizations import authorization_text, require_accepted
from guichet.collection.naming import setup_id
from guichet.collection.offering import Offer, Wish, chosen_entity, offer_of
from guichet.collection.opening import Opening, in_flight, new_setup
from guichet.collection.ports import Aggregate
from guichet.collection.setup import Setup, SetupStatus
from guichet.collection.stored import Authorization
from guichet.collection.writing import bumped, cause_of
from guichet.errors import NotAllowed, invalid_field
from guichet.events import Actor, Event
from guichet.ids import digest
from guichet.languages import Language
from guichet.ledger.journal import Cause, Change
from guichet.replies import Reply
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class StartSetup:
    """A member wants to store a method.

    Args:
        wish: of which kind, and with whom.
        accepts_authorization: the version of the text that a bank debit's owner has agreed to.
        language: in which they have read it.
        member: who asks.
        idempotency_key: of the request.
        actor: who, and from where.
    """

    wish: Wish
    accepts_authorization: str | None
    language: Language
    member: Member
    idempotency_key: str
    actor: Actor


def start_setup(command: StartSetup, *, opening: Opening) -> Reply[Setup]:
    """Open a page at the provider, or answer the one that this key has opened.

    Raises:
        NotAllowed: the member may not; `payment_method_by_link`, representatives never.
        Invalid: `method_not_offered`, `selling_entity_unknown`, `currency_not_sold`,
            `authorization_required`, `authorization_not_needed`.
        Conflict: `payment_method_limit`, `authorization_changed`, `billing_address_missing`,
            `setup_in_flight`, or the provider's refusal.
        Unavailable: the provider does not answer; the same key goes on.
    """
    member = command.member
    if Role.REPRESENTATIVE in member.roles:
        raise NotAllowed(
            "payment_method_by_link",
            "Nobody stores a payment method for a customer; send them a link instead.",
            rule="COL-10",
        )
    member.reach(Permission.MANAGE_PAYMENT_METHODS)
    cause = cause_of(command.actor, "start_setup", opening.collecting.clock)
    replayed, setup = with_fresh_state(lambda: _reserve(command, opening, cause))
    if setup.status is not SetupStatus.CREATED:
        return Reply(setup, replayed=replayed)
    return Reply(opening.open(setup, cause), replayed=replayed)


def _reserve(command: StartSetup, opening: Opening, cause: Cause) -> tuple[bool, Setup]:
    """The setup that this request is about: an earlier one, or one stored just now."""
    collecting, member = opening.collecting, command.member
    identity = setup_id(member.account_id, member.member_id, command.idempotency_key)
    earlier = collecting.records.setup(identity)
    if earlier is not None:
        Reply.replay(earlier, same_request=earlier.request_hash == _asked(command))
        if earlier.status is not SetupStatus.CREATED:
            return True, earlier
        return True, _taken_over(earlier, opening, cause)
    profile = collecting.records.profile(member.account_id)
    entity = chosen_entity(command.wish.selling_entity, profile, collecting.entities)
    offer = offer_of(command.wish, entity, collecting.offered(entity.entity_id))
    methods = collecting.records.methods(member.account_id, entity.entity_id)
    methods.require_room(offer.kind, collecting.policy)
    setup = new_setup(
        offer,
        setup_id=identity,
        account_id=member.account_id,
        member_id=member.member_id,
        request_hash=_asked(command),
        authorization=_authorized(command, offer, profile, cause),
        now=cause.at,
        ends_at=(cause.at + collecting.policy.setup).replace(microsecond=0),
    )
    setup, customer = opening.prepared(setup, profile)
    changes: list[Change[Aggregate]] = [Change(None, setup, (Event("method_setup.started"),))]
    if customer is not None:
        changes.append(Change(None, customer))
    collecting.records.save(cause, changes)
    return False, setup


def _taken_over(earlier: Setup, opening: Opening, cause: Cause) -> Setup:
    """Another attempt number: the answer of the earlier call was lost, its page reached nobody."""
    if earlier.is_being_called(cause.at):
        raise in_flight()
    ends_at = (cause.at + opening.collecting.policy.setup).replace(microsecond=0)
    retried = bumped(earlier.retried(cause.at, ends_at))
    opening.collecting.records.save(cause, [Change(earlier, retried)])
    return retried


def _authorized(
    command: StartSetup, offer: Offer, profile: BillingProfile, cause: Cause
) -> Authorization | None:
    """The word that a bank account may be debited, with the text that was agreed to (COL-10)."""
    if offer.scheme is None:
        if command.accepts_authorization is not None:
            raise invalid_field(
                "/accepts_authorization",
                "authorization_not_needed",
                "Only bank debits need an authorization.",
                rule="COL-10",
            )
        return None
    shown = authorization_text(
        offer.scheme, command.language, seller=offer.entity.legal_name, customer=profile.company
    )
    require_accepted(shown, command.accepts_authorization)
    return Authorization(
        scheme=shown.scheme,
        text_version=shown.version,
        text_dated=shown.dated,
        language=shown.language,
        text=shown.text,
        accepted_at=cause.at,
        accepted_by=command.member.member_id,
        accepted_from=command.actor.source,
    )


def _asked(command: StartSetup) -> str:
    """What was asked, to tell a repeat from another request with the same key."""
    wish = command.wish
    parts = (wish.kind, wish.provider, wish.selling_entity, wish.currency)
    words = [str(each or "") for each in (*parts, command.accepts_authorization)]
    return digest(*words).hex()[:32]
