"""Signature Version 4, of requests, of links, and of forms that a browser posts, as AWS documents it.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import quote

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
        scope = self._scope(moment)
        sent["authorization"] = (
            f"{_ALGORITHM} Credential={self.credentials.access_key_id}/{scope}, "
            f"SignedHeaders={signed_names}, Signature={self._signature(moment, scope, canonical)}"
        )
        return sent

    def presigned(
        self,
        method: str,
        path: str,
        host: str,
        query: Mapping[str, str],
        *,
        lives: timedelta,
        at: datetime,
    ) -> str:
        """The whole query of a link that anybody may follow until it ends."""
        moment = at.strftime("%Y%m%dT%H%M%SZ")
        scope = self._scope(moment)
        asked = {
            **query,
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{self.credentials.access_key_id}/{scope}",
            "X-Amz-Date": moment,
            "X-Amz-Expires": str(int(lives.total_seconds())),
            "X-Amz-SignedHeaders": "host",
        }
        if self.credentials.session_token:
            asked["X-Amz-Security-Token"] = self.credentials.session_token
        written = "&".join(f"{quote(k, safe='')}={quote(asked[k], safe='')}" for k in sorted(asked))
        canonical = f"{method}\n{path}\n{written}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
        return f"{written}&X-Amz-Signature={self._signature(moment, scope, canonical)}"

    def signed_policy(
        self,
        bucket: str,
        conditions: Sequence[object],
        *,
        expires_at: datetime,
        at: datetime,
    ) -> dict[str, str]:
        """The fields of a form that let a browser post one object, if it keeps these conditions."""
        moment = at.strftime("%Y%m%dT%H%M%SZ")
        scope = self._scope(moment)
        fields = {
            "x-amz-algorithm": _ALGORITHM,
            "x-amz-credential": f"{self.credentials.access_key_id}/{scope}",
            "x-amz-date": moment,
        }
        if self.credentials.session_token:
            fields["x-amz-security-token"] = self.credentials.session_token
        policy = {
            "expiration": expires_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "conditions": [
                {"bucket": bucket},
                *conditions,
                *({name: value} for name, value in fields.items()),
            ],
        }
        encoded = base64.b64encode(json.dumps(policy).encode()).decode()
        key = _key(self.credentials.secret_access_key, scope)
        return {**fields, "policy": encoded, "x-amz-signature": _hmac(key, encoded).hex()}

    def _scope(self, moment: str) -> str:
        return f"{moment[:8]}/{self.region}/{self.service}/aws4_request"

    def _signature(self, moment: str, scope: str, canonical: str) -> str:
        text = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        return _hmac(_key(self.credentials.secret_access_key, scope), text).hex()


@lru_cache(maxsize=16)
def _key(secret_access_key: str, scope: str) -> bytes:
    """The signing key of a day, region and service."""
    key = f"AWS4{secret_access_key}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
