"""Accounts with bills that wait for their invoices, put into a world as the use cases leave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final

from guichet.access.membership import Account
from guichet.access.profile import BillingProfile
from guichet.bootstrap import Container
from guichet.bootstrap_billing import BillingParts
from guichet.catalogue.catalogue import BillingMode, Frequency
from guichet.events import Actor, ActorKind
from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Candidate, CandidateKind
from guichet.invoices.use_cases.apply_credit import apply_credit
from guichet.invoices.use_cases.make_invoices import Made, make_invoices
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Change
from guichet.ledger.postings import LedgerAccount, balances, received_postings
from guichet.money import Money
from guichet.period import Basis
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.creditable import given_parts
from guichet.subscriptions.crediting import put_on_bills
from guichet.subscriptions.ports import Aggregate, NewPool, Step
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.terms import Terms
from guichet.subscriptions.writing import balance_change, subscription_change
from tests.support.bills_drafted import MOBILE, line
from tests.support.world import TestClock, World

ACTOR: Final = Actor(ActorKind.SYSTEM, "test", "test")
NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIRST: Final = NOON.date()
ENTITY: Final = "us"
CURRENCY: Final = "USD"


@dataclass
class Invoiced:
    """A world whose accounts are in Alabama, which the US entity taxes at 8 per cent."""

    world: World = field(default_factory=lambda: World(clock=TestClock(NOON)))
    currency: str = CURRENCY
    entity: str = ENTITY

    def __post_init__(self) -> None:
        self._numbers = count(1)

    @property
    def parts(self) -> BillingParts:
        return self.world.parts.billing

    def invoicing(self, held: Container | None = None) -> Invoicing:
        return (held or self.world.parts).billing.invoicing

    def account(self, name: str = "", **changed: Any) -> str:  # noqa: ANN401 - fields of a profile
        """An account with a filled-in profile."""
        account_id = f"acc_{name or next(self._numbers)}"
        account = Account(account_id, f"{name} Inc", "a@example.org", "", "UTC", "en")
        self.world.parts.people.add_account(self.world.cause("seed"), account)
        self.change_profile(account_id, **{"billing_address": MOBILE, "time_zone": "UTC"} | changed)
        return account_id

    def change_profile(self, account_id: str, **changed: Any) -> BillingProfile:  # noqa: ANN401 - same
        profiles = self.world.parts.profiles
        account = profiles.account(account_id)
        assert account is not None
        before = profiles.profile(account)
        after = replace(before, **changed, version=before.version + 1)
        profiles.save_profile(self.world.cause("update_profile"), before, after)
        return after

    def bill(
        self, account_id: str, *lines: BillableLine, time_zone: str = "UTC", is_due: bool = False
    ) -> str:
        """Lines on bills, by a subscription of their own; one that is due again, where asked."""
        number = next(self._numbers)
        subscription = Subscription(
            subscription_id=f"sub_{account_id[4:]}{number}",
            account_id=account_id,
            product_id="webinar",
            terms=Terms("starter", 1, Frequency.MONTHLY),
            currency=self.currency,
            selling_entity=self.entity,
            mode=BillingMode.ANNIVERSARY,
            basis=Basis.CALENDAR_DAYS,
            time_zone=time_zone,
            catalogue_version="2026-01",
            status=SubscriptionStatus.TRIALING if is_due else SubscriptionStatus.FREE,
            created_at=self.world.clock.at,
            request_hash="h",
            trial_ends_on=self.world.clock.at.date() if is_due else None,
        )
        own = [replace(each, subscription_id=subscription.subscription_id) for each in lines]
        before = self.balance(account_id)
        billed = put_on_bills(before, None, subscription, own)
        change = subscription_change(
            None, billed.subscription, "subscription.changed", lines=own, postings=billed.postings
        )
        changes: list[Change[Aggregate]] = [change, *balance_change(before, billed.balance)]
        pool = NewPool(subscription.subscription_id, 1)
        named = dict.fromkeys(each.of_invoice for each in own if each.is_credit)
        earlier = self.parts.records.earlier(account_id, [each for each in named if each])
        steps: list[Step] = [pool, *earlier.kept(tuple(given_parts(own)))]
        self.parts.records.save(self.world.cause("seed"), changes, steps)
        return subscription.subscription_id

    def usd(
        self,
        net_minor: int,
        bill_on: date = FIRST,
        **changed: Any,  # noqa: ANN401 - fields of a line
    ) -> BillableLine:
        return line(net_minor, self.currency, bill_on=bill_on, **changed)

    def give_credit(self, account_id: str, amount_minor: int) -> None:
        before = self.balance(account_id)
        after = replace(
            before, credit_minor=before.credit_minor + amount_minor, version=before.version + 1
        )
        stored = before if before.version else None
        received = received_postings(Money(amount_minor, self.currency))
        change: Change[Aggregate] = Change(stored, after, postings=received, book=self.entity)
        self.parts.records.save(self.world.cause("seed"), [change])

    def candidate(self, account_id: str) -> Candidate:
        return Candidate(CandidateKind.BALANCE, account_id, self.entity, self.currency)

    def make(
        self, *account_ids: str, held: Container | None = None, run_id: str | None = None
    ) -> Made:
        candidates = [self.candidate(each) for each in account_ids]
        invoicing = self.invoicing(held)
        return make_invoices(self.entity, candidates, ACTOR, invoicing=invoicing, run_id=run_id)

    def apply(self, account_id: str, held: Container | None = None) -> Sequence[Invoice]:
        return apply_credit(
            *(account_id, self.entity, self.currency, ACTOR), invoicing=self.invoicing(held)
        )

    # -- looking --------------------------------------------------------------------------

    def balance(self, account_id: str) -> AccountBalance:
        return self.parts.records.balance(account_id, self.entity, self.currency)

    def invoices(self, account_id: str) -> list[Invoice]:
        """In the order of their ids: by the day of the bill."""
        found = self.parts.invoices.invoices_of(account_id, limit=200, after=None)
        return sorted(found.items, key=lambda each: each.invoice_id)

    def content(self, invoice: Invoice) -> InvoiceContent:
        found = self.parts.invoices.content(invoice)
        assert found is not None
        return found

    def places(self, kind: DocumentKind = DocumentKind.INVOICE) -> list[int]:
        return list(self.parts.invoices.places(self.entity, kind))

    def books(self) -> dict[LedgerAccount, int]:
        entries = [entry for entry in self.world.journal() if entry.book == self.entity]
        sums = balances(posting for entry in entries for posting in entry.postings)
        return {account: amount for (account, _), amount in sums.items()}
