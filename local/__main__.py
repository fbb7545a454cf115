"""Commands of the local stack: `python -m local run`, `token`, `reset`."""

import argparse
import os
import signal
import sys
import time
import urllib.error
from pathlib import Path
from threading import Event, Thread

from botocore.exceptions import EndpointConnectionError

from local.customers import CORPORATE_MEMBERS, OPERATORS, Member
from local.identity import PASSWORD, bearer_token
from local.paths import ROOT, STATE_DIR
from local.seed import ORGANIZERS
from local.stack import LocalStack, described, reset

_WATCH_SECONDS = 0.3
_SANDBOX_KEYS = (
    ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET"),
    ("PAYPAL_CLIENT_ID", "PAYPAL_CLIENT_SECRET", "PAYPAL_PARTNER_ID", "PAYPAL_WEBHOOK_ID"),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--folder", type=Path, default=STATE_DIR, help="where the stack keeps all")
    commands = parser.add_subparsers(dest="command", required=True)
    run_command = commands.add_parser("run", help="start the stack; Ctrl-C stops it")
    run_command.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    run_command.add_argument("--watch", type=int, default=None, help="stop when this process ends")
    run_command.add_argument("--ephemeral", action="store_true", help="forget all when stopping")
    token_command = commands.add_parser("token", help="print a member's bearer token")
    token_command.add_argument("member")
    commands.add_parser("reset", help="forget all that the stack remembers")
    arguments = parser.parse_args()
    if arguments.command == "run":
        run(arguments.folder, arguments.port, arguments.watch, ephemeral=arguments.ephemeral)
    elif arguments.command == "token":
        print_token(arguments.folder, arguments.member)
    else:
        reset(arguments.folder)


def run(folder: Path, port: int, watched: int | None, *, ephemeral: bool) -> None:
    """Serve until Ctrl-C, SIGTERM, or the end of the process that started this one."""
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    Thread(target=_watch, args=(watched, os.getppid(), stopping), daemon=True).start()
    started_at = time.monotonic()
    keys = {} if ephemeral else _keys_of(ROOT / ".env")
    stack = LocalStack(folder, port, say=_say, keys=keys)
    try:
        stack.start()
        _say(f"started in {time.monotonic() - started_at:.0f} s\n")
        _say(_welcome(stack.url))
        while stack.is_running() and not stopping.wait(1):
            pass
        if not stopping.is_set():
            raise SystemExit("the emulator has ended by itself; its log is in the stack's folder")
    except OSError as error:
        raise SystemExit(f"could not start: {error}") from error
    finally:
        stack.stop(forget=ephemeral)
        if ephemeral:
            reset(folder)


def print_token(folder: Path, member: str) -> None:
    """Print a token to use as `Authorization: Bearer …`, good for an hour."""
    try:
        _, deployment = described(folder)
        _say(bearer_token(deployment, member))
    except (FileNotFoundError, EndpointConnectionError, urllib.error.URLError) as error:
        raise SystemExit("the local stack does not run: start it with `make run`") from error


def _watch(process: int | None, parent: int, stopping: Event) -> None:
    """Stop with the process named, or else with the one that started this one."""
    while not stopping.wait(_WATCH_SECONDS):
        if process is None:
            if os.getppid() != parent:
                stopping.set()
            continue
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            stopping.set()


def _keys_of(path: Path) -> dict[str, str]:
    """Keys of real sandboxes, where all of one provider's are given: `NAME=value` a line."""
    if not path.is_file():
        return {}
    lines = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    values = {name.strip(): value.strip() for name, value in lines if not name.startswith("#")}
    return {
        name: values[name]
        for names in _SANDBOX_KEYS
        for name in names
        if all(map(values.get, names))
    }


def _welcome(url: str) -> str:
    lines = [f"Guichet is at {url}", ""]
    lines += [f"  page     {url}/trainings/trn_…  (`make demo` prints ids)"]
    lines += [f"  API      {url}/v1", f"  mail     {url}/_local/mail"]
    lines += [f"  books    {url}/_local/books", f"  clock    {url}/_local/clock", ""]
    lines.append(f'Sign-ins (the password of all is "{PASSWORD}"; `make token MEMBER=…`):')
    for organizer in ORGANIZERS:
        lines.append(f"  {organizer.name}")
        lines += [_sign_in(each) for each in organizer.members]
    lines += ["  A corporate customer", *map(_sign_in, CORPORATE_MEMBERS)]
    lines += ["  The operator's own people", *map(_sign_in, OPERATORS)]
    return "\n".join([*lines, "", "Ctrl-C stops it; it remembers all until `make reset`."])


def _sign_in(member: Member) -> str:
    return f"    {member.email:<24} {', '.join((member.role, *member.billing))}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
