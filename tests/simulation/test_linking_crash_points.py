"""Every call while an account is linked, unlinked or revoked is the last one of its process once.

Then a person tries again, or the clock runs on: PAY-1, PAY-4, PAY-5 and REG-13 hold in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from guichet.bootstrap import Container
from guichet.payments.account import PaymentAccountStatus
from guichet.registration.registration import RegistrationStatus
from tests.simulation.kills import (
    Calls,
    Killed,
    KillingDynamo,
    KillingHttp,
    KillPoint,
    kill_points,
    record_calls,
)
from tests.support.linking import Desk
from tests.support.world import ACCOUNT, STRIPE_ACCOUNT, World

S = PaymentAccountStatus

type Step = Callable[[Container], object]
type Story = Callable[[World, Desk], Iterator[Step]]


def stripe_link(world: World, desk: Desk) -> Iterator[Step]:
    """Unlink what the world has, while somebody is paying it; link another account at Stripe."""
    world.start(world.register(world.training()))
    yield lambda parts: desk.unlink(parts=parts, key="unlink-1")
    world.relay()
    yield world.settle
    yield lambda parts: desk.link(parts=parts, key="link-1")
    yield lambda parts: desk.page(parts=parts)
    desk.agree_at_stripe(desk.page())
    yield lambda parts: desk.refresh(parts=parts)


def paypal_link(world: World, desk: Desk) -> Iterator[Step]:
    """Link a merchant by PayPal's own event, then unlink it while somebody is paying it."""
    yield lambda parts: desk.link("paypal", parts=parts, key="link-1")
    yield lambda parts: desk.page("paypal", parts=parts)
    desk.agree_at_paypal(desk.page("paypal"))
    world.deliver_webhooks()
    world.relay()
    yield world.settle
    world.clock.advance(minutes=11)
    world.settle_down()
    world.start(world.register(world.training()), method="paypal")
    yield lambda parts: desk.unlink("paypal", parts=parts, key="unlink-1")
    world.relay()
    yield world.settle


def revocation(world: World, desk: Desk) -> Iterator[Step]:
    """The organizer deauthorizes us at Stripe while nobody is looking."""
    del desk
    world.stripe.deauthorize(STRIPE_ACCOUNT)
    (event,) = world.stripe.take_webhooks()
    yield lambda parts: world.post_webhook(event.headers, event.body, parts)
    world.relay()
    yield world.settle
    world.clock.advance(minutes=11)
    yield world.upkeep
    world.relay()
    yield world.settle


STORIES: list[Story] = [stripe_link, paypal_link, revocation]


def play(story: Story, calls: Calls) -> tuple[World, Desk]:
    """The story; a step whose process dies is done again by another."""
    world = World()
    desk = Desk.of(world)
    watched = world.container(
        dynamo=KillingDynamo(world.dynamo, calls), http=KillingHttp(world.http, calls)
    )
    for step in story(world, desk):
        if calls.is_dead:
            step(world.parts)
            continue
        try:
            step(watched)
        except Killed:
            step(world.parts)
    for _ in range(3):
        world.settle_down()
        world.clock.advance(minutes=11)
    world.settle_down()
    return world, desk


def _cases() -> Iterator[Any]:
    for story in STORIES:
        for share in range(4):
            yield pytest.param(story, share, id=f"{story.__name__}-{share}")


def points(story: Story, share: int) -> list[KillPoint]:
    made = record_calls(lambda calls: play(story, calls))
    return [each for n, each in enumerate(kill_points(made)) if n % 4 == share]


@pytest.mark.parametrize(("story", "share"), list(_cases()))
def test_a_process_may_die_at_any_call_pay_1_pay_4_pay_5(story: Story, share: int) -> None:
    for point in points(story, share):
        world, desk = play(story, Calls(point))

        assert_all_is_well(story, world, desk, point)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_in_which_nothing_goes_wrong_ends_as_told(story: Story) -> None:
    world, desk = play(story, Calls())

    assert_all_is_well(story, world, desk, None)


def assert_all_is_well(story: Story, world: World, desk: Desk, point: KillPoint | None) -> None:
    mails = [each for each in world.mails() if each == "organizer_account_revoked"]
    stripe = desk.account()
    told = f"{story.__name__} {point}"
    match story.__name__:
        case "stripe_link":
            assert stripe.is_usable, told
            assert stripe.former == (STRIPE_ACCOUNT,), told
            assert made_at_stripe(world) == 1, told
            assert mails == [], told
        case "paypal_link":
            paypal = desk.account("paypal")
            assert paypal.status is S.UNLINKED, told
            assert changes_of(world, "paypal").count("payment_account.linked") == 1, told
            assert stripe.is_usable, told
            assert mails == [], told
        case _:
            assert stripe.status is S.REVOKED, told
            assert len(mails) == 1, told
    assert nothing_awaits_a_former_account(world), told
    assert claims(world) == linked_payees(world), told


def made_at_stripe(world: World) -> int:
    """How many accounts Stripe holds beside the one that the world began with."""
    return len(world.stripe.snapshot()["state"]["accounts"]) - 1


def changes_of(world: World, provider: str) -> list[str]:
    return [
        event.name
        for entry in world.journal()
        if entry.aggregate == f"payment_account/{ACCOUNT}-{provider}"
        for event in entry.events
    ]


def nothing_awaits_a_former_account(world: World) -> bool:
    """No sweep is left to be done, and nobody holds a page of an account that is not linked."""
    items = world.dynamo.items("state")
    sweeps = [each for each in items if each.get("due_key") == "DUE#payment_account#0"]
    held = [
        each
        for each in items
        if str(each["sk"]).startswith("REG#")
        and each["status"] == RegistrationStatus.AWAITING_PAYMENT
        and each["open_payment_id"] is not None
    ]
    return not sweeps and not held


def claims(world: World) -> set[str]:
    """The accounts at providers that are somebody's."""
    items = world.dynamo.items("state")
    return {str(each["pk"]) for each in items if str(each["pk"]).startswith("PAYEE#")}


def linked_payees(world: World) -> set[str]:
    accounts = world.parts.people.payment_accounts(ACCOUNT)
    return {
        f"PAYEE#{each.provider}#{each.provider_account_id}"
        for each in accounts
        if each.is_live and each.provider_account_id
    }
