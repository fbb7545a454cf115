"""TAX-3: VAT goes back of what waited for an order's invoice, however long that took."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from guichet.bootstrap import Container
from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import Candidate, CandidateKind
from guichet.invoices.use_cases.make_invoices import park
from guichet.invoices.use_cases.release_account import ReleaseAccount, release_account
from guichet.subscriptions.cart import CartStatus
from guichet.tax.vat_check import VatAnswer, VatRecord
from tests.simulation.kills import Calls, Killed, KillingDynamo, kill_points
from tests.support.changing_plan import Buying
from tests.support.confirming import NUMBER
from tests.support.invoicing import ACTOR

ANOTHER = "FR40303265045"


class Waiting(Buying):
    """Its order of the 27th day gave some of the first invoice back, and has no invoice of its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.world.clock.advance(days=22)

    def park(self) -> None:
        of = Candidate(CandidateKind.BALANCE, self.ann.account, "ie", "EUR")
        cause = self.world.cause("make_invoices")
        assert park(of, "tax_unknown", cause, self.billing.parts().invoicing)

    def release(self) -> None:
        command = ReleaseAccount(self.ann.account, "ie", "EUR", None, ACTOR)
        release_account(command, invoicing=self.billing.parts().invoicing)

    def later(self, **ahead: int) -> None:
        self.world.clock.advance(**ahead)
        self.world.settle_down()

    def renumber(self) -> None:
        profiles = self.world.parts.profiles
        account = profiles.account(self.ann.account)
        assert account is not None
        before = profiles.profile(account)
        after = replace(before, vat_number=ANOTHER, version=before.version + 1)
        profiles.save_profile(self.world.cause("update_profile"), before, after)

    def purge(self) -> None:
        """What the stream brought to the queue of invoices is lost."""
        self.world.relay()
        self.world.invoice_queue.clear()

    def record(self, number: str = NUMBER) -> VatRecord:
        found = self.world.parts.billing.taxpayers.vat_record(self.ann.account, number)
        assert found is not None
        return found

    def invoice_of(self, cart_id: str) -> Invoice:
        (found,) = [each for each in self.ann.invoices() if each.cart_id == cart_id]
        return found

    def first_note(self) -> Invoice:
        (found,) = [e for e in self.ann.notes() if e.refers_to == self.first.invoice_id]
        return found

    def count(self, action: str) -> int:
        return sum(entry.use_case == action for entry in self.world.journal())


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


def test_it_is_due_until_the_order_has_its_invoice_and_counts_from_the_answer_tax_3(
    waiting: Waiting,
) -> None:
    """The invoice of 1 June is 33 days old when the account is released, and was 28 at the answer."""
    waiting.paid(waiting.ordered())
    waiting.park()
    waiting.ann.answered()
    waiting.later(minutes=11)
    assert waiting.again().reversed_vat is None
    assert waiting.record().confirmed_at is not None, "it is still due"

    waiting.later(days=5)
    waiting.release()
    waiting.later(minutes=0)
    waiting.later(days=1)

    assert waiting.again().reversed_vat is not None
    assert waiting.ann.vat_in_books() == 0
    assert (waiting.record().confirmed_at, waiting.record().correct_at) == (None, None)
    assert [each.in_doubt_since for each in waiting.ann.invoices()] == [None, None]
    waiting.assert_right()


def test_upkeep_alone_does_it_once_the_order_has_its_invoice_tax_3(waiting: Waiting) -> None:
    """The message of the order in doubt is lost, and the confirmation is looked at before it."""
    waiting.paid(waiting.ordered())
    waiting.park()
    waiting.ann.answered()
    waiting.later(days=5)
    waiting.release()
    waiting.world.invoice()
    waiting.purge()
    assert len(waiting.ann.invoices()) == 2
    assert waiting.ann.notes() == []

    waiting.later(days=1)

    assert waiting.ann.vat_in_books() == 0
    assert {each.refers_to for each in waiting.ann.notes()} == {
        each.invoice_id for each in waiting.ann.invoices()
    }
    waiting.assert_right()


def test_it_is_due_though_the_order_bears_another_number_tax_3(waiting: Waiting) -> None:
    """That number was never confirmed: the order tells nothing of itself, and keeps its VAT."""
    cart = waiting.paid(waiting.ordered())
    waiting.world.vies.take_out("FR")
    waiting.ann.told()
    waiting.purge()
    waiting.renumber()
    waiting.park()
    waiting.later(minutes=11)
    assert waiting.again().reversed_vat is None

    waiting.release()
    waiting.later(minutes=0)
    waiting.later(days=1)

    order = waiting.invoice_of(cart.cart_id)
    assert (order.in_doubt_since, order.reversed_vat) == (None, None)
    assert waiting.again().reversed_vat is not None
    (note,) = waiting.ann.notes()
    assert note.refers_to == waiting.first.invoice_id
    assert waiting.record().confirmed_at is None
    assert waiting.ann.vat_in_books() == order.tax_minor + waiting.first.tax_minor - note.tax_minor
    waiting.assert_right()


def test_what_waits_is_looked_at_ever_less_often_tax_3(waiting: Waiting) -> None:
    waiting.paid(waiting.ordered())
    waiting.park()
    waiting.ann.answered()

    for _ in range(6 * 24 * 3):
        waiting.world.clock.advance(minutes=10)
        waiting.world.upkeep()

    looks = waiting.count("postpone_correction")
    assert 5 < looks < 12, "10, 20, 40 minutes … and from then on daily"
    record = waiting.record()
    assert record.correct_at is not None
    assert record.correct_at <= waiting.world.clock.now() + timedelta(days=1)


