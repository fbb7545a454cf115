"""Receipt, decline, the bank's question, a debit taken back: each is told once, while it is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from guichet.access.addresses import Address
from guichet.adapters.mail.render import render
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.ledger.journal import Change
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.registration.mailer import RenderedMail
from guichet.registration.outbox import BillingMail, Effect
from tests.support.autopaying import BEGIN, RENEWAL, Autopaying
from tests.support.billing import Billing
from tests.support.mailer import TakenMail
from tests.support.paid_twice import PaidTwice
from tests.support.verified import assert_verified
from tests.support.world import TestClock, World

K = BillingMail


def _billing() -> Billing:
    world = World(clock=TestClock(BEGIN), stores_methods_at_providers=True)
    return Billing(world, flat_tax=True)


@pytest.fixture
def account() -> Autopaying:
    """Its mails are written; in English, with two more recipients."""
    made = Autopaying(_billing())
    profiles = made.world.parts.profiles
    of = profiles.account(made.billing.account_id)
    assert of is not None
    before = profiles.profile(of)
    after = replace(
        before,
        language="en",
        contact_name="Ada Lovelace",
        cc_emails=("books@atelier.example", "boss@atelier.example"),
        version=before.version + 1,
    )
    profiles.save_profile(made.world.cause("update_profile"), before, after)
    return made


def sent(account: Autopaying, kind: BillingMail) -> list[TakenMail]:
    return [each for each in account.world.mailer.taken if each.message_key.endswith(f":{kind}")]


def only(account: Autopaying, kind: BillingMail) -> TakenMail:
    (found,) = sent(account, kind)
    return found


def told_now(account: Autopaying, invoice: Invoice, kind: BillingMail) -> RenderedMail | None:
    """What a mail of the invoice's last attempt would say if it went out only now."""
    payment = account.payment(invoice)
    effect = Effect(
        effect_id=f"EFFECT#invoice_payment/{payment.payment_id}#9",
        registration_id=None,
        payment_id=payment.payment_id,
        mails=(kind,),
        happened_at=account.world.clock.now(),
        valid_until=None,
        account_id=account.billing.account_id,
        invoice_id=invoice.invoice_id,
    )
    letter = account.world.parts.letters.about(effect).letter(kind)
    return None if letter is None else render(letter.facts)


def moved(account: Autopaying, invoice: Invoice, after: Invoice) -> Invoice:
    """As something else has written it since."""
    bumped = replace(after, version=invoice.version + 1)
    cause = account.world.cause("test")
    account.billing.parts().charges.save(cause, [Change(invoice, bumped)])
    return bumped


def settled_debit(account: Autopaying) -> InvoicePayment:
    account.begin("bank", kind="bank_debit")
    payment = account.payment(account.renew())
    assert payment.provider_charge_id is not None
    account.world.stripe.settle_charge(payment.provider_charge_id)
    account.world.settle_down()
    return account.payment(account.renewed())


def test_what_was_collected_gets_a_receipt_to_all_recipients_inv_6(account: Autopaying) -> None:
    account.begin()

    invoice = account.renew()

    payment = account.payment(invoice)
    mail = only(account, K.PAYMENT_RECEIVED)
    assert mail.mail.subject == f"Payment received – invoice {invoice.number}"
    assert mail.message["To"] == "office@atelier.example"
    assert mail.message["Cc"] == "books@atelier.example, boss@atelier.example"
    assert f"Your payment of $108.00 for invoice {invoice.number} has been" in mail.mail.text
    assert "Payment method: Visa ending in 4242\n" in mail.mail.text
    assert f"Payment reference: {payment.payment_id}\nDate: " in mail.mail.text
    assert "Amount due" not in mail.mail.text
    assert f"https://pay.example/billing/invoices/{invoice.invoice_id}" in mail.mail.text
    assert not sent(account, K.PAYMENT_DECLINED)


