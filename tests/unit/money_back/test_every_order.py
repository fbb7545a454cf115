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
_THEIRS: Final = {LedgerAccount.PROVIDER_BALANCE, LedgerAccount.ORGANIZER_RECEIVABLE}
_SHARES: Final = 2  # so that workers share the orders
_EVERY: Final = 1 if os.environ.get("SIMULATE") else 3  # of 90 orders
_REPEATED_EVERY: Final = 4

type Step = tuple[str, bool]  # an act, or that its webhooks arrive


def steps(acts: tuple[str, ...]) -> Iterator[tuple[Step, ...]]:
    """Every order of the acts and of the arrivals of their webhooks, each after its act."""
    every = [(act, heard) for act in acts for heard in (False, True)]
    for order in permutations(every):
        if all(order.index((act, False)) < order.index((act, True)) for act in acts):
            yield order


class Contest:
    """One sale, ways in which its money goes back, and webhooks that wait for their moment."""

    def __init__(self, provider: str, *, with_fee: bool = False) -> None:
        self.world = World()
        self.world.link_paypal()
        self.road = Road(self.world, provider)
        self.sale: Sale = sold(self.road)
        self.captured = self.sale.payment.amount.amount_minor
        self.dispute_id = ""
        self.held: dict[str, list[PendingWebhook]] = {}
        self._acts: dict[str, Callable[[], object]] = {
            "refund": lambda: self.sale.refund(_PARTS["refund"]),
            "there": lambda: self.sale.refund_there(_PARTS["there"], with_fee=with_fee),
            "chargeback": lambda: self.sale.lose(self.sale.dispute(_PARTS["chargeback"])),
            "all_there": self.sale.refund_there,
            "all_disputed": lambda: self.sale.lose(self.sale.dispute(self.captured)),
            "lost": lambda: self.sale.lose(self.dispute_id),
            "won": lambda: self.sale.win(self.dispute_id),
            "lost_again": lambda: self.sale.lose(self.dispute_id),
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
    def books(self) -> dict[str, int]:
        """The organizer's.

        At PayPal it depends on what we knew when we refunded whether a cent of the fee went back
        there, or as account credit.
        """
        if self.road.provider == "paypal":
            return self.organizers_own
        return {str(account): amount for (account, _), amount in self.world.books().items()}

    @property
    def organizers_own(self) -> dict[str, int]:
        """The same, with what lies at the provider and what is credited in one."""
        books: Counter[str] = Counter()
        for (account, _), amount in self.world.books().items():
            books["organizer" if account in _THEIRS else str(account)] += amount
        return {account: amount for account, amount in books.items() if amount}


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
    assert not {"platform_fee", "registrants", "disputed"} & set(contest.books)


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
    ends: list[dict[str, int]] = []
    for order in islice(steps(_ACTS), share * _EVERY, None, _SHARES * _EVERY):
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


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_a_dispute_lost_won_on_appeal_and_lost_again_ends_in_the_same_books_rfd_4(
    provider: str,
) -> None:
    """What we gave back of our fee after the first loss is owed, and credited after the second."""
    decisions = ("lost", "won", "lost_again")
    ends: list[dict[str, int]] = []
    for order in steps(decisions):
        if [name for name, heard in order if not heard] != list(decisions):
            continue
        contest = Contest(provider)
        contest.dispute_id = contest.sale.dispute()

        with told(order):
            contest.run(order)

            sale = contest.sale
            contest.world.assert_books_equal_the_providers()
            assert_verified(contest.world.dynamo, contest.world.clock.now())
            assert sale.so_far.refunded == sale.payment.amount
            assert not sale.so_far.exceeds_captured
            assert sale.fee_back() == sale.payment.platform_fee
            ends.append(contest.organizers_own)
    assert all(each == ends[0] for each in ends)


def test_a_bank_that_takes_what_was_refunded_is_told_and_takes_no_fee_twice_rfd_3_rfd_4() -> None:
    """A dispute of money that had gone back already; PayPal takes only what is left."""
    acts = ("all_there", "all_disputed")
    ends: list[dict[str, int]] = []
    for order in steps(acts):
        if [name for name, heard in order if not heard] != list(acts):
            continue
        contest = Contest("stripe")

        with told(order):
            contest.run(order)

            sale = contest.sale
            contest.world.assert_books_equal_the_providers()
            assert_verified(contest.world.dynamo, contest.world.clock.now())
            assert sale.so_far.exceeds_captured
            assert "refund.exceeds_captured" in contest.world.alarms
            assert not sale.so_far.left
            assert sale.fee_back() == sale.payment.platform_fee
            ends.append(contest.books)
    assert all(each == ends[0] for each in ends)


@contextmanager
def told(order: tuple[Step, ...]) -> Iterator[None]:
    """A failure inside says in which order."""
    try:
        yield
    except Exception as error:
        error.add_note(" ".join(f"{name}{' heard' if heard else ''}" for name, heard in order))
        raise
