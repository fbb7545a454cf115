"""TAX-3: looking at an account's invoices takes as much as it has of them, not its square."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import pytest

from guichet.access.addresses import Address
from guichet.bootstrap import Container
from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import Candidate, CandidateKind
from guichet.subscriptions.cart import TaxQuote
from guichet.tax.tables import tax_unknown
from tests.support.billing import Billing
from tests.support.bills_drafted import PARIS
from tests.support.confirming import Unconfirmed

DUBLIN = replace(PARIS, line1="1 Dame Street", city="Dublin", country="IE", postal_code="D02 AF30")


class Counting:
    """The store, and how much was read of it."""

    def __init__(self, dynamo: Any) -> None:  # noqa: ANN401 - as whatever it is
        self._dynamo = dynamo
        self.calls: Counter[str] = Counter()
        self.read_count = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - same
        found = getattr(self._dynamo, name)

        def call(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - same
            answer = found(*args, **named)
            self.calls[name] += 1
            self.read_count += len(answer.items) if name == "query" else 1
            return answer

        return call if callable(found) else found


class NoTables:
    """`Taxes` that know nothing of the day."""

    def quote(self, *_: object, **__: object) -> TaxQuote:
        raise tax_unknown("anything")


@dataclass
class Ordering:
    """An account that orders again and again."""

    ann: Unconfirmed

    def __post_init__(self) -> None:
        self.world = self.ann.world
        self.billing = Billing(self.world, account_id=self.ann.account, names=("anna", "rob"))
        self.billing.move_to(self.ann.address)

    def order(self, count: int) -> None:
        for _ in range(count):
            self.billing.buy(self.billing.webinar("starter", 1))
            self.world.settle_down()

    def looked_at(self) -> Counting:
        """By the message of a confirmation."""
        counting = Counting(self.world.dynamo)
        self.ann.corrected(self.counted(counting))
        return counting

    def counted(self, counting: Counting) -> Container:
        return self.world.container(dynamo=counting)


@pytest.fixture
def in_dublin() -> Ordering:
    """Of the seller's own member state, so that it pays VAT whatever its number counts as."""
    return Ordering(Unconfirmed(address=DUBLIN))


def test_an_order_of_ones_own_member_state_is_never_in_doubt_tax_3(in_dublin: Ordering) -> None:
    in_dublin.ann.answered(days=0)

    in_dublin.order(2)

    orders = in_dublin.ann.invoices()
    assert len(orders) == 2
    assert all(each.tax_minor > 0 for each in orders)
    assert [each.standing for each in orders] == ["valid", "valid"]
    assert [each.in_doubt_since for each in orders] == [None, None]
    events = [event.name for entry in in_dublin.world.journal() for event in entry.events]
    assert "invoice.vat_in_doubt" not in events


def test_an_order_is_in_doubt_where_nobody_knows_what_it_would_bear_tax_3(
    in_dublin: Ordering,
) -> None:
    """It is charged as previewed, and no table is needed for that; so it has to be looked at."""
    in_dublin.ann.answered(days=0)
    billing = in_dublin.billing
    placed = billing.place(billing.preview(billing.webinar("starter", 1))).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    in_dublin.world.stripe.pay(placed.payment.session_id)
    billing.come_back(placed.cart)
    candidate = Candidate(
        CandidateKind.ORDER, in_dublin.ann.account, "ie", "EUR", placed.cart.cart_id
    )
    invoicing, now = billing.parts().invoicing, in_dublin.world.clock.now()

    known = invoicing.prepared(candidate, now.date(), now)
    unknown = replace(invoicing, taxes=NoTables()).prepared(candidate, now.date(), now)

    assert known is not None
    assert unknown is not None
    assert [each.is_vat_in_doubt for each in (*known.billed, *unknown.billed)] == [False, True]


def test_what_was_bought_since_costs_a_look_one_list_tax_3(in_dublin: Ordering) -> None:
    in_dublin.ann.answered(days=0)
    in_dublin.order(8)
    few = in_dublin.looked_at()

    in_dublin.order(8)
    more = in_dublin.looked_at()

    assert more.calls == few.calls
    assert more.read_count - few.read_count == 8, "one more in the list for each"


@pytest.mark.parametrize(
    ("address", "is_corrected"),
    [
        pytest.param(DUBLIN, False, id="all of them pay in any case"),
        pytest.param(PARIS, True, id="all of them are corrected"),
    ],
)
def test_a_confirmation_reads_so_much_an_invoice_tax_3(
    address: Address, *, is_corrected: bool
) -> None:
    def read_for(count: int) -> tuple[int, list[Invoice]]:
        ordering = Ordering(Unconfirmed(address=address))
        ordering.order(count)
        ordering.ann.told()
        return ordering.looked_at().read_count, ordering.ann.notes()

    (two, _), (four, _), (eight, notes) = read_for(2), read_for(4), read_for(8)

    assert eight - four == 2 * (four - two)
    assert len(notes) == (8 if is_corrected else 0)
