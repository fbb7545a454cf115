"""Stories of the invoice run: accounts of two entities, corrections, credit, what is parked and released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from guichet.catalogue.catalogue import Direction, Frequency
from guichet.errors import Unavailable
from guichet.invoices.remaining import Wanted
from guichet.ledger.billable import BillableLine
from guichet.subscriptions.assessing import NOTHING_EARLIER, EarlierTaxes
from guichet.subscriptions.cart import TaxQuote
from guichet.subscriptions.usage_judging import UsageGiven
from guichet.tax.subject import TaxSubject
from tests.simulation.billing_flow import BillingFlow
from tests.simulation.payers import DUBLIN, SYDNEY, Payers
from tests.support.billing import NEW_YORK, FlatTaxes

_TELEPHONY: Final = {"product_id": "telephony", "plan_id": "line", "frequency": Frequency.MONTHLY}


def a_month_of_two_entities(story: Payers) -> None:
    """Renewals, bills of a 1st with usage, and orders: of three accounts, in two currencies (INV-1)."""
    bea, cyn = story.neighbour("bea", DUBLIN), story.neighbour("cyn")
    line = cyn.subscribed(cyn.billing.wish("subscribe", seats=2, **_TELEPHONY))
    bea.subscribed(bea.billing.webinar("plus", seats=2))
    story.subscribed()
    now = story.life.world.clock.now()
    cyn.use(
        *(
            UsageGiven(
                line,
                "calls",
                f"call-{n}",
                now + timedelta(minutes=n),
                7,
                (),
                "US",
                "1212",
                Direction.SENT,
            )
            for n in range(2)
        )
    )
    story.life.wait(days=9)
    bea.add("more", bea.subscription_of("first") or "", seats=1)
    bea.pay("more")
    story.life.wait(days=23)


def a_downgrade_with_credit_notes(story: Payers) -> None:
    """Its credit exceeds the charge: notes of the invoices that it corrects (INV-11)."""
    bought = story.subscribed(story.billing.webinar("pro"))
    story.life.wait(days=31)
    story.change("down", bought, plan_id="starter")
    story.life.wait(days=31)


def credited_by_hand_and_by_a_change(story: Payers) -> None:
    """Each of what the other left: together the invoice, and no more (INV-11, SUB-6)."""
    bought = story.subscribed(story.billing.webinar("pro"))
    story.credit_first(Wanted(0, 1_000), key="one")
    story.life.wait(days=5)
    story.change("down", bought, plan_id="starter")
    story.life.wait(hours=2)
    story.credit_first(key="rest")
    story.life.wait(days=40)


def credited_while_its_change_waits(story: Payers) -> None:
    """The page was open; what is paid on it goes back (COL-8), and the plan stays (SUB-5)."""
    bought = story.subscribed(story.billing.webinar("plus"))
    story.change("up", bought, plan_id="pro")
    story.credit_first(key="whole")
    story.pay("up")
    story.life.wait(days=1)


def invoices_paid_by_a_transfer(story: Payers) -> None:
    """The oldest first, and what is left is credit for the next (COL-6, COL-7)."""
    story.subscribed(story.billing.webinar(seats=3))
    story.life.wait(days=62)
    story.money_came(15_000)
    story.life.wait(hours=1)
    story.money_came(9_000, key="more")
    story.life.wait(days=31)


def credited_in_parts(story: Payers) -> None:
    """By hand, of one line, while it is open (INV-3)."""
    story.subscribed(story.billing.webinar(seats=3))
    story.life.wait(days=31)
    story.credit(Wanted(0, 1_000), key="one")
    story.credit(Wanted(0, 2_000), key="two")
    story.life.wait(days=1)
    story.credit(key="rest")
    story.life.wait(days=31)


def credited_after_it_was_paid(story: Payers) -> None:
    """What goes back is credit, and pays the next (COL-7)."""
    story.autopaying()
    story.life.wait(days=31)
    story.credit(Wanted(0, 1_000))
    story.life.wait(days=31)


def voided(story: Payers) -> None:
    """By a note of its own (INV-5)."""
    story.subscribed(story.billing.webinar(seats=3))
    story.life.wait(days=31)
    story.void()
    story.void(key="again")
    story.life.wait(days=1)


def credited_while_a_debit_is_on_its_way(story: Payers) -> None:
    """Refused until the bank has said something (COL-8)."""
    story.autopaying("bank", "bank_debit")
    story.life.wait(days=31)
    story.credit(key="early")
    story.void(key="early")
    story.bank_settles()
    story.life.background()
    story.credit(Wanted(0, 1_000), key="late")
    story.life.wait(days=1)


class TaxesThatGoAway:
    """A fifth, but for a few days on which nobody knows the rate."""

    def __init__(self, first: date, last: date) -> None:
        self._flat, self._first, self._last = FlatTaxes(), first, last

    def quote(
        self,
        selling_entity: str,
        subject: TaxSubject,
        day: date,
        lines: Sequence[BillableLine],
        earlier: EarlierTaxes = NOTHING_EARLIER,
    ) -> TaxQuote:
        if self._first <= day <= self._last:
            raise Unavailable("tax_unknown", "The tax tables lack this day.")
        return self._flat.quote(selling_entity, subject, day, lines, earlier)


def parked_and_released(story: Payers) -> None:
    """What can't be computed is looked at by a person; the others go on (INV-1)."""
    story.subscribed(story.billing.webinar(seats=3))
    story.life.taxes = TaxesThatGoAway(date(2026, 12, 20), date(2026, 12, 25))
    story.life.wait(days=33)
    story.release()
    story.life.wait(days=3)
    story.release()
    story.life.wait(days=1)


