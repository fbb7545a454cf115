"""When an unknown outcome is asked for again (BAD-11: asked, never assumed)."""

from datetime import timedelta
from itertools import pairwise

from guichet.payments.schedule import asked_once_more, next_question_at
from tests.support.samples import NOW


def test_questions_follow_at_5_s_30_s_2_min_10_min_then_hourly_and_6_hourly() -> None:
    waits = [next_question_at(NOW, asked) - NOW for asked in range(50)]

    assert waits[:4] == [
        timedelta(seconds=5),
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=10),
    ]
    assert waits[4:28] == [timedelta(hours=hour) for hour in range(1, 25)]
    assert waits[28:44] == [timedelta(hours=hour) for hour in range(30, 121, 6)]


def test_a_bank_that_takes_weeks_is_asked_daily_and_never_forgotten() -> None:
    waits = [next_question_at(NOW, asked) - NOW for asked in range(43, 60)]

    assert waits[0] == timedelta(days=5)
    assert all(b - a == timedelta(days=1) for a, b in pairwise(waits))


def test_questions_that_were_slept_through_are_not_made_up_for() -> None:
    assert asked_once_more(NOW, 0, NOW + timedelta(seconds=5)) == 1
    after_a_day = asked_once_more(NOW, 0, NOW + timedelta(hours=24))

    assert next_question_at(NOW, after_a_day) == NOW + timedelta(hours=30)