def test_a_decline_says_that_nothing_was_charged_and_when_it_may_be_tried_again_col_3(
    account: Autopaying,
) -> None:
    account.begin("insufficient_funds")

    invoice = account.renew()

    mail = only(account, K.PAYMENT_DECLINED)
    assert invoice.next_try_at is not None
    assert mail.mail.subject == f"Payment declined – invoice {invoice.number}"
    assert mail.message["Cc"] is None  # no receipt
    assert "was declined. Nothing was charged, and the invoice stays open." in mail.mail.text
    assert "can be tried again from" in mail.mail.text
    assert f"{invoice.next_try_at:%B} {invoice.next_try_at.day}, 2026 at" in mail.mail.text
    assert "check the payment method with your bank, or store another one" in mail.mail.text
    assert "Amount due: $108.00\n" in mail.mail.text
    assert "https://pay.example/billing/payment-methods" in mail.mail.text
    assert not sent(account, K.PAYMENT_RECEIVED)


def test_a_decline_that_can_never_succeed_promises_no_other_try_col_3(account: Autopaying) -> None:
    account.begin("stolen_card")

    account.renew()

    text = only(account, K.PAYMENT_DECLINED).mail.text
    assert "will not be tried again by itself" in text
    assert "tried again from" not in text


def test_the_bank_s_question_is_passed_on_with_a_link_that_lasts_a_week_col_4(
    account: Autopaying,
) -> None:
    account.begin("authentication_required")

    invoice = account.renew()

    payment = account.payment(invoice)
    mail = only(account, K.PAYMENT_ACTION)
    assert mail.mail.subject == f"Please confirm your payment – invoice {invoice.number}"
    assert "Your bank asks you to confirm the payment of $108.00" in mail.mail.text
    assert "Nothing is charged until you have confirmed it." in mail.mail.text
    assert "You can do so until Tuesday, April 7, 2026 at" in mail.mail.text
    link = f"https://pay.example/billing/payments/{payment.payment_id}"
    assert f"Confirm the payment of $108.00\n{link}" in mail.mail.text


def test_who_answers_their_bank_gets_the_receipt_and_is_not_asked_again_col_4(
    account: Autopaying,
) -> None:
    account.begin("authentication_required")
    payment = account.payment(account.renew())
    assert payment.provider_charge_id is not None

    account.world.stripe.authenticate_charge(payment.provider_charge_id)
    account.world.settle_down()

    assert len(sent(account, K.PAYMENT_ACTION)) == 1
    assert len(sent(account, K.PAYMENT_RECEIVED)) == 1
    assert told_now(account, account.renewed(), K.PAYMENT_ACTION) is None


def test_a_debit_that_the_bank_takes_back_is_told_with_what_is_due_again_inv_5_col_10(
    account: Autopaying,
) -> None:
    payment = settled_debit(account)
    assert payment.provider_charge_id is not None
    account.pass_time(days=3)

    account.world.stripe.return_charge(payment.provider_charge_id)
    account.world.settle_down()

    invoice = account.renewed()
    mail = only(account, K.PAYMENT_RETURNED)
    assert mail.mail.subject == f"Payment taken back by the bank – invoice {invoice.number}"
    assert "The invoice is open again. The amount due is $108.00." in mail.mail.text
    assert "Payment method: bank account ending in" in mail.mail.text
    assert len(sent(account, K.PAYMENT_RECEIVED)) == 1
    assert told_now(account, invoice, K.PAYMENT_RECEIVED) is None  # a late receipt would be untrue


def test_a_late_decline_is_not_told_once_the_invoice_is_paid_col_3(account: Autopaying) -> None:
    account.begin("insufficient_funds")
    invoice = account.renew()
    assert told_now(account, invoice, K.PAYMENT_DECLINED) is not None

    paid = moved(account, invoice, invoice.credit_applied(invoice.open_minor))

    assert paid.status is InvoiceStatus.PAID
    assert told_now(account, paid, K.PAYMENT_DECLINED) is None


def test_a_late_decline_is_not_told_once_another_attempt_tells_of_itself_col_3(
    account: Autopaying,
) -> None:
    account.begin("insufficient_funds")
    invoice = account.renew()
    first = account.payment(invoice)
    assert first.status is ChargeStatus.DECLINED

    again = moved(account, invoice, invoice.leased("ipy_another"))
    earlier = replace(again, last_payment_id=first.payment_id)

    assert told_now(account, earlier, K.PAYMENT_DECLINED) is None


