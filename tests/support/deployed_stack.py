"""One deployed stack for a whole test run, shared by its workers; it ends with the run."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3

from local.clock import LocalClock
from local.deployment import Deployment
from local.environment import AwsClient, Json
from local.identity import bearer_token
from local.paths import ROOT
from local.stack import DESCRIPTION, described

_START_SECONDS = 240.0


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its body read."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes

    def json(self) -> Json:
        return json.loads(self.body)


@dataclass(frozen=True)
class DeployedStack:
    """What tests know of the stack; all calls go through the front door, as everybody's do."""

    url: str
    deployment: Deployment
    folder: Path
    _tokens: dict[str, str] = field(default_factory=dict, repr=False)
    _http: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(maxsize=32), repr=False
    )

    @property
    def endpoint_url(self) -> str:
        """The emulator's own address."""
        return self.deployment.endpoint_url

    @property
    def state_table(self) -> str:
        return self.deployment.state_table

    @property
    def journal_table(self) -> str:
        return self.deployment.journal_table

    def client(self, service: str) -> AwsClient:
        return self.deployment.client(service)

    def token(self, email: str) -> str:
        """A bearer token of a member of `local.seed.ORGANIZERS`; made once."""
        if email not in self._tokens:
            self._tokens[email] = bearer_token(self.deployment, email)
        return self._tokens[email]

    def call(
        self,
        method: str,
        path: str,
        *,
        json_body: Json = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        member: str | None = None,
    ) -> Answer:
        """One request to the front door; `member` signs it with that member's token."""
        sent = dict(headers or {})
        if member is not None:
            sent["authorization"] = f"Bearer {self.token(member)}"
        if json_body is not None:
            sent.setdefault("content-type", "application/json")
            body = json.dumps(json_body).encode()
        answer = self._http.request(
            method, f"{self.url}{path}", body=body, headers=sent, redirect=False, retries=False
        )
        return Answer(answer.status, answer.headers, answer.data)

    def stripe(self, method: str, path: str, json_body: Json = None) -> Json:
        """A call of the simulator's panel, such as `("POST", "/chaos", {...})`."""
        answer = self.call(method, f"/_local/providers/stripe{path}", json_body=json_body)
        if answer.status >= 300:
            raise AssertionError(f"the simulator answered {answer.status}: {answer.body!r}")
        return answer.json() if answer.body else None

    def mails(self, to: str) -> list[dict[str, Any]]:
        mails: list[dict[str, Any]] = self.call("GET", f"/_local/mail?to={to}").json()
        return mails

    def advance_clock(self, seconds: int) -> None:
        """Move everybody's clock and do what is due: for tests that have the stack to themselves."""
        answer = self.call("POST", "/_local/clock", json_body={"advance_seconds": seconds})
        if answer.status != 200:
            raise AssertionError(f"the clock answered {answer.status}: {answer.body!r}")

    def now(self) -> datetime:
        """The time as this stack's functions and simulators see it."""
        return LocalClock(self.deployment).now()

    @contextmanager
    def one_at_a_time(self, what: str) -> Iterator[None]:
        """While no other worker is at this."""
        with _locked(self.folder / what):
            yield

    def run_upkeep(self) -> int:
        """What the schedule does every minute, now; answers how much was done."""
        return LocalClock(self.deployment).do_what_is_due()


@pytest.fixture(scope="session")
def deployed_stack(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> DeployedStack:
    """The real template deployed on this machine, with simulators and seeds, behind one port.

    The first worker that asks starts it; it ends with the test run, whichever way that ends.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "deployed-stack"
    folder.mkdir(exist_ok=True)
    # Under xdist all workers end with the process that started them; alone, with this one.
    run_process = os.getpid() if worker_id == "master" else os.getppid()
    with _locked(folder / "start"):
        if not (folder / "stack" / DESCRIPTION).exists():
            _start(folder, run_process)
    url, deployment = described(folder / "stack")
    return DeployedStack(url, deployment, folder)


def _start(folder: Path, run_process: int) -> None:
    command = [sys.executable, "-m", "local", "--folder", str(folder / "stack"), "run"]
    command += ["--port", "0", "--ephemeral", "--watch", str(run_process)]
    log = folder / "stack.log"
    with log.open("wb") as output:
        started = subprocess.Popen(  # noqa: S603 - the command is ours alone
            command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    give_up_at = time.monotonic() + _START_SECONDS
    while not (folder / "stack" / DESCRIPTION).exists():
        if started.poll() is not None or time.monotonic() > give_up_at:
            raise AssertionError(f"the stack did not start:\n{log.read_text()[-5000:]}")
        time.sleep(0.1)
    started.returncode = 0  # it outlives this worker on purpose: others use it


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
