"""Signature Version 4, for requests without a query, as AWS documents it.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Whose signature it is; a role's own expire and come with a session token."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one service in one region."""

    credentials: Credentials
    region: str
    service: str

    def signed(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, at: datetime
    ) -> dict[str, str]:
        """All headers to send: those given, the time, the session token and the signature.

        Args:
            method: of HTTP.
            path: as it is sent; only letters, digits and `-._~/`, which need no encoding.
            headers: in lower case and with `host`; each is signed.
            body: the exact bytes.
            at: now, in UTC; AWS refuses what is five minutes off.
        """
        moment = at.strftime("%Y%m%dT%H%M%SZ")
        sent = {**headers, "x-amz-date": moment}
        if self.credentials.session_token:
            sent["x-amz-security-token"] = self.credentials.session_token
        names = sorted(sent)
        lines = "".join(f"{name}:{' '.join(sent[name].split())}\n" for name in names)
        signed_names = ";".join(names)
        digest = hashlib.sha256(body).hexdigest()
        canonical = f"{method}\n{path}\n\n{lines}\n{signed_names}\n{digest}"
        scope = f"{moment[:8]}/{self.region}/{self.service}/aws4_request"
        text = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = _key(self.credentials.secret_access_key, scope)
        sent["authorization"] = (
            f"{_ALGORITHM} Credential={self.credentials.access_key_id}/{scope}, "
            f"SignedHeaders={signed_names}, Signature={_hmac(key, text).hex()}"
        )
        return sent


@lru_cache(maxsize=16)
def _key(secret_access_key: str, scope: str) -> bytes:
    """The signing key of a day, region and service."""
    key = f"AWS4{secret_access_key}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