def test_a_late_return_is_not_told_once_the_invoice_is_paid_again_inv_5(
    account: Autopaying,
) -> None:
    payment = settled_debit(account)
    assert payment.provider_charge_id is not None
    account.world.stripe.return_charge(payment.provider_charge_id)
    account.world.settle_down()
    invoice = account.renewed()
    assert told_now(account, invoice, K.PAYMENT_RETURNED) is not None

    paid = moved(account, invoice, invoice.credit_applied(invoice.open_minor))

    assert told_now(account, paid, K.PAYMENT_RETURNED) is None


def test_a_receipt_names_what_is_left_to_pay_where_something_is_inv_6(account: Autopaying) -> None:
    account.begin()
    invoice = account.renew()

    partly = moved(account, invoice, replace(invoice, paid_minor=6_000, status=InvoiceStatus.OPEN))
    mail = told_now(account, partly, K.PAYMENT_RECEIVED)

    assert mail is not None
    assert "Amount due: $48.00" in mail.text


PARIS = Address(line1="12 rue de la Paix", city="Paris", country="FR", postal_code="75002")


def test_a_sepa_debit_is_announced_for_two_days_later_and_made_no_earlier_col_10() -> None:
    account = Autopaying(_billing())
    billing = account.billing
    billing.move_to(PARIS, time_zone="Europe/Paris")
    billing.buy(billing.webinar("starter", seats=3))
    setup = account.methods.start("bank_debit", accepts="sepa-1")
    assert setup.session_id is not None
    account.world.stripe.agree(setup.session_id, "bank")
    assert account.methods.come_back(setup).method_id is not None
    account.methods.autopay(on=True, entity="ie")

    invoice = account.renew()
    told = only_invoice_mail(account, invoice)
    content = billing.parts().invoices.content(invoice)
    account.pass_time(days=1)
    a_day_later = account.renewed()
    assert_verified(account.world.dynamo, account.world.clock.now())
    account.pass_time(days=1, minutes=1)
    two_days_later = account.renewed()

    assert content is not None
    assert invoice.issued_on == RENEWAL
    assert content.document.collected_from == date(2026, 4, 2)
    assert "le 2 avril 2026 ou après" in told
    assert a_day_later.last_payment_id is None
    assert account.payment(two_days_later).status is ChargeStatus.PROCESSING


def only_invoice_mail(account: Autopaying, invoice: Invoice) -> str:
    (found,) = (
        each.mail.text for each in sent(account, K.INVOICE) if invoice.number in each.mail.subject
    )
    return found


@pytest.mark.parametrize("kind", ["card", "bank_debit"])
def test_what_needs_no_notice_is_collected_on_its_day_inv_10(
    account: Autopaying, kind: str
) -> None:
    account.begin("bank" if kind == "bank_debit" else "visa", kind=kind)

    invoice = account.renew()

    billing = account.billing
    content = billing.parts().invoices.content(invoice)
    assert content is not None
    assert content.document.collected_from is None
    assert invoice.last_payment_id is not None


def test_what_was_paid_twice_and_went_back_is_told_once_with_why_col_8(
    account: Autopaying,
) -> None:
    twice = PaidTwice(account=account)
    twice.pay_again()
    twice.tell()

    mail = only(account, K.PAYMENT_REFUNDED)
    invoice = account.renewed()
    assert mail.mail.subject == f"Payment refunded – {invoice.number}"
    assert mail.message["To"] == "office@atelier.example"
    assert "A payment of $108.00 has reached us for something that was already paid." in (
        mail.mail.text
    )
    assert f"Payment reference: {twice.first.payment_id}\n" in mail.mail.text
    assert f"https://pay.example/billing/invoices/{invoice.invoice_id}" in mail.mail.text
    assert not sent(account, K.REFUND_CREDITED)
    assert_verified(account.world.dynamo, account.world.clock.now())


def test_what_could_not_go_back_is_told_as_credit_col_8(account: Autopaying) -> None:
    twice = PaidTwice(account=account)
    twice.pay_again()
    refusal = {"refuse": 1, "refusal": "charge_not_refundable"}
    twice.simulator.configure_chaos({"refunds": refusal})
    twice.tell()

    mail = only(account, K.REFUND_CREDITED)
    assert "is now account credit, which pays your next invoices." in mail.mail.text
    assert not sent(account, K.PAYMENT_REFUNDED)
