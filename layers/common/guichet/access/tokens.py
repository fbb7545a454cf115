"""A registrant's token: unguessable, expiring, for one purpose and one registration (ACC-5).

It is derived, not stored: a replay gives the same answer and a stolen table gives no token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from guichet.errors import BadToken

_EXPIRY: Final = struct.Struct(">I")
_LENGTH: Final = _EXPIRY.size + hashlib.sha256().digest_size


class Purpose(StrEnum):
    """What a token opens."""

    REGISTRATION = "registration"
    CURSOR = "cursor"  # where a list goes on, which nobody else may make up


class Tokens:
    """Mints with the first key and verifies with every key, so that keys can be rotated.

    Args:
        keys: at least one, each with 128 random bits or more.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("no token key is configured")
        self._keys = [key.encode() for key in keys]

    def mint(self, purpose: Purpose, subject_id: str, expires_at: datetime) -> str:
        """The token of this subject and purpose; whole seconds count."""
        head = _EXPIRY.pack(int(expires_at.timestamp()))
        raw = head + _mac(self._keys[0], purpose, subject_id, head)
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def verify(self, token: str, purpose: Purpose, subject_id: str, now: datetime) -> None:
        """Answer nothing, or refuse.

        Raises:
            BadToken: `token_invalid` for anything but a right token of the past, `token_expired`.
        """
        raw = _decoded(token)
        head, mac = raw[: _EXPIRY.size], raw[_EXPIRY.size :]
        expected = [_mac(key, purpose, subject_id, head) for key in self._keys]
        if not any(hmac.compare_digest(mac, candidate) for candidate in expected):
            raise _invalid()
        if now >= datetime.fromtimestamp(_EXPIRY.unpack(head)[0], UTC):
            raise BadToken(
                "token_expired", "This link has expired; ask for a new one.", rule="ACC-5"
            )


def _mac(key: bytes, purpose: Purpose, subject_id: str, head: bytes) -> bytes:
    text = f"guichet-token|{purpose}|{subject_id}|".encode() + head
    return hmac.new(key, text, hashlib.sha256).digest()


def _decoded(token: str) -> bytes:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise _invalid() from error
    if len(raw) != _LENGTH:
        raise _invalid()
    return raw


def _invalid() -> BadToken:
    return BadToken("token_invalid", "This link is not valid for this registration.", rule="ACC-5")
