"""One thing spoiled for each thing that is checked: it is found, by that check and where it lies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from guichet.adapters.dynamo.codec import encode_time
from guichet.verification.findings import MEANING, Check
from tests.support.autopaying import COLLECTING_CHECKS
from tests.support.billed_day import BILLING_CHECKS
from tests.support.kept import Kept

# test_what_is_found_in_billing.py, …_in_methods.py, …_in_collecting.py
ELSEWHERE = BILLING_CHECKS | {Check.METHODS} | COLLECTING_CHECKS

type Spoil = Callable[[Kept], Any]


def test_where_nothing_is_wrong_nothing_is_found_and_each_check_has_judged_something_mon_4(
    kept: Kept,
) -> None:
    report = kept.judged()

    assert report.findings == []
    assert report.is_clean
    assert set(report.judged) == set(Check) - ELSEWHERE
    assert set(Check) == set(MEANING)
    assert report.read == {"state": len(kept.state), "journal": len(kept.journal)}


def _changed(sk: str, where: dict[str, object], **fields: object) -> Spoil:
    return lambda kept: kept.item(sk, **where).update(fields)


def _without(sk: str, **where: object) -> Spoil:
    return lambda kept: kept.state.remove(kept.item(sk, **where))


def _entry_lost(kept: Kept) -> None:
    kept.journal.remove(kept.history(kept.entry("payment", "payment.captured"))[1])


def _last_entry_lost(kept: Kept) -> None:
    kept.journal.remove(kept.history(kept.entry("payment", "payment.captured"))[-1])


def _history_forked(kept: Kept) -> None:
    kept.entry("payment", "payment.captured")["before"]["status"] = "expired"


def _state_leapt(kept: Kept) -> None:
    kept.entry("payment", "payment.captured")["after"]["status"] = "abandoned"


def _began_in_the_middle(kept: Kept) -> None:
    kept.entry("refund", "refund.requested")["after"]["status"] = "succeeded"


def _in_anothers_book(kept: Kept) -> None:
    kept.entry("payment", "payment.captured")["account_id"] = "acc_other"


def _posting(**fields: object) -> Spoil:
    return lambda kept: kept.entry("payment", "payment.captured")["postings"][0].update(fields)


def _cent_too_many(kept: Kept) -> None:
    kept.entry("payment", "payment.captured")["postings"][0]["amount_minor"] += 1


def _refund_posted_twice(kept: Kept) -> None:
    entry = kept.entry("refund", "refund.succeeded")
    entry["postings"] = entry["postings"] * 2


def _money_from_nowhere(kept: Kept) -> None:
    moves = {"source": "registrants", "destination": "provider_balance"}
    kept.entry("registration")["postings"] = [{**moves, "amount_minor": 1, "currency": "USD"}]


def _captured_more(kept: Kept) -> None:
    kept.item("PAYMENT", status="captured")["capture"]["amount"]["amount_minor"] += 1


def _fee_above_the_price(kept: Kept) -> None:
    capture = kept.item("PAYMENT", status="captured")["capture"]
    capture["platform_fee"]["amount_minor"] = capture["amount"]["amount_minor"] + 1


def _refunded_more(kept: Kept) -> None:
    kept.item("REFUND#", reason="organizer")["amount"]["amount_minor"] = 12_001


def _two_under_way(kept: Kept) -> None:
    first = kept.item("REFUND#", reason="organizer")
    first["status"] = "requested"
    kept.state.append({**first, "sk": "REFUND#ref_other", "refund_id": "ref_other"})


def _fee_kept(kept: Kept) -> None:
    kept.item("REFUND#", reason="organizer")["fee"]["amount_minor"] -= 1


def _fee_twice(kept: Kept) -> None:
    kept.item("REFUND#", reason="organizer")["fee"]["amount_minor"] = 229


def _dispute_not_lost(kept: Kept) -> None:
    kept.item("DISPUTE#")["status"] = "won"


def _seat_of_nobody(kept: Kept) -> None:
    kept.item("SEATS", taken=2)["taken"] = 3


def _oversold(kept: Kept) -> None:
    kept.item("SEATS", taken=2)["capacity"] = kept.item("TRAINING", capacity=5)["capacity"] = 1


def _address_free(kept: Kept) -> None:
    kept.state.remove(_address(kept))


def _address_of_another(kept: Kept) -> None:
    _address(kept)["registration_id"] = "reg_x_y"


def _address(kept: Kept) -> Any:  # noqa: ANN401 - an item
    who = kept.item("REG#", status="confirmed")["registration_id"]
    return kept.item("EMAIL#", registration_id=who)


def _sold_for_nothing(kept: Kept) -> None:
    kept.item("REG#", status="confirmed").update(paid_by="nothing_due", paid_payment_id=None)


def _paid_by_an_open_page(kept: Kept) -> None:
    page = kept.item("PAYMENT", status="open")["payment_id"]
    kept.item("REG#", status="confirmed")["paid_payment_id"] = page


def _money_kept_for_nothing(kept: Kept) -> None:
    kept.item("REG#", status="confirmed").update(paid_by=None, paid_payment_id=None)


def _processing_what(kept: Kept) -> None:
    kept.item("PAYMENT", status="processing")["status"] = "failed"


def _used_above_the_limit(kept: Kept) -> None:
    kept.item("CODE#", version=1)["total_uses"] = 0


def _forgotten(kept: Kept) -> None:
    item = kept.item("REG#", status="awaiting_payment")
    del item["due_key"], item["due_at"]


def _put_off(kept: Kept) -> None:
    item = kept.item("REG#", status="awaiting_payment")
    item["due_at"] = encode_time(kept.now + timedelta(days=9))


def _left_lying(kept: Kept) -> None:
    kept.now += timedelta(hours=4)


def _nobody_told(kind: str, event: str) -> Spoil:
    def spoil(kept: Kept) -> None:
        for entry in kept.entries(kind, event):
            entry["events"] = []

    return spoil


def _asked_in_vain(kept: Kept) -> None:
    refund = kept.item("REFUND#", reason="organizer")
    refund.update(status="requested", requested_at=encode_time(kept.now - timedelta(hours=4)))


def _unknown_for_long(kept: Kept) -> None:
    payment = kept.item("PAYMENT", status="processing")
    payment.update(status="capturing", started_at=encode_time(kept.now - timedelta(hours=4)))


SPOILED = [
    pytest.param(Check.READABLE, _changed("PAYMENT", {"status": "open"}, amount="120.00"), id="no money"),
    pytest.param(Check.READABLE, _changed("REG#", {}, status="waiting"), id="no such state"),
    pytest.param(Check.WHOLE, _without("PAYMENT", status="captured"), id="refunds of nothing"),
    pytest.param(Check.WHOLE, _without("TRAINING", capacity=5), id="seats of no training"),
    pytest.param(Check.GAPLESS, _entry_lost, id="an entry in the middle"),
    pytest.param(Check.CURRENT, _last_entry_lost, id="the last entry"),
    pytest.param(Check.JOINED, _history_forked, id="another past"),
    pytest.param(Check.CURRENT, _changed("TRAINING", {}, title="Dancing"), id="changed by hand"),
    pytest.param(Check.CURRENT, _without("REFUND#"), id="an object taken away"),
    pytest.param(Check.CURRENT, _changed("INBOX", {}, deliveries=7), id="deliveries"),
    pytest.param(Check.CURRENT, _changed("DISPUTE#", {}, payment_id="pay_other"), id="at another key"),
    pytest.param(Check.STATES, _state_leapt, id="a move that the table lacks"),
    pytest.param(Check.STATES, _began_in_the_middle, id="a life that begins in the middle"),
    pytest.param(Check.OWNED, _in_anothers_book, id="another organizer's book"),
    pytest.param(Check.POSTINGS, _posting(amount_minor=-12_000), id="a negative amount"),
    pytest.param(Check.POSTINGS, _posting(destination="registrants"), id="to where it came from"),
    pytest.param(Check.POSTINGS, _posting(source="suspense"), id="an account that is none"),
    pytest.param(Check.POSTINGS, _posting(amount_minor="12000"), id="an amount in words"),
    pytest.param(Check.PAYMENT_BOOKS, _cent_too_many, id="a cent too many"),
    pytest.param(Check.PAYMENT_BOOKS, _refund_posted_twice, id="a refund posted twice"),
    pytest.param(Check.PAYMENT_BOOKS, _posting(currency="EUR"), id="another currency"),
    pytest.param(Check.BALANCED, _money_from_nowhere, id="money that no payment explains"),
    pytest.param(Check.CAPTURES, _captured_more, id="more than was asked"),
    pytest.param(Check.CAPTURES, _fee_above_the_price, id="a fee above the price"),
    pytest.param(Check.CAPTURES, _changed("PAYMENT", {"status": "captured"}, capture=None), id="no capture"),
    pytest.param(Check.CAPTURES, _changed("PAYMENT", {"status": "captured"}, status="failed"), id="failed"),
    pytest.param(Check.REFUNDS, _refunded_more, id="more than came"),
    pytest.param(Check.REFUNDS, _two_under_way, id="two refunds at once"),
    pytest.param(Check.REFUNDS, _changed("REFUNDS", {}, count=7), id="uncounted refunds"),
    pytest.param(Check.FEES, _fee_kept, id="a cent of the fee kept"),
    pytest.param(Check.FEES, _fee_twice, id="more than the whole fee"),
    pytest.param(Check.DISPUTES, _dispute_not_lost, id="a chargeback of a won dispute"),
    pytest.param(Check.SEATS, _seat_of_nobody, id="a seat of nobody"),
    pytest.param(Check.SEATS, _oversold, id="more than there are"),
    pytest.param(Check.EMAILS, _address_free, id="an address that anybody may use"),
    pytest.param(Check.EMAILS, _address_of_another, id="another's address"),
    pytest.param(Check.HOLDS, _changed("REG#", {"status": "awaiting_payment"}, hold=None), id="no hold"),
    pytest.param(Check.HOLDS, _changed("REG#", {"status": "awaiting_payment"}, open_payment_id="pay_x"),
                 id="a lease of nothing"),
    pytest.param(Check.HOLDS, _processing_what, id="processing nothing"),
    pytest.param(Check.PAID, _paid_by_an_open_page, id="an unpaid seat"),
    pytest.param(Check.PAID, _money_kept_for_nothing, id="money kept for nothing"),
    pytest.param(Check.PAID, _sold_for_nothing, id="a seat for nothing"),
    pytest.param(Check.CODES, _changed("USES", {}, used=2), id="a use of nobody"),
    pytest.param(Check.CODES, _used_above_the_limit, id="above the limit"),
    pytest.param(Check.PAYEES, _without("PAYEE"), id="an account that anybody may link"),
    pytest.param(Check.PAYEES, _changed("PAYEE", {}, pk="PAYEE#stripe#acct_x"), id="another's account"),
    pytest.param(Check.PAYEES, _without("POINTER"), id="an account that is not found"),
    pytest.param(Check.DUE, _forgotten, id="nobody will look"),
    pytest.param(Check.DUE, _put_off, id="looked at too late"),
    pytest.param(Check.DUE, _left_lying, id="nobody has looked"),
    pytest.param(Check.ALARMED, _nobody_told("payment", "payment.mismatched"), id="mismatched"),
    pytest.param(Check.ALARMED, _nobody_told("dispute", "dispute.opened"), id="dispute"),
    pytest.param(Check.ALARMED, _asked_in_vain, id="a refund unknown for long"),
    pytest.param(Check.ALARMED, _unknown_for_long, id="a capture unknown for long"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "spoil"), SPOILED)
def test_what_was_spoiled_is_found_by_its_check_mon_4(
    kept: Kept, check: Check, spoil: Spoil
) -> None:
    spoil(kept)

    report = kept.judged()

    assert check in {finding.check for finding in report.findings}
    assert report.found[check] >= 1


def test_each_check_is_spoiled_at_least_once() -> None:
    assert {spoiled.values[0] for spoiled in SPOILED} == set(Check) - ELSEWHERE
