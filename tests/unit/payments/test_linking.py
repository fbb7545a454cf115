"""PAY-1 to PAY-4: an organizer links an account through the provider's own pages, and unlinks it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guichet.access.membership import Account, Role
from guichet.adapters.http import HttpRequest, HttpResponse
from guichet.payments.account import NextStep, PaymentAccountStatus
from guichet.payments.use_cases.link_payment_account import LinkPaymentAccount, link_payment_account
from tests.support.linking import Desk, InBetween
from tests.support.organizing import actor_of, refused, unmoved
from tests.support.world import STRIPE_ACCOUNT, World, refusal_of

S = PaymentAccountStatus
STUDIO = "acc_studio"


@pytest.fixture
def world() -> World:
    """A second organizer is there who has linked nothing yet."""
    made = World()
    studio = Account(STUDIO, "Studio Sud", "s@studio.example", "", "Europe/Paris", "fr")
    made.parts.people.add_account(made.cause("seed"), studio)
    return made


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk.of(world, "sofia", STUDIO)


def events_of(world: World, account_id: str = STUDIO) -> list[str]:
    return [
        event.name
        for entry in world.journal()
        if entry.aggregate.startswith(f"payment_account/{account_id}")
        for event in entry.events
    ]


def test_an_account_at_stripe_is_usable_once_its_owner_has_agreed_there_pay_1_pay_2(
    world: World, desk: Desk
) -> None:
    begun = desk.link().value

    assert begun.status is S.ONBOARDING
    assert begun.payment_account_id.startswith("pac_")
    assert not begun.provider_account_id
    page = desk.page()
    desk.agree_at_stripe(page)
    linked = desk.refresh()
    assert linked.is_usable
    assert linked.takes_cards
    assert linked.provider_account_id.startswith("acct_")
    assert events_of(world) == [
        "payment_account.onboarding",
        "payment_account.prepared",
        "payment_account.linked",
    ]


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_the_way_back_from_the_page_links_nothing_by_itself_pay_2(
    desk: Desk, provider: str
) -> None:
    desk.link(provider)
    desk.page(provider)

    assert desk.refresh(provider).status is S.ONBOARDING


def test_an_account_at_paypal_is_found_by_our_tracking_id_alone_pay_1(
    world: World, desk: Desk
) -> None:
    begun = desk.link("paypal").value
    desk.agree_at_paypal(desk.page("paypal"), merchant_id="SELLER2SELLER")
    linked = desk.refresh("paypal")

    tracking_id = world.paypal.merchant("SELLER2SELLER")["tracking_id"]
    assert tracking_id == f"{begun.payment_account_id}-1-local"
    assert linked.provider_account_id == "SELLER2SELLER"
    assert linked.is_usable


@pytest.mark.parametrize(
    ("provider", "found", "steps"),
    [
        pytest.param(
            "stripe",
            {"verified": False},
            (NextStep.GET_VERIFIED, NextStep.GET_CARDS),
            id="Stripe wants more",
        ),
        pytest.param("stripe", {"cards": False}, (NextStep.GET_CARDS,), id="Stripe without cards"),
        pytest.param(
            "paypal",
            {"email_confirmed": False},
            (NextStep.CONFIRM_EMAIL,),
            id="PayPal, e-mail not confirmed",
        ),
        pytest.param(
            "paypal",
            {"payments_receivable": False},
            (NextStep.GET_VERIFIED, NextStep.GET_CARDS),
            id="PayPal, may not be paid",
        ),
        pytest.param(
            "paypal", {"business": False}, (NextStep.GET_CARDS,), id="PayPal, personal: wallet"
        ),
    ],
)
def test_what_is_missing_is_told_pay_2_pay_6(
    desk: Desk, provider: str, found: dict[str, bool], steps: tuple[NextStep, ...]
) -> None:
    linked = desk.linked(provider, **found)

    assert linked.status is S.LINKED
    assert linked.next_steps == steps
    assert linked.is_usable is (steps == (NextStep.GET_CARDS,))


def test_beginning_again_answers_what_is_there_pay_1(world: World, desk: Desk) -> None:
    first = desk.link(key="key-1").value

    unmoved(world, lambda: desk.link(key="key-1"))
    unmoved(world, lambda: desk.link(key="key-2"))
    assert desk.link(key="key-3").value == first
    assert desk.link(key="key-3").replayed


def test_a_key_of_another_request_is_refused_reg_10(world: World, desk: Desk) -> None:
    desk.link(key="key-1")

    refusal = refused(world, lambda: desk.link("paypal", key="key-1"))

    assert refusal.code == "idempotency_key_reused"


def test_two_administrators_at_once_get_one_account_and_a_true_answer_each_pay_1(
    world: World, desk: Desk
) -> None:
    other = Desk.of(world, "samir", STUDIO)
    answers = []
    mine_at_the_store = InBetween(
        world.dynamo, "transact_write", lambda: answers.append(other.link())
    )

    mine = desk.link(parts=world.container(dynamo=mine_at_the_store))

    assert mine.value == answers[0].value
    assert mine.replayed
    assert events_of(world) == ["payment_account.onboarding"]


def test_two_administrators_on_their_way_to_stripe_make_one_account_there_pay_1(
    world: World, desk: Desk
) -> None:
    other = Desk.of(world, "samir", STUDIO)
    desk.link()
    before = len(world.stripe.snapshot()["state"]["accounts"])

    pages = {desk.page().url, other.page().url, desk.page().url}

    assert len(pages) == 3
    assert len(world.stripe.snapshot()["state"]["accounts"]) == before + 1


def test_a_lost_answer_to_making_the_account_makes_no_second_one(world: World, desk: Desk) -> None:
    desk.link()
    before = len(world.stripe.snapshot()["state"]["accounts"])
    world.stripe.configure_chaos(
        {"api": [{"match": "POST /v1/accounts", "do": "lost_after", "times": 9}]}
    )

    assert refusal_of(desk.page).code == "provider_unavailable"
    world.stripe.clear_chaos()
    desk.page()

    assert len(world.stripe.snapshot()["state"]["accounts"]) == before + 1


def test_an_account_is_linked_by_one_organizer_at_a_time_pay_1(world: World, desk: Desk) -> None:
    world.paypal.add_merchant("SHAREDSELLER2")
    first = Desk.of(world)
    assert first.linked("paypal", merchant_id="SHAREDSELLER2").is_usable
    desk.link("paypal")
    desk.agree_at_paypal(desk.page("paypal"), merchant_id="SHAREDSELLER2")

    refusal = refused(world, lambda: desk.refresh("paypal"))

    assert refusal.code == "payment_account_taken"
    assert desk.account("paypal").status is S.ONBOARDING
    assert first.refresh("paypal").is_usable
    first.unlink("paypal")
    assert desk.refresh("paypal").is_usable


def test_an_account_of_another_organizer_is_as_absent_acc_2(world: World, desk: Desk) -> None:
    stranger = Desk.of(world)
    desk.link()
    theirs = desk.account()
    stranger.tries_another(theirs)

    for act in (stranger.page, stranger.refresh, stranger.unlink):
        assert refused(world, act).code == "not_found"


@pytest.mark.parametrize("act", ["link", "page", "refresh", "unlink"])
def test_event_managers_neither_link_nor_unlink_pay_3(world: World, act: str) -> None:
    maria = Desk(world, world.member("maria", Role.EVENT_MANAGER))

    assert refused(world, getattr(maria, act)).code == "not_allowed"


def test_owners_link_and_unlink_acc_1(world: World) -> None:
    owner = Desk(world, world.member("olivia", Role.OWNER))

    owner.unlink()

    assert owner.link().value.status is S.ONBOARDING


def test_another_account_takes_unlinking_first_pay_1(world: World) -> None:
    desk = Desk.of(world)

    refusal = refused(world, lambda: desk.link(provider_account_id="acct_other"))

    assert refusal.code == "payment_account_linked"
    desk.unlink()
    linked = desk.linked()
    assert linked.is_usable
    assert linked.provider_account_id != STRIPE_ACCOUNT
    assert linked.former == (STRIPE_ACCOUNT,)


def test_the_same_account_is_linked_again_without_a_page_pay_4(world: World) -> None:
    desk = Desk.of(world)
    desk.unlink()
    desk.link(provider_account_id=STRIPE_ACCOUNT)

    linked = desk.refresh()

    assert linked.provider_account_id == STRIPE_ACCOUNT
    assert linked.is_usable


def test_the_same_merchant_is_linked_again_without_a_page_pay_4(world: World) -> None:
    desk = Desk.of(world)
    former = desk.linked("paypal").provider_account_id
    desk.unlink("paypal")
    desk.link("paypal", provider_account_id=former)

    assert desk.refresh("paypal").is_usable


def test_only_what_was_linked_here_can_be_named_pay_4(world: World, desk: Desk) -> None:
    refusal = refused(world, lambda: desk.link(provider_account_id=STRIPE_ACCOUNT))

    assert refusal.code == "not_linked_before"


def test_a_country_is_part_of_what_stripe_is_asked_and_never_changes(
    world: World, desk: Desk
) -> None:
    desk.link(country="FR")
    desk.page()

    made = world.stripe.snapshot()["state"]["accounts"][desk.account().provider_account_id]

    assert made["country"] == "FR"
    assert refused(world, lambda: desk.link(country="DE")).code == "payment_account_linked"


def test_unlinking_twice_is_unlinking_once_pay_4(world: World) -> None:
    desk = Desk.of(world)
    first = desk.unlink()

    unmoved(world, desk.unlink)

    assert first.value.status is S.UNLINKED
    assert not first.value.is_usable
    assert desk.unlink().replayed


def test_a_late_repeat_of_an_unlinking_leaves_the_next_link_alone_reg_10(world: World) -> None:
    desk = Desk.of(world)
    desk.unlink(key="key-1")
    desk.linked()

    assert desk.unlink(key="key-1").replayed
    assert desk.account().is_usable


def test_what_is_not_linked_any_more_gets_no_page_pay_4(world: World) -> None:
    desk = Desk.of(world)
    desk.unlink()

    assert refused(world, desk.page).code == "payment_account_unlinked"


def test_what_lacks_nothing_gets_no_page(world: World) -> None:
    assert refused(world, Desk.of(world).page).code == "payment_account_usable"


def test_a_provider_without_an_answer_changes_nothing_pay_2(world: World) -> None:
    desk = Desk.of(world)
    world.stripe.configure_chaos({"down": True})

    assert refused(world, desk.refresh).code == "provider_unavailable"
    assert desk.account().is_usable


def test_an_answer_about_an_account_that_was_unlinked_meanwhile_is_dropped_bad_4(
    world: World,
) -> None:
    desk = Desk.of(world)

    world.stripe.verify(STRIPE_ACCOUNT, verified=False)

    class UnlinksMeanwhile:
        def send(self, request: HttpRequest) -> HttpResponse:
            answer = world.http.send(request)
            desk.unlink()
            return answer

    refreshed = desk.refresh(parts=world.container(http=UnlinksMeanwhile()))

    assert refreshed.status is S.UNLINKED
    assert desk.account().status is S.UNLINKED


def test_facts_are_those_of_the_last_answer_pay_6(world: World) -> None:
    desk = Desk.of(world)
    world.stripe.verify(STRIPE_ACCOUNT, verified=True, cards=False)

    world.settle_down()

    assert desk.account().is_usable
    assert not desk.account().takes_cards
    unmoved(world, desk.refresh)


def test_stripes_word_arrives_by_its_event_too_pay_2(world: World, desk: Desk) -> None:
    desk.link()
    desk.agree_at_stripe(desk.page())

    world.settle_down()

    assert desk.account().is_usable


def test_paypals_word_arrives_by_its_event_too_pay_2(world: World, desk: Desk) -> None:
    desk.link("paypal")
    desk.agree_at_paypal(desk.page("paypal"))

    world.settle_down()

    assert desk.account("paypal").is_usable


def test_who_did_what_is_in_the_journal_acc_3(world: World, desk: Desk) -> None:
    desk.link()
    desk.unlink()

    entries = [e for e in world.journal() if e.aggregate == f"payment_account/{STUDIO}-stripe"]

    assert [(each.use_case, each.actor) for each in entries] == [
        ("link_payment_account", actor_of(desk.member)),
        ("unlink_payment_account", actor_of(desk.member)),
    ]
    assert entries[1].before["status"] == "onboarding"
    assert entries[1].after["status"] == "unlinked"


def test_a_provider_that_the_operator_has_not_is_not_offered_pay_1(
    world: World, desk: Desk
) -> None:
    parts = world.container()
    linking = replace(parts.linking, onboarding={"stripe": parts.onboarding["stripe"]})
    command = LinkPaymentAccount("paypal", None, None, desk.member, "k", actor_of(desk.member))

    refusal = refused(world, lambda: link_payment_account(command, linking=linking))

    assert refusal.code == "provider_not_offered"


def test_a_refusal_of_the_provider_is_told_as_one_pay_1(world: World, desk: Desk) -> None:
    desk.link(country="ZZ")

    class RefusesTheCountry:
        def send(self, request: HttpRequest) -> HttpResponse:
            del request
            body = b'{"error": {"type": "invalid_request_error", "param": "country"}}'
            return HttpResponse(400, {}, body)

    parts = world.container(http=RefusesTheCountry())

    assert refused(world, lambda: desk.page(parts=parts)).code == "onboarding_refused"
    assert desk.account().status is S.ONBOARDING
