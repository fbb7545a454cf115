"""Administrators who link, refresh and unlink at the same moment (PAY-1, PAY-4)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from guichet.adapters.dynamo import keys
from guichet.payments.account import PaymentAccountStatus
from guichet.payments.onboarding import OnboardingLink
from guichet.replies import Reply
from tests.races.conftest import ROUNDS, at_once
from tests.support.linking import Desk
from tests.support.world import ACCOUNT, World

_PARTS = 2  # so that workers share the rounds
_AT_ONCE = 4
_TRY_AGAIN = frozenset({"busy", "provider_unavailable"})  # true answers, too, to whoever is late


@pytest.mark.parametrize("part", range(_PARTS))
def test_whoever_links_or_unlinks_at_once_ends_in_one_link_pay_1_pay_4(
    world: World, part: int
) -> None:
    desks = [Desk.of(world, f"admin{n}") for n in range(_AT_ONCE)]
    desk = desks[0]
    for number in range(part, ROUNDS, _PARTS):
        before, made = desk.account(), _accounts_at_stripe(world)

        gone = at_once([each.unlink for each in desks[:2]] + [each.refresh for each in desks[2:]])
        assert not set(_codes(gone)) - _TRY_AGAIN
        assert desk.account().status is PaymentAccountStatus.UNLINKED
        assert _holder(world, before.provider_account_id) is None

        begun = at_once([each.link for each in desks])
        assert {each.value.version for each in begun if isinstance(each, Reply)} == {
            desk.account().version
        }
        assert [each.replayed for each in begun if isinstance(each, Reply)].count(False) == 1
        assert desk.account().onboarding_count == before.onboarding_count + 1

        pages = at_once([each.page for each in desks])
        links = [each for each in pages if isinstance(each, OnboardingLink)]
        assert not set(_codes(pages)) - _TRY_AGAIN
        assert len({each.url for each in links}) == len(links) > 0
        assert _accounts_at_stripe(world) == made + 1

        desk.agree_at_stripe(links[0])
        at_once([each.refresh for each in desks])
        linked = desk.account()
        assert linked.is_usable, number
        assert linked.former[-1] == before.provider_account_id
        assert _holder(world, linked.provider_account_id) == ACCOUNT


def _codes(answers: Sequence[object]) -> list[str]:
    return [each for each in answers if isinstance(each, str)]


def _accounts_at_stripe(world: World) -> int:
    return len(world.stripe.snapshot()["state"]["accounts"])


def _holder(world: World, provider_account_id: str) -> str | None:
    assert world.store is not None
    claim = world.store.get("state", keys.payee("stripe", provider_account_id))
    return None if claim is None else str(claim["account_id"])
