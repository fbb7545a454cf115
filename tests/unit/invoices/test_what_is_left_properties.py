"""INV-11, SUB-5, SUB-6, SUB-7, TAX-3: in whatever order, no invoice gives back more than it charged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from guichet.catalogue.catalogue import Frequency
from guichet.errors import Refusal
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.remaining import Wanted
from guichet.subscriptions.cart import Cart, CartLine, CartStatus
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.place_cart import PlacedCart
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from guichet.tax.vat_check import VatAnswer
from tests.support.billing import Billing
from tests.support.bills_drafted import PARIS
from tests.support.confirming import Unconfirmed
from tests.support.correcting import content, credited, invoices_of, voided
from tests.support.verified import assert_verified

type Acts = Sequence[tuple[str, int, int]]

PLANS: Final = ("starter", "plus", "pro")
LINES: Final = ("line", "line-plus")
NAMES: Final = (
    *("change", "change", "take", "add", "credit", "credit", "rest", "void", "confirm"),
    *("cancel", "leave", "pay", "wait", "wait", "transfer"),
)
# What may refuse an act, and how it is then told; everything else that is raised is a defect.
NO_ORDER: Final = frozenset(
    {"nothing_to_change", "taken_off_at_renewal", "order_pending", "overdue"}
)
MAY_REFUSE: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("change", "take", "add", "leave"), NO_ORDER),
    "credit": frozenset(
        {"credit_exceeds_line", "credit_exceeds_invoice", "line_is_credit", "invoice_void"}
    ),
    "rest": frozenset({"credit_exceeds_invoice", "invoice_void"}),
    "void": frozenset({"invoice_paid", "invoice_partly_paid", "invoice_credited", "invoice_void"}),
    "cancel": frozenset({"cancellation_pending"}),
}
ACTS: Final = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, 5), st.integers(1, 40)),
    min_size=5,
    max_size=14,
)
# In which each act has its effect.
EACH: Final = (
    *(("wait", 5, 1), ("void", 0, 2), ("wait", 5, 1), ("transfer", 0, 1)),
    *(("credit", 0, 1), ("rest", 2, 1)),
    *(("leave", 2, 2), ("pay", 0, 1), ("add", 0, 2), ("take", 1, 1), ("change", 2, 2)),
    *(("confirm", 1, 1), ("cancel", 0, 5)),
)


@dataclass
class Account:
    """One in Paris, whose VAT number may be confirmed; or in New York, with telephone lines too.

    `done` counts the acts that had an effect, and refusals by the act and their code.
    """

    in_paris: bool
    done: Counter[str] = field(default_factory=Counter)
    left: PlacedCart | None = None

    def __post_init__(self) -> None:
        if self.in_paris:
            self.ann = Unconfirmed()
            self.world, self.place = self.ann.world, ("ie", "EUR")
            self.billing = Billing(self.world, account_id=self.ann.account, names=("anna", "rob"))
            self.billing.move_to(PARIS)
        else:
            self.billing = Billing(flat_tax=True)
            self.world, self.place = self.billing.world, ("us", "USD")
        self._bought(self.billing.webinar("plus", 2))
        if not self.in_paris:
            wish = self.billing.webinar(
                "line-plus", 2, product_id="telephony", frequency=Frequency.MONTHLY
            )
            self._bought(wish)

    def act(self, name: str, a: int, b: int) -> None:
        try:
            has_effect = getattr(self, f"_{name}")(a, b)
        except Refusal as refusal:
            if refusal.code not in MAY_REFUSE.get(name, ()):
                raise
            self.done[f"{name} {refusal.code}"] += 1
        else:
            self.done[name] += has_effect
        self.world.settle_down()

    # -- acts -------------------------------------------------------------------------------------

    def _bought(self, wish: CartLine) -> Cart:
        who = self.billing.representative  # whom nothing is left to ask
        placed = self.billing.place(self.billing.preview(wish, member=who), member=who).value
        cart = self.billing.pay(placed)
        self.world.settle_down()
        return cart

    def _wish(self, a: int, *, is_phone: bool) -> CartLine:
        is_phone = is_phone and not self.in_paris
        plans = LINES if is_phone else PLANS
        return self.billing.wish(
            "change", subscription_id=self._of("telephony" if is_phone else "webinar"),
            plan_id=plans[a % len(plans)],
            seats=1 + a % 3,
        )  # fmt: skip

    def _of(self, product_id: str) -> str:
        records = self.billing.parts().records
        held = records.subscriptions_of(self.billing.account_id, limit=9, after=None).items
        return next((e.subscription_id for e in held if e.product_id == product_id), "sub_none")

    def _change(self, a: int, b: int) -> bool:
        return self._is_done(self._wish(a, is_phone=b % 2 == 1))

    def _take(self, a: int, b: int) -> bool:
        """Fewer lines, or a smaller plan."""
        del b
        return self._is_done(self._wish(0, is_phone=a % 2 == 0))

    def _add(self, a: int, b: int) -> bool:
        name = self._of("telephony" if b % 2 and not self.in_paris else "webinar")
        return self._is_done(self.billing.wish("add", subscription_id=name, seats=1 + a % 2))

    def _is_done(self, wish: CartLine) -> bool:
        return self._bought(wish).status is CartStatus.DONE

    def _leave(self, a: int, b: int) -> bool:
        """Its payment page stays open."""
        who = self.billing.representative
        wish = self._wish(a, is_phone=b % 2 == 1)
        placed = self.billing.place(self.billing.preview(wish, member=who), member=who).value
        self.left = placed if placed.payment is not None else self.left
        return placed.payment is not None

    def _pay(self, a: int, b: int) -> bool:
        """What was left, if its page is still open; it may be refused by then."""
        del a, b
        left, self.left = self.left, None
        if left is None or not self.billing.cart(left.cart.cart_id).is_open:
            return False
        payment = left.payment
        assert payment is not None
        if self.billing.payment(payment.payment_id).status != "open":
            return False
        self.done[f"pay {self.billing.pay(left).status}"] += 1
        return True

    def _invoice(self, a: int) -> Invoice:
        found = [each for each in invoices_of(self.billing) if not each.is_credit_note]
        return found[a % len(found)]

    def _credit(self, a: int, b: int) -> bool:
        invoice = self._invoice(a)
        place = b % len(content(self.billing, invoice.invoice_id).lines)
        credited(self.billing, invoice.invoice_id, Wanted(place, b * 97))
        return True

    def _rest(self, a: int, b: int) -> bool:
        del b
        credited(self.billing, self._invoice(a).invoice_id)
        return True

    def _void(self, a: int, b: int) -> bool:
        """The newest that is open, where one is and `b` is even."""
        open_ = [each for each in invoices_of(self.billing) if each.open_minor and b % 2 == 0]
        voided(self.billing, (open_ or [self._invoice(a)])[-1].invoice_id)
        return True

    def _confirm(self, a: int, b: int) -> bool:
        del b
        if self.in_paris:
            self.ann.told(0, VatAnswer.VALID if a % 3 else VatAnswer.INVALID)
        return self.in_paris

    def _cancel(self, a: int, b: int) -> bool:
        del a
        if b % 5:
            return False
        name = self._of("webinar")
        command = CancelSubscription(self.billing.action(name, member=self.billing.representative))
        cancel_subscription(command, carts=self.billing.parts().carts)
        return True

    def _wait(self, a: int, b: int) -> bool:
        """Some days, or until there are bills of another month."""
        for _ in range(31 if a == 5 else b % 17):
            self.world.clock.advance(days=1)
            self.world.settle_down()
        return True

    def _transfer(self, a: int, b: int) -> bool:
        del a, b
        owed = self.billing.balance(self.place[1], self.place[0]).due(date(9999, 1, 1))
        if not owed:
            return False
        rep = self.billing.representative
        command = RecordPayment(
            self.place[0], owed, "wire", rep, self.billing.key(), self.billing.actor(rep)
        )
        record_payment(command, carts=self.billing.parts().carts)
        return True

    # -- what holds -------------------------------------------------------------------------------

    def assert_well(self) -> None:
        assert_verified(self.world.dynamo, self.world.clock.now())
        documents = invoices_of(self.billing)
        signs = [(-1 if each.is_credit_note else 1, each) for each in documents]
        assert sum(sign * each.subtotal_minor for sign, each in signs) >= 0
        assert sum(sign * each.tax_minor for sign, each in signs) >= 0
        carts = self.billing.parts().records.carts_of(
            self.billing.account_id, limit=100, after=None
        )
        for cart in carts.items:
            own = [each for each in documents if each.cart_id == cart.cart_id]
            if own and cart.status is CartStatus.DONE:
                signed = sum(
                    each.total_minor if each.kind is DocumentKind.INVOICE else -each.total_minor
                    for each in own
                )
                assert signed == cart.preview.now.total_minor, "the invoice is its preview"


def lived(acts: Acts, *, in_paris: bool) -> Account:
    account = Account(in_paris=in_paris)
    for act in acts:
        account.act(*act)
    account.assert_well()
    return account


@pytest.mark.parametrize("where", ["paris", "new york"])
def test_no_invoice_gives_back_more_than_it_charged_inv_11(where: str) -> None:
    happened: Counter[str] = Counter()

    @settings(
        deadline=None,
        max_examples=25,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @example(acts=EACH)
    @given(acts=ACTS)
    def whatever_happens(acts: Acts) -> None:
        happened.update(lived(acts, in_paris=where == "paris").done)

    whatever_happens()

    nowhere = set() if where == "paris" else {"confirm"}
    assert {name for name in NAMES if not happened[name]} == nowhere, "it would prove little"
    assert happened["pay done"], "an order is paid long after it was placed"


def test_a_credit_of_a_line_that_took_some_of_another_off_is_within_its_invoice_inv_11() -> None:
    """Two changes on one day, on one invoice: one line is below 0 by its name, the invoice is not."""
    acts: Acts = [("change", 0, 1), ("change", 2, 1), ("wait", 0, 9), ("credit", 0, 2)]

    lived(acts, in_paris=False)
