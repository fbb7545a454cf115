"""COL-8, BAD-6, BAD-11: a refund that was given up goes out all the same; a person's word about one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import cast

import pytest

from guichet.collection.own_refund_outcome import RefundSituation, reported
from guichet.collection.own_refunding import OwnRefunding
from guichet.collection.use_cases.resolve_own_refund import ResolveOwnRefund, resolve_own_refund
from guichet.collection.use_cases.settle_own_refund import settle_own_refund
from guichet.ledger.refund_postings import own_provider_fee_return_postings
from guichet.money import Money
from guichet.payments.own_refund import OwnRefund, OwnRefundStatus
from guichet.payments.ports import PaymentProvider, ProviderRefusedError, RefundReport
from guichet.payments.refund import RefundStatus, SentRefund
from tests.support.paid_twice import (
    STAFF,
    TOTAL,
    PaidTwice,
    assert_right,
    lost_to_its_bank,
    moved,
    resolve,
)
from tests.support.unchanged import nothing_written
from tests.support.world import SYSTEM, refusal_of

S = OwnRefundStatus


@pytest.fixture
def by_card() -> Iterator[PaidTwice]:
    """What any of these stories leaves behind keeps the rules."""
    made = PaidTwice()
    yield made
    assert_right(made)


# -- a person's word


def test_nobody_says_credit_while_the_provider_is_silent_bad_11(by_card: PaidTwice) -> None:
    """It was made, and its answer is lost: only after a day of silence a person's look is enough."""
    by_card.pay_again()
    _made_unheard(by_card)
    assert (by_card.refund().status, by_card.given_back) == (S.REQUESTED, TOTAL)

    with nothing_written(by_card.world.dynamo):
        refusal = refusal_of(lambda: resolve(by_card, went_back=False))

    assert refusal.code == "provider_unavailable"


@pytest.mark.parametrize("pends", [False, True])
def test_what_the_provider_knows_counts_more_than_a_person_s_word_col_8(
    by_card: PaidTwice,
    pends: bool,  # noqa: FBT001 - drawn
) -> None:
    by_card.pay_again()
    _made_unheard(by_card, {"pending": 1, "after_seconds": 90_000} if pends else {})
    by_card.simulator.configure_chaos({"api": []})

    refund = resolve(by_card, went_back=False)

    assert refund.status is (S.SUBMITTED if pends else S.SUCCEEDED)
    assert not by_card.account.billing.balance().credit
    with nothing_written(by_card.world.dynamo):
        again = refusal_of(lambda: resolve(by_card, went_back=False))
    assert again.code == f"refund_{refund.status}"


def test_a_question_that_is_refused_leaves_it_to_a_person_col_8(by_card: PaidTwice) -> None:
    by_card.pay_again()
    by_card.tell(and_settle=False)
    by_card.simulator.configure_chaos({"down": True})
    by_card.account.pass_time(hours=2)
    parts = by_card.account.billing.parts()
    command = ResolveOwnRefund(by_card.refund().refund_id, went_back=False, actor=STAFF)

    refund = resolve_own_refund(
        command, own_refunding=replace(parts.own_refunding, provider=lambda *_: _refusing())
    )

    assert refund.status is S.CREDITED


def test_nobody_says_credit_while_it_is_being_sent_bad_11(by_card: PaidTwice) -> None:
    by_card.pay_again()
    by_card.tell(and_settle=False)
    by_card.simulator.configure_chaos({"down": True})
    by_card.account.pass_time(hours=2)
    by_card.simulator.configure_chaos({"down": False})
    codes: list[str] = []

    def a_person() -> None:
        codes.append(refusal_of(lambda: resolve(by_card, went_back=False)).code)

    parts = by_card.account.billing.parts()
    asked = _meanwhile(parts.own_refunding, a_person)
    settle_own_refund(by_card.refund().refund_id, SYSTEM, own_refunding=asked)

    assert codes == ["refund_in_flight"]
    assert (by_card.refund().status, by_card.given_back) == (S.SUCCEEDED, TOTAL)
    assert not by_card.account.billing.balance().credit


def test_a_worker_that_died_with_it_holds_nobody_up_for_long_bad_11(by_card: PaidTwice) -> None:
    by_card.pay_again()
    by_card.tell(and_settle=False)
    by_card.simulator.configure_chaos({"down": True})
    by_card.account.pass_time(hours=25)
    by_card.simulator.configure_chaos({"down": False})
    parts = by_card.account.billing.parts()
    asked = _meanwhile(parts.own_refunding, _dies)
    with pytest.raises(MemoryError):
        settle_own_refund(by_card.refund().refund_id, SYSTEM, own_refunding=asked)
    by_card.simulator.configure_chaos({"down": True})
    assert refusal_of(lambda: resolve(by_card, went_back=False)).code == "refund_in_flight"

    by_card.world.clock.advance(minutes=2)

    assert resolve(by_card, went_back=False).status is S.CREDITED


