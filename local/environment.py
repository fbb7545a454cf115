"""The environment in which the local stack's tools run."""

import os
from collections.abc import Mapping
from typing import Any

from local.paths import INTERPRETER_BIN, REGION

# boto3 makes its clients when asked for; what CloudFormation holds is any JSON.
type AwsClient = Any
type Json = Any

# A made-up account: the emulator asks for credentials but believes any.
CREDENTIALS: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}

# What would lead a tool of the local stack to a real account, or to a slow look for one.
_LEADS_ELSEWHERE = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_ENDPOINT_URL")


def tool_environment(**more: str) -> dict[str, str]:
    """The caller's environment with the made-up account, a real interpreter first on PATH."""
    environment = {key: value for key, value in os.environ.items() if key not in _LEADS_ELSEWHERE}
    environment |= CREDENTIALS
    environment["PATH"] = f"{INTERPRETER_BIN}{os.pathsep}{environment.get('PATH', '')}"
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
    environment["SAM_CLI_TELEMETRY"] = "0"
    environment["SAM_CLI_CHECK_LATEST_VERSION"] = "0"
    return environment | more
