"""The judge of the exported books: hledger, of which no line is ours."""

import os
import shutil
import subprocess

import pytest

INSTALL = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "hledger"]


@pytest.fixture(scope="session")
def hledger() -> str:
    """Its path; it is installed where this may be done, else the reason to skip is printed."""
    found = shutil.which("hledger") or _installed()
    if found is None:
        pytest.skip("hledger is not here and could not be installed: apt-get install hledger")
    return found


def _installed() -> str | None:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    for command in (INSTALL, ["apt-get", "update", "--quiet"], INSTALL):
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=120)  # noqa: S603 - fixed words
        except subprocess.TimeoutExpired:
            return None
        if shutil.which("hledger"):
            break
    return shutil.which("hledger")
