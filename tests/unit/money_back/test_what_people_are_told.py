"""Mails and the registrant's page about money that goes back (REG-13, RFD-4, RFD-6, RFD-7)."""

import pytest

from guichet.access.membership import Role
from guichet.entry.models.own_registration import OwnRegistrationAnswer
from guichet.payments.dispute import DisputeStatus
from guichet.payments.refund import RefundStatus
from guichet.registration.mailer import RenderedMail
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    RefundWish,
    cancel_registration,
)
from guichet.registration.use_cases.show_registration import show_registration
from tests.support.cancelling import cancel_all, settle_all
from tests.support.money_back import Sale, sold
from tests.support.organizing import actor_of, cancel, start_debit
from tests.support.road import Road
from tests.support.samples import usd
from tests.support.world import World

ADA, OFFICE = "ada@example.org", "office@atelier.example"
NOT_LOST = {
    DisputeStatus.WON: "tranchée en votre faveur",
    DisputeStatus.WITHDRAWN: "a été retirée",
}
PROVIDERS = {"stripe": "Stripe", "paypal": "PayPal"}


def told(world: World, kind: str, to: str = ADA) -> list[RenderedMail]:
    """The mails of a kind that somebody was sent, in order."""
    return [
        each.mail
        for each in world.mailer.taken
        if each.to == to and each.message_key.endswith(f":{kind}")
    ]


def rows_of(mail: RenderedMail) -> dict[str, str]:
    """Each label with its value; in French a space goes before the colon."""
    lines = (line.split(":", 1) for line in mail.text.splitlines() if ":" in line)
    return {label.strip(): value.strip() for label, value in lines}


def page_of(sale: Sale) -> OwnRegistrationAnswer:
    parts = sale.road.world.parts
    view = show_registration(
        sale.registration.registration_id,
        records=parts.records,
        clock=parts.clock,
        policy=parts.policy,
    )
    return OwnRegistrationAnswer.shown(view)


def cancelled_with_refund(sale: Sale, minor: int | None) -> None:
    wish = RefundWish(None if minor is None else usd(minor), "ill")
    cancel_registration(
        CancelRegistration(
            sale.registration.registration_id,
            sale.owner,
            "See you in May.",
            "cancel-1",
            actor_of(sale.owner),
            wish,
        ),
        settling=sale.road.world.parts.settling,
    )
    sale.road.world.settle_down()


# -- the registrant ---------------------------------------------------------------------------


def test_each_refund_is_told_with_its_amount_the_total_and_the_note_rfd_1(road: Road) -> None:
    sale = sold(road)

    sale.refund(3000, note="Sorry for the room.\nMaria")
    road.world.settle_down()
    sale.refund()
    road.world.settle_down()

    first, second = told(road.world, "refunded")
    assert first.subject == "Partial refund – Excel for the office"
    assert "$30.00 of your payment of $120.00" in first.text
    assert "  Sorry for the room.\n  Maria\n" in first.text
    assert "it is still confirmed" in first.text
    assert rows_of(first)["Refunded in all"] == "$30.00"
    assert "$90.00 of your payment of $120.00" in second.text
    assert "the whole payment has now been refunded" in second.text
    assert "Message from the organizer" not in second.text
    assert rows_of(second)["Refunded in all"] == "$120.00"
    assert rows_of(second)["Payment reference"] == sale.payment_id


def test_a_refund_of_all_at_once_is_told_as_such_rfd_1(road: Road) -> None:
    sale = sold(road)

    sale.refund()
    road.world.settle_down()

    (mail,) = told(road.world, "refunded")
    assert mail.subject == "Refund – Excel for the office"
    assert "Your payment of $120.00 for “Excel for the office” has been refunded in full." in (
        mail.text
    )
    assert "Refunded in all" not in rows_of(mail)


def test_a_refund_made_there_is_told_as_ours_is_rfd_4(road: Road) -> None:
    sale = sold(road)

    sale.refund_there(4000)
    road.world.settle_down()

    (mail,) = told(road.world, "refunded")
    assert "$40.00 of your payment of $120.00" in mail.text


@pytest.mark.parametrize(
    ("minor", "sentence"),
    [
        pytest.param(None, "Your payment of $120.00 is being refunded in full.", id="whole"),
        pytest.param(5000, "$50.00 of your payment of $120.00 is being refunded.", id="a part"),
    ],
)
def test_who_is_cancelled_with_a_refund_is_told_that_it_comes_rfd_6(
    road: Road, minor: int | None, sentence: str
) -> None:
    sale = sold(road)

    cancelled_with_refund(sale, minor)

    (mail,) = told(road.world, "cancelled")
    assert sentence in mail.text
    assert "See you in May." in mail.text
    (refunded,) = told(road.world, "refunded")
    assert "still confirmed" not in refunded.text


def test_a_refund_of_before_is_not_told_as_that_of_the_cancellation_rfd_6(road: Road) -> None:
    sale = sold(road)
    sale.refund(2000)
    road.world.settle_down()
    road.world.clock.advance(hours=1)

    cancelled_with_refund(sale, 5000)

    (mail,) = told(road.world, "cancelled")
    assert "$50.00 of your payment of $120.00 is being refunded." in mail.text


def test_a_cancelled_debit_goes_back_should_it_arrive_and_its_payer_knows_reg_8(
    world: World,
) -> None:
    registration = world.register(world.training(), ADA)
    start_debit(world, registration)

    cancel(world, registration, world.member("olivia", Role.OWNER))
    world.settle_down()

    (mail,) = told(world, "cancelled")
    assert "If a payment that is still on its way arrives, it is refunded in full" in mail.text
    assert "your payment of" not in mail.text


