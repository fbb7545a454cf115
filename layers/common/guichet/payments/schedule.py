"""When an outcome that is not known yet is asked for again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

# After 5 s, 30 s, 2 min, 10 min, 1 h, then hourly to 24 h and 6-hourly to 5 days; then daily,
# since a bank debit may take two weeks. Offsets are from the first call.
_OFFSETS: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    *(timedelta(hours=hour) for hour in range(1, 25)),
    *(timedelta(hours=hour) for hour in range(30, 121, 6)),
)
ALARM_AFTER: Final = timedelta(hours=1)
WORKER_LIVES: Final = timedelta(minutes=2)  # longer than any function's time limit


def next_question_at(since: datetime, asked_count: int) -> datetime:
    """The moment of the next question after `asked_count` of them went unanswered."""
    if asked_count < len(_OFFSETS):
        return since + _OFFSETS[asked_count]
    return since + _OFFSETS[-1] + timedelta(days=asked_count - len(_OFFSETS) + 1)


def asked_once_more(since: datetime, asked_count: int, now: datetime) -> int:
    """The count after one more question in vain; those slept through are not made up for."""
    count = asked_count + 1
    while next_question_at(since, count) <= now:
        count += 1
    return count
