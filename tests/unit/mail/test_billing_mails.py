"""What a customer reads of orders, subscriptions and seats (SUB-5, SUB-8, SUB-15, INV-6, ACC-1)."""

from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from guichet.adapters.mail.render import render
from guichet.money import Money
from guichet.registration.outbox import BillingMail
from guichet.subscriptions.mails import REQUIRED_FACTS
from tests.support.billing_mail_facts import FLAT, FRAME, SEATS, billing_facts

CONFIRMED_EN = """\
Hello Ada Lovelace,

Thank you for your order. It is confirmed and has been carried out.

Receipt

Webinars – Plus: $300.00
  Jan 11\u2009–\u2009Feb 9, 2027
  5 seats at $60.00
Credit: Webinars – Starter: -$19.00
  Jan 11\u2009–\u200929, 2027
  1 seat at $30.00
  pro rata: 19/30 of the period

Total: $281.00
Account credit used: -$11.00
Paid: $270.00
Payment method: card
Payment reference: cpy_3QX1
Order number: crt_7QK2M4
Date: Monday, January 11, 2027 at 10:14\u202fAM (Central European Standard Time, Berlin)

On the invoice of February 1, 2027

Telephony – Text messages: $10.00
  Dec 1\u2009–\u200931, 2026
  1 at $0.0055
  Discount: -$1.00

What comes next

Webinars – Plus: renews on February 10, 2027.
Telephony – Office: billing starts on March 1, 2027.
Lines – Fibre: billing starts when the service is activated.
Rooms – Free: does not renew.

Open the order
https://pay.example/billing/orders/crt_7QK2M4

All dates are days of this time zone: Central European Time, Berlin.

Kind regards
Guichet Example Ltd

Your representative: Rita Rep, rita@guichet.example

This message goes to the billing contacts of Kurswerk GmbH.
"""


def text(kind: BillingMail, **changed: Any) -> str:  # noqa: ANN401 - any fact may change
    return render(billing_facts(kind, **changed)).text


def test_a_confirmation_is_the_receipt_of_the_order() -> None:
    """SUB-5, SUB-17, INV-6: lines with period, seats, unit price and amount, and what comes next."""
    mail = render(billing_facts(BillingMail.ORDER_CONFIRMED))

    assert mail.subject == "Order confirmed – Webinars, Telephony"
    assert mail.text == CONFIRMED_EN


def test_taxes_that_are_known_stand_between_subtotal_and_total() -> None:
    """TAX-1."""
    mail = text(BillingMail.ORDER_CONFIRMED, taxes=FLAT, total=Money(33720, "USD"))

    assert "Subtotal: $281.00\nVAT (20%): $56.20\nTotal: $337.20\n" in mail


def test_a_credit_that_is_larger_than_the_charges_becomes_account_credit() -> None:
    """INV-11: nothing was paid, and no way of paying is named."""
    mail = text(
        BillingMail.ORDER_CONFIRMED,
        total=Money(0, "USD"),
        credit_used=None,
        credit_given=Money(1900, "USD"),
        paid=Money(0, "USD"),
        method=None,
        reference="",
    )

    assert "Total: $0.00\nPaid: $0.00\nNew account credit: $19.00\nOrder number" in mail
    assert "Receipt" not in mail


@pytest.mark.parametrize(
    ("tag", "numbers"),
    [
        pytest.param("en", ("$300.00", "Jan 11\u2009–\u2009Feb 9, 2027"), id="en"),
        pytest.param("fr", ("300,00\xa0$US", "11 janv. – 9 févr. 2027"), id="fr"),
        pytest.param("de", ("300,00\xa0$", "11. Jan. – 9. Feb. 2027"), id="de"),
        pytest.param("it", ("300,00\xa0USD", "11 gen – 09 feb 2027"), id="it"),
        pytest.param("es", ("300,00\xa0US$", "11 ene – 9 feb 2027"), id="es"),
        pytest.param("pt", ("US$\xa0300,00", "11 de jan. – 9 de fev. de 2027"), id="pt"),
        pytest.param("nl", ("US$\xa0300,00", "11 jan – 9 feb 2027"), id="nl"),
        pytest.param("en-GB", ("US$300.00", "11 Jan\u2009–\u20099 Feb 2027"), id="en-GB"),
    ],
)
def test_amounts_and_days_are_written_as_the_reader_does(
    tag: str, numbers: tuple[str, str]
) -> None:
    mail = text(BillingMail.RENEWED, language=tag).replace("\u2009–\u2009", "–").replace(" – ", "–")

    for number in numbers:
        assert number.replace("\u2009–\u2009", "–").replace(" – ", "–") in mail


def test_a_refused_debit_says_that_nothing_was_charged_and_until_when_it_can_be_paid() -> None:
    """SUB-5: an order that could not be paid has no effect."""
    mail = render(billing_facts(BillingMail.PAYMENT_FAILED))

    assert mail.subject == "Payment declined – Webinars"
    assert "The payment of $270.00 for your order was declined. Nothing was charged" in mail.text
    assert "until Monday, January 18, 2027 at 10:00\u202fAM (Central European" in mail.text
    assert "Pay $270.00\nhttps://pay.example/billing/orders/crt_7QK2M4" in mail.text


def test_an_order_that_nobody_paid_gives_its_credit_back() -> None:
    """SUB-3, SUB-5."""
    with_credit = text(BillingMail.ORDER_ABANDONED)
    without = text(BillingMail.ORDER_ABANDONED, credit_used=None)

    assert "The account credit of $11.00 that was set aside for it is available" in with_credit
    assert "account credit" not in without