def in_doubt(waiting: Waiting, plan: str) -> Invoice:
    """Previewed before the answer, and invoiced after it; nobody has looked yet."""
    placed = waiting.ordered(plan)
    waiting.ann.told(days=0)
    waiting.purge()
    cart = waiting.paid(placed)
    waiting.world.invoice()
    waiting.purge()
    return waiting.invoice_of(cart.cart_id)


def assert_waited_for(waiting: Waiting, doubted: Invoice, plan: str, days: int) -> Invoice:
    """Another order gives back of it, and has no invoice for a while; then it is looked at."""
    waiting.park()
    waiting.world.clock.advance(days=days)
    waiting.paid(waiting.ordered(plan))

    waiting.later(minutes=11)
    kept, notes = waiting.ann.again(doubted), waiting.ann.notes()
    waiting.release()
    waiting.later(minutes=0)
    waiting.later(days=1)

    assert notes == [], "what it gave back itself is decided together with it"
    assert kept.in_doubt_since == doubted.in_doubt_since is not None
    assert kept.doubt_look_at is not None
    looked_at = waiting.ann.again(doubted)
    assert (looked_at.in_doubt_since, looked_at.doubt_look_at) == (None, None)
    waiting.assert_right()
    return looked_at


def test_an_order_in_doubt_stays_so_while_another_gives_back_of_it_tax_3() -> None:
    waiting = Waiting("starter")

    looked_at = assert_waited_for(waiting, in_doubt(waiting, "plus"), "pro", days=1)

    assert looked_at.reversed_vat is not None
    assert waiting.again().reversed_vat is not None
    assert waiting.ann.vat_in_books() == 0


def test_what_turns_out_not_to_go_back_is_not_counted_on_tax_3() -> None:
    """Most of it goes back before it is looked at: a person decides, and the first has its own part."""
    waiting = Waiting("plus")

    looked_at = assert_waited_for(waiting, in_doubt(waiting, "pro"), "starter", days=0)

    assert looked_at.not_reversed == "credits_exceed_charges"
    assert waiting.again().reversed_vat is not None
    assert waiting.first.tax_minor - waiting.first_note().tax_minor == 152, (
        "what the order gave back"
    )
    assert waiting.ann.vat_in_books() == 0


def test_an_order_in_doubt_is_looked_at_by_its_own_number_tax_3(waiting: Waiting) -> None:
    """The account has another number before anybody has looked."""
    billing = waiting.billing
    placed = billing.place(billing.preview(billing.webinar("starter", 1))).value
    waiting.ann.answered(days=0)
    waiting.later(minutes=11)
    assert waiting.record().confirmed_at is None
    cart = waiting.paid(placed)
    waiting.world.invoice()
    waiting.purge()
    waiting.world.vies.take_out("FR")
    waiting.renumber()

    waiting.later(minutes=11)

    order = waiting.invoice_of(cart.cart_id)
    assert order.reversed_vat is not None
    assert order.in_doubt_since is None
    assert waiting.ann.vat_in_books() == 0
    waiting.assert_right()


def test_a_number_denied_meanwhile_gives_nothing_back_and_is_due_no_more_tax_3(
    waiting: Waiting,
) -> None:
    waiting.paid(waiting.ordered())
    waiting.park()
    waiting.ann.answered()
    waiting.later(minutes=11)

    waiting.ann.told(answer=VatAnswer.INVALID)
    waiting.later(days=1)

    assert waiting.record().confirmed_at is None
    assert waiting.ann.notes() == []


@pytest.mark.parametrize("is_parked", [True, False], ids=["still", "no more"])
def test_upkeep_may_die_at_any_call_while_something_waits_tax_3(*, is_parked: bool) -> None:
    whole = Calls()
    waiting = _due(is_parked=is_parked)
    waiting.world.upkeep(_killing(waiting, whole))
    points = list(kill_points(whole.made))
    assert len(points) > 15
    for point in points:
        waiting = _due(is_parked=is_parked)
        with suppress(Killed):
            waiting.world.upkeep(_killing(waiting, Calls(point)))

        if is_parked:
            waiting.later(minutes=11)
            waiting.release()
        waiting.later(minutes=11)
        waiting.later(days=1)

        assert len(waiting.ann.notes()) == 2
        assert waiting.ann.vat_in_books() == 0
        assert waiting.record().confirmed_at is None
        waiting.assert_right()


def _due(*, is_parked: bool) -> Waiting:
    """Confirmed eleven minutes ago, and no message of it came; nor one of the order's invoice."""
    waiting = Waiting()
    waiting.paid(waiting.ordered())
    waiting.park()
    waiting.ann.told()
    waiting.purge()
    waiting.world.clock.advance(minutes=11)
    if not is_parked:
        waiting.release()
        waiting.world.invoice()
        waiting.purge()
    return waiting


def _killing(waiting: Waiting, calls: Calls) -> Container:
    return waiting.world.container(KillingDynamo(waiting.world.dynamo, calls))


def test_what_an_order_without_its_invoice_charged_is_what_goes_back_of_it_sub_6_tax_3() -> None:
    """Charged without VAT, given back after the number was denied: VAT that was never charged stays."""
    buying = Waiting("starter")
    buying.ann.told(days=0)
    buying.world.settle_down()
    buying.park()
    buying.paid(buying.ordered("plus"))
    buying.ann.told(days=2, answer=VatAnswer.INVALID)
    buying.later(days=2)

    cart = buying.paid(buying.ordered("pro"))
    buying.release()
    buying.later(hours=26)

    assert cart.status is CartStatus.DONE
    buying.assert_right()
