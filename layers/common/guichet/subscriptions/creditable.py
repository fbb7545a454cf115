"""What is left of an invoice's charges, whatever gave some back, by hand or by bills (SUB-6, INV-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from guichet.catalogue.catalogue import TaxClass
from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import Money
from guichet.subscriptions.assessing import NOTHING_EARLIER, EarlierTaxes
from guichet.subscriptions.balance import invoice_month
from guichet.subscriptions.cart import Bill
from guichet.subscriptions.pricing import major_text
from guichet.subscriptions.subscription import BilledPart, Subscription
from guichet.tax.going_back import NO_BOUNDS, TaxBack, TaxesLeft

_MOST_PARTS: Final = 1_000  # of some 160 bytes each; an item is at most 400 KB


@dataclass(frozen=True, slots=True)
class Charge:
    """What a line charges for: what gives it back is for the same thing, to the same day."""

    subscription_id: str
    kind: LineKind
    item: str  # empty of a plan: it is one thing, whichever it is
    ends_on: date

    @classmethod
    def of_line(cls, line: BillableLine) -> Charge:
        return cls(line.subscription_id, *thing(line.kind, line.item), line.period.end)

    @classmethod
    def of_part(cls, subscription_id: str, part: BilledPart) -> Charge:
        return cls(subscription_id, *thing(part.kind, part.item), part.period.end)


def thing(kind: LineKind, item: str) -> tuple[LineKind, str]:
    """The plan is one thing, whichever it is."""
    return kind, "" if kind is LineKind.PLAN else item


@dataclass(frozen=True, slots=True)
class GivenPart:
    """What bills and orders gave back of one charge of an invoice, before tax."""

    invoice_id: str
    charge: Charge
    net_minor: int


@dataclass(frozen=True, slots=True)
class OrderBack:
    """An order that gave some of an invoice back, kept until it has its own: its taxes are previewed."""

    cart_id: str
    invoice_id: str  # that was given back
    note_id: str  # of the credit note that it makes, if it makes one
    taxes: tuple[TaxBack, ...] = ()  # of that note


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What bills and orders gave back of an account's invoices of one month.

    Whatever gives some of them back, a credit note too, writes it anew, if nobody else has: so two
    at once never give back the same charge.
    """

    account_id: str
    month: str  # of the invoices' bills
    parts: tuple[GivenPart, ...] = ()  # one of each charge
    orders: tuple[OrderBack, ...] = ()  # the latest; some of them have their invoices
    version: int = 0  # nothing is stored yet

    def of_invoice(self, invoice_id: str) -> Counter[Charge]:
        found: Counter[Charge] = Counter()
        for part in self.parts:
            if part.invoice_id == invoice_id:
                found[part.charge] += part.net_minor
        return found

    def orders_of(self, invoice_id: str) -> tuple[str, ...]:
        """The orders that gave some of an invoice back."""
        return tuple(each.cart_id for each in self.orders if each.invoice_id == invoice_id)

    def waiting_taxes(self, invoice_id: str, note_ids: Collection[str]) -> tuple[TaxBack, ...]:
        """What credit notes of orders will give back of an invoice that does not have them yet."""
        waiting = [each for each in self.orders if each.invoice_id == invoice_id]
        return tuple(tax for e in waiting if e.note_id not in note_ids for tax in e.taxes)

    def without_orders(self, cart_ids: Collection[str]) -> GivenBack:
        """Without those that have their invoices: what they gave back is all that counts of them."""
        return replace(self, orders=tuple(e for e in self.orders if e.cart_id not in cart_ids))

    @property
    def is_full(self) -> bool:
        """Long before the item is as long as one may be: then nothing could be credited any more."""
        return len(self.parts) >= _MOST_PARTS

    def written(
        self, parts: Iterable[GivenPart] = (), orders: Iterable[OrderBack] = ()
    ) -> GivenBack:
        """With these parts too, as it is to be stored."""
        sums = {(p.invoice_id, p.charge): p.net_minor for p in self.parts}
        for each in parts:
            name = each.invoice_id, each.charge
            sums[name] = sums.get(name, 0) + each.net_minor
        merged = tuple(GivenPart(*name, net) for name, net in sums.items())
        kept = (*self.orders, *orders)
        return replace(self, parts=merged, orders=kept, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class KeepGivenBack:
    """What was given back, if it is still what was read."""

    before: GivenBack
    after: GivenBack


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of the invoices whose lines are given back: what they bore, and what went back."""

    taxes: EarlierTaxes = NOTHING_EARLIER
    by_hand: Mapping[str, Counter[Charge]] = field(default_factory=lambda: MappingProxyType({}))
    given_back: tuple[GivenBack, ...] = ()  # of each month, as it was read
    taxes_left: TaxesLeft = NO_BOUNDS

    def gone(self, invoice_id: str) -> Counter[Charge]:
        """What went back of an invoice's charges so far."""
        found = Counter(self.by_hand.get(invoice_id, {}))
        for each in self.given_back:
            found.update(each.of_invoice(invoice_id))
        return found

    def kept(
        self, parts: Sequence[GivenPart], orders: Sequence[OrderBack] = ()
    ) -> tuple[KeepGivenBack, ...]:
        """The steps that keep it."""
        return tuple(
            KeepGivenBack(
                each,
                each.written(
                    (p for p in parts if invoice_month(p.invoice_id) == each.month),
                    (o for o in orders if invoice_month(o.invoice_id) == each.month),
                ),
            )
            for each in self.given_back
        )


NOTHING: Final = Earlier()


def given_parts(lines: Iterable[BillableLine]) -> Iterator[GivenPart]:
    """What lines give back of earlier invoices."""
    for line in lines:
        if line.is_credit and line.of_invoice:
            amount = line.amount.amount_minor
            yield GivenPart(line.of_invoice, Charge.of_line(line), amount)


def named_by(before: Subscription | None, lines: Iterable[BillableLine]) -> list[str]:
    """The invoices that have to be known before some of their lines are given back."""
    if before is None:
        return []
    credits_ = [line for line in lines if line.is_credit]
    found = [place[0] for line in credits_ for place in _places(before, line)]
    found += [line.of_invoice for line in credits_]
    return [name for name in dict.fromkeys(found) if name]


def at_most_what_is_left(
    before: Subscription | None, lines: Sequence[BillableLine], earlier: Earlier
) -> tuple[BillableLine, ...]:
    """These lines, each credit as far as something of its charge is left to be given back.

    Args:
        before: the subscription whose running period is given back in part; None: it is new.
        lines: of its change.
        earlier: of the invoices of `named_by`.
    """
    if before is None or not any(line.is_credit for line in lines):
        return tuple(lines)
    left = _left(before, earlier)
    kept: list[BillableLine] = []
    for line in lines:
        places = _places(before, line) if line.is_credit else []
        rest = line.amount.amount_minor
        whole = [place for place in places if left[place] >= rest]
        for place in whole[:1] or places:
            taken = min(rest, left[place])
            if taken:
                kept.append(_part_of(line, place[0], taken))
                left[place] -= taken
                rest -= taken
        if not places:
            kept.append(line)
    return tuple(kept)


type _Place = tuple[str, Charge]  # an invoice, and a charge of it


def _places(before: Subscription, line: BillableLine) -> list[_Place]:
    """Where a credit may be taken from.

    A plan change gives back each part of what was billed for itself (SUB-6). In mode `calendar` it
    is one difference (SUB-7): of what was billed last for the thing, if it is as much.
    """
    name = before.subscription_id
    parts = [(each.invoice_id, Charge.of_part(name, each)) for each in before.billed]
    own = [place for place in parts if _is_same_thing(place[1], line)]
    if not before.is_calendar:
        own = [place for place in own if place == (line.of_invoice, Charge.of_line(line))]
    return list(dict.fromkeys(reversed(own)))


def _is_same_thing(charge: Charge, line: BillableLine) -> bool:
    return (charge.kind, charge.item) == thing(line.kind, line.item)


def _left(before: Subscription, earlier: Earlier) -> Counter[_Place]:
    """What was charged for the running period, less what went back of it."""
    left: Counter[_Place] = Counter()
    for part in before.billed:
        place = part.invoice_id, Charge.of_part(before.subscription_id, part)
        left[place] += part.amount.amount_minor
    gone = {name: earlier.gone(name) for name in {name for name, _ in left if name}}
    for name, charge in left:
        if name:
            left[name, charge] = max(left[name, charge] - gone[name][charge], 0)
    return left


def _part_of(line: BillableLine, invoice_id: str, amount_minor: int) -> BillableLine:
    """A credit of an invoice; one of less than the whole is told as one amount, not as a share."""
    amount = Money(amount_minor, line.amount.currency)
    if amount == line.amount:
        return replace(line, of_invoice=invoice_id)
    text = major_text(amount)
    return replace(
        line, quantity=1, unit_price=text, amount=amount, share="", of_invoice=invoice_id
    )


def bears_the_same(bill: Bill, taxes: EarlierTaxes) -> bool:
    """Whether the credits of a bill bear what their invoices do by now (TAX-3)."""
    for line, places in zip(bill.lines, bill.tax.bears, strict=False):  # fees follow the lines
        now = taxes.get(line.of_invoice, {}).get(TaxClass(line.tax_class))
        held = tuple(bill.tax.bearings[place] for place in places)
        if line.is_credit and now is not None and now != held:
            return False
    return True
