"""What can be paid and how, and what a start is refused for (REG-5, REG-8, REG-10, PAY-6)."""

from dataclasses import replace
from typing import Any

import pytest

from guichet.access.membership import Role
from guichet.adapters.dynamo.seam import Put
from guichet.configuration import load_registration_policy
from guichet.payments.account import PaymentAccount, PaymentAccountStatus
from guichet.payments.payment import Payment
from guichet.registration.paying import accepted_methods, least_payable
from guichet.registration.use_cases.close_training import CloseTraining, close_training
from guichet.registration.use_cases.start_payment import StartPayment, start_payment
from guichet.replies import Reply
from tests.support.organizing import actor_of, refused, unmoved
from tests.support.samples import training, usd
from tests.support.world import ACCOUNT, REGISTRANT, STRIPE_ACCOUNT, World, refusal_of

POLICY = load_registration_policy()
USABLE = PaymentAccount(
    account_id=ACCOUNT,
    provider="stripe",
    provider_account_id=STRIPE_ACCOUNT,
    confirmed=True,
    verified=True,
    takes_cards=True,
)


@pytest.mark.parametrize(
    ("account", "charged_minor", "methods"),
    [
        pytest.param(USABLE, 12000, ["stripe", "offline:invoice"], id="both"),
        pytest.param(USABLE, 50, ["stripe", "offline:invoice"], id="the provider's minimum"),
        pytest.param(USABLE, 49, ["offline:invoice"], id="below its minimum"),
        pytest.param(USABLE, 99_999_999, ["stripe", "offline:invoice"], id="eight digits"),
        pytest.param(USABLE, 100_000_000, ["offline:invoice"], id="nine digits"),
        pytest.param(USABLE, 0, [], id="nothing to pay"),
        pytest.param(
            replace(USABLE, status=PaymentAccountStatus.UNLINKED),
            12000,
            ["offline:invoice"],
            id="unlinked",
        ),
        pytest.param(replace(USABLE, confirmed=False), 12000, ["offline:invoice"], id="no e-mail"),
        pytest.param(replace(USABLE, verified=False), 12000, ["offline:invoice"], id="unverified"),
    ],
)
def test_only_what_takes_the_amount_is_offered_reg_5_pay_2_pay_6(
    account: PaymentAccount, charged_minor: int, methods: list[str]
) -> None:
    offered = accepted_methods(training(), [account], usd(charged_minor), POLICY)

    assert [each.name for each in offered] == methods


def test_a_provider_that_the_training_does_not_accept_is_not_offered_reg_1() -> None:
    event = training(provider_payment=False)

    assert [each.label for each in accepted_methods(event, [USABLE], usd(100), POLICY)] == [
        "Invoice"
    ]


def test_the_least_payable_is_the_smallest_minimum_and_none_where_all_is_taken_reg_5(
    world: World,
) -> None:
    records = world.parts.records
    event = training(account_id=ACCOUNT)

    assert least_payable(event, records, POLICY) is None
    assert least_payable(replace(event, offline_methods=()), records, POLICY) == 50


@pytest.mark.parametrize(
    "changed",
    [{"status": PaymentAccountStatus.UNLINKED}, {"confirmed": False}, {"verified": False}],
)
def test_nothing_is_started_on_an_account_that_is_not_usable_pay_2(
    changed: dict[str, Any], world: World
) -> None:
    registration = world.register(world.training())
    (before,) = world.parts.records.payment_accounts(ACCOUNT)
    world.parts.people.save_payment_account(
        world.cause("test"), before, replace(before, version=2, **changed)
    )

    assert refused(world, lambda: world.start(registration)).code == "method_not_offered"


def start_at(
    world: World, registration_id: str, provider: str = "stripe", key: str = "pay-1"
) -> Reply[Payment]:
    return start_payment(
        StartPayment(registration_id, provider, key, REGISTRANT),
        settling=world.parts.settling,
        links=world.parts.links,
    )


def test_another_method_with_the_same_key_is_refused_reg_10(world: World) -> None:
    registration = world.register(world.training())
    world.start(registration, "pay-1")

    refusal = refused(world, lambda: start_at(world, registration.registration_id, "paypal"))

    assert refusal.code == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("provider", "refusal"), [("paypal", "method_not_offered"), ("", "method_not_offered")]
)
def test_a_provider_that_is_not_linked_is_refused(
    provider: str, refusal: str, world: World
) -> None:
    registration = world.register(world.training())

    got = refused(world, lambda: start_at(world, registration.registration_id, provider))

    assert got.code == refusal