def a_run_that_was_asked_for(story: Payers) -> None:
    story.subscribed()
    story.life.wait(days=29, hours=14, minutes=25)
    story.ask_for_a_run()
    story.life.background()
    story.life.wait(days=1)


def a_year_s_third_late(story: Payers) -> None:
    """Nothing ran for four months: of each day one invoice, numbered on the day of the run (BAD-12)."""
    bea = story.neighbour("bea", DUBLIN)
    bea.subscribed()
    story.subscribed()
    story.life.sleep(days=125)


def nights_on_which_clocks_change(story: Payers) -> None:
    """A period of each account begins on such a night of its zone, and two runs meet in it (BAD-12)."""
    story.billing.move_to(NEW_YORK, time_zone="America/New_York")
    bea = story.neighbour("bea", DUBLIN)
    syd = story.neighbour("syd", SYDNEY, "Australia/Sydney")
    story.life.wait(days=22)
    story.subscribed()  # 90 days before 14 March
    story.life.wait(days=14)
    bea.subscribed()  # 90 days before 28 March
    story.life.wait(days=7)
    syd.subscribed()  # 90 days before 4 April
    for month, day, hour in ((3, 14, 4), (3, 27, 23), (4, 3, 13)):
        story.life.run_until(datetime(2027, month, day, hour, tzinfo=UTC))
        for _ in range(8):
            story.life.wait(minutes=30)
            story.life.scheduled()
            story.life.scheduled()


def _flow(
    play: Any,  # noqa: ANN401 - a story
    over_on: int,
    ends: tuple[str, ...] = ("first",),
    rarer: int = 3,
    **more: Any,  # noqa: ANN401 - as the flow takes
) -> BillingFlow:
    done = dict.fromkeys(ends, "done")
    return BillingFlow(
        play, done, over_on=over_on, people=Payers, rarer=rarer, is_timed=True, **more
    )


INVOICE_FLOWS: Final = (
    _flow(a_month_of_two_entities, 45, rarer=6),
    _flow(a_downgrade_with_credit_notes, 75, ("first", "down")),
    _flow(credited_by_hand_and_by_a_change, 75, ("first", "down")),
    BillingFlow(
        credited_while_its_change_waits,
        {"first": "done", "up": "abandoned"},
        or_ends={"up": "done"},
        over_on=20,
        people=Payers,
        rarer=3,
        is_timed=True,
        alarms=frozenset({"cart_payment.not_taken"}),
    ),
    _flow(invoices_paid_by_a_transfer, 100),
    _flow(credited_in_parts, 70),
    _flow(credited_after_it_was_paid, 70, attempts=("captured", "captured")),
    _flow(voided, 40, refusals=("invoice_void",)),
    _flow(
        credited_while_a_debit_is_on_its_way,
        40,
        refusals=("payment_in_flight", "payment_in_flight"),
        attempts=("captured",),
        needs_webhooks=True,  # else the bank's word comes too late for the second wish
    ),
    _flow(parked_and_released, 45, alarms=frozenset({"invoice.parked"})),
    _flow(a_run_that_was_asked_for, 40),
    _flow(a_year_s_third_late, 130),
    _flow(nights_on_which_clocks_change, 140, rarer=12),
)
