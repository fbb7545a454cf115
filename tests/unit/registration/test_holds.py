"""How long a seat is kept: by minutes, by hours, by days in a time zone (REG-4, REG-11, MON-6)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.errors import Conflict
from guichet.registration.registration import (
    HoldKind,
    RegistrationStatus,
    long_hold,
    submitted_hold,
)
from guichet.registration.use_cases.choose_offline import offline_deadline
from tests.support.samples import NOW, registration, training
from tests.support.world import refusal_of

MINUTES = st.integers(min_value=0, max_value=6 * 24 * 60).map(lambda n: timedelta(minutes=n))
SESSION = timedelta(minutes=31)


def test_submitting_holds_for_30_minutes_and_renewals_end_2_hours_after_it_reg_4() -> None:
    hold = submitted_hold(NOW, hold=timedelta(minutes=30), limit=timedelta(hours=2))

    assert hold.ends_at == NOW + timedelta(minutes=30)
    assert hold.limit_at == NOW + timedelta(hours=2)


def test_starting_renews_the_hold_to_the_sessions_end_reg_4() -> None:
    started = registration(open_payment_id=None).started_payment(
        "pay_2", method="stripe", session_ends_at=NOW + SESSION
    )

    assert started.hold is not None
    assert started.hold.ends_at == NOW + SESSION
    assert (started.open_payment_id, started.payment_count) == ("pay_2", 1)


def test_a_session_may_reach_the_limit_and_not_a_moment_more_reg_4() -> None:
    limit = NOW + timedelta(hours=2)
    waiting = registration(open_payment_id=None)

    at_limit = waiting.started_payment("pay_2", method="stripe", session_ends_at=limit)
    refusal = refusal_of(
        lambda: waiting.started_payment(
            "pay_2", method="stripe", session_ends_at=limit + timedelta(milliseconds=1)
        )
    )

    assert at_limit.hold is not None
    assert at_limit.hold.ends_at == limit
    assert refusal.code == "hold_exhausted"


@pytest.mark.parametrize(
    "kind", [HoldKind.APPROVED, HoldKind.DENIED_DEBIT, HoldKind.UNMARKED, HoldKind.OFFLINE]
)
def test_a_long_hold_may_be_paid_until_31_minutes_after_its_end_reg_4(kind: HoldKind) -> None:
    ends_at = NOW + timedelta(hours=72)
    waiting = registration(hold=long_hold(kind, ends_at, session=SESSION), open_payment_id=None)

    early = waiting.started_payment("pay_2", method="stripe", session_ends_at=NOW + SESSION)
    last = waiting.started_payment("pay_2", method="stripe", session_ends_at=ends_at + SESSION)

    assert early.hold is not None
    assert early.hold.ends_at == ends_at, "a renewal never shortens"
    assert last.hold is not None
    assert last.hold.ends_at == ends_at + SESSION
    assert last.hold.limit_at == waiting.hold.limit_at  # type: ignore[union-attr]  # just given


@given(st.lists(MINUTES, max_size=8), MINUTES)
def test_renewals_only_lengthen_and_never_pass_the_limit_reg_4(
    starts: list[timedelta], long: timedelta
) -> None:
    current = registration(
        hold=long_hold(HoldKind.APPROVED, NOW + long, session=SESSION), open_payment_id=None
    )

    for after in starts:
        before = current.require_hold()
        try:
            current = current.started_payment(
                "pay_2", method="stripe", session_ends_at=NOW + after + SESSION
            )
        except Conflict:
            assert NOW + after + SESSION > before.limit_at
        hold = current.require_hold()
        assert hold.ends_at >= before.ends_at
        assert hold.ends_at <= hold.limit_at == before.limit_at


def test_choosing_offline_shortens_neither_the_seat_nor_the_time_to_pay_reg_4_reg_11() -> None:
    approved = long_hold(HoldKind.APPROVED, NOW + timedelta(hours=72), session=SESSION)
    waiting = registration(hold=approved, open_payment_id=None)
    past = long_hold(HoldKind.OFFLINE, NOW - timedelta(days=1), session=SESSION)

    chosen = waiting.chose_offline("offline:invoice", past, now=NOW).require_hold()

    assert (chosen.kind, chosen.ends_at) == (HoldKind.OFFLINE, approved.ends_at)
    assert chosen.limit_at == approved.limit_at


@pytest.mark.parametrize(
    "status",
    [each for each in RegistrationStatus if each is not RegistrationStatus.AWAITING_PAYMENT],
)
def test_only_who_awaits_payment_has_something_to_pay_reg_8(status: RegistrationStatus) -> None:
    refusal = refusal_of(lambda: registration(status=status).require_hold())

    assert refusal.code == f"registration_{status}"


FAR = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "submitted", "days", "deadline"),
    [
        pytest.param(
            "Europe/Paris", "2026-11-22T09:00Z", 7, "2026-11-29T23:00Z", id="midnight in winter"
        ),
        pytest.param(
            "Europe/Paris",
            "2026-10-20T09:00Z",
            7,
            "2026-10-27T23:00Z",
            id="over the clock's change",
        ),
        pytest.param(
            "Europe/Paris", "2026-10-18T09:00Z", 7, "2026-10-25T23:00Z", id="a day of 25 hours"
        ),
        pytest.param(
            "Europe/Paris", "2026-03-22T09:00Z", 7, "2026-03-29T22:00Z", id="a day of 23 hours"
        ),
        pytest.param(
            "Europe/Paris", "2026-07-01T22:30Z", 0, "2026-07-02T22:00Z", id="after midnight there"
        ),
        pytest.param(
            "America/New_York", "2026-10-30T03:30Z", 3, "2026-11-02T05:00Z", id="before midnight"
        ),
        pytest.param(
            "Australia/Lord_Howe", "2026-10-03T00:00Z", 1, "2026-10-04T13:00Z", id="half an hour"
        ),
        # Chile's clocks spring at midnight: that day's end does not exist as 00:00.
        pytest.param(
            "America/Santiago", "2026-09-04T12:00Z", 1, "2026-09-06T04:00Z", id="no midnight"
        ),
    ],
)
def test_the_offline_deadline_is_the_end_of_a_day_in_the_trainings_zone_reg_11_mon_6(
    zone: str, submitted: str, days: int, deadline: str
) -> None:
    event = training(time_zone=zone, offline_deadline_days=days, starts_at=FAR)

    ends_at = offline_deadline(event, datetime.fromisoformat(submitted))

    assert ends_at == datetime.fromisoformat(deadline)
    assert ends_at.utcoffset() == timedelta(0)


def test_the_offline_deadline_is_never_after_the_start_reg_11() -> None:
    soon = training(starts_at=NOW + timedelta(hours=5))

    assert offline_deadline(soon, NOW) == NOW + timedelta(hours=5)