def test_a_cancellation_names_the_last_day_and_the_day_on_which_data_is_deleted() -> None:
    """SUB-8: an e-mail confirms the end date and the data's deletion date."""
    mail = text(BillingMail.CANCELLED, still_billed=False)

    assert "You have access up to and including February 9, 2027." in mail
    assert "Its data will be deleted on May 11, 2027." in mail
    assert "Until the end you can withdraw the cancellation." in mail
    assert "contract" not in mail


def test_a_cancelled_contract_says_that_it_is_billed_to_its_end() -> None:
    """SUB-9."""
    assert "Until then it is billed as the contract says." in text(BillingMail.CANCELLED)


def test_a_cancellation_at_once_has_nothing_to_withdraw() -> None:
    mail = text(BillingMail.CANCELLED, has_ended=True)

    assert "It ended on February 10, 2027." in mail
    assert "withdraw" not in mail


def test_a_trial_ends_in_the_free_plan_or_with_access() -> None:
    """SUB-4."""
    free = text(BillingMail.TRIAL_ENDED)
    over = text(BillingMail.TRIAL_ENDED, has_ended=True, deletion_on=date(2027, 5, 11))

    assert "goes on with the plan “Free”, free of charge. Nothing was charged." in free
    assert "has ended, and access with it. Nothing was charged." in over
    assert "Data deleted on: May 11, 2027" in over


def test_a_renewal_tells_period_and_amount_and_that_its_invoice_says_when_it_is_due() -> None:
    """INV-6, INV-10, COL-7, BAD-14."""
    mail = render(billing_facts(BillingMail.RENEWED))

    assert mail.subject == "Subscription renewed – Webinars"
    assert "Webinars – Plus: $300.00\n  Jan 11\u2009–\u2009Feb 9, 2027\n  5 seats" in mail.text
    assert "Amount before tax: $300.00\nAccount credit used: -$11.00\n" in mail.text
    assert "The invoice follows by e-mail. It says when the amount is due" in mail.text
    assert "Due date" not in mail.text


def test_the_end_of_a_subscription_says_until_when_data_is_kept() -> None:
    """SUB-15."""
    mail = text(BillingMail.EXPIRED)

    assert "ended on February 10, 2027, and access with it." in mail
    assert "kept until it is deleted on May 11, 2027." in mail


@pytest.mark.parametrize(
    ("days_left", "when"),
    [
        pytest.param(30, "deleted in 30 days, on May 11, 2027.", id="30 days before"),
        pytest.param(7, "deleted in 7 days, on May 11, 2027.", id="7 days before"),
        pytest.param(1, "deleted in 1 day, on May 11, 2027.", id="late"),
    ],
)
def test_a_deletion_is_announced_with_its_day(days_left: int, when: str) -> None:
    """SUB-15: and what can't be undone afterwards."""
    mail = render(billing_facts(BillingMail.DELETION_ANNOUNCED, days_left=days_left))

    assert mail.subject == "Data will be deleted on May 11, 2027 – Webinars"
    assert when in mail.text
    assert "Once it is deleted, the data cannot be brought back." in mail.text


def test_a_seat_is_told_to_its_person_with_whose_it_is_and_no_link_to_billing() -> None:
    """SUB-14."""
    frame = replace(FRAME, recipient_name="Grace Hopper", link="")
    mail = render(billing_facts(BillingMail.SEAT_ASSIGNED, frame=frame))

    assert mail.text.startswith("Hello Grace Hopper,\n")
    assert "Kurswerk GmbH has assigned you a seat of “Webinars – Plus”." in mail.text
    assert "sign in with this e-mail address: grace@example.com" in mail.text
    assert "Questions? Please contact Kurswerk GmbH: office@kurswerk.example" in mail.text
    assert "https://" not in mail.text


def test_a_company_and_a_name_in_a_strangers_mailbox_are_no_links() -> None:
    frame = replace(FRAME, recipient_name="evil.example/x", company="win.example", link="")
    mail = render(billing_facts(BillingMail.SEAT_ASSIGNED, frame=frame))

    assert "win.example" not in mail.text
    assert "evil.example" not in mail.text


def test_names_can_not_become_markup() -> None:
    facts = billing_facts(
        BillingMail.ORDER_CONFIRMED, lines=(replace(SEATS, product="<b>Web</b>\r\nX: y"),)
    )
    mail = render(facts)

    assert "<b>" not in mail.html
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_plain_text_and_html_name_the_same_amounts_and_addresses() -> None:
    for kind in BillingMail:
        mail = render(billing_facts(kind))
        reader = _Reader()
        reader.feed(mail.html)
        shown = " ".join(reader.said.split())
        for line in mail.text.splitlines():
            for part in line.split(": "):
                assert " ".join(part.split()) in f"{shown} {' '.join(reader.links)}", (kind, line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.said += data


@pytest.mark.parametrize("kind", BillingMail)
def test_a_mail_without_what_it_is_about_is_not_written(kind: BillingMail) -> None:
    for fact in REQUIRED_FACTS[kind]:
        without: dict[str, Any] = {fact: None}
        with pytest.raises(ValueError, match=fact):
            billing_facts(kind, **without)


def test_an_instant_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="UTC"):
        billing_facts(BillingMail.PAYMENT_FAILED, valid_until=datetime(2027, 1, 1))  # noqa: DTZ001
