"""Links go to mailboxes alone, and each situation causes its mails (REG-12, REG-13, ACC-5)."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from guichet.access.tokens import Purpose
from guichet.registration.mailer import MailNotTakenError
from guichet.registration.mails import MailKind
from guichet.registration.registration import Registration
from guichet.registration.training import Approval
from guichet.registration.use_cases.resend_link import ResendLink, resend_link
from tests.support.money_back import Sale, sold
from tests.support.organizing import (
    cancel,
    decide,
    late_payment,
    manager,
    pay_offline,
    start_debit,
    unmoved,
)
from tests.support.road import Road
from tests.support.samples import usd
from tests.support.world import REGISTRANT, STRIPE_ACCOUNT, World

ADA, BOB, OFFICE = "ada@example.org", "bob@example.org", "office@atelier.example"


def ask_for_link(world: World, training_id: str, email: str = ADA) -> None:
    resend_link(
        ResendLink(training_id, email, REGISTRANT),
        records=world.parts.records,
        clock=world.clock,
        policy=world.parts.policy,
    )
    world.settle_down()


def links(world: World, registration: Registration) -> int:
    """How many mails so far carry this registration's link."""
    link = world.parts.links.with_token(registration)
    return sum(link in taken.mail.text for taken in world.mailer.taken)


def test_a_link_is_mailed_again_to_its_mailbox_at_most_every_5_minutes_reg_12(
    world: World,
) -> None:
    training = world.training(starts_at=world.clock.now() + timedelta(days=2))
    registration = world.register(training)
    pay_offline(world, registration)
    world.settle_down()

    ask_for_link(world, training.training_id)
    world.clock.advance(minutes=4, seconds=59)
    ask_for_link(world, training.training_id, " ADA@example.org")
    too_soon = world.mails(ADA).count("link")
    world.clock.advance(seconds=1)
    ask_for_link(world, training.training_id)

    assert too_soon == 1
    assert world.mails().count("link") == 2
    assert world.mails(ADA).count("link") == 2


@pytest.mark.parametrize(
    "email",
    [pytest.param(BOB, id="nobody's"), pytest.param(ADA, id="of one who cancelled")],
)
def test_no_link_is_mailed_where_no_registration_lives_and_nothing_is_written_reg_12(
    email: str, world: World
) -> None:
    training = world.training()
    cancel(world, world.register(training, ADA))
    world.settle_down()

    unmoved(world, lambda: ask_for_link(world, training.training_id, email))

    assert "link" not in world.mails()


def test_a_link_for_an_unknown_training_is_as_silent_reg_12(world: World) -> None:
    unmoved(world, lambda: ask_for_link(world, "trn_nowhere"))


def test_the_token_stands_behind_the_hash_and_opens_only_this_registration_acc_5(
    world: World,
) -> None:
    training = world.training()
    ada, bob = world.register(training, ADA), world.register(training, BOB)

    link = urlsplit(world.parts.links.with_token(ada))

    assert not link.query
    assert link.path.endswith(ada.registration_id)
    tokens = world.parts.tokens
    tokens.verify(link.fragment, Purpose.REGISTRATION, ada.registration_id, world.clock.now())
    with pytest.raises(Exception, match="token_invalid"):
        tokens.verify(link.fragment, Purpose.REGISTRATION, bob.registration_id, world.clock.now())


def test_a_link_works_until_30_days_after_the_training_acc_5(world: World) -> None:
    training = world.training()

    registration = world.register(training)

    assert registration.token_expires_at == training.ends_at + timedelta(days=30)


# Every kind of mail with what causes it: who gets what, in order (REG-13).


def free(world: World) -> None:
    world.register(world.training(price=usd(0)), ADA)


def card(world: World) -> None:
    world.buy(world.training(), ADA)


def approval(world: World) -> None:
    registration = world.register(world.training(approval=Approval.MANUAL), ADA)
    world.settle_down()
    decide(world, manager(world), registration)


def rejection(world: World) -> None:
    registration = world.register(world.training(approval=Approval.MANUAL), ADA)
    world.settle_down()
    decide(world, manager(world), registration, approve=False)


def offline(world: World) -> None:
    registration = world.register(world.training(), ADA)
    world.settle_down()
    pay_offline(world, registration)


def denied(world: World) -> None:
    world.stripe.deny_bank_debit(start_debit(world, world.register(world.training(), ADA)))


def hold_ends(world: World) -> None:
    world.register(world.training(), ADA)
    world.settle_down()
    world.clock.advance(minutes=30)


def money_returned(world: World) -> None:
    training = world.training(capacity=1)
    late_payment(world, training, ADA)
    world.register(training, BOB)


