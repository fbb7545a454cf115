"""What the figures were taken on: commit, machine, load."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from local.paths import ROOT, machine_architecture

_OWN: Final = ("benchmarks/results/", "docs/benchmarks.md")


def commit() -> str:
    return _git("rev-parse", "HEAD").strip()


def changed_files() -> list[str]:
    """What differs from the commit; where the figures themselves are written may."""
    lines = _git("status", "--porcelain", "--untracked-files=all").splitlines()
    return [line[3:] for line in lines if not line[3:].startswith(_OWN)]


def facts() -> dict[str, Any]:
    return {
        "commit": commit(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "architecture": machine_architecture(),
        "machine": {
            "processor": _processor(),
            "processors": os.cpu_count(),
            "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(),
            "load_average_before": round(os.getloadavg()[0], 2),
        },
    }


def _processor() -> str:
    held = Path("/proc/cpuinfo")
    if held.is_file():
        for line in held.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _git(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - the command is ours alone
        ["git", *arguments],  # noqa: S607 - whichever git the person uses
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