def _made_unheard(twice: PaidTwice, refunds: dict[str, int] | None = None) -> None:
    """The provider makes it, and no answer of it arrives for two hours."""
    lost = {"do": "lost_after", "match": "POST /v1/refunds", "times": 1}
    silent = {"do": "lost_before", "match": "* /v1/refunds*", "times": 500}
    chaos = {"api": [lost, silent], "webhooks": {"drop": -1}, "refunds": refunds or {}}
    twice.simulator.configure_chaos(chaos)
    twice.tell()
    twice.account.pass_time(hours=2)


def _refusing() -> PaymentProvider:
    """Its keys are no keys any more."""

    class Refusing:
        def ask_refund(self, refund: SentRefund) -> RefundReport | None:
            raise ProviderRefusedError("request_refused", f"401 to {refund.refund_id}")

    return cast(PaymentProvider, Refusing())


def _meanwhile(own_refunding: OwnRefunding, act: Callable[[], None]) -> OwnRefunding:
    def provider(selling_entity: str, name: str) -> PaymentProvider:
        real = own_refunding.provider(selling_entity, name)
        return cast(PaymentProvider, _Meanwhile(real, act))

    return replace(own_refunding, provider=provider)


def _dies() -> None:
    raise MemoryError


@dataclass(frozen=True)
class _Meanwhile:
    """Something happens at the very moment when a refund is sent."""

    provider: PaymentProvider
    act: Callable[[], None]

    def refund(self, refund: SentRefund) -> RefundReport:
        self.act()
        return self.provider.refund(refund)

    def ask_refund(self, refund: SentRefund) -> RefundReport | None:
        return self.provider.ask_refund(refund)


# -- what went out though it was given up


def _credited_unheard(twice: PaidTwice) -> None:
    """A person looked at the wrong page."""
    _made_unheard(twice)
    twice.account.pass_time(hours=24)
    assert resolve(twice, went_back=False).status is S.CREDITED
    twice.simulator.configure_chaos({"api": [], "webhooks": {"drop": 0}})


def _hint(twice: PaidTwice) -> None:
    parts = twice.account.billing.parts()
    parts.own_refunding.ask(twice.refund().refund_id, twice.world.cause("late webhook"))
    twice.world.settle_down()


def test_what_went_out_though_it_is_credit_is_claimed_and_told_once_bad_6(
    by_card: PaidTwice,
) -> None:
    """The credit may be spent: nothing is taken away, a person decides."""
    by_card.pay_again()
    _credited_unheard(by_card)

    _hint(by_card)
    _hint(by_card)

    refund = by_card.refund()
    assert (refund.status, by_card.given_back) == (S.CREDITED, TOTAL)
    assert refund.went_after_all_at == by_card.world.clock.now()
    assert by_card.account.billing.balance().credit.amount_minor == TOTAL
    assert moved(by_card)["claims"] == TOTAL
    assert by_card.world.alarms.count("own_refund.went_after_all") == 1


def test_what_comes_back_from_there_is_claimed_no_more_bad_6(by_card: PaidTwice) -> None:
    by_card.pay_again()
    _credited_unheard(by_card)
    _hint(by_card)

    by_card.simulator.fail_refund(by_card.refund().provider_refund_id)
    by_card.world.settle_down()

    refund = by_card.refund()
    assert (refund.status, refund.went_after_all_at) == (S.CREDITED, None)
    assert not moved(by_card).get("claims")
    assert by_card.account.billing.balance().credit.amount_minor == TOTAL
    assert by_card.world.alarms.count("own_refund.came_back_after_all") == 1
    assert by_card.given_back == 0


def test_what_went_out_though_the_bank_took_it_back_is_claimed_and_told_bad_6(
    by_card: PaidTwice,
) -> None:
    by_card.pay_again()
    _made_unheard(by_card)
    lost_to_its_bank(by_card)
    parts = by_card.account.billing.parts()
    parts.charging.ask(by_card.first.payment_id, by_card.world.cause("webhook"))
    by_card.account.pass_time(hours=24)
    assert resolve(by_card, went_back=False).status is S.TAKEN_BACK
    by_card.simulator.configure_chaos({"api": [], "webhooks": {"drop": 0}})

    _hint(by_card)

    assert by_card.refund().status is S.TAKEN_BACK
    assert moved(by_card)["claims"] == TOTAL
    assert by_card.world.alarms.count("own_refund.went_after_all") == 1


def test_a_fee_that_is_told_after_the_word_that_it_is_under_way_is_booked_once_fee_3(
    by_card: PaidTwice,
) -> None:
    by_card.pay_again()
    _credited_unheard(by_card)
    refund = by_card.refund()
    balance, now = by_card.account.billing.balance(), by_card.world.clock.now()
    situation = RefundSituation(refund, by_card.paid_first(), balance, now)
    fee = Money(30, "USD")

    (pending,) = reported(situation, RefundReport(RefundStatus.SUBMITTED, "re_1"))
    there = replace(situation, refund=cast(OwnRefund, pending.after))
    told = RefundReport(RefundStatus.SUCCEEDED, "re_1", provider_fee_returned=fee)
    (done,) = reported(there, told)

    assert done.postings == own_provider_fee_return_postings(fee)
    assert done.events == ()
    assert reported(replace(there, refund=cast(OwnRefund, done.after)), told) == ()