def cancelled(world: World) -> None:
    registration = world.register(world.training(), ADA)
    world.settle_down()
    cancel(world, registration)


def link(world: World) -> None:
    training = world.training()
    world.register(training, ADA)
    world.settle_down()
    ask_for_link(world, training.training_id)


def mismatched(world: World) -> None:
    payment = world.start(world.register(world.training(), ADA))
    assert payment.session_id is not None
    world.stripe.configure_chaos({"capture": {"amount_minor": 1}})
    world.stripe.pay(payment.session_id)


def revoked(world: World) -> None:
    world.stripe.deauthorize(STRIPE_ACCOUNT)


def sale(world: World) -> Sale:
    return sold(Road(world, "stripe"), ADA)


def refunded(world: World) -> None:
    sale(world).refund(3000)


def refund_failed(world: World) -> None:
    made = sale(world)
    world.stripe.configure_chaos({"refunds": {"refuse": 1}})
    made.refund(3000)


def refunded_there(world: World) -> None:
    sale(world).refund_there()


def charged_back(world: World) -> None:
    made = sale(world)
    dispute = made.dispute()
    world.settle_down()
    made.lose(dispute)


NEW = "organizer_new_registration"
SITUATIONS = [
    (free, ["confirmed"], [NEW]),
    (card, ["received", "confirmed"], [NEW]),
    (approval, ["awaiting_approval", "approved"], [NEW]),
    (rejection, ["awaiting_approval", "rejected"], [NEW]),
    (offline, ["received", "offline_instructions"], []),
    (denied, ["received", "payment_failed"], []),
    (hold_ends, ["received", "expired"], []),
    (money_returned, ["received", "expired", "money_returned"], []),
    (cancelled, ["received", "cancelled"], []),
    (link, ["received", "link"], []),
    (mismatched, ["received"], ["organizer_payment_mismatched"]),
    (revoked, [], ["organizer_account_revoked"]),
    (refunded, ["received", "confirmed", "refunded"], [NEW]),
    (refund_failed, ["received", "confirmed"], [NEW, "organizer_refund_failed"]),
    (
        refunded_there,
        ["received", "confirmed", "refunded"],
        [NEW, "organizer_refunded_outside"],
    ),
    (
        charged_back,
        ["received", "confirmed"],
        [NEW, "organizer_dispute_opened", "organizer_dispute_closed"],
    ),
]


@pytest.mark.parametrize(
    ("cause", "to_registrant", "to_organizer"),
    [pytest.param(*row, id=row[0].__name__) for row in SITUATIONS],
)
def test_each_situation_causes_its_mails_to_whom_they_concern_reg_13(
    cause: Callable[[World], None], to_registrant: list[str], to_organizer: list[str], world: World
) -> None:
    cause(world)

    world.settle_down()

    assert world.mails(ADA) == to_registrant
    assert world.mails(OFFICE) == to_organizer
    keys = [taken.message_key for taken in world.mailer.taken]
    assert len(set(keys)) == len(keys)


def test_no_kind_of_mail_is_without_a_situation_reg_13() -> None:
    caused = {
        kind for _, registrants, organizers in SITUATIONS for kind in registrants + organizers
    }

    assert caused == set(MailKind)


def test_an_organizer_is_asked_to_decide_about_who_awaits_approval_reg_6_reg_13(
    world: World,
) -> None:
    world.register(world.training(approval=Approval.MANUAL), ADA)

    world.settle_down()

    (to_office,) = [taken for taken in world.mailer.taken if taken.to == OFFICE]
    assert to_office.message["Reply-To"] == ADA
    assert to_office.mail.language == "fr"


def test_mails_wait_for_a_service_that_is_away_and_go_out_once_reg_13(world: World) -> None:
    world.register(world.training(), ADA)
    world.mailer.away = True
    with pytest.raises(MailNotTakenError):
        world.settle_down()

    world.mailer.away = False
    world.clock.advance(minutes=10)
    world.settle_down()

    assert world.mails() == ["received"]


def test_a_refused_address_holds_up_no_other_mail_reg_13(world: World) -> None:
    world.mailer.refused.add(ADA)

    world.buy(world.training(), ADA)

    assert world.mails() == [NEW]
    assert not [item for item in world.state() if str(item["pk"]).startswith("EFFECT#")]


def test_a_received_mail_carries_the_link_and_nobody_elses_reg_13_acc_5(world: World) -> None:
    training = world.training()
    ada, bob = world.register(training, ADA), world.register(training, BOB)

    world.settle_down()

    assert links(world, ada) == links(world, bob) == 1
