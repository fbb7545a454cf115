"""BAD-14, SUB-5, SUB-6: the invoice of an order comes to what was previewed, and paid, to the cent."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guichet.access.addresses import Address
from guichet.catalogue.catalogue import Frequency
from guichet.errors import Refusal
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import InvoiceStatus
from guichet.subscriptions.cart import Cart, CartLine
from guichet.subscriptions.subscription import SubscriptionStatus
from tests.support.billing import NEW_YORK, Billing
from tests.support.bills_drafted import DUBLIN, MOBILE, PARIS, TORONTO
from tests.support.quiet_world import QuietWorld
from tests.support.verified import assert_verified

QUEBEC: Final = Address("1 rue Exemple", "Montréal", "CA", region="QC", postal_code="H2Y 1A1")
ZURICH: Final = Address("Beispielweg 4", "Zürich", "CH", postal_code="8001")
ADDRESSES: Final = (NEW_YORK, MOBILE, TORONTO, QUEBEC, PARIS, DUBLIN, ZURICH)
PLANS: Final = ("starter", "plus", "pro")


def _wishes(billing: Billing, kind: int, plan: int, seats: int) -> list[CartLine]:
    """Something new, or a change of what runs: mostly one that gives more back than it costs."""
    running = [
        each.subscription_id
        for each in billing.parts()
        .records.subscriptions_of(billing.account_id, limit=20, after=None)
        .items
        if each.status is SubscriptionStatus.ACTIVE
    ]
    new = billing.webinar(
        PLANS[plan % 3], seats, frequency=Frequency.ANNUAL if kind % 2 else Frequency.MONTHLY
    )
    if kind < 2 or not running:
        return [new]
    changes = [
        billing.wish(
            "change",
            subscription_id=name,
            plan_id=PLANS[(plan + place) % 3],
            seats=seats,
            frequency=Frequency.MONTHLY,
        )
        for place, name in enumerate(running)
    ]
    return [changes[seats % len(changes)]] if kind == 2 else changes


STEPS: Final = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 7), st.integers(0, 9)),
    min_size=2,
    max_size=5,
)


@settings(
    deadline=None,
    max_examples=30,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.sampled_from(ADDRESSES), STEPS)
def test_the_invoice_of_an_order_is_its_preview_bad_14(
    address: Address, steps: list[tuple[int, int, int, int]]
) -> None:
    billing = Billing(QuietWorld())
    billing.move_to(address)

    for kind, plan, seats, days in steps:
        try:
            cart = billing.buy(*_wishes(billing, kind, plan, seats))
        except Refusal:
            continue  # nothing to change, too little or too much to be paid online
        billing.world.settle_down()
        _is_its_preview(billing, cart)
        billing.world.clock.advance(days=days)
        billing.world.settle_down()

    assert_verified(billing.world.dynamo, billing.world.clock.now())


def _is_its_preview(billing: Billing, cart: Cart) -> None:
    preview = cart.preview
    if not preview.now.lines:
        return
    found = billing.parts().invoices.invoices_of(billing.account_id, limit=100, after=None).items
    own = [each for each in found if each.cart_id == cart.cart_id]
    invoices = [each for each in own if each.kind is DocumentKind.INVOICE]
    notes = [each for each in own if each.kind is DocumentKind.CREDIT_NOTE]
    signed = sum(each.total_minor for each in invoices) - sum(each.total_minor for each in notes)
    assert signed == preview.now.total_minor
    assert sum(each.tax_minor for each in invoices) - sum(each.tax_minor for each in notes) == (
        preview.now.tax.total_minor
    )
    paid = preview.due_now + preview.credit_applied
    assert signed == paid.amount_minor - preview.credit_given.amount_minor
    for each in invoices:
        assert each.status is InvoiceStatus.PAID
        assert each.paid_minor == preview.due_now.amount_minor


def test_an_order_that_gives_back_parts_of_three_invoices_is_a_note_of_each_bad_14() -> None:
    """Each is rounded for itself, and together they are what was previewed (INV-11)."""
    billing = Billing(QuietWorld())
    billing.move_to(QUEBEC)
    for seats in (1, 2, 4):
        billing.buy(billing.webinar("pro", seats, frequency=Frequency.ANNUAL))
        billing.world.clock.advance(days=5)
        billing.world.settle_down()
    names = [
        each.subscription_id
        for each in billing.parts()
        .records.subscriptions_of(billing.account_id, limit=9, after=None)
        .items
    ]

    cart = billing.buy(
        *(
            billing.wish(
                "change",
                subscription_id=name,
                plan_id="starter",
                seats=1,
                frequency=Frequency.MONTHLY,
            )
            for name in names
        )
    )
    billing.world.settle_down()

    found = billing.parts().invoices.invoices_of(billing.account_id, limit=100, after=None).items
    notes = [each for each in found if each.kind is DocumentKind.CREDIT_NOTE]
    assert len({each.refers_to for each in notes}) == len(notes) >= 2
    assert cart.preview.credit_given
    assert billing.balance("CAD", "ca").credit == cart.preview.credit_given
    _is_its_preview(billing, cart)
    assert_verified(billing.world.dynamo, billing.world.clock.now())
