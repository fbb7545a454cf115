"""`make check`: everything that can be said without running Guichet, at once where possible."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from local.compiled import CHECKS, complaint
from local.environment import tool_environment
from local.paths import ROOT, SAM

_TYPED = ("layers/common/guichet", "functions", "local", "tests", "benchmarks")
_LOCKED = (
    "layers/common/requirements",
    "layers/documents/requirements",
    "tests/requirements",
    "local/requirements",
    "local/sam-requirements",
    "local/uv-requirements",
)
# Libraries of these are on one path, in Lambda or in a test: one version of each.
_TOGETHER = ("layers/common/requirements", "layers/documents/requirements", "tests/requirements")
_PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    name: str
    complaint: str  # empty if all is well
    seconds: float


def main() -> None:
    """Run every check; each is named with its time, and speaks only if it complains."""
    typed = [folder for folder in _TYPED if any((ROOT / folder).rglob("*.py"))]
    bin_ = Path(sys.prefix) / "bin"
    checks: dict[str, Callable[[], str]] = {
        "types": lambda: _complaint(str(bin_ / "mypy"), *typed),
        "template": lambda: _complaint(str(SAM), "validate", "--lint"),
        "imports": lambda: _complaint(str(bin_ / "lint-imports")),
        "lint": lambda: _complaint(str(bin_ / "ruff"), "check", "--no-cache", "."),
        "format": lambda: _complaint(str(bin_ / "ruff"), "format", "--check", "."),
        **{name: partial(complaint, name) for name in CHECKS},
        "locks": _stale_locks,
    }
    with ThreadPoolExecutor(max_workers=3) as pool:
        findings = list(pool.map(lambda each: _run(*each), checks.items()))
    for finding in findings:
        verdict = "FAILED" if finding.complaint else "ok"
        print(f"{finding.name:<10}{verdict:<8}{finding.seconds:5.1f} s")  # noqa: T201  the answer
        if finding.complaint:
            print(finding.complaint)  # noqa: T201  the answer
    if any(finding.complaint for finding in findings):
        raise SystemExit(1)


def _run(name: str, check: Callable[[], str]) -> Finding:
    started_at = time.monotonic()
    said = check()
    return Finding(name, said, time.monotonic() - started_at)


def _complaint(*command: str) -> str:
    done = subprocess.run(  # noqa: S603  the commands are those above
        command, cwd=ROOT, env=tool_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return ""
    return f"{done.stdout}{done.stderr}" or f"{command[0]} ended with {done.returncode}"


def _stale_locks() -> str:
    """Without a network: what is asked for is locked, nothing else was asked for, versions agree."""
    complaints = [line for base in _LOCKED for line in _lock_complaints(base)]
    versions: dict[str, dict[str, str]] = {}
    for base in _TOGETHER:
        for name, version in _PIN.findall((ROOT / f"{base}.txt").read_text()):
            versions.setdefault(_normal(name), {})[base] = version
    for name, places in versions.items():
        if len(set(places.values())) > 1:
            complaints.append(f"{name} has several versions: {places}")
    return "\n".join(complaints + (["run `make lock`"] if complaints else []))


def _lock_complaints(base: str) -> list[str]:
    lock = (ROOT / f"{base}.txt").read_text()
    locked = {_normal(name) for name, _ in _PIN.findall(lock)}
    asked = _asked_for(ROOT / f"{base}.in")
    complaints = [f"{base}.txt lacks {name}" for name in sorted(asked - locked)]
    complaints += [
        f"{base}.txt still has {name}, which nothing asks for"
        for name in sorted(_locked_by_request(lock) - asked)
    ]
    if "--hash=sha256:" not in lock:
        complaints.append(f"{base}.txt has no hashes")
    return complaints


def _asked_for(path: Path) -> set[str]:
    names: set[str] = set()
    for line in path.read_text().splitlines():
        words = line.split("#")[0].strip()
        if words.startswith("-r "):
            names |= _asked_for(path.parent / words.removeprefix("-r ").strip())
        elif words and not words.startswith("-"):
            names.add(_normal(re.split(r"[\[<>=!~; ]", words)[0]))
    return names


def _locked_by_request(lock: str) -> set[str]:
    """Names that the lock says stand in a requirements file, not only below another package."""
    names: set[str] = set()
    current = ""
    for line in lock.splitlines():
        pinned = _PIN.match(line)
        if pinned:
            current = _normal(pinned[1])
        elif line.lstrip(" #").removeprefix("via ").startswith("-r "):
            names.add(current)
    return names


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
