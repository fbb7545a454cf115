"""Where the local stack finds its tools and keeps what it remembers."""

import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD_DIR = ROOT / ".aws-sam" / "build"
STATE_DIR = ROOT / ".local"
EMULATOR_PYTHON = ROOT / ".venv-stack" / "bin" / "python"
SAM = ROOT / ".venv-sam" / "bin" / "sam"

# The interpreter behind our environment: SAM refuses pyenv's shims, so its `bin` goes first.
INTERPRETER_BIN = Path(sys.base_prefix) / "bin"

STACK_NAME = "guichet-local"
REGION = "us-east-1"


def machine_architecture() -> str:
    """This machine's processor in Lambda's words; libraries built for another fail at import."""
    machine = platform.machine().lower()
    return "arm64" if machine in {"arm64", "aarch64"} else "x86_64"
