"""One day with a little of everything, all of it right; each test spoils a copy."""

import pytest

from guichet.access.membership import Role
from tests.support import organizing
from tests.support.kept import Kept
from tests.support.money_back import sold
from tests.support.road import Road
from tests.support.world import World


@pytest.fixture(scope="package")
def day() -> World:
    world = World()
    world.link_paypal()
    training = world.training(capacity=5)
    organizing.code(world, total_uses=3, uses_per_email=1)
    cancelled = world.register(training, "dora@example.org")
    debit = organizing.start_debit(world, cancelled)
    organizing.cancel(world, cancelled, world.member("maria", Role.EVENT_MANAGER))
    world.stripe.settle_bank_debit(debit)
    world.settle_down()
    at_stripe = sold(Road(world, "stripe"), "bob@example.org")
    at_stripe.refund(3000)
    lost = at_stripe.dispute(2000)
    world.settle_down()
    at_stripe.lose(lost)
    sold(Road(world, "paypal"), "carl@example.org").refund(1000)
    _held_for_a_person(world)
    world.settle_down()
    organizing.start_debit(world, world.register(training, "gina@example.org"))
    world.start(world.register(training, "erin@example.org", discount_code="EARLY"))
    return world


def _held_for_a_person(world: World) -> None:
    payment = world.start(world.register(world.training(), "hans@example.org"))
    assert payment.session_id is not None
    world.stripe.configure_chaos({"capture": {"amount_minor": 12_001}})
    world.stripe.pay(payment.session_id)
    world.stripe.clear_chaos()


@pytest.fixture
def kept(day: World) -> Kept:
    return Kept.of(day.dynamo, day.clock.now())
