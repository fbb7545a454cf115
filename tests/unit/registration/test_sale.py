"""One sale from the first click to the books, over real use cases, records and a simulated Stripe."""

from guichet.ledger.postings import LedgerAccount
from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import PaidBy, RegistrationStatus
from tests.support.world import World


def test_a_card_payment_confirms_once_and_both_books_agree_mon_4_fee_1(world: World) -> None:
    training = world.training()

    registration = world.buy(training)

    assert registration.status is RegistrationStatus.CONFIRMED
    assert registration.paid_by is PaidBy.PROVIDER
    payment = world.payment(registration)
    assert payment.status is PaymentStatus.CAPTURED
    assert world.books() == {
        (LedgerAccount.REGISTRANTS, "USD"): -12000,
        (LedgerAccount.PROVIDER_BALANCE, "USD"): 11394,
        (LedgerAccount.PLATFORM_FEE, "USD"): 228,
        (LedgerAccount.PROVIDER_FEE, "USD"): 378,
    }
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)
    assert world.mails("ada@example.org") == ["received", "confirmed"]
    assert world.mails("office@atelier.example") == ["organizer_new_registration"]
    assert not world.alarms


def test_return_page_and_webhook_at_once_confirm_once_bad_2(world: World) -> None:
    training = world.training()
    registration = world.register(training)
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)

    world.come_back(registration)
    world.settle_down()
    world.come_back(registration)
    world.settle_down()

    assert world.read(registration).status is RegistrationStatus.CONFIRMED
    assert world.mails("ada@example.org").count("confirmed") == 1
    world.assert_books_equal_the_providers()