def test_everyone_of_a_cancelled_training_is_told_and_shown_why_reg_13(road: Road) -> None:
    sale = sold(road)
    training = road.world.parts.records.training(sale.registration.training_id)
    assert training is not None

    cancel_all(road.world, training, sale.owner)
    began = page_of(sale)
    settle_all(road.world)
    ended = page_of(sale)

    (mail,) = told(road.world, "cancelled")
    assert mail.subject == "Training cancelled – Excel for the office"
    assert "Your payment of $120.00 is being refunded in full." in mail.text
    assert "  Sorry.\n" in mail.text
    (refunded,) = told(road.world, "refunded")
    assert "The organizer has cancelled the training." in refunded.text
    assert (began.training_cancelled, began.status) == (True, "confirmed")
    assert (ended.status, ended.note) == ("cancelled", "Sorry.")
    assert [(each.reason, each.status) for each in ended.refunds] == [
        ("training_cancelled", "succeeded")
    ]


def test_a_refund_that_failed_before_its_mail_is_not_told_to_the_registrant_rfd_6(
    world: World,
) -> None:
    sale = sold(Road(world, "stripe"))
    sale.refund(3000)
    made = sale.refunds[0].provider_refund_id
    assert made is not None

    world.stripe.fail_refund(made)
    world.parts.refunding.ask(sale.payment_id, sale.refunds[0].refund_id, world.cause("hint"))
    world.settle_down()

    assert sale.refunds[0].status is RefundStatus.FAILED
    assert told(world, "refunded") == []
    assert len(told(world, "organizer_refund_failed", OFFICE)) == 1


# -- the organizer ----------------------------------------------------------------------------


def test_a_refund_without_cover_says_what_to_do_rfd_6(world: World) -> None:
    sale = sold(Road(world, "stripe"))
    world.stripe.configure_chaos({"refunds": {"refuse": 1}})

    sale.refund(3000)
    world.settle_down()

    assert sale.refunds[0].failure == "balance_insufficient"
    (mail,) = told(world, "organizer_refund_failed", OFFICE)
    assert mail.subject == "Échec du remboursement – Excel for the office"
    assert "30,00\u00a0$US à Ada Lovelace" in mail.text
    assert "solde" in mail.text
    assert told(world, "refunded") == []


def test_who_went_back_whole_from_outside_is_asked_about_once_rfd_7(road: Road) -> None:
    sale = sold(road)

    sale.refund_there(6000)
    sale.refund_there(6000)
    road.world.settle_down()

    (mail,) = told(road.world, "organizer_refunded_outside", OFFICE)
    assert f"directement chez {PROVIDERS[road.provider]}" in mail.text
    assert "Souhaitez-vous annuler l’inscription\u00a0?" in mail.text
    assert f"/organizer/registrations/{sale.registration.registration_id}" in mail.text


def test_a_dispute_is_told_when_it_opens_and_when_it_is_lost_rfd_4(road: Road) -> None:
    sale = sold(road)
    dispute = sale.dispute()
    road.world.settle_down()

    sale.lose(dispute)
    road.world.settle_down()

    (opened,) = told(road.world, "organizer_dispute_opened", OFFICE)
    assert opened.subject == "Paiement contesté – Excel for the office"
    assert f"contesté chez {PROVIDERS[road.provider]}\u00a0: 120,00\u00a0$US" in opened.text
    (closed,) = told(road.world, "organizer_dispute_closed", OFFICE)
    assert "120,00\u00a0$US reviennent à l’inscrit." in closed.text
    assert "Souhaitez-vous annuler l’inscription\u00a0?" in closed.text
    assert told(road.world, "organizer_refunded_outside", OFFICE) == []


@pytest.mark.parametrize("how", ["win", "withdraw"])
def test_a_dispute_that_is_not_lost_asks_for_nothing_rfd_4(road: Road, how: str) -> None:
    sale = sold(road)
    dispute = sale.dispute()
    road.world.settle_down()

    getattr(sale, how)(dispute)
    road.world.settle_down()

    (known,) = road.world.parts.records.refunds_of(sale.payment_id).disputes
    (closed,) = told(road.world, "organizer_dispute_closed", OFFICE)
    assert NOT_LOST[known.status] in closed.text
    assert "Souhaitez-vous" not in closed.text


# -- the registrant's page --------------------------------------------------------------------


def test_the_page_shows_each_refund_and_what_it_adds_up_to_rfd_1(road: Road) -> None:
    sale = sold(road)

    sale.refund(3000, note="Sorry.")
    road.world.settle_down()
    road.world.clock.advance(hours=1)
    sale.refund_there(2000)
    road.world.settle_down()

    page = page_of(sale)
    assert [(each.amount.amount_minor, each.status, each.note) for each in page.refunds] == [
        (3000, "succeeded", "Sorry."),
        (2000, "succeeded", None),
    ]
    assert page.receipt is not None
    assert page.receipt.refunded.amount_minor == 5000
    assert page.status == "confirmed"


def test_what_the_provider_never_took_is_not_shown_rfd_6(world: World) -> None:
    sale = sold(Road(world, "stripe"))
    world.stripe.configure_chaos({"refunds": {"refuse": 1}})

    sale.refund(3000)
    world.settle_down()

    assert sale.refunds[0].status is RefundStatus.FAILED
    assert page_of(sale).refunds == []


def test_what_came_back_after_it_had_gone_is_shown_as_failed_rfd_6(road: Road) -> None:
    sale = sold(road)
    sale.refund(3000)
    road.world.settle_down()

    road.settle_refund(sale.refunds[0], fails=True)
    road.world.settle_down()

    page = page_of(sale)
    assert [each.status for each in page.refunds] == ["failed"]
    assert page.receipt is not None
    assert not page.receipt.refunded.amount_minor
