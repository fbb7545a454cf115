"""A refund, one made at the provider and a lost dispute, in every order (RFD-3, RFD-4, EXT-2)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice, permutations
from typing import Final

import pytest

from guichet.ledger.postings import LedgerAccount
from guichet.payments.refund import RefundReason, RefundStatus
from local.simulators.shapes import PendingWebhook
from tests.support.money_back import Sale, sold
from tests.support.road import Road
from tests.support.samples import usd
from tests.support.verified import assert_verified
from tests.support.world import World

R = RefundReason

_ACTS: Final = ("refund", "there", "chargeback")
# Shares of the fee of 2.28 that are no whole cents: 63.3, 82.3 and 82.3 minor units.
_PARTS: Final = {"refund": 3333, "there": 4333, "chargeback": 4334}
_BY_ACT: Final = {"refund": R.ORGANIZER, "there": R.OUTSIDE, "chargeback": R.CHARGEBACK}
_SHARES: Final = 2  # so that workers share the orders
_EVERY: Final = 1 if os.environ.get("SIMULATE") else 3  # of 90 orders
_REPEATED_EVERY: Final = 4

type Step = tuple[str, bool]  # an act, or that its webhooks arrive


def steps() -> Iterator[tuple[Step, ...]]:
    """Every order of the acts and of the arrivals of their webhooks, each after its act."""
    every = [(act, heard) for act in _ACTS for heard in (False, True)]
    for order in permutations(every):
        if all(order.index((act, False)) < order.index((act, True)) for act in _ACTS):
            yield order


class Contest:
    """One sale, three ways in which its money goes back, and webhooks that wait for their moment."""

    def __init__(self, provider: str, *, with_fee: bool) -> None:
        self.world = World()
        self.world.link_paypal()
        self.road = Road(self.world, provider)
        self.sale: Sale = sold(self.road)
        self.held: dict[str, list[PendingWebhook]] = {}
        self._acts: dict[str, Callable[[], object]] = {
            "refund": lambda: self.sale.refund(_PARTS["refund"]),
            "there": lambda: self.sale.refund_there(_PARTS["there"], with_fee=with_fee),
            "chargeback": lambda: self.sale.lose(self.sale.dispute(_PARTS["chargeback"])),
        }

    def act(self, name: str) -> None:
        self._acts[name]()
        self.held[name] = self.road.simulator.take_webhooks()
        assert self.held[name]

    def hear(self, name: str) -> None:
        """Its webhooks arrive, and what they ask for is done."""
        for webhook in self.held[name]:
            answer = self.world.post_webhook(
                webhook.headers, webhook.body, provider=self.road.provider
            )
            assert answer["statusCode"] == 200
        self.world.relay()
        self.world.settle()

    def run(self, order: tuple[Step, ...]) -> None:
        for name, heard in order:
            self.hear(name) if heard else self.act(name)
        self.world.settle_down()

    def hear_all_again(self) -> None:
        for webhooks in self.held.values():
            for webhook in webhooks:
                self.road.simulator.resend_webhook(webhook.event_id)
        for name in reversed(self.held):
            self.hear(name)
        self.world.settle_down()

    @property
    def books(self) -> Counter[tuple[str, str]]:
        """The organizer's.

        At PayPal it depends on what we knew when we refunded whether a cent of the fee went back
        there, or as account credit: both are the organizer's.
        """
        theirs = {LedgerAccount.PROVIDER_BALANCE, LedgerAccount.ORGANIZER_RECEIVABLE}
        merged: Counter[tuple[str, str]] = Counter()
        for (account, currency), amount in self.world.books().items():
            is_merged = account in theirs and self.road.provider == "paypal"
            merged["organizer" if is_merged else str(account), currency] += amount
        return merged


def assert_all_is_back(contest: Contest) -> None:
    """The buyer has all of 120.00 back, the organizer all of our fee; the provider keeps its own."""
    sale = contest.sale
    contest.world.assert_books_equal_the_providers()
    assert_verified(contest.world.dynamo, contest.world.clock.now())
    assert [each.status for each in sale.refunds] == [RefundStatus.SUCCEEDED] * len(_ACTS)
    assert {each.reason: each.amount for each in sale.refunds} == {
        _BY_ACT[name]: usd(part) for name, part in _PARTS.items()
    }
    assert not sale.so_far.left
    assert not sale.so_far.exceeds_captured
    assert sale.fee_back() == sale.payment.platform_fee
    assert contest.books["platform_fee", "USD"] == 0
    assert contest.books["registrants", "USD"] == 0


@pytest.mark.parametrize("share", range(_SHARES))
@pytest.mark.parametrize(
    ("provider", "with_fee"),
    [
        pytest.param("stripe", False, id="stripe"),
        pytest.param("stripe", True, id="stripe_returns_the_fee_too"),
        pytest.param("paypal", False, id="paypal"),
    ],
)
def test_every_order_of_acts_and_of_their_webhooks_ends_in_the_same_books_rfd_3_rfd_4(
    provider: str, share: int, *, with_fee: bool
) -> None:
    ends: list[Counter[tuple[str, str]]] = []
    for order in islice(steps(), share * _EVERY, None, _SHARES * _EVERY):
        contest = Contest(provider, with_fee=with_fee)

        with told(order):
            contest.run(order)

            assert_all_is_back(contest)
            ends.append(contest.books)
            if len(ends) % _REPEATED_EVERY == 0:
                state = contest.world.state()
                contest.hear_all_again()
                assert contest.world.state() == state
    assert all(each == ends[0] for each in ends)


@contextmanager
def told(order: tuple[Step, ...]) -> Iterator[None]:
    """A failure inside says in which order."""
    try:
        yield
    except Exception as error:
        error.add_note(" ".join(f"{name}{' heard' if heard else ''}" for name, heard in order))
        raise
