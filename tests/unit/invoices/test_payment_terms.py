"""INV-10, BAD-14: an invoice is due by its account's payment terms, and everybody says the same day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from guichet.access.membership import OPERATOR, Role
from guichet.access.use_cases.set_payment_terms import SetPaymentTerms, set_payment_terms
from guichet.invoices.use_cases.recompute_document import recompute_document
from guichet.invoices.use_cases.request_run import dry_run
from tests.support.autopaying import Autopaying
from tests.support.billing import Billing
from tests.support.invoicing import NOON, Invoiced
from tests.support.verified import assert_verified
from tests.support.world import SYSTEM, World

TODAY = NOON.date()


@pytest.fixture
def here() -> Invoiced:
    return Invoiced()


def agree(world: World, account_id: str, days: int | None) -> None:
    rita = world.member(
        f"rita{world.clock.at:%H%M}{days}", Role.REPRESENTATIVE, account_id=OPERATOR
    )
    command = SetPaymentTerms(days, "Agreed", None, rita.acting_for(account_id), None, SYSTEM)
    set_payment_terms(command, profiles=world.parts.profiles, clock=world.clock)


@pytest.mark.parametrize("days", [0, 1, 45, 365])
def test_an_invoice_is_due_by_the_accounts_own_terms_inv_10(here: Invoiced, days: int) -> None:
    own, other = here.account("own"), here.account("other")
    for account in (own, other):
        here.bill(account, here.usd(1_000))
    agree(here.world, own, days)

    here.make(own, other)

    (mine,), (theirs,) = here.invoices(own), here.invoices(other)
    assert mine.due_on == TODAY + timedelta(days=days)
    assert theirs.due_on == TODAY + timedelta(days=30)
    (bill,) = here.balance(own).bills
    content = here.content(mine)
    assert bill.due_on == content.document.due_on == mine.due_on
    assert_verified(here.world.dynamo, here.world.clock.now())


def test_what_has_its_number_keeps_its_day_inv_3_inv_10(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(1_000))
    here.make(account)
    agree(here.world, account, 60)
    here.bill(account, here.usd(2_000))
    here.make(account)
    agree(here.world, account, None)
    here.bill(account, here.usd(3_000))
    here.make(account)

    due = {each.subtotal_minor: each.due_on for each in here.invoices(account)}
    assert due == {
        1_000: TODAY + timedelta(days=30),
        2_000: TODAY + timedelta(days=60),
        3_000: TODAY + timedelta(days=30),
    }


def test_a_bill_that_waited_is_due_by_the_terms_of_its_day_of_issue_inv_10(here: Invoiced) -> None:
    """Shorter terms bring no later bill before an older one."""
    account = here.account()
    agree(here.world, account, 300)
    here.bill(account, here.usd(1_000, TODAY - timedelta(days=3)))
    agree(here.world, account, 0)
    here.bill(account, here.usd(2_000))

    while here.make(account).documents:
        pass

    found = sorted(here.invoices(account), key=lambda each: each.place)
    assert [each.subtotal_minor for each in found] == [1_000, 2_000]
    assert {each.due_on for each in found} == {TODAY}


def test_a_dry_run_says_the_day_that_the_invoice_bears_bad_14(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(1_000))
    agree(here.world, account, 14)

    (would,) = dry_run(None, limit=10, after=None, invoicing=here.invoicing()).items
    here.make(account)

    assert [each.due_on for each in would.documents] == [here.invoices(account)[0].due_on]


def test_with_autopay_an_invoice_is_due_on_its_day_whatever_the_terms_inv_10() -> None:
    account = Autopaying()
    account.begin()
    agree(account.world, account.billing.account_id, 45)

    invoice = account.renew()

    assert invoice.due_on == invoice.issued_on


def test_the_mail_of_a_renewal_names_no_other_day_than_its_invoice_bad_14() -> None:
    """It comes before the invoice, which alone knows its day of issue, the terms and autopay."""
    billing = Billing()
    billing.buy(billing.webinar("starter"))
    agree(billing.world, billing.account_id, 45)

    billing.until(date(2026, 12, 23))

    (invoice,) = billing.parts().invoices.invoices_of(billing.account_id, limit=1, after=None).items
    assert invoice.issued_on is not None
    due_on = invoice.issued_on + timedelta(days=45)
    assert invoice.due_on == due_on
    renewed, told = [
        each.mail.text
        for each in billing.world.mailer.taken
        if each.message_key.endswith(":billing_renewed") or invoice.number in each.mail.subject
    ]
    assert "Date d’échéance" not in renewed
    assert "La facture suit par e-mail." in renewed
    assert f"au plus tard le {due_on.day} février {due_on.year}" in told


def test_what_was_finalized_is_computed_again_by_the_terms_of_then_inv_4() -> None:
    billing = Billing()
    billing.buy(billing.webinar("plus", 3))
    agree(billing.world, billing.account_id, 45)
    billing.until(date(2026, 12, 23))
    agree(billing.world, billing.account_id, 7)
    parts = billing.world.parts

    found = recompute_document(
        "US-I-000002",
        None,
        entities=frozenset(parts.selling_entities.entities),
        records=parts.billing.invoices,
        files=parts.documents,
        render=parts.render_document,
    )

    assert found.is_same
    assert found.invoice.due_on == (found.invoice.issued_on or date.min) + timedelta(days=45)
