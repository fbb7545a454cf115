"""The cloud on one machine: MiniStack as a process of its own, with state that outlives it."""

import contextlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from local.environment import tool_environment
from local.paths import EMULATOR_PYTHON, REGION, ROOT

_HOST = "127.0.0.1"
_START_SECONDS = 30.0
_STOP_SECONDS = 20.0


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether nothing listens on the port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex((_HOST, port)) != 0


class Emulator:
    """One MiniStack. Its folder holds everything it writes, so that two never meet."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.endpoint_url = f"http://{_HOST}:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers; raises SystemExit with its last words if it doesn't."""
        for name in ("state", "objects", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._empty_tmp()
        with self._log().open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  the command is ours alone
                [str(EMULATOR_PYTHON), "-P", str(ROOT / "local" / "emulated.py")],
                env=self._environment(),
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is the front door's: it stops this one in order
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the emulator did not start:\n{self._last_words()}")
            time.sleep(0.05)

    def stop(self, *, forget: bool = False) -> None:
        """Stop and wait until its state is written; at once where it may forget it."""
        if self._process is None:
            return
        if forget:
            self._process.kill()  # its workers end with the pipes that they read
        else:
            self._process.terminate()
        try:
            self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._process = None
        self._empty_tmp()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _environment(self) -> dict[str, str]:
        environment = tool_environment(
            BIND_HOST=_HOST,
            MINISTACK_HOST=_HOST,
            GATEWAY_PORT=str(self.port),
            MINISTACK_REGION=REGION,
            IOT_MTLS_ENABLED="0",  # else it listens on every address
            SFTP_ENABLED="0",
            PERSIST_STATE="1",
            S3_PERSIST="1",
            STATE_DIR=str(self.folder / "state"),
            S3_DATA_DIR=str(self.folder / "objects"),
            TMPDIR=str(self.folder / "tmp"),
            LAMBDA_WARM_TTL_SECONDS="3600",
        )
        # A worker inherits this environment: what is set for our own tests is not Lambda's.
        for name in ("PYTHONPATH", "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"):
            environment.pop(name, None)
        return environment

    def _answers(self) -> bool:
        with contextlib.suppress(urllib.error.URLError, OSError):
            address = f"{self.endpoint_url}/_ministack/health"
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  our own server
                return bool(answer.status == 200)
        return False

    def _log(self) -> Path:
        return self.folder / "emulator.log"

    def _last_words(self) -> str:
        return "\n".join(self._log().read_text(errors="replace").splitlines()[-15:])

    def _empty_tmp(self) -> None:
        """Remove what workers unpacked (100 MB) and left behind."""
        for path in (self.folder / "tmp").glob("ministack-lambda-*"):
            subprocess.run(["rm", "-rf", os.fspath(path)], check=False)  # noqa: S603, S607  fast, many files
