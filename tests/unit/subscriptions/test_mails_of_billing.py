"""Which mails orders, subscriptions and seats cause, to whom, once (SUB-5, SUB-8, SUB-15, INV-6)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage

import pytest

from guichet.access.membership import Account, Representative
from guichet.events import Actor, ActorKind
from guichet.period import Period
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.seats import SeatStatus
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.use_cases.abandon_cart import AbandonCart, abandon_cart
from guichet.subscriptions.use_cases.assign_seat import AssignSeat, assign_seat
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.move_seat import MoveSeat, move_seat
from guichet.subscriptions.use_cases.withdraw_cancellation import withdraw_cancellation
from tests.support.billing import NEW_YORK, Billing
from tests.support.mailer import TakenMail
from tests.support.world import World


def written_to(billing: Billing, **changed: object) -> None:
    """Change the account's profile; English unless said otherwise."""
    profiles = billing.world.parts.profiles
    account = profiles.account(billing.account_id)
    assert account is not None
    before = profiles.profile(account)
    values = {"language": "en", "contact_name": "Ada Lovelace"} | changed
    after = replace(before, version=before.version + 1, **values)  # type: ignore[arg-type]  # fields of many types
    profiles.save_profile(billing.world.cause("update_profile"), before, after)


@pytest.fixture
def billing() -> Billing:
    made = Billing()
    written_to(made)
    return made


def only_mail(billing: Billing, kind: str) -> TakenMail:
    (found,) = [
        taken for taken in billing.world.mailer.taken if taken.message_key.endswith(f":{kind}")
    ]
    return found


def taken(billing: Billing) -> list[TakenMail]:
    """All mails but those that bring an invoice (tests/unit/invoices)."""
    return [
        each
        for each in billing.world.mailer.taken
        if not each.message_key.endswith((":billing_invoice", ":billing_credit_note"))
    ]


def kinds(billing: Billing) -> list[str]:
    return [each.message_key.rsplit(":", 1)[1] for each in taken(billing)]


def running(billing: Billing) -> tuple[Subscription, Period]:
    found = billing.only()
    assert found.period is not None
    return found, found.period


def cancel(billing: Billing) -> Subscription:
    found = billing.only()
    command = CancelSubscription(billing.action(found.subscription_id))
    return cancel_subscription(command, carts=billing.parts().carts).value


