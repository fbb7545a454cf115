"""S3, as far as we need it: an object is put under its key; versions before it are kept."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Final

from guichet.adapters.aws.signing import Credentials, Signer
from guichet.adapters.http import Http, HttpRequest, HttpResponse, NoAnswerError
from guichet.clock import SystemClock
from guichet.registration.reconciliation_ports import Report
from guichet.settings import AwsAccess

_TRIES: Final = 4
_FIRST_PAUSE_SECONDS: Final = 0.2
_SERVERS_FAULT: Final = 500

type Put = Callable[[str, bytes], None]


class PutRefusedError(Exception):
    """S3 did not take an object."""


class S3Reports:
    """`Reports` in a bucket, as JSON that a person can read."""

    def __init__(self, put: Put) -> None:
        self._put = put

    def put(self, key: str, report: Report) -> None:
        self._put(key, (json.dumps(report, indent=2, sort_keys=True) + "\n").encode())


class SignedBucket:
    """Puts into one bucket by signed requests of our own, as functions speak to AWS.

    Args:
        http: sends one request once.
        bucket: its name, without dots.
        access: who we are, and where S3 is.
        pause: waits so many seconds before another try.
    """

    def __init__(
        self,
        http: Http,
        bucket: str,
        access: AwsAccess,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = http
        self._pause = pause
        credentials = Credentials(
            access.access_key_id, access.secret_access_key, access.session_token
        )
        self._signer = Signer(credentials, access.region, "s3")
        if access.endpoint_url is None:
            self._root, self._folder = f"https://{bucket}.s3.{access.region}.amazonaws.com", ""
        else:  # the emulator's has one name for all buckets
            self._root, self._folder = access.endpoint_url.rstrip("/"), f"/{bucket}"

    def put(self, key: str, body: bytes) -> None:
        """Put an object; a repeat puts the same one.

        Raises:
            PutRefusedError: a final no.
            NoAnswerError: none after all tries.
        """
        for number in range(_TRIES):
            try:
                answer = self._sent(f"{self._folder}/{key}", body)
            except NoAnswerError:
                if number + 1 == _TRIES:
                    raise
            else:
                if answer.status < 300:
                    return
                if answer.status < _SERVERS_FAULT or number + 1 == _TRIES:
                    raise PutRefusedError(f"S3 answered {answer.status}")
            self._pause(_FIRST_PAUSE_SECONDS * 2**number)

    def _sent(self, path: str, body: bytes) -> HttpResponse:
        headers = {
            "content-type": "application/json",
            "host": self._root.partition("://")[2],
            "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        }
        signed = self._signer.signed("PUT", path, headers, body, SystemClock().now())
        return self._http.send(HttpRequest("PUT", f"{self._root}{path}", signed, body))
