"""INV-6, COL-6: a transfer or a cheque gets one receipt: what it pays, what became credit, what is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guichet.adapters.mail.render import render
from guichet.errors import Conflict
from guichet.events import Actor, ActorKind
from guichet.invoices.invoice import Invoice
from guichet.money import Money
from guichet.registration.outbox import BillingMail, Effect
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from tests.support.billing import Billing
from tests.support.correcting import credited, invoice, late, open_invoice, work
from tests.support.mailer import TakenMail
from tests.support.movements import assert_movements_are_the_balances
from tests.support.verified import assert_verified
from tests.support.world import World

RITA = Actor(ActorKind.REPRESENTATIVE, "mem_rita", "203.0.113.9")


@pytest.fixture
def billing() -> Billing:
    """Its mails are written in English, to three mailboxes."""
    made = Billing(World(), flat_tax=True)
    profiles = made.world.parts.profiles
    account = profiles.account(made.account_id)
    assert account is not None
    before = profiles.profile(account)
    after = replace(
        before,
        language="en",
        cc_emails=("books@atelier.example", "boss@atelier.example"),
        version=before.version + 1,
    )
    profiles.save_profile(made.world.cause("update_profile"), before, after)
    return made


def receive(billing: Billing, amount_minor: int, key: str = "wire-1", reference: str = "") -> None:
    command = RecordPayment(
        *("us", Money(amount_minor, "USD"), reference or f"Wire {key}"),
        *(billing.representative, key, RITA),
    )
    record_payment(command, carts=billing.parts().carts)


def receipts(billing: Billing) -> list[TakenMail]:
    kind = BillingMail.PAYMENT_RECORDED
    return [each for each in billing.world.mailer.taken if each.message_key.endswith(f":{kind}")]


def next_invoice(billing: Billing) -> tuple[Invoice, int]:
    """That of 1 January, the next to be paid, and what is open of all."""
    late(billing, 31)
    work(billing.world)
    _, second, *_ = billing.balance().invoiced
    return invoice(billing, second.invoice_id), sum(
        bill.open_minor for bill in billing.balance().invoiced
    )


def test_it_goes_to_all_recipients_and_says_what_it_pays_inv_6(billing: Billing) -> None:
    first = open_invoice(billing)
    second, owed = next_invoice(billing)

    receive(billing, first.total_minor + 100, reference="Cheque 4711")
    billing.world.settle_down()

    (mail,) = receipts(billing)
    assert (mail.message["To"], mail.message["Cc"]) == (
        "office@atelier.example",
        "books@atelier.example, boss@atelier.example",
    )
    lines = mail.mail.text.splitlines()
    total, left = first.total_minor / 100, (second.total_minor - 100) / 100
    rest = (owed - first.total_minor - 100) / 100
    assert mail.mail.subject == f"Payment received – ${total + 1:,.2f}"
    assert "Payment reference: Cheque 4711" in lines
    assert f"Invoice {first.number}: ${total:,.2f}" in lines
    assert f"Invoice {second.number}: $1.00 (${left:,.2f} left to pay)" in lines
    assert f"On your invoices, ${rest:,.2f} is left to pay." in lines
    assert "account credit" not in mail.mail.text
    assert any(line.startswith("Date: Friday, January 1, 2027") for line in lines)
    assert invoice(billing, first.invoice_id).open_minor == 0
    assert invoice(billing, second.invoice_id).open_minor == second.total_minor - 100


def test_what_is_too_much_is_credit_col_6(billing: Billing) -> None:
    made = open_invoice(billing)

    receive(billing, made.total_minor + 2_500)
    billing.world.settle_down()

    (mail,) = receipts(billing)
    assert f"Invoice {made.number}: ${made.total_minor / 100:,.2f}\n" in mail.mail.text
    assert "Of this payment, $25.00 is now account credit." in mail.mail.text
    assert "Nothing is left to pay on your invoices." in mail.mail.text


def test_money_for_which_nothing_is_owed_is_all_credit_col_6(billing: Billing) -> None:
    receive(billing, 2_500)
    billing.world.settle_down()

    (mail,) = receipts(billing)
    assert "Of this payment, $25.00 is now account credit." in mail.mail.text
    assert "What it pays" not in mail.mail.text


def test_whatever_is_repeated_it_is_sent_once_inv_6(billing: Billing) -> None:
    made = open_invoice(billing)

    for _ in range(3):
        receive(billing, made.total_minor)
        billing.world.settle_down()
    with pytest.raises(Conflict):
        receive(billing, made.total_minor + 1)
    billing.world.settle_down()

    assert len(receipts(billing)) == 1
    assert billing.balance().credit_minor == 0
    assert_verified(billing.world.dynamo, billing.world.clock.now())
    assert_movements_are_the_balances(billing.world.dynamo, billing.parts().invoicing)


def test_two_payments_have_a_receipt_each_and_credit_that_was_there_is_not_told_again_inv_6(
    billing: Billing,
) -> None:
    made = open_invoice(billing)

    receive(billing, made.total_minor + 1_000, "wire-1")
    receive(billing, 700, "wire-2")
    billing.world.settle_down()

    first, second = receipts(billing)
    assert f"Invoice {made.number}: " in first.mail.text
    assert "$10.00 is now account credit" in first.mail.text
    assert made.number not in second.mail.text
    assert "$7.00 is now account credit" in second.mail.text


def test_it_tells_what_was_then_however_late_it_goes_out_inv_6(billing: Billing) -> None:
    """The same payment gives the same receipt at any time (BAD-14)."""
    made = open_invoice(billing)
    receive(billing, 300)
    version = billing.balance().version
    effect = Effect(
        effect_id=f"EFFECT#balance/{billing.account_id}-us-USD#{version}",
        registration_id=None,
        payment_id=None,
        mails=(BillingMail.PAYMENT_RECORDED,),
        happened_at=billing.world.clock.now(),
        valid_until=None,
        account_id=billing.account_id,
    )

    def told() -> str:
        letter = billing.world.parts.letters.about(effect).letter(BillingMail.PAYMENT_RECORDED)
        assert letter is not None
        return render(letter.facts).text

    at_once = told()
    billing.world.settle_down()
    credited(billing, made.invoice_id)
    receive(billing, 50_000, "wire-2")
    billing.world.settle_down()

    assert told() == at_once
    assert f"Invoice {made.number}: $3.00 (" in at_once
