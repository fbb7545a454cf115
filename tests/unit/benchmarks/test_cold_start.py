"""What a start on Lambda is estimated from."""

import pytest

from benchmarks.cold_start import Start


def test_after_the_load_a_function_works_at_its_share_of_a_processor() -> None:
    start = Start(first_answer_ms=700, initialized_ms=300, store_ms=40, cpu_ms=600)

    assert start.throttled_ms(1.0) == pytest.approx(700)
    assert start.throttled_ms(0.25) == pytest.approx(300 + 360 * 4 + 40)
