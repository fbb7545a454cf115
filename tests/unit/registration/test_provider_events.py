"""Provider events: stored once, taken as hints, with one effect each (EXT-2, BAD-2 to BAD-4)."""

import json
from dataclasses import replace

import pytest

from guichet.entry.work import billing_asker
from guichet.payments.payment import PaymentStatus
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.use_cases.apply_provider_event import apply_provider_event
from local.simulators.stripe.shapes import PendingWebhook
from tests.support.organizing import refused, unmoved
from tests.support.world import World

S = RegistrationStatus
ADA = "ada@example.org"


def paid(world: World) -> tuple[Registration, list[PendingWebhook]]:
    """A registration whose money is at the provider, and the deliveries about it, kept back."""
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)
    return registration, world.stripe.take_webhooks()


def post(world: World, webhook: PendingWebhook) -> str:
    answer = world.post_webhook(webhook.headers, webhook.body)
    assert answer["statusCode"] == 200
    received: str = json.loads(answer["body"])["received"]
    return received


def stored(world: World, event_id: str) -> ProviderEvent:
    found = world.parts.records.provider_event("stripe", event_id)
    assert found is not None
    return found


def test_an_event_of_the_other_mode_is_answered_and_leaves_nothing_ext_2(world: World) -> None:
    world.stripe.configure_chaos({"webhooks": {"livemode": True}})
    registration, webhooks = paid(world)

    unmoved(world, lambda: [post(world, each) for each in webhooks])

    assert {post(world, each) for each in webhooks} == {"ignored"}
    assert world.read(registration).status is S.AWAITING_PAYMENT


def test_an_event_of_another_version_is_told_to_a_person_and_has_its_effect_ext_2(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Guichet")  # as template.yaml sets it
    world.stripe.configure_chaos({"webhooks": {"api_version": "2020-08-27"}})
    registration, webhooks = paid(world)

    assert {post(world, each) for each in webhooks} == {"stored"}
    world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    assert "ParkedPayment" in capsys.readouterr().out


def test_every_event_delivered_six_times_has_one_effect_ext_2_bad_2(world: World) -> None:
    registration, webhooks = paid(world)

    for _ in range(6):
        for webhook in webhooks:
            post(world, webhook)
        world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    assert world.mails(ADA) == ["received", "confirmed"]
    assert {stored(world, each.event_id).status for each in webhooks} == {EventStatus.APPLIED}
    world.assert_books_equal_the_providers()


def test_a_repeat_of_an_applied_event_writes_nothing_ext_2(world: World) -> None:
    _, webhooks = paid(world)
    for webhook in webhooks:
        post(world, webhook)
    world.settle_down()

    unmoved(world, lambda: [post(world, each) for each in webhooks])


def test_a_repeat_of_an_event_still_unapplied_wakes_it_again_bad_3(world: World) -> None:
    registration, webhooks = paid(world)
    for webhook in webhooks:
        post(world, webhook)
    world.dynamo.stream.clear()  # the stream loses everything

    told = {post(world, each) for each in webhooks}
    world.settle_down()

    assert told == {"repeated"}
    assert stored(world, webhooks[0].event_id).deliveries == 2
    assert world.read(registration).status is S.CONFIRMED


def test_an_event_whose_message_was_lost_is_applied_ten_minutes_later_bad_3(world: World) -> None:
    registration, webhooks = paid(world)
    for webhook in webhooks:
        post(world, webhook)
    world.dynamo.stream.clear()

    world.clock.advance(minutes=9, seconds=59)
    world.settle_down()
    before = world.read(registration).status
    world.clock.advance(seconds=1)
    world.settle_down()

    assert before is S.AWAITING_PAYMENT
    assert world.read(registration).status is S.CONFIRMED


def test_events_in_the_wrong_order_set_nothing_back_bad_4(world: World) -> None:
    registration, webhooks = paid(world)
    for webhook in reversed(webhooks):
        post(world, webhook)
        world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    assert world.payment(registration).status is PaymentStatus.CAPTURED
    assert world.mails(ADA) == ["received", "confirmed"]
    world.assert_books_equal_the_providers()


def test_an_event_waits_while_the_provider_does_not_answer_bad_3(world: World) -> None:
    registration, webhooks = paid(world)
    for webhook in webhooks:
        post(world, webhook)
    world.stripe.configure_chaos({"down": True})
    world.settle_down()
    waiting = stored(world, webhooks[0].event_id).status

    world.stripe.clear_chaos()
    world.clock.advance(minutes=10)
    world.settle_down()

    assert waiting is EventStatus.RECEIVED
    assert world.read(registration).status is S.CONFIRMED


def test_an_event_about_nothing_of_ours_is_stored_and_done_ext_2(world: World) -> None:
    body = '{"data": {"object": {"id": "cs_x", "metadata": {"payment_id": "pay_nowhere"}}}}'
    event = ProviderEvent("stripe", "evt_x", "customer.created", "", body, world.clock.now())
    world.parts.records.receive(world.cause("receive"), event)

    world.settle_down()

    assert stored(world, "evt_x").status is EventStatus.APPLIED


def test_an_event_that_was_never_stored_does_nothing(world: World) -> None:
    def apply() -> None:
        apply_provider_event(
            "stripe",
            "evt_never",
            settling=world.parts.settling,
            refunding=world.parts.refunding,
            outside=world.parts.outside,
            linking=world.parts.linking,
            read_hint=lambda _: (_ for _ in ()).throw(AssertionError("nothing to read")),
            ask_billing=billing_asker(world.parts),
        )

    unmoved(world, apply)


def test_a_body_that_was_changed_on_the_way_is_refused_and_leaves_nothing_ext_2(
    world: World,
) -> None:
    _, webhooks = paid(world)
    changed = webhooks[0].body.replace(b"12000", b"1")

    answers = []
    unmoved(world, lambda: answers.append(world.post_webhook(webhooks[0].headers, changed + b" ")))

    assert answers[0]["statusCode"] == 400


def test_a_link_that_is_unknown_refuses_the_return_page_and_writes_nothing(world: World) -> None:
    registration = world.register(world.training())
    absent = replace(registration, registration_id="reg_no_where")

    assert refused(world, lambda: world.come_back(absent)).code == "not_found"
