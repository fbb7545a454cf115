"""TAX-3, SUB-5: an order that gives back some of an invoice meets the VAT of that invoice going back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from guichet.bootstrap import Container
from guichet.errors import Refusal
from guichet.invoices.remaining import Wanted
from guichet.subscriptions.cart import CartStatus
from tests.simulation.turns import TurningDynamo, Turns, explore
from tests.support.changing_plan import Buying
from tests.support.given_up_orders import assert_went_back
from tests.support.world import refusal_of


@pytest.fixture
def buying() -> Buying:
    return Buying()


def test_an_order_whose_credit_bears_vat_that_went_back_is_not_carried_out_tax_3_sub_5(
    buying: Buying,
) -> None:
    """Its page was open meanwhile. The money goes back, and the plan stays as it was."""
    placed = buying.ordered()
    buying.ann.answered(days=0)
    assert buying.again().reversed_vat is not None

    cart = buying.paid(placed)
    buying.world.settle_down()

    assert (cart.status, cart.note) == (CartStatus.ABANDONED, "paid_otherwise")
    assert buying.billing.only().terms.plan_id == "plus"
    assert buying.billing.balance("EUR", "ie").credit_minor == buying.first.tax_minor
    assert_went_back(buying.billing, placed)
    assert buying.ann.vat_in_books() == 0
    buying.assert_right()


def test_ordered_anew_it_gives_back_no_vat_tax_3_sub_6(buying: Buying) -> None:
    buying.ann.answered(days=0)

    cart = buying.paid(buying.ordered("starter"))
    buying.world.settle_down()

    assert cart.status is CartStatus.DONE
    assert cart.preview.now.tax.total_minor == 0
    buying.assert_right()


def test_an_order_without_its_invoice_yet_gives_vat_back_once_tax_3(buying: Buying) -> None:
    """Carried out before the answer, invoiced after it: what it gave back is charged there again."""
    buying.paid(buying.ordered())
    buying.ann.told(days=0)

    assert buying.ann.corrected() == []
    buying.world.settle_down()

    assert buying.ann.vat_in_books() == 0
    assert {each.refers_to for each in buying.ann.notes()} == {
        each.invoice_id for each in buying.ann.invoices()
    }
    buying.assert_right()


def test_an_order_that_only_gives_back_tells_of_itself_too_tax_3(buying: Buying) -> None:
    """More goes back than it costs, so a credit note of it has VAT of the first invoice."""
    cart = buying.paid(buying.ordered("starter"))
    assert cart.preview.credit_given
    buying.ann.told(days=0)

    assert buying.ann.corrected() == []
    buying.world.settle_down()

    assert buying.again().reversed_vat is not None
    changed = next(each for each in buying.ann.invoices() if each.cart_id == cart.cart_id)
    assert (changed.tax_minor, changed.reversed_vat) == (0, None)  # no VAT of it is to go back
    assert buying.ann.vat_in_books() == 1_120  # of its own charges, paid with what it gave back
    buying.assert_right()


@pytest.mark.parametrize("by_hand", ["before", "after"])
def test_by_hand_and_of_vat_and_a_change_come_to_at_most_the_invoice_inv_11(
    buying: Buying, by_hand: str
) -> None:
    if by_hand == "before":
        buying.ann.credited(buying.first, Wanted(0, 1_000))
    buying.ann.answered(days=0)
    if by_hand == "after":
        buying.ann.credited(buying.first, Wanted(0, 1_000))
    buying.paid(buying.ordered("starter"))
    buying.world.settle_down()

    with pytest.raises(Refusal):
        buying.ann.credited(buying.first, Wanted(0, buying.first.subtotal_minor - 1_000))
    buying.ann.credited(buying.first)

    assert refusal_of(lambda: buying.ann.credited(buying.first)).code == "credit_exceeds_invoice"
    buying.assert_right()


type Act = Callable[[Buying, Container], object]


def _pay(buying: Buying, held: Container) -> object:
    records = buying.billing.parts().records
    found = records.carts_of(buying.ann.account, limit=9, after=None).items
    return [buying.billing.come_back(each, held) for each in found if each.is_open]


def _correct(buying: Buying, held: Container) -> object:
    return buying.ann.corrected(held)


def _credit(buying: Buying, held: Container) -> object:
    return refusal_or(lambda: buying.ann.credited(buying.first, held=held))


def refusal_or(act: Callable[[], object]) -> object:
    try:
        return act()
    except Refusal as refusal:
        return refusal.code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(_pay, _correct, id="an order is paid and VAT goes back"),
        pytest.param(_pay, _credit, id="an order is paid and a note is made"),
        pytest.param(_correct, _credit, id="VAT goes back and a note is made"),
    ],
)
def test_two_at_once_never_give_back_more_than_the_invoice_inv_11(one: Act, other: Act) -> None:
    meetings: list[Buying] = []

    def start() -> Turns:
        buying = Buying()
        placed = buying.ordered()
        assert placed.payment is not None
        assert placed.payment.session_id is not None
        buying.world.stripe.pay(placed.payment.session_id)
        buying.ann.told(days=0)
        meetings.append(buying)
        turns = Turns()
        held = buying.world.container(dynamo=TurningDynamo(buying.world.dynamo, turns))
        turns.actor("one", partial(one, buying, held))
        turns.actor("other", partial(other, buying, held))
        return turns

    for _ in explore(start, preemptions=1):
        meetings[-1].world.settle_down()
        meetings[-1].assert_right()

    assert len(meetings) > 5
