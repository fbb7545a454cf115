"""One thing spoiled for each thing that is checked in billing: found by that check."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from guichet.adapters.dynamo.codec import encode_time
from guichet.adapters.dynamo.content_text import packed_content, unpacked_content
from guichet.adapters.dynamo.items import unsent
from guichet.verification.findings import Check
from tests.support.billed_day import BILLING_CHECKS, BilledDay
from tests.support.kept import Kept
from tests.support.world import World

type Spoil = Callable[[Kept], Any]


@pytest.fixture(scope="module")
def billed_world() -> World:
    day = BilledDay()
    day.everything()
    return day.billing.world


@pytest.fixture
def billed(billed_world: World) -> Kept:
    return Kept.of(billed_world.dynamo, billed_world.clock.now())


def test_where_nothing_is_wrong_in_billing_nothing_is_found_mon_4(billed: Kept) -> None:
    report = billed.judged()

    assert report.findings == []
    assert set(report.judged) >= BILLING_CHECKS


def _changed(sk: str, where: dict[str, object], **fields: object) -> Spoil:
    return lambda kept: kept.item(sk, **where).update(fields)


def _without(sk: str, **where: object) -> Spoil:
    return lambda kept: kept.state.remove(kept.item(sk, **where))


def _paid(kept: Kept) -> Any:  # noqa: ANN401 - an item
    """An order that was paid in part by credit."""
    return next(
        each
        for each in kept.state
        if each["sk"].startswith("CART#")
        and each.get("paid_payment_id")
        and each["preview"]["credit_applied"]["amount_minor"]
    )


def _payment_of(kept: Kept, cart: Any) -> Any:  # noqa: ANN401 - same
    return kept.item("CART_PAYMENT", payment_id=cart["paid_payment_id"])


def _began_given_up(kept: Kept) -> None:
    kept.entry("cart", "cart.placed")["after"]["status"] = "abandoned"


def _leapt(kept: Kept) -> None:
    kept.entry("subscription", "subscription.activated")["after"]["status"] = "suspended"


def _posted(kind: str, event: str, **fields: object) -> Spoil:
    """The first posting of an entry in which that happened."""

    def spoil(kept: Kept) -> None:
        entry = next(each for each in kept.entries(kind, event) if each["postings"])
        entry["postings"][0].update(fields)

    return spoil


def _unbooked(kind: str, event: str) -> Spoil:
    def spoil(kept: Kept) -> None:
        next(each for each in kept.entries(kind, event) if each["postings"])["postings"] = []

    return spoil


def _of_nobodys_book(kept: Kept) -> None:
    del kept.entry("cart", "cart.done")["book"]


def _money_for_nothing(kept: Kept) -> None:
    entry = kept.entry("cart_payment", "cart_payment.started")
    moves = {"source": "receivable", "destination": "entity_balance"}
    entry.update(book="us", postings=[{**moves, "amount_minor": 1, "currency": "USD"}])


def _owes_more(kept: Kept) -> None:
    bill = {"bill_on": "2026-12-22", "due_on": "2027-01-21", "open_minor": 1}
    kept.item("BALANCE#").setdefault("bills", []).append(bill)


def _leased_by_a_done_order(kept: Kept) -> None:
    kept.item("SUBSCRIPTION#", status="active")["open_cart_id"] = _paid(kept)["cart_id"]


def _leased_by_anothers_order(kept: Kept) -> None:
    open_cart = kept.item("CART#", status="pending")
    kept.item("SUBSCRIPTION#", status="active")["open_cart_id"] = open_cart["cart_id"]


def _paid_less(kept: Kept) -> None:
    _payment_of(kept, _paid(kept))["capture"]["amount"]["amount_minor"] -= 1


def _paid_by_anothers_payment(kept: Kept) -> None:
    other = kept.item("CART_PAYMENT", status="open")
    _paid(kept)["paid_payment_id"] = other["payment_id"]


def _paid_twice(kept: Kept) -> None:
    payment = _payment_of(kept, _paid(kept))
    again = {**payment, "pk": "CART_PAYMENT#cpy_again", "payment_id": "cpy_again"}
    kept.state.append(again)


def _denied_after_all(kept: Kept) -> None:
    _payment_of(kept, _paid(kept))["status"] = "failed"


def _page_of_nothing(kept: Kept) -> None:
    kept.item("CART#", status="pending")["open_payment_id"] = "cpy_x"


def _waits_for_nothing(kept: Kept) -> None:
    kept.item("CART#", status="pending")["status"] = "processing"


def _billed_otherwise(kept: Kept) -> None:
    kept.entry("cart", "cart.done")["lines"][0]["amount"]["amount_minor"] += 1


def _billed_a_line_more(kept: Kept) -> None:
    lines = kept.entry("cart", "cart.done")["lines"]
    lines.append(lines[0])


def _billed_though_open(kept: Kept) -> None:
    opened = kept.item("CART#", status="pending")
    lines = kept.entry("cart", "cart.done")["lines"]
    history = [each for each in kept.journal if each["pk"] == f"JOURNAL#cart/{opened['cart_id']}"]
    history[0]["lines"] = lines


def _previewed_otherwise(kept: Kept) -> None:
    _paid(kept)["preview"]["due_now"]["amount_minor"] += 1


def _marked_another_day(kept: Kept) -> None:
    mark = kept.item("BILLED")
    mark["pk"] = mark["pk"].replace("2026-12-22", "2026-12-23")


def _renewed_too_early(kept: Kept) -> None:
    kept.entry("subscription", "subscription.renewed")["before"]["period"]["end"] = "2026-12-25"


def _renewed_twice(kept: Kept) -> None:
    entry = kept.entry("subscription", "subscription.renewed")
    kept.journal.append({**entry, "sk": "0000000099", "sequence": 99})


def _free_address(kept: Kept) -> None:
    kept.state.remove(kept.item("EMAIL#"))


def _address_of_one_who_left(kept: Kept) -> None:
    left = kept.item("SEAT#", status="released")
    kept.item("EMAIL#")["seat_id"] = left["seat_id"]


def _forgotten(sk: str, **where: object) -> Spoil:
    def spoil(kept: Kept) -> None:
        item = kept.item(sk, **where)
        del item["due_key"], item["due_at"]

    return spoil


def _nobody_told(kept: Kept) -> None:
    kept.item("CART_PAYMENT", status="open").update(status="parked")


def _unknown_for_long(kept: Kept) -> None:
    long_ago = encode_time(kept.now - timedelta(hours=4))
    kept.item("CART_PAYMENT", status="open").update(status="capturing", started_at=long_ago)


def _content(kept: Kept, change: Callable[[Any], object], **where: object) -> None:
    """Change what a document was computed from: a compressed text in its item."""
    name = kept.item("INVOICE#", **where)["invoice_id"]
    item = next(each for each in _with_content(kept) if each["invoice_id"] == name)
    content = json.loads(unpacked_content(item["content"]))
    change(content)
    item["content"] = packed_content(json.dumps(content))


def _with_content(kept: Kept) -> list[Any]:
    return [each for each in kept.state if each["sk"].startswith("NUMBER#") and "content" in each]


def _without_content(kept: Kept) -> None:
    del _with_content(kept)[0]["content"]


def _mail_left_lying(kept: Kept) -> None:
    long_ago = kept.now - timedelta(days=1)
    _with_content(kept)[0].update(unsent(["billing_invoice"], long_ago))


def _a_cent_more_on_a_line(kept: Kept) -> None:
    def change(content: Any) -> None:  # noqa: ANN401 - as it is stored
        content["lines"][0]["net_minor"] += 1

    _content(kept, change, kind="invoice")


def _printed_otherwise(kept: Kept) -> None:
    def change(content: Any) -> None:  # noqa: ANN401 - same
        content["document"]["number"] = "US-I-000999"

    _content(kept, change, kind="invoice")


def _a_line_on_two_documents(kept: Kept) -> None:
    """Both add up, each for itself."""
    found = _with_content(kept)
    texts = [unpacked_content(each["content"]) for each in found]
    whole = [n for n, each in enumerate(texts) if '"credit_note"' not in each]
    found[whole[0]]["content"] = packed_content(texts[whole[1]])


def _numbered_twice(kept: Kept) -> None:
    first, second = _two_numbers(kept)
    for entry in kept.journal:
        if entry["pk"] == f"JOURNAL#invoice/{second['invoice_id']}" and entry["sequence"] == 1:
            entry["after"]["place"] = int(first["sk"].partition("#")[2])


def _two_numbers(kept: Kept) -> tuple[Any, Any]:
    numbers = [each for each in kept.state if each["sk"].startswith("NUMBER#")]
    of_invoices = [each for each in numbers if "credit_note" not in each["pk"]]
    return of_invoices[0], of_invoices[1]


def _kept_for_another(kept: Kept) -> None:
    first, second = _two_numbers(kept)
    first["invoice_id"] = second["invoice_id"]


def _gives_back_more(kept: Kept) -> None:
    """The credit note of a change: nine times of what it was of."""
    item = next(each for each in kept.state if _is_note(each))
    whole = json.loads(unpacked_content(item["content"]))
    for line in whole["lines"]:
        line["net_minor"] *= 9
    item["content"] = packed_content(json.dumps(whole, separators=(",", ":")))


def _gives_back_more_tax(kept: Kept) -> None:
    """The credit note of a change says more of a tax than was charged; its lines are right."""
    item = next(each for each in kept.state if _is_note(each))
    whole = json.loads(unpacked_content(item["content"]))
    document = whole["document"]
    more = 8 * document["tax_minor"]
    document["taxes"][0]["amount_minor"] += more
    document["tax_minor"] += more
    document["total_minor"] += more
    item["content"] = packed_content(json.dumps(whole, separators=(",", ":")))


def _is_note(item: Any) -> bool:  # noqa: ANN401 - an item
    return "content" in item and '"credit_note"' in unpacked_content(item["content"])


def _days_backwards(kept: Kept) -> None:
    first, _ = _two_numbers(kept)
    for entry in kept.journal:
        if entry["pk"] == f"JOURNAL#invoice/{first['invoice_id']}" and entry["sequence"] == 1:
            entry["after"]["issued_on"] = "2031-01-01"


def _counts_further(kept: Kept) -> None:
    kept.item("COUNTER")["last_place"] += 1


def _never_invoiced(kept: Kept) -> None:
    cart_id = kept.item("INVOICE#", kind="invoice", cart_id=_paid(kept)["cart_id"])["cart_id"]
    _drop_invoice(kept, cart_id=cart_id)


def _drop_invoice(kept: Kept, **where: object) -> None:
    item = kept.item("INVOICE#", **where)
    name = item["invoice_id"]
    kept.state[:] = [each for each in kept.state if name not in str(each["sk"])]
    kept.journal[:] = [each for each in kept.journal if f"invoice/{name}" not in str(each["pk"])]


def _corrects_nothing(kept: Kept) -> None:
    kept.item("INVOICE#", kind="credit_note")["refers_to"] = "inv_20000101_x"


def _noted_otherwise(kept: Kept) -> None:
    name = kept.item("INVOICE#", kind="credit_note")["refers_to"]
    kept.item("INVOICE#", invoice_id=name)["noted_minor"] += 1


def _owed_and_paid(kept: Kept) -> None:
    bills = kept.item("BALANCE#").setdefault("bills", [])
    name = kept.item("INVOICE#", status="paid", kind="invoice")["invoice_id"]
    bill = {"bill_on": "2026-12-22", "due_on": "2027-01-21", "open_minor": 1, "invoice_id": name}
    bills.append({**bill, "is_invoiced": True})


def _open_and_not_owed(kept: Kept) -> None:
    item = kept.item("INVOICE#", status="paid", kind="invoice")
    item.update(status="open", total_minor=item["total_minor"] + 5)


def _order_of_another_total(kept: Kept) -> None:
    item = kept.item("INVOICE#", kind="invoice", cart_id=_paid(kept)["cart_id"])
    item["total_minor"] += 1


def _bill_of_other_lines(kept: Kept) -> None:
    bill = {"bill_on": "2026-12-22", "due_on": "2027-01-21", "open_minor": 7, "invoice_id": "inv_x"}
    kept.item("BALANCE#").setdefault("bills", []).append({**bill, "sources": ["sub_gone@1"]})


def _tax_not_booked(kept: Kept) -> None:
    entry = next(
        each
        for each in kept.entries("invoice", "invoice.finalized")
        if any(posting["source"] == "sales_tax" for posting in each["postings"])
    )
    entry["postings"] = [each for each in entry["postings"] if each["source"] != "sales_tax"]


def _finished_twice(kept: Kept) -> None:
    entry = kept.entry("invoice_run", "invoice_run.finished")
    kept.journal.append(
        {**entry, "sk": "0000000098", "sequence": 98, "after": {"status": "planning"}}
    )


SPOILED = [
    pytest.param(Check.DOCUMENTS, _a_cent_more_on_a_line, id="a line of another amount"),
    pytest.param(Check.DOCUMENTS, _printed_otherwise, id="another number in print"),
    pytest.param(Check.DOCUMENTS, _without_content, id="no content"),
    pytest.param(Check.DOCUMENTS, _changed("INVOICE#", {"kind": "invoice"}, tax_minor=1), id="tax"),
    pytest.param(Check.DOCUMENTS, _changed("INVOICE#", {"status": "paid"}, status="open"),
                 id="open, and nothing is"),
    pytest.param(Check.DOCUMENTS, _a_line_on_two_documents, id="another's content"),
    pytest.param(Check.LINES, _a_line_on_two_documents, id="a line on two documents"),
    pytest.param(Check.LINES, _without_content, id="a line on none"),
    pytest.param(Check.CREDITED, _gives_back_more, id="more goes back than was charged"),
    pytest.param(Check.CREDITED, _gives_back_more_tax, id="more of a tax goes back"),
    pytest.param(Check.CREDITED, _without("GIVENBACK#"), id="what went back is not known"),
    pytest.param(Check.WHOLE, _without("INVOICE#"), id="content of no invoice"),
    pytest.param(Check.NUMBERS, _numbered_twice, id="a number twice"),
    pytest.param(Check.NUMBERS, _without("NUMBER#"), id="a number that may be given again"),
    pytest.param(Check.NUMBERS, _kept_for_another, id="a number of another"),
    pytest.param(Check.NUMBERS, _days_backwards, id="days that run backwards"),
    pytest.param(Check.NUMBERS, _counts_further, id="a number left out"),
    pytest.param(Check.NUMBERS, _never_invoiced, id="a gap"),
    pytest.param(Check.INVOICED, _never_invoiced, id="an order without an invoice"),
    pytest.param(Check.INVOICED, _order_of_another_total, id="an order of another total"),
    pytest.param(Check.INVOICED, _corrects_nothing, id="a note of nothing"),
    pytest.param(Check.INVOICED, _noted_otherwise, id="a note of another amount"),
    pytest.param(Check.INVOICED, _owed_and_paid, id="owed though paid"),
    pytest.param(Check.INVOICED, _open_and_not_owed, id="open and not owed"),
    pytest.param(Check.INVOICED, _bill_of_other_lines, id="a bill of no lines"),
    pytest.param(Check.INVOICE_BOOKS, _tax_not_booked, id="tax that is not booked"),
    pytest.param(Check.INVOICE_BOOKS, _changed("INVOICE#", {"kind": "invoice", "cart_id": None},
                                               credit_applied_minor=9), id="credit not booked"),
    pytest.param(Check.STATES, _finished_twice, id="a run that begins again"),
    pytest.param(Check.READABLE, _changed("SUBSCRIPTION#", {}, mode="lunar"), id="no such mode"),
    pytest.param(Check.WHOLE, _without("SUBSCRIPTION#", status="active"), id="a pool of nothing"),
    pytest.param(Check.CURRENT, _changed("BALANCE#", {}, credit_minor=1), id="credit by hand"),
    pytest.param(Check.CURRENT, _changed("SEAT#", {}, subscription_id="sub_x"), id="at another key"),
    pytest.param(Check.STATES, _began_given_up, id="an order that begins at its end"),
    pytest.param(Check.STATES, _leapt, id="a move that the table lacks"),
    pytest.param(Check.POSTINGS, _posted("cart", "cart.done", source="registrants"), id="a foreign account"),
    pytest.param(Check.POSTINGS, _of_nobodys_book, id="an entity's account in an organizer's book"),
    pytest.param(Check.ORDER_BOOKS, _posted("cart", "cart.done", amount_minor=1), id="another amount"),
    pytest.param(Check.ORDER_BOOKS, _unbooked("cart_payment", "cart_payment.captured"), id="money"),
    pytest.param(Check.ORDER_BOOKS, _unbooked("cart_payment", "cart_payment.credited"), id="credit"),
    pytest.param(Check.ORDER_BOOKS, _money_for_nothing, id="money that no order explains"),
    pytest.param(Check.OWED, _owes_more, id="a bill that is not in the journal"),
    pytest.param(Check.OWED, _changed("BALANCE#", {}, credit_minor=1), id="credit from nowhere"),
    pytest.param(Check.OWED, _changed("BALANCE#", {}, reserved_minor=0), id="a reservation lost"),
    pytest.param(Check.OWED, _changed("BALANCE#", {}, credit_minor=-1), id="credit used twice"),
    pytest.param(Check.OWED, _without("BALANCE#"), id="no balance"),
    pytest.param(Check.OWED, _unbooked("subscription", "subscription.renewed"), id="an unbooked bill"),
    pytest.param(Check.ORDERS, _leased_by_a_done_order, id="leased by a done order"),
    pytest.param(Check.ORDERS, _leased_by_anothers_order, id="leased by an order of something else"),
    pytest.param(Check.ORDERS, _changed("SUBSCRIPTION#", {"status": "pending"}, open_cart_id=None),
                 id="pending for nothing"),
    pytest.param(Check.ORDERS, _paid_less, id="a cent too few"),
    pytest.param(Check.ORDERS, _paid_by_anothers_payment, id="paid by another's payment"),
    pytest.param(Check.ORDERS, _paid_twice, id="money that bought nothing"),
    pytest.param(Check.ORDERS, _denied_after_all, id="paid by what failed"),
    pytest.param(Check.ORDERS, _without("CART#", status="abandoned"), id="payments of no order"),
    pytest.param(Check.ORDERS, _page_of_nothing, id="a lease of nothing"),
    pytest.param(Check.ORDERS, _waits_for_nothing, id="processing nothing"),
    pytest.param(Check.ORDERS, _changed("CART#", {"status": "done"}, open_payment_id="cpy_x"), id="lease"),
    pytest.param(Check.ORDERS, _changed("CART#", {"status": "abandoned"}, paid_payment_id="cpy_x"),
                 id="given up and paid"),
    pytest.param(Check.PREVIEWED, _billed_otherwise, id="billed otherwise than previewed"),
    pytest.param(Check.PREVIEWED, _billed_a_line_more, id="a line more"),
    pytest.param(Check.PREVIEWED, _billed_though_open, id="billed before it was paid"),
    pytest.param(Check.PREVIEWED, _previewed_otherwise, id="parts that are not the whole"),
    pytest.param(Check.PERIODS, _without("BILLED"), id="an unmarked period"),
    pytest.param(Check.PERIODS, _marked_another_day, id="a mark of nothing"),
    pytest.param(Check.PERIODS, _renewed_too_early, id="a period within another"),
    pytest.param(Check.PERIODS, _renewed_twice, id="a period twice"),
    pytest.param(Check.POOLS, _changed("POOL", {"assigned": 1}, assigned=2), id="a seat of nobody"),
    pytest.param(Check.POOLS, _changed("POOL", {"assigned": 1}, capacity=0), id="more than there are"),
    pytest.param(Check.POOLS, _changed("POOL", {"assigned": 1}, capacity=4), id="more than were bought"),
    pytest.param(Check.POOLS, _without("POOL", assigned=1), id="no pool"),
    pytest.param(Check.POOLS, _free_address, id="a person who may get two"),
    pytest.param(Check.POOLS, _address_of_one_who_left, id="a person who may get none"),
    pytest.param(Check.TRIALS, _without("TRIAL#"), id="a trial that may be had again"),
    pytest.param(Check.TRIALS, _changed("TRIAL#", {}, subscription_id="sub_x"), id="a trial of nothing"),
    pytest.param(Check.DUE, _forgotten("SUBSCRIPTION#", status="active"), id="never renewed"),
    pytest.param(Check.DUE, _forgotten("CART#", status="pending"), id="never abandoned"),
    pytest.param(Check.DUE, _mail_left_lying, id="a mail that nobody sends"),
    pytest.param(Check.ALARMED, _nobody_told, id="parked"),
    pytest.param(Check.ALARMED, _unknown_for_long, id="a capture unknown for long"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "spoil"), SPOILED)
def test_what_was_spoiled_in_billing_is_found_by_its_check_mon_4(
    billed: Kept, check: Check, spoil: Spoil
) -> None:
    spoil(billed)

    report = billed.judged()

    assert check in {finding.check for finding in report.findings}


def test_each_check_of_billing_is_spoiled_at_least_once() -> None:
    assert {spoiled.values[0] for spoiled in SPOILED} >= BILLING_CHECKS
