"""One emulator for a whole test run, shared by its workers: the first starts it and leaves last."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import pytest

from local.emulator import Emulator, free_port

_OTHERS_FINISH_SECONDS: Final = 600.0


@pytest.fixture(scope="session")
def ministack_url(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, testrun_uid: str
) -> Iterator[str]:
    """Where the run's MiniStack answers; it knows no tables until a test makes its own."""
    own = tmp_path_factory.getbasetemp()
    with _shared_emulator((own if worker_id == "master" else own.parent) / testrun_uid) as url:
        yield url


@contextmanager
def _shared_emulator(folder: Path) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    address = folder / "address"
    emulator: Emulator | None = None
    with (folder / "users").open("w") as users:
        with _alone(folder):
            if not address.exists():
                emulator = Emulator(folder, free_port())
                emulator.start()
                address.write_text(emulator.endpoint_url)
            fcntl.flock(users, fcntl.LOCK_SH)
            url = address.read_text()
        try:
            yield url
        finally:
            if emulator:
                with _alone(folder):
                    address.unlink()  # who comes now starts another
                _wait_for_others(users)
                emulator.stop()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _wait_for_others(users: IO[str]) -> None:
    """A worker that ends, however it ends, gives its share of the lock back."""
    give_up_at = time.monotonic() + _OTHERS_FINISH_SECONDS
    while time.monotonic() < give_up_at:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return
