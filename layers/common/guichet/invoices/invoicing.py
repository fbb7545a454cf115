"""What invoices are computed from, and how what is due is read: strongly, at the moment of the write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol

from guichet.access.profile import BillingProfile
from guichet.catalogue.ports import Catalogues
from guichet.catalogue.selling import SellingEntities
from guichet.clock import Clock
from guichet.errors import Conflict, Unavailable
from guichet.invoices.building import Billed, corrected
from guichet.invoices.content import InvoicedLine
from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import Candidate, CandidateKind, InvoiceRecords
from guichet.invoices.remaining import tax_left
from guichet.invoices.vat_correcting import frees_charged
from guichet.ledger.billable import net_minor
from guichet.subscriptions.balance import AccountBalance, OpenBill, invoice_month
from guichet.subscriptions.cart import Cart, Preview
from guichet.subscriptions.creditable import GivenBack
from guichet.subscriptions.line_names import LineNames
from guichet.subscriptions.policy import BillingPolicy
from guichet.subscriptions.ports import BillingRecords, Taxes, TaxSubjects
from guichet.subscriptions.subscription import SubscriptionStatus
from guichet.subscriptions.taxed import tax_subject
from guichet.subscriptions.taxing import AccountTaxes
from guichet.tax.going_back import NO_BOUNDS, TaxesLeft, TaxName
from guichet.tax.subject import VatStanding

# What is about to be renewed is waited for, so that one invoice bears all of a day; not for ever.
_WAITS_FOR_MOVES: Final = timedelta(hours=24)
_MOST_BILLS: Final = 6  # of one account in one write: what a late run finds comes in several
_MOST_NOTES: Final = 8
_MOST_LINES: Final = 2000  # what an item of the store holds, compressed
_PAGE: Final = 100


class Autopay(Protocol):
    """Whether invoices of an account are collected by a stored method (INV-10)."""

    def is_on(self, account_id: str, selling_entity: str) -> bool: ...

    def notice_days(self, account_id: str, selling_entity: str) -> int:
        """How long before a debit its invoice has to be there (COL-10): 0 where nothing is promised."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """What becomes of one candidate: its bills, and what was read for them."""

    candidate: Candidate
    billed: tuple[Billed, ...]
    balance: AccountBalance | None  # None: of an order, which its books have already
    originals: Mapping[str, Invoice]  # that credit notes refer to
    taxes_left: TaxesLeft = NO_BOUNDS  # of these, for a bill; an order has its preview
    given_back: tuple[GivenBack, ...] = ()  # of their months, as it was read for that

    @property
    def time_zone(self) -> str:
        """Of the entity that bills: of the days that stand on its documents (MON-6)."""
        return self.billed[0].entity.time_zone


@dataclass(frozen=True, slots=True)
class Invoicing:
    """The shared road of everything that makes invoices, or says what would be made."""

    records: InvoiceRecords
    billing: BillingRecords
    catalogues: Catalogues
    entities: SellingEntities
    taxes: Taxes
    subjects: TaxSubjects
    autopay: Autopay
    policy: BillingPolicy
    clock: Clock

    def is_parked(self, candidate: Candidate) -> bool:
        """Whether somebody has to look at its account first."""
        balance = self.billing.balance(
            candidate.account_id, candidate.selling_entity, candidate.currency
        )
        return bool(balance.parked)

    def prepared(self, candidate: Candidate, day: date, now: datetime) -> Prepared | None:
        """The bills of a candidate that are due; None where nothing is, or where it has to wait.

        Args:
            candidate: as the index nominated it.
            day: of issue, in the entity's time zone: taxes are those of this day (TAX-1).
            now: the present instant.

        Raises:
            Refusal: what it can't be computed without.
            ValueError: what was billed does not add up.
        """
        balance = self.billing.balance(
            candidate.account_id, candidate.selling_entity, candidate.currency
        )
        if balance.parked:
            return None
        if candidate.kind is CandidateKind.ORDER:
            return self._order(candidate, day)
        due = self._ready(balance, now)[:_MOST_BILLS]
        if not due:
            return None
        profile = self.billing.profile(candidate.account_id)
        billed = tuple(self._bill(bill, balance, profile, day) for bill in due)
        return self._with_originals(candidate, billed, balance)

    def _order(self, candidate: Candidate, day: date) -> Prepared | None:
        cart = self.records.waiting_order(candidate.account_id, candidate.cart_id)
        if cart is None:
            return None
        profile = self.billing.profile(candidate.account_id)
        return self._with_originals(candidate, (self._of_cart(cart, profile, day),), None)

    def _of_cart(self, cart: Cart, profile: BillingProfile, day: date) -> Billed:
        preview = cart.preview
        standing = self.subjects.subject(profile, preview.day).vat_standing
        return Billed(
            invoice_id=cart.invoice_id,
            bill_on=preview.day,
            currency=preview.currency,
            entity=self.entities.entity(preview.selling_entity),
            profile=profile,
            lines=preview.now.lines,
            quote=preview.now.tax,
            names=LineNames(self.catalogues, profile.language),
            terms_days=0,
            standing=standing,
            cart_id=cart.cart_id,
            is_vat_in_doubt=standing is VatStanding.VALID and self._is_freed(preview, profile, day),
            paid_minor=preview.due_now.amount_minor,
            credit_applied_minor=preview.credit_applied.amount_minor,
        )

    def _is_freed(self, preview: Preview, profile: BillingProfile, day: date) -> bool:
        """Whether it charges, by its preview, what it would not with the number confirmed (TAX-3).

        So does what it gives back of others, whose VAT stayed where it was until this had its
        invoice. A business of the seller's own member state pays in any case: nothing of it is.
        """
        quoted, lines = preview.now.tax, preview.now.lines
        if not any(Decimal(each.percent) for each in quoted.bearings):
            return False
        subject = tax_subject(profile, VatStanding.VALID)
        try:
            now = self.taxes.quote(preview.selling_entity, subject, day, lines)
        except Unavailable:  # `tax_unknown`: it is charged as previewed, and the look finds out
            return True
        billed = [
            InvoicedLine(line, line.net_minor, bears)
            for line, bears in zip(lines, quoted.bears, strict=False)  # fees follow the lines
        ]
        return frees_charged(billed, quoted.bearings, now)

    def _bill(
        self, bill: OpenBill, balance: AccountBalance, profile: BillingProfile, day: date
    ) -> Billed:
        entries = self.records.lines_behind(bill.sources)
        lines = tuple(
            line
            for source in bill.sources
            for line in entries[source]
            if line.bill_on == bill.bill_on and line.amount.currency == balance.currency
        )
        if len(lines) > _MOST_LINES:
            raise Conflict("invoice_too_long", "More lines than one invoice takes.", rule="INV-2")
        if net_minor(lines) != bill.open_minor:
            raise ValueError(f"a bill of {bill.open_minor} whose lines come to {net_minor(lines)}")
        subject = self.subjects.subject(profile, day)
        taxes = AccountTaxes(self.taxes, self.billing, balance.account_id)
        place = balance.account_id, balance.selling_entity
        is_collected = self.autopay.is_on(*place)
        return Billed(
            invoice_id=bill.invoice_id,
            bill_on=bill.bill_on,
            currency=balance.currency,
            entity=self.entities.entity(balance.selling_entity),
            profile=profile,
            lines=lines,
            quote=taxes.quote(balance.selling_entity, subject, day, lines),
            names=LineNames(self.catalogues, profile.language),
            terms_days=profile.payment_terms(self.policy.payment_terms_days),
            standing=subject.vat_standing,
            is_collected=is_collected,
            notice_days=self.autopay.notice_days(*place) if is_collected else 0,
        )

    def _with_originals(
        self, candidate: Candidate, billed: tuple[Billed, ...], balance: AccountBalance | None
    ) -> Prepared | None:
        """With the invoices that credit notes correct, up to the first bill whose are not made yet."""
        originals: dict[str, Invoice] = {}
        left: dict[str, Mapping[TaxName, int]] = {}
        given: dict[str, GivenBack] = {}
        ready = []
        for each in billed:
            named = sorted(corrected(each) - set(originals))
            if len(named) > _MOST_NOTES:
                raise ValueError(f"{len(named)} invoices are corrected at once")
            found = self.records.invoices(candidate.account_id, named) if named else []
            if any(one is None for one in found):
                break
            if each.cart_id is None:
                given |= self._given_back(candidate, named)
            for one in found:
                if one is not None:
                    originals[one.invoice_id] = one
                    if one.invoice_id in given:
                        left[one.invoice_id] = tax_left(one, given[one.invoice_id])
            ready.append(each)
            if named:
                break  # one with credit notes has a write of its own
        if not ready:
            return None
        read = tuple({each.month: each for each in given.values()}.values())
        return Prepared(candidate, tuple(ready), balance, originals, left, read)

    def _given_back(self, candidate: Candidate, named: Sequence[str]) -> dict[str, GivenBack]:
        """By invoice; of each month read once."""
        months = {
            month: self.records.given_back(candidate.account_id, name)
            for month, name in {invoice_month(each): each for each in named}.items()
        }
        return {each: months[invoice_month(each)] for each in named}

    def _ready(self, balance: AccountBalance, now: datetime) -> list[OpenBill]:
        """Bills whose day has come; each waits for what is about to be on it, and a day at most."""
        due = [bill for bill in balance.waiting if bill.is_waiting_at(now)]
        waited = [
            bill
            for bill in due
            if bill.invoice_at is None or bill.invoice_at + _WAITS_FOR_MOVES <= now
        ]
        if len(waited) == len(due) or not self._is_being_moved(balance.account_id, now):
            return due
        return waited

    def _is_being_moved(self, account_id: str, now: datetime) -> bool:
        """Whether a period of the account should have begun by now, and has not."""
        after: str | None = None
        while True:
            page = self.billing.subscriptions_of(account_id, limit=_PAGE, after=after)
            for each in page.items:
                look_at = each.next_look_at()
                is_live = each.status is not SubscriptionStatus.EXPIRED
                if look_at is not None and look_at <= now and is_live:
                    return True
            after = page.after
            if after is None:
                return False
