"""INV-8, SUB-17, BAD-5: the lines of a month's usage, and what late records add to them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from guichet.catalogue.catalogue import Direction, UnitPrice
from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import Money
from guichet.period import Period
from guichet.subscriptions.usage import BilledUsage, UsageMonth, UsageRecord, UsedItem
from guichet.subscriptions.usage_billing import UsageBill, month_lines
from guichet.subscriptions.usage_pricing import UsageTerms, usage_terms
from tests.support.metering import (
    ACCOUNT,
    MINUTES,
    NOON,
    NOVEMBER,
    SUBSCRIPTION,
    VERSION,
    catalogue,
    item,
    per_unit,
    record,
    subscription,
    terms,
)

DECEMBER = date(2026, 12, 1)
TERMS = terms()


def bill(
    *records: UsageRecord, by: UsageTerms = TERMS, before: UsageMonth | None = None
) -> UsageBill:
    return month_lines(NOVEMBER, records, by, before, bill_on=DECEMBER)


def test_what_is_beyond_the_included_quantity_is_one_line_inv_8() -> None:
    made = bill(record("a", 1000), record("b", 500))

    assert made.lines == (
        BillableLine(
            subscription_id=SUBSCRIPTION,
            product_id="phone",
            kind=LineKind.USAGE,
            item="sms",
            quantity=1000,
            unit_price="0.0055",
            amount=Money(550, "USD"),
            period=Period(NOVEMBER, DECEMBER),
            bill_on=DECEMBER,
            tax_class="standard",
            catalogue_version=VERSION,
        ),
    )
    assert made.month == UsageMonth(
        *(SUBSCRIPTION, ACCOUNT, NOVEMBER, "USD", "US", "line", VERSION),
        items=(UsedItem("sms", 1500, 500),),
        billed=(BilledUsage("sms", "0.0055", 1000, 550),),
        version=1,
    )


def test_what_is_included_is_used_up_in_the_order_of_use_not_of_arrival_sub_20() -> None:
    minutes = replace(MINUTES, included=100)
    sent = {"item_id": "minutes", "direction": Direction.SENT}
    dear = record("a", 100, number="1876", used_at=NOON, **sent)
    cheap = record("b", 100, number="1416", used_at=NOON - timedelta(hours=1), **sent)

    made = bill(dear, cheap, by=terms(minutes))

    assert [(each.quantity, each.unit_price, each.amount) for each in made.lines] == [
        (100, "0.21", Money(2100, "USD"))
    ]


def test_of_two_uses_in_one_moment_the_key_decides_so_that_every_run_agrees_inv_8() -> None:
    minutes = replace(MINUTES, included=100)
    sent = {"item_id": "minutes", "direction": Direction.SENT}
    uses = [record("b", 100, number="1876", **sent), record("a", 100, number="1416", **sent)]

    there = bill(*uses, by=terms(minutes))
    back = bill(*reversed(uses), by=terms(minutes))

    assert there == back
    assert [each.unit_price for each in there.lines] == ["0.21"]


def test_each_unit_price_has_its_line_and_is_rounded_once_mon_3() -> None:
    sent = {"item_id": "minutes", "direction": Direction.SENT}
    uses = [record(f"k{n}", 1, number="1416", **sent) for n in range(10)]

    made = bill(*uses, record("j", 2, number="1876", **sent))

    assert [(each.quantity, each.unit_price, each.net_minor) for each in made.lines] == [
        (10, "0.012", 12),
        (2, "0.21", 42),
    ]
    assert {each.tax_class for each in made.lines} == {"telecom"}


def test_the_plan_says_how_much_is_included_sub_1() -> None:
    big = usage_terms(
        subscription(terms=replace(subscription().terms, plan_id="big")), catalogue(), "US", None
    )

    assert bill(record("a", 2000), by=big).lines == ()
    assert [each.quantity for each in bill(record("a", 2001), by=big).lines] == [1]


def test_another_month_has_its_own_included_quantity_inv_8() -> None:
    october = record("a", 600, used_at=datetime(2026, 10, 31, 23, tzinfo=UTC))

    made = bill(october, record("b", 500))

    assert made.lines == ()
    assert made.month is not None
    assert made.month.items == (UsedItem("sms", 500, 500),)


def test_a_late_record_adds_only_the_difference_inv_8() -> None:
    first = bill(record("a", 501))

    late = bill(record("a", 501), record("b", 1), before=first.month)

    # 0.55 was rounded to 1; both come to 1.1, so nothing more is due.
    assert [each.net_minor for each in first.lines] == [1]
    assert late.lines == ()
    assert late.month is not None
    assert (late.month.version, late.month.items) == (2, (UsedItem("sms", 502, 500),))
    assert late.month.billed == (BilledUsage("sms", "0.0055", 1, 1),)


def test_a_line_of_nothing_is_left_out_and_its_quantity_is_on_the_next_inv_8() -> None:
    first = bill(record("a", 501))
    second = bill(record("a", 501), record("b", 1), before=first.month)

    third = bill(record("a", 501), record("b", 1), record("c", 1), before=second.month)

    assert [(each.quantity, each.net_minor) for each in third.lines] == [(2, 1)]


def test_a_late_use_of_what_was_included_moves_others_beyond_it_inv_8() -> None:
    minutes = replace(MINUTES, included=100)
    sent = {"item_id": "minutes", "direction": Direction.SENT}
    cheap = record("a", 150, number="1416", **sent)
    dear = record("b", 80, number="1876", used_at=NOON - timedelta(days=1), **sent)
    first = bill(cheap, by=terms(minutes))

    late = bill(cheap, dear, by=terms(minutes), before=first.month)

    assert [(each.quantity, each.unit_price) for each in first.lines] == [(50, "0.012")]
    assert [(each.quantity, each.unit_price) for each in late.lines] == [(80, "0.012")]


def test_a_second_run_bills_nothing_and_has_nothing_to_save_bad_5() -> None:
    first = bill(record("a", 1500))

    second = bill(record("a", 1500), before=first.month)

    assert (second.lines, second.month) == ((), None)


def test_a_month_without_usage_is_saved_only_as_it_ends_so_that_its_terms_stay_inv_8() -> None:
    running = month_lines(NOVEMBER, [], TERMS, None, bill_on=DECEMBER)
    ended = month_lines(NOVEMBER, [], TERMS, None, bill_on=DECEMBER, ends_now=True)

    assert running.month is None
    assert ended.month is not None
    assert (ended.month.plan_id, ended.month.version, ended.month.items) == ("line", 1, ())
    again = month_lines(NOVEMBER, [], TERMS, ended.month, bill_on=DECEMBER, ends_now=True)
    assert again.month is None


def test_late_records_are_priced_by_the_terms_of_their_month_inv_8() -> None:
    ended = month_lines(NOVEMBER, [], TERMS, None, bill_on=DECEMBER, ends_now=True).month
    changed = subscription(
        terms=replace(subscription().terms, plan_id="big"), currency="CAD", version=9
    )

    late = bill(record("a", 600), by=usage_terms(changed, catalogue(), "CA", ended), before=ended)

    assert [(each.quantity, each.unit_price, each.amount) for each in late.lines] == [
        (100, "0.0055", Money(55, "USD"))
    ]


def test_what_was_used_before_the_billing_start_is_neither_counted_nor_charged_sub_17() -> None:
    before = record("a", 900, is_counted=False, used_at=NOON - timedelta(days=10))

    made = bill(before, record("b", 500), by=replace(TERMS, billing_start=NOON.date()))

    assert made.lines == ()
    assert made.month is not None
    assert made.month.items == (UsedItem("sms", 500, 500),)


def test_an_activation_that_is_told_late_makes_what_was_used_since_count_sub_17() -> None:
    told_before = record("a", 600, is_counted=False)

    made = bill(told_before, by=replace(TERMS, billing_start=NOON.date()))

    assert [each.quantity for each in made.lines] == [100]


def test_what_counted_once_counts_after_a_reactivation_too_sub_10() -> None:
    counted = record("a", 600, used_at=NOON - timedelta(days=10))

    made = bill(counted, by=replace(TERMS, billing_start=NOON.date()))

    assert [each.quantity for each in made.lines] == [100]


def test_a_key_that_came_first_under_another_month_is_reported_and_not_billed_inv_8() -> None:
    october = record("a", 600, used_at=NOON - timedelta(days=30))
    again = record("a", 600, received_at=NOON + timedelta(days=1))

    made = bill(october, again, record("b", 501))

    assert made.duplicates == (again,)
    assert [each.quantity for each in made.lines] == [1]


def test_what_has_no_price_any_more_is_reported_and_takes_nothing_back_inv_8() -> None:
    first = bill(record("a", 1500))
    dearer = item("sms", UnitPrice(per_unit("0.01"), country="CA"), included=500)

    made = bill(record("a", 1500), by=terms(dearer), before=first.month)
    gone = bill(record("a", 1500), by=terms(MINUTES), before=first.month)

    assert (made.lines, made.unpriced) == ((), (record("a", 1500),))
    assert (gone.lines, gone.unpriced) == ((), (record("a", 1500),))


def test_what_should_not_have_been_billed_is_given_back_as_a_credit_inv_8() -> None:
    first = bill(record("a", 1500))
    told_earlier = record(
        "a", 1500, used_at=NOON - timedelta(days=30), received_at=NOON - timedelta(minutes=1)
    )

    made = bill(record("a", 1500), told_earlier, before=first.month)

    assert [(each.quantity, each.net_minor) for each in made.lines] == [(1000, -550)]
    assert made.month is not None
    assert made.month.billed == (BilledUsage("sms", "0.0055", 0, 0),)


def test_nothing_used_makes_no_line_inv_8() -> None:
    assert bill().lines == ()
