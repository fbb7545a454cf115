"""What the return page calls: ask the provider, and answer what is known (BAD-2)."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.collection.collecting import Collecting
from guichet.collection.setup import Setup
from guichet.collection.writing import cause_of
from guichet.errors import not_found
from guichet.events import Actor
from guichet.registration.ports import RateLimits


def return_from_setup(
    setup_id: str, member: Member, actor: Actor, *, collecting: Collecting, limits: RateLimits
) -> Setup:
    """Store what the customer has agreed to, or say why it is not taken.

    The provider is asked at most every few seconds, however often the page asks.

    Raises:
        NotAllowed: the member may not.
        NotFound: no such setup of this account.
        Unavailable: the provider does not answer; the webhook or the page's end will tell.
    """
    member.reach(Permission.MANAGE_PAYMENT_METHODS)
    records = collecting.records
    setup = records.setup(setup_id)
    if setup is None or setup.account_id != member.account_id:
        raise not_found("page")
    cause = cause_of(actor, "return_from_setup", collecting.clock)
    seconds = collecting.policy.return_poll_seconds
    if limits.may_again("ask", setup_id, at=cause.at, seconds=seconds):
        collecting.ask(setup_id, cause)
    return records.setup(setup_id) or setup
