"""INV-8, SUB-17, SUB-20, ACC-2: what becomes of each record of a batch."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from guichet.access.membership import Role
from guichet.errors import Invalid, NotAllowed
from guichet.subscriptions.subscription import PendingCancellation, SubscriptionStatus
from guichet.subscriptions.use_cases.record_usage import (
    RecordUsage,
    UsageOutcome,
    record_usage,
)
from tests.support.metering import (
    NOON,
    NOVEMBER,
    SUBSCRIPTION,
    Meter,
    representative,
    subscription,
    used,
)
from tests.support.unchanged import nothing_written

STORED, REFUSED = UsageOutcome.STORED, UsageOutcome.REFUSED


@pytest.fixture
def meter() -> Meter:
    return Meter()


def test_a_record_is_one_put_without_journal_and_below_a_write_unit_inv_8(meter: Meter) -> None:
    (result,) = meter.tell(used("k" * 128, quantity=12, country="CA", number="141655501234"))

    assert (result.outcome, result.key, result.quantity) == (STORED, "k" * 128, 12)
    (item,) = meter.dynamo.items("state")
    assert (item["pk"], item["sk"]) == (f"USAGE#{SUBSCRIPTION}#2026-11", f"USE#{'k' * 128}")
    assert len(repr(item)) < 1024
    assert meter.dynamo.items("journal") == []


def test_a_record_told_again_is_a_duplicate_and_has_no_effect_inv_8(meter: Meter) -> None:
    meter.tell(used("a"), used("b"))
    meter.clock.advance(hours=1)

    with nothing_written(meter.dynamo):
        again = meter.tell(used("b"), used("a"))

    assert [each.outcome for each in again] == [UsageOutcome.DUPLICATE] * 2


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"quantity": 2}, id="quantity"),
        pytest.param({"used_at": NOON - timedelta(seconds=1)}, id="time"),
        pytest.param({"item_id": "minutes", "direction": "sent"}, id="item"),
        pytest.param({"country": "CA"}, id="country"),
        pytest.param({"number": "1"}, id="number"),
        pytest.param({"direction": "sent"}, id="direction"),
    ],
)
def test_a_key_with_another_use_is_refused_and_the_first_stays_inv_8(
    meter: Meter, changed: dict[str, Any]
) -> None:
    meter.tell(used("a"))

    with nothing_written(meter.dynamo):
        (result,) = meter.tell(used("a", **changed))

    assert result.outcome is REFUSED
    assert result.refusal is not None
    assert result.refusal.code == "usage_key_reused"


def test_within_a_batch_the_first_of_a_key_is_kept_inv_8(meter: Meter) -> None:
    results = meter.tell(used("a"), used("a", quantity=2), used("b"), used("a"))

    assert [each.outcome for each in results] == [
        *(STORED, REFUSED),
        *(STORED, UsageOutcome.DUPLICATE),
    ]
    assert [each.quantity for each in meter.records([NOVEMBER])] == [1, 1]


def test_a_batch_is_stored_whatever_one_of_its_records_is_inv_8(meter: Meter) -> None:
    bad = used("bad", quantity=-1)
    unread = Invalid("usage_malformed", "It can't be read.")

    results = meter.tell(used("a"), bad, unread, used("b"))

    assert [each.outcome for each in results] == [STORED, REFUSED, REFUSED, STORED]
    assert [each.key for each in results] == ["a", "bad", None, "b"]
    assert [each.key for each in meter.records([NOVEMBER])] == ["a", "b"]


def test_each_subscription_of_a_batch_is_read_once_inv_8(meter: Meter) -> None:
    meter.tell(*(used(f"k{n}") for n in range(20)), used("x", subscription_id="sub_other"))

    assert meter.reads.reads == [SUBSCRIPTION, "sub_other"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param({"subscription_id": "sub_none"}, "not_found", id="unknown subscription"),
        pytest.param({"item_id": "fax"}, "usage_item_unknown", id="unknown item"),
        pytest.param({"quantity": 0}, "usage_quantity_invalid", id="nothing"),
        pytest.param({"quantity": -1}, "usage_quantity_invalid", id="less than nothing"),
        pytest.param({"quantity": 10**9 + 1}, "usage_quantity_invalid", id="too much"),
        pytest.param({"quantity": None}, "usage_quantity_invalid", id="no quantity"),
        pytest.param({"characters": (160,)}, "usage_quantity_invalid", id="both"),
        pytest.param(
            {"quantity": None, "characters": (-1, 161)}, "usage_quantity_invalid", id="negative"
        ),
        pytest.param({"quantity": None, "characters": (0,)}, "usage_quantity_invalid", id="empty"),
        pytest.param(
            {"item_id": "minutes", "quantity": None, "characters": (1,), "direction": "sent"},
            "usage_quantity_invalid",
            id="characters of what is not counted in them",
        ),
        pytest.param(
            {"used_at": NOON + timedelta(minutes=5, milliseconds=1)},
            "usage_in_future",
            id="the future",
        ),
        pytest.param(
            {"used_at": datetime(2026, 8, 22, 3, 59, 59, tzinfo=UTC)},
            "usage_too_late",
            id="a second too late, in New York",
        ),
        pytest.param({"item_id": "minutes"}, "usage_not_priced", id="no price without direction"),
    ],
)
def test_a_record_that_cannot_be_billed_is_refused_and_nothing_written_inv_8(
    meter: Meter, given: dict[str, Any], code: str
) -> None:
    with nothing_written(meter.dynamo):
        (result,) = meter.tell(used("a", **given))

    assert result.outcome is REFUSED
    assert result.refusal is not None
    assert result.refusal.code == code


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"quantity": 10**9}, id="the most"),
        pytest.param({"used_at": NOON + timedelta(minutes=5)}, id="a clock ahead of ours"),
        pytest.param(
            {"used_at": datetime(2026, 8, 22, 4, 0, tzinfo=UTC)}, id="the first moment of August 22"
        ),
    ],
)
def test_what_is_just_inside_the_limits_is_stored_inv_8(
    meter: Meter, given: dict[str, Any]
) -> None:
    (result,) = meter.tell(used("a", **given))

    assert result.outcome is STORED


def test_messages_may_be_told_by_their_characters_or_state_their_credits_sub_20(
    meter: Meter,
) -> None:
    plain, emoji = meter.tell(
        used("a", quantity=None, characters=(1, 160, 161, 320)), used("b", quantity=3)
    )

    assert (plain.quantity, emoji.quantity) == (6, 3)


@pytest.mark.parametrize(
    ("status", "changed", "code"),
    [
        pytest.param("expired", {"ended_on": date(2026, 11, 22)}, "usage_after_end", id="ended"),
        pytest.param("expired", {}, "usage_after_end", id="ended without a paid period"),
        pytest.param("abandoned", {}, "usage_after_end", id="never served"),
        pytest.param("expired", {"ended_on": date(2026, 11, 23)}, None, id="used before the end"),
        pytest.param("suspended", {}, None, id="suspended"),
        pytest.param("past_due", {}, None, id="past due"),
    ],
)
def test_usage_after_the_end_is_refused_that_before_it_is_taken_sub_3(
    meter: Meter, status: str, changed: dict[str, Any], code: str | None
) -> None:
    meter.reads.subscriptions[SUBSCRIPTION] = subscription(
        status=SubscriptionStatus(status), **changed
    )

    (result,) = meter.tell(used("a"))

    assert (result.refusal.code if result.refusal else None) == code


def test_a_cancellation_ends_usage_on_its_day_before_time_has_moved_the_state_sub_8(
    meter: Meter,
) -> None:
    mark = PendingCancellation(date(2026, 11, 22), NOON, "mem_1")
    meter.reads.subscriptions[SUBSCRIPTION] = subscription(cancellation=mark)

    today, yesterday = meter.tell(used("a"), used("b", used_at=NOON - timedelta(days=1)))

    assert today.refusal is not None
    assert today.refusal.code == "usage_after_end"
    assert yesterday.outcome is STORED


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"billing_start": date(2026, 11, 23)}, id="free until tomorrow"),
        pytest.param({"billing_start": None, "on_activation": True}, id="not activated yet"),
        pytest.param({"billing_start": None, "status": SubscriptionStatus.TRIALING}, id="trial"),
        pytest.param({"billing_start": None, "status": SubscriptionStatus.PENDING}, id="unpaid"),
    ],
)
def test_usage_before_the_billing_start_is_kept_and_said_not_to_count_sub_17(
    meter: Meter, changed: dict[str, Any]
) -> None:
    meter.reads.subscriptions[SUBSCRIPTION] = subscription(**changed)

    # It needs no price: nothing is charged.
    first, unpriced = meter.tell(used("a", quantity=900), used("b", item_id="minutes"))
    (again,) = meter.tell(used("a", quantity=900))

    assert (first.outcome, first.quantity) == (UsageOutcome.NOT_COUNTED, 900)
    assert unpriced.outcome is UsageOutcome.NOT_COUNTED
    assert again.outcome is UsageOutcome.DUPLICATE
    assert meter.bill_month(NOVEMBER, date(2026, 12, 1)).lines == ()


@pytest.mark.parametrize(
    ("country", "code"),
    [("US", None), ("CA", None), ("DE", "usage_not_sold_there"), (None, "usage_not_sold_there")],
)
def test_an_item_is_sold_by_the_billing_country_sub_20(
    meter: Meter, country: str | None, code: str | None
) -> None:
    meter.reads.country = country

    (result,) = meter.tell(used("a"))

    assert (result.refusal.code if result.refusal else None) == code


def test_the_month_is_that_of_the_subscriptions_time_zone_mon_6(meter: Meter) -> None:
    meter.clock.at = datetime(2026, 12, 1, 12, tzinfo=UTC)

    meter.tell(
        used("a", used_at=datetime(2026, 12, 1, 4, 59, 59, 999000, tzinfo=UTC)),
        used("b", used_at=datetime(2026, 12, 1, 5, tzinfo=UTC)),
    )

    assert [each.key for each in meter.records([NOVEMBER])] == ["a"]
    assert [each.key for each in meter.records([date(2026, 12, 1)])] == ["b"]


def test_another_accounts_subscription_is_as_if_it_did_not_exist_acc_2(meter: Meter) -> None:
    command = RecordUsage((used("a"),), representative(account_id="acc_other"))

    with nothing_written(meter.dynamo):
        (result,) = record_usage(command, metering=meter.metering)

    assert result.refusal is not None
    assert result.refusal.code == "not_found"


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.REPRESENTATIVE])
def test_who_pays_for_usage_does_not_report_it_acc_1(meter: Meter, role: Role) -> None:
    command = RecordUsage((used("a"),), representative(roles=(role,)))

    with nothing_written(meter.dynamo), pytest.raises(NotAllowed):
        record_usage(command, metering=meter.metering)


def test_a_batch_has_at_most_as_many_records_as_is_configured_inv_8(meter: Meter) -> None:
    batch = tuple(used(f"k{n}") for n in range(501))

    with nothing_written(meter.dynamo), pytest.raises(Invalid) as refused:
        meter.tell(*batch)
    results = meter.tell(*batch[:500])

    assert refused.value.code == "usage_batch_too_large"
    assert {each.outcome for each in results} == {STORED}
    assert len(meter.records([NOVEMBER])) == 500


def test_a_product_that_is_no_more_concerns_its_record_alone_sub_1(meter: Meter) -> None:
    other = subscription(subscription_id="sub_odd", product_id="fax")
    meter.reads.subscriptions["sub_odd"] = other

    odd, good = meter.tell(used("a", subscription_id="sub_odd"), used("a"))

    assert odd.refusal is not None
    assert odd.refusal.code == "product_unknown"
    assert good.outcome is STORED


def test_what_is_read_is_what_was_told_to_the_millisecond_inv_8(meter: Meter) -> None:
    meter.tell(
        replace(used("a", used_at=NOON - timedelta(microseconds=1)), country="CA", number="1416")
    )

    (kept,) = meter.records([NOVEMBER])

    assert kept.used_at == NOON - timedelta(milliseconds=1)
    assert (kept.country, kept.number, kept.direction) == ("CA", "1416", None)
    assert (kept.used_on, kept.is_counted) == (date(2026, 11, 22), True)