def spelled(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


# -- orders ---------------------------------------------------------------------------------


def test_an_order_that_is_paid_is_confirmed_once_with_what_was_previewed(billing: Billing) -> None:
    """SUB-5, ACC-1: to the main billing contact."""
    preview = billing.preview(billing.webinar("starter", 5))
    cart = billing.pay(billing.place(preview).value)

    _, period = running(billing)
    mail = only_mail(billing, "billing_order_confirmed")
    assert billing.world.mails() == ["billing_order_confirmed", "billing_invoice"]
    assert mail.to == "office@atelier.example"
    assert mail.mail.subject == "Order confirmed – Webinars"
    assert "Webinars – Starter: $150.00\n" in mail.mail.text
    assert "5 seats at $30.00" in mail.mail.text
    assert "Total: $150.00\nPaid: $150.00\nPayment method: card\n" in mail.mail.text
    assert f"Payment reference: {cart.paid_payment_id}" in mail.mail.text
    assert f"Webinars – Starter: renews on {spelled(period.end)}." in mail.mail.text
    assert f"https://pay.example/billing/orders/{cart.cart_id}" in mail.mail.text


def test_a_receipt_goes_to_the_other_recipients_too(billing: Billing) -> None:
    """INV-6."""
    written_to(billing, cc_emails=("books@atelier.example", "boss@atelier.example"))

    billing.buy(billing.webinar())

    message: EmailMessage = only_mail(billing, "billing_order_confirmed").message
    assert message["To"] == "office@atelier.example"
    assert message["Cc"] == "books@atelier.example, boss@atelier.example"


def test_webhook_and_return_page_at_the_same_moment_send_one_confirmation(
    billing: Billing,
) -> None:
    """BAD-2: whoever comes second finds it done."""
    placed = billing.place(billing.preview(billing.webinar())).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.pay(placed.payment.session_id)

    came_back = billing.come_back(placed.cart)
    billing.world.settle_down()
    billing.come_back(placed.cart)
    billing.world.settle_down()

    assert came_back.status is CartStatus.DONE
    assert kinds(billing) == ["billing_order_confirmed"]


def test_a_second_message_about_the_same_effect_sends_nothing(billing: Billing) -> None:
    """REG-13: once, whoever else is told of it."""
    billing.buy(billing.webinar())
    key = only_mail(billing, "billing_order_confirmed").message_key
    effect_id = key.rpartition(":")[0].replace(":", "#")

    billing.world.send(effect_id)

    assert kinds(billing) == ["billing_order_confirmed"]


def test_a_confirmation_names_taxes_and_credit_used() -> None:
    """TAX-1, COL-7: the way from the charges to what was paid."""
    billing = Billing(flat_tax=True)
    written_to(billing)
    billing.buy(billing.webinar("plus", 2))
    subscription = billing.only()
    down = billing.wish(
        "change", subscription_id=subscription.subscription_id, plan_id="starter", seats=1
    )
    billing.buy(down)
    given = billing.balance().credit
    preview = billing.preview(
        billing.wish("add", subscription_id=subscription.subscription_id, seats=1)
    )

    billing.pay(billing.place(preview).value)
    billing.world.settle_down()

    first, moved, added = [each.mail.text for each in taken(billing)]
    assert given
    assert "Subtotal: $" in first
    assert "flat (20%): $" in first
    assert f"New account credit: ${given.amount_minor / 100:.2f}" in moved
    assert f"Account credit used: -${preview.credit_applied.amount_minor / 100:.2f}" in added


def test_a_refused_debit_is_told_while_the_order_can_be_paid(billing: Billing) -> None:
    placed = billing.place(billing.preview(billing.webinar())).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.start_bank_debit(placed.payment.session_id)
    billing.world.settle_down()

    billing.world.stripe.deny_bank_debit(placed.payment.session_id)
    billing.world.settle_down()

    mail = only_mail(billing, "billing_payment_failed").mail
    assert "The payment of $30.00 for your order was declined. Nothing was charged" in mail.text
    assert f"Pay $30.00\nhttps://pay.example/billing/orders/{placed.cart.cart_id}" in mail.text


def test_a_refused_debit_of_an_order_that_was_paid_since_is_not_told(billing: Billing) -> None:
    """Decision 10: what a mail asks for is still asked when it is sent."""
    placed = billing.place(billing.preview(billing.webinar())).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.start_bank_debit(placed.payment.session_id)
    billing.world.settle_down()
    billing.world.stripe.deny_bank_debit(placed.payment.session_id)
    billing.world.deliver_webhooks()
    billing.world.relay()
    billing.world.settle()  # refused, and its mail lies in the stream

    abandon = AbandonCart(placed.cart.cart_id, billing.owner, billing.actor())
    abandon_cart(abandon, ordering=billing.parts().ordering)
    billing.world.settle_down()

    assert billing.cart(placed.cart.cart_id).status is CartStatus.ABANDONED
    assert kinds(billing) == []


def test_an_order_that_nobody_paid_is_closed_with_a_mail(billing: Billing) -> None:
    """SUB-3: after 7 days."""
    billing.place(billing.preview(billing.webinar()))

    billing.until(billing.world.clock.at + timedelta(days=8))

    mail = only_mail(billing, "billing_order_abandoned").mail
    assert kinds(billing) == ["billing_order_abandoned"]
    assert "was not paid in time and is now closed. Nothing was charged" in mail.text


# -- subscriptions ----------------------------------------------------------------------------


def test_a_cancellation_is_confirmed_with_its_end_and_the_deletion_of_data(
    billing: Billing,
) -> None:
    """SUB-8, SUB-15: 90 days after the end, for webinars."""
    billing.buy(billing.webinar())
    _, period = running(billing)

    cancel(billing)
    billing.world.settle_down()

    mail = only_mail(billing, "billing_cancelled").mail
    last, deleted = period.end - timedelta(days=1), period.end + timedelta(days=90)
    assert f"access up to and including {spelled(last)}." in mail.text
    assert f"Its data will be deleted on {spelled(deleted)}." in mail.text


def test_the_announced_days_are_those_that_then_come(billing: Billing) -> None:
    """SUB-8, SUB-15: the end and each announcement name what the cancellation named."""
    billing.buy(billing.webinar())
    _, period = running(billing)
    cancel(billing)

    billing.until(period.end + timedelta(days=91))

    assert kinds(billing) == [
        "billing_order_confirmed",
        "billing_cancelled",
        "billing_expired",
        "billing_deletion_announced",
        "billing_deletion_announced",
    ]
    told = [each.mail.text for each in taken(billing)]
    deleted = spelled(period.end + timedelta(days=90))
    assert f"ended on {spelled(period.end)}, and access with it." in told[2]
    assert all(deleted in text for text in told[1:])
    assert "deleted in 30 days" in told[3]
    assert "deleted in 7 days" in told[4]


def test_a_withdrawal_is_confirmed_and_a_cancellation_taken_back_before_its_mail_is_not(
    billing: Billing,
) -> None:
    """SUB-8."""
    billing.buy(billing.webinar())
    cancelled = cancel(billing)
    withdraw_cancellation(billing.action(cancelled.subscription_id), carts=billing.parts().carts)

    billing.world.settle_down()

    mail = only_mail(billing, "billing_cancellation_withdrawn").mail
    assert kinds(billing)[1:] == ["billing_cancellation_withdrawn"]
    assert "has been withdrawn. The subscription goes on as before." in mail.text


def test_a_trial_that_ends_is_told_with_the_free_plan(billing: Billing) -> None:
    """SUB-4."""
    trial = billing.try_out()
    assert trial.trial_ends_on is not None

    billing.until(trial.trial_ends_on)

    mail = only_mail(billing, "billing_trial_ended").mail
    assert billing.only().status is SubscriptionStatus.FREE
    assert "goes on with the plan “Free”, free of charge." in mail.text


def test_each_period_that_begins_is_told_with_its_own_lines_however_late(
    billing: Billing,
) -> None:
    """INV-6, BAD-14: two periods at once are two mails; when they are due, their invoices say."""
    written_to(billing, cc_emails=("books@atelier.example",))
    billing.buy(billing.webinar("starter", 5))

    billing.world.clock.advance(days=61)
    billing.world.settle_down()

    first, second = taken(billing)[1:]
    assert kinds(billing)[1:] == ["billing_renewed"] * 2
    begun = [re.findall(r"has begun: (.+)\.", each.mail.text) for each in (first, second)]
    assert [len(each) for each in begun] == [1, 1]
    assert begun[0] != begun[1]
    assert "Due date" not in first.mail.text + second.mail.text
    assert "Webinars – Starter: $150.00" in second.mail.text
    assert "Amount before tax: $150.00" in second.mail.text
    assert second.message["Cc"] == "books@atelier.example"


def test_the_invoice_of_a_renewal_says_what_credit_paid_of_it(billing: Billing) -> None:
    """COL-7."""
    billing.buy(billing.webinar("plus", 2))
    subscription = billing.only()
    billing.buy(
        billing.wish(
            "change", subscription_id=subscription.subscription_id, plan_id="starter", seats=1
        )
    )
    credit = billing.balance().credit.amount_minor
    _, period = running(billing)

    billing.until(period.end)

    used = min(credit, 3000)
    invoices = billing.parts().invoices.invoices_of(billing.account_id, limit=1, after=None)
    assert used
    assert invoices.items[0].bill_on == period.end
    assert invoices.items[0].credit_applied_minor == used
    *_, last = billing.world.mailer.taken
    mail = last.mail
    assert used
    assert last.message_key.endswith(":billing_invoice")
    assert f"Account credit used: -${used / 100:.2f}" in mail.text


def test_days_are_those_of_the_subscriptions_time_zone_by_name(billing: Billing) -> None:
    """MON-6."""
    billing.move_to(NEW_YORK, time_zone="America/New_York")

    billing.buy(billing.webinar())

    mail = only_mail(billing, "billing_order_confirmed").mail
    assert "All dates are days of this time zone: Eastern Time, New York." in mail.text


def test_mails_name_the_accounts_representative_who_gets_the_answers() -> None:
    """ACC-1: a named representative is shown."""
    world = World()
    rita = Representative("Rita Rep", "rita@guichet.example")
    account = Account(
        "acc_grand", "Grand AG", "ap@grand.example", "", "UTC", "en", representative=rita
    )
    world.parts.people.add_account(world.cause("add_account"), account)
    billing = Billing(world=world, account_id="acc_grand")

    billing.buy(billing.webinar())

    mail = only_mail(billing, "billing_order_confirmed")
    assert mail.to == "ap@grand.example"
    assert "Your representative: Rita Rep, rita@guichet.example" in mail.mail.text
    assert mail.message["Reply-To"] == "rita@guichet.example"


# -- seats ------------------------------------------------------------------------------------


def give(billing: Billing, *, notify: bool = True) -> str:
    command = AssignSeat(
        subscription_id=billing.only().subscription_id,
        email="grace@example.com",
        name="Grace Hopper",
        notify=notify,
        is_member=False,
        member=billing.owner,
        idempotency_key=billing.key(),
        actor=billing.actor(),
    )
    return assign_seat(command, carts=billing.parts().carts).value.seat_id


def test_whoever_gets_a_seat_is_told_of_it_where_it_was_wished(billing: Billing) -> None:
    """SUB-14."""
    billing.buy(billing.webinar("starter", 2))

    give(billing)
    billing.world.settle_down()

    mail = only_mail(billing, "billing_seat_assigned")
    assert mail.to == "grace@example.com"
    assert mail.message["Reply-To"] == "office@atelier.example"
    assert "Atelier Nord SARL has assigned you a seat of “Webinars – Starter”." in mail.mail.text


def test_nobody_is_told_of_a_seat_where_it_was_not_wished(billing: Billing) -> None:
    """SUB-14: the e-mail is optional."""
    billing.buy(billing.webinar("starter", 2))

    give(billing, notify=False)
    billing.world.settle_down()

    assert billing.world.mails("grace@example.com") == []


def test_a_seat_that_was_taken_back_before_its_mail_is_not_told(billing: Billing) -> None:
    billing.buy(billing.webinar("starter", 2))
    seat_id = give(billing)
    back = MoveSeat(
        billing.only().subscription_id,
        seat_id,
        SeatStatus.RELEASED,
        billing.owner,
        Actor(ActorKind.MEMBER, billing.owner.member_id, "test"),
    )
    move_seat(back, carts=billing.parts().carts)

    billing.world.settle_down()

    assert billing.world.mails("grace@example.com") == []
