"""What integration tests share: the emulator of the test run."""

from tests.support.ministack import ministack_url

__all__ = ["ministack_url"]
