"""Everything known about one registration, in order (ACC-3)."""

from itertools import pairwise

from guichet.adapters.dynamo.history import History
from guichet.registration.story import MailStanding, lines_of
from tests.support.money_back import sold
from tests.support.road import Road
from tests.support.world import World

ADA, BOB = "ada@example.org", "bob@example.org"


def test_a_late_payments_story_has_each_step_of_it_and_nobody_elses_acc_3(world: World) -> None:
    training = world.training(capacity=1)
    registration = world.register(training, ADA)
    world.clock.advance(seconds=1)
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.configure_chaos({"pay_expired": 1})
    world.clock.advance(minutes=31)
    world.settle_down()
    world.stripe.pay(payment.session_id)
    world.clock.advance(seconds=1)
    world.deliver_webhooks()
    world.clock.advance(seconds=1)
    other = world.register(training, BOB)
    world.settle_down()

    story = History(world.dynamo).story(registration.registration_id)

    told = [event.name for happening in story for event in happening.entry.events]
    assert told[0] == "registration.held"
    for name in (
        "payment.started",
        "payment.opened",
        "payment.expired",
        "registration.expired",
        "provider_event.received",
        "payment.captured",
        "refund.requested",
        "refund.succeeded",
        "refund.fee_returned",
    ):
        assert name in told, name
    assert told.index("provider_event.received") < told.index("payment.captured")
    assert told.index("payment.captured") < told.index("refund.succeeded")
    assert all(one.entry.at <= two.entry.at for one, two in pairwise(story))
    assert other.registration_id not in str(story)


def test_a_lost_disputes_story_tells_of_it_before_the_refund_that_it_is_rfd_4(world: World) -> None:
    sale = sold(Road(world, "stripe"))
    dispute = sale.dispute()
    world.settle_down()
    world.clock.advance(hours=1)
    sale.lose(dispute)
    world.settle_down()

    story = History(world.dynamo).story(sale.registration.registration_id)

    told = [event.name for happening in story for event in happening.entry.events]
    opened, lost = told.index("dispute.opened"), told.index("dispute.lost")
    assert opened < lost < told.index("refund.recorded")


def test_a_story_says_which_mails_still_wait_reg_13(world: World) -> None:
    registration = world.register(world.training(), ADA)
    history = History(world.dynamo)

    (before,) = history.story(registration.registration_id)
    world.settle_down()
    (after,) = history.story(registration.registration_id)

    assert before.mails == (MailStanding("received", pending=True),)
    assert after.mails == (MailStanding("received", pending=False),)


def test_a_story_reads_as_lines_without_names_addresses_or_tokens_acc_3(world: World) -> None:
    registration = world.register(world.training(), ADA)
    world.clock.advance(seconds=1)
    payment = world.start(registration)
    assert payment.session_id is not None
    world.clock.advance(seconds=1)
    world.stripe.pay(payment.session_id)
    world.deliver_webhooks()
    world.clock.advance(seconds=1)
    world.settle_down()

    lines = list(lines_of(History(world.dynamo).story(registration.registration_id)))

    assert lines[0] == "2026-11-22T09:00:00.000+00:00  registration.held"
    assert lines[1] == f"    registration/{registration.registration_id} #1"
    assert lines[2] == "    register by registrant registrant (203.0.113.7)"
    assert "    moved USD 120.00 from registrants to provider_balance" in lines
    assert "    moved USD 2.28 from provider_balance to platform_fee" in lines
    assert "    status: awaiting_payment → confirmed" in lines
    assert "    mail confirmed handed over" in lines
    text = "\n".join(lines)
    assert ADA not in text
    assert registration.name not in text
    assert world.parts.links.token(registration) not in text


def test_the_story_of_an_unknown_registration_is_empty(world: World) -> None:
    assert History(world.dynamo).story("reg_no_where") == []
    assert list(lines_of([])) == []