def test_a_method_that_is_not_offered_ends_no_open_page_reg_4(world: World) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)

    got = refused(world, lambda: start_at(world, registration.registration_id, "paypal", "pay-2"))

    assert got.code == "method_not_offered"
    assert world.stripe.find(payment.session_id or "")["status"] == "open"


@pytest.mark.parametrize("registration_id", ["reg_no_where", "reg_", "trn_x", ""])
def test_an_unknown_registration_starts_nothing(registration_id: str, world: World) -> None:
    assert refused(world, lambda: start_at(world, registration_id)).code == "not_found"


def test_nothing_is_started_once_the_training_has_reg_2(world: World) -> None:
    event = world.training(starts_at=world.clock.now().replace(hour=9, minute=20))
    registration = world.register(event)
    world.clock.advance(minutes=20)

    assert refused(world, lambda: world.start(registration)).code == "training_started"


def test_a_refusal_of_the_provider_frees_the_lease_and_keeps_the_hold_reg_4(world: World) -> None:
    registration = world.register(world.training())
    world.stripe.deauthorize(STRIPE_ACCOUNT)

    with pytest.raises(Exception, match="refused to start"):
        world.start(registration)

    fresh = world.read(registration)
    assert fresh.open_payment_id is None
    assert fresh.is_live
    world.stripe.add_account(STRIPE_ACCOUNT)
    assert world.start(fresh, "pay-2").redirect_url


def test_closing_ends_every_open_session_and_a_repeat_does_nothing_reg_8_bad_16(
    world: World,
) -> None:
    event = world.training(capacity=None)
    registrations = [world.register(event, f"guest{n}@example.org") for n in range(27)]
    sessions = [world.start(each).session_id or "" for each in registrations]
    owner = world.member("olga", Role.OWNER)

    command = CloseTraining(event.training_id, owner, None, actor_of(owner))
    close_training(command, records=world.parts.records, clock=world.clock)
    world.settle_down()

    assert {world.stripe.find(each)["status"] for each in sessions} == {"expired"}
    assert all(world.read(each).open_payment_id is None for each in registrations)
    unmoved(world, world.settle_down)


def test_a_session_that_can_not_be_ended_holds_up_no_other_reg_8(world: World) -> None:
    event = world.training(capacity=None)
    registrations = [world.register(event, f"guest{n}@example.org") for n in range(3)]
    stuck, *others = sorted(registrations, key=lambda each: each.registration_id)
    sessions = {each.registration_id: world.start(each).session_id or "" for each in registrations}
    lost = {"do": "down", "match": f"*{sessions[stuck.registration_id]}*", "times": -1}
    world.stripe.configure_chaos({"api": [lost]})
    owner = world.member("olga", Role.OWNER)

    command = CloseTraining(event.training_id, owner, None, actor_of(owner))
    close_training(command, records=world.parts.records, clock=world.clock)
    world.settle_down()
    ended_beside = [world.read(each).open_payment_id for each in others]
    world.stripe.clear_chaos()
    world.clock.advance(minutes=10)
    world.settle_down()

    assert ended_beside == [None, None]
    assert {world.stripe.find(each)["status"] for each in sessions.values()} == {"expired"}


def test_one_piece_of_work_that_fails_stops_no_other_bad_8(world: World) -> None:
    event = world.training(capacity=None)
    ada, bob = world.register(event, "ada@example.org"), world.register(event, "bob@example.org")
    broken = next(item for item in world.state() if item["pk"] == f"TRAINING#{event.training_id}"
                  and item["sk"] == f"REG#{min(ada.registration_id, bob.registration_id)}")  # fmt: skip
    world.dynamo.put(Put("state", {**broken, "status": "no such status"}))
    world.clock.advance(minutes=30)

    with pytest.raises(ExceptionGroup) as failed:
        world.upkeep()

    assert len(failed.value.exceptions) == 1
    whole = max(ada, bob, key=lambda each: each.registration_id)
    assert not world.read(whole).is_live


def test_nobody_is_sent_to_a_page_when_the_only_account_is_gone_pay_5(world: World) -> None:
    training = world.training(offline_methods=())
    registration = world.register(training)
    account = world.parts.people.payment_account(ACCOUNT, "stripe")
    assert account is not None
    gone = replace(account.unlinked(now=world.clock.now()), version=account.version + 1)
    world.parts.people.save_payment_account(world.cause("unlink"), account, gone)

    refusal = refusal_of(lambda: world.start(registration))

    assert refusal.code == "payment_not_possible"
    assert world.read(registration).open_payment_id is None
