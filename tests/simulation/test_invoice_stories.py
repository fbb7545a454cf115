"""Some months of two accounts by chance: money is taken once, numbers follow (COL-8, INV-3).

Orders and their changes, renewals, charges by card, debit and PayPal, banks that settle, refuse, ask
and take back, corrections, transfers; providers that are away, answers and webhooks that are lost,
told twice and out of turn; processes that die; days on which nothing of ours runs.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import pytest

from guichet.invoices.movement import MovementKind
from guichet.invoices.remaining import Wanted
from guichet.payments.invoice_payment import ChargeStatus
from tests.simulation.billing_aftermath import (
    assert_billing_is_well,
    assert_books_are_the_providers,
)
from tests.simulation.billing_life import BillingLife
from tests.simulation.billing_outcome import Found
from tests.simulation.enumeration import IS_WIDE
from tests.simulation.invoice_aftermath import assert_invoices_are_well
from tests.simulation.kills import Calls, KillPoint
from tests.simulation.payers import Payers
from tests.support.movements import history_of

_SEEDS: Final = 400 if IS_WIDE else 10
_ACTS: Final = 30
_METHODS: Final = (
    ("visa", "card"),
    ("insufficient_funds", "card"),
    ("authentication_required", "card"),
    ("bank", "bank_debit"),
    ("bank", "bank_debit"),
    ("bank_insufficient_funds", "bank_debit"),
    ("balance", "paypal"),
    ("echeck", "paypal"),
)
_WEIGHTS: Final = {
    "pass": 12,
    "sleep": 1,
    "order": 2,
    "change": 2,
    "transfer": 2,
    "credit": 3,
    "void": 1,
    "store": 2,
    "switch": 1,
    "settle": 4,
    "refuse": 1,
    "take_back": 2,
    "authenticate": 3,
    "try_again": 5,
    "outage": 2,
    "lose": 3,
    "webhooks": 2,
    "die": 5,
    "plan": 2,
}
_NAMES: Final = [name for name, weight in _WEIGHTS.items() for _ in range(weight)]
# The others are in the stories of `charge_flows.py` and `order_flows.py`, and in `test_charge_turns.py`.
_MOVED: Final = frozenset(
    {
        *(MovementKind.INVOICE, MovementKind.CREDIT_NOTE, MovementKind.CREDIT_USED),
        *(MovementKind.ORDER_PAID, MovementKind.PAYMENT_RECEIVED),
        MovementKind.PAYMENT_COLLECTED,
    }
)
_ALARMS: Final = frozenset(
    {
        *("invoice_payment.returned", "invoice_payment.not_taken"),
        *("cart_payment.not_taken", "own_refund.credited"),
    }
)


@dataclass
class Months:
    """Two accounts, whose invoices are corrected by hand and whose plans change, in whatever order."""

    seed: str
    did: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)  # noqa: S311 - repeatable, not secret
        self.life = BillingLife()
        self.corrected = Payers(self.life)
        self.changing = self.corrected.neighbour("bea")
        self.both = (self.corrected, self.changing)
        self.bought = [each.autopaying(*self.draw.choice(_METHODS)) for each in self.both]
        self._count = 0

    def key(self) -> str:
        self._count += 1
        return f"{self.seed}-{self._count}"

    def act(self) -> None:
        name = self.draw.choice(_NAMES)
        self.did[name] += 1
        getattr(self, f"_{name}")()
        assert_invoices_are_well(self.life.world, Found(self.life.world))

    def end(self) -> None:
        """Everything answers again, and comes to rest."""
        for _, provider in self.life.providers:
            provider.clear_chaos()
        for each in self.both:
            each.bank_settles()
        self._paypal()
        self.life.wait(days=9)
        self.corrected.bank_settles()
        self._paypal()
        self.life.wait(days=9)
        while self.corrected.resolve():
            self.life.wait(days=8)
        self.did.update(f"{each.status}" for each in Found(self.life.world).charges)
        for each in self.both:
            billing = each.billing
            views = history_of(
                billing.account_id, self.life.world.dynamo, billing.parts().invoicing
            )
            self.did.update(str(view.movement.kind) for view in views)
        assert_billing_is_well(self.corrected, alarms=_ALARMS)

    @property
    def someone(self) -> Payers:
        return self.draw.choice(self.both)

    # -- acts -------------------------------------------------------------------------------------

    def _pass(self) -> None:
        self.life.wait(hours=self.draw.choice((1, 5, 24, 100, 400)))

    def _sleep(self) -> None:
        self.life.sleep(days=self.draw.choice((2, 40)))

    def _order(self) -> None:
        key = self.key()
        self.changing.order(key, self.changing.billing.webinar())
        self.changing.pay(key)
        self.life.background()

    def _change(self) -> None:
        """Mostly of the one; the other's invoices are those that are corrected most."""
        key, place = self.key(), self.draw.choice((0, 1, 1))
        plan = self.draw.choice(("starter", "plus", "pro"))
        self.both[place].change(key, self.bought[place], plan_id=plan)
        self.both[place].pay(key)
        self.life.wait(hours=self.draw.choice((25, 60)))  # on one day, lines may be alike

    def _transfer(self) -> None:
        self.someone.money_came(self.draw.choice((500, 4_000, 20_000)), key=self.key())

    def _credit(self) -> None:
        lines = self.draw.choice(((Wanted(0, 100),), (Wanted(0, 2_500),), ()))
        self.draw.choice((self.corrected, *self.both)).credit(*lines, key=self.key())

    def _void(self) -> None:
        self.someone.void(key=self.key())

    def _store(self) -> None:
        payer = self.someone
        if not self._is_reachable() or len(payer.methods.held().held) > 1:
            return
        method = payer.store(*self.draw.choice(_METHODS))
        payer.methods.make_default(method.method_id)

    def _switch(self) -> None:
        payer = self.someone
        if payer.methods.held().default_method_id is not None:
            payer.methods.autopay(on=not payer.methods.held().is_autopay)

    def _settle(self) -> None:
        self.corrected.bank_settles()
        self._paypal()
        self.life.background()

    def _paypal(self) -> None:
        for capture in self.life.world.paypal.pending_captures():
            self.life.world.paypal.settle_capture(capture["id"])

    def _refuse(self) -> None:
        self.corrected.bank_refuses()
        for capture in self.life.world.paypal.pending_captures():
            self.life.world.paypal.deny_capture(capture["id"])

    def _take_back(self) -> None:
        """Told, or nobody would ever ask: a comparison of the books finds it else."""
        self.life.wait(hours=7)
        stripe = self.life.world.stripe
        stripe.configure_chaos({"webhooks": {}, "api": [], "down": False})
        self.life.wait(days=1)
        self.corrected.bank_settles()
        self.life.wait(hours=self.draw.choice((0, 30)))
        self.corrected.bank_takes_back()
        self.life.background()

    def _authenticate(self) -> None:
        if self._is_reachable():
            self.someone.authenticate(success=self.draw.random() < 0.7)

    def _try_again(self) -> None:
        self.someone.try_again()
        self.life.wait(minutes=self.draw.choice((1, 70)))

    def _outage(self) -> None:
        name = self.draw.choice(("stripe", "paypal"))
        self.someone.try_again()
        self.someone.away(name, hours=self.draw.choice((1, 3, 30)))

    def _lose(self) -> None:
        """The next answers do not come; the client gives up after three."""
        name, simulator = self.draw.choice(list(self.life.providers))
        call = {"stripe": "POST /v1/payment_intents*", "paypal": "POST /v2/checkout/orders*"}[name]
        do = self.draw.choice(("lost_before", "lost_after"))
        fault = {"do": do, "match": call, "times": self.draw.choice((1, 3, 6))}
        simulator.configure_chaos({"api": [fault]})
        self.someone.try_again()

    def _webhooks(self) -> None:
        _, simulator = self.draw.choice(list(self.life.providers))
        knobs = self.draw.choice(
            ({"drop": 3}, {"duplicate": 4}, {"delay_seconds": 4_000}, {"reorder": True}, {})
        )
        simulator.configure_chaos({"webhooks": knobs})

    def _die(self) -> None:
        """At one of the next calls, before or after it acted."""
        point = KillPoint(self.draw.randint(0, 60), self.draw.choice(("before", "after")))
        self.life.calls = Calls(point)
        self.someone.try_again()

    def _plan(self) -> None:
        """A run out of turn, and twice."""
        for _ in range(2):
            self.life.scheduled()
        self.life.background()

    def _is_reachable(self) -> bool:
        """People who meet a provider that does not answer come back later: here, another time."""
        return not any(provider.chaos()["api"] for _, provider in self.life.providers)


def lived(seed: str) -> Months:
    months = Months(seed)
    with _told(months):
        for _ in range(_ACTS):
            months.act()
        months.end()
    return months


class _told:  # noqa: N801 - a context, as `contextmanager` makes one
    def __init__(self, months: Months) -> None:
        self.months = months

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            error.add_note(f"seed {self.months.seed}, after {dict(self.months.did)}")


@pytest.mark.parametrize("seed", range(_SEEDS))
def test_whatever_happens_in_some_months_money_is_taken_once_col_8(seed: int) -> None:
    months = lived(str(seed))

    assert_books_are_the_providers(months.life.world)


def test_stories_by_chance_reach_all_that_may_become_of_a_charge() -> None:
    """What a proof by chance would be worth little without."""
    happened: Counter[str] = Counter()
    for seed in range(_SEEDS):
        happened += lived(f"reach-{seed}").did

    reached = {ChargeStatus.CAPTURED, ChargeStatus.DECLINED, ChargeStatus.CANCELED}
    assert set(happened) >= {*_WEIGHTS} | {str(each) for each in reached | _MOVED}
