"""Whom we trust: the system's certificate authorities, read once a worker."""

import ssl
from functools import cache


@cache
def system_trust() -> ssl.SSLContext:
    """Verifies names and certificates; reading the authorities takes 50 ms of a processor."""
    return ssl.create_default_context()
