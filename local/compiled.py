"""Whether what is compiled of `config/` is what its files say: a build never carries older prices."""

import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.environment import tool_environment
from local.paths import ROOT

# Each is silent, or says with its status what is wrong and which command puts it right.
CHECKS: Mapping[str, tuple[str, ...]] = {
    "config": ("config", "--check"),
    "entities": ("entities", "compile", "--check"),
    "catalogue": ("catalogue", "compile", "--check"),
    "tax": ("tax", "compile", "--check"),
}


def complaint(name: str, folder: Path = ROOT) -> str:
    """What is wrong with the files of one of `CHECKS` below `folder`; empty if all is well."""
    command = [str(Path(sys.prefix) / "bin" / "guichet"), *CHECKS[name]]
    done = subprocess.run(  # noqa: S603  the commands are those above
        command, cwd=folder, env=tool_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return ""
    return f"{done.stdout}{done.stderr}".strip() or f"{command} ended with {done.returncode}"


def require_current(folder: Path = ROOT) -> None:
    """Refuse to build from files that were edited and not compiled.

    Raises:
        SystemExit: with what each command says.
    """
    with ThreadPoolExecutor() as pool:
        complaints = [
            each for each in pool.map(lambda name: complaint(name, folder), CHECKS) if each
        ]
    if complaints:
        raise SystemExit("\n".join(complaints))
