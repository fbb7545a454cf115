"""S3, as far as we need it: an object is put under its key, or only where there is none, and read."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Final, Protocol

from guichet.adapters.aws.service import AwsService, ServiceError
from guichet.adapters.aws.signing import Credentials, Signer
from guichet.adapters.http import Http, HttpRequest, HttpResponse, NoAnswerError
from guichet.clock import SystemClock
from guichet.invoices.ports import KeepingError
from guichet.registration.reconciliation_ports import Report
from guichet.settings import AwsAccess

_TRIES: Final = 4
_FIRST_PAUSE_SECONDS: Final = 0.2
_SERVERS_FAULT: Final = 500
_AT_ONCE: Final = 409  # somebody else puts the same object by absence
_PRESENT: Final = 412
_JSON: Final = "application/json"
# The latter is said of what is absent to who may not list.
_MEANS_ABSENT: Final = frozenset({"NoSuchKey", "AccessDenied"})

type Put = Callable[[str, bytes], object]


class PutRefusedError(Exception):
    """S3 did not take an object, or did not give one."""


class Bucket(Protocol):
    """One bucket.

    Raises:
        PutRefusedError: a final no.
        NoAnswerError: none after all tries.
    """

    def put(
        self, key: str, body: bytes, media_type: str = _JSON, *, if_absent: bool = False
    ) -> bool:
        """Put an object; a repeat puts the same one. False: `if_absent`, and there is one."""
        ...

    def get(self, key: str) -> bytes | None:
        """The object; None where there is none."""
        ...


class S3Reports:
    """`Reports` in a bucket, as JSON that a person can read."""

    def __init__(self, put: Put) -> None:
        self._put = put

    def put(self, key: str, report: Report) -> None:
        self._put(key, (json.dumps(report, indent=2, sort_keys=True) + "\n").encode())


class S3Documents:
    """`DocumentFiles` in a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def put(self, key: str, content: bytes, media_type: str) -> bool:
        try:
            return self._bucket.put(key, content, media_type, if_absent=True)
        except (PutRefusedError, NoAnswerError) as error:
            raise KeepingError(str(error)) from error

    def get(self, key: str) -> bytes | None:
        try:
            return self._bucket.get(key)
        except (PutRefusedError, NoAnswerError) as error:
            raise KeepingError(str(error)) from error


class SdkBucket:
    """`Bucket` by boto3, which tries again by itself."""

    def __init__(self, service: AwsService, bucket: str) -> None:
        self._service = service
        self._bucket = bucket

    def put(
        self, key: str, body: bytes, media_type: str = _JSON, *, if_absent: bool = False
    ) -> bool:
        asked = {"Bucket": self._bucket, "Key": key, "Body": body, "ContentType": media_type}
        condition = {"IfNoneMatch": "*"} if if_absent else {}
        try:
            self._service.call("PutObject", {**asked, **condition})
        except ServiceError as error:
            if if_absent and error.status == _PRESENT:
                return False
            raise PutRefusedError(f"S3 answered {error}") from error
        return True

    def get(self, key: str) -> bytes | None:
        try:
            answer = self._service.call("GetObject", {"Bucket": self._bucket, "Key": key})
        except ServiceError as error:
            if error.code in _MEANS_ABSENT:
                return None
            raise PutRefusedError(f"S3 answered {error}") from error
        content: bytes = answer["Body"].read()
        return content


class SignedBucket:
    """`Bucket` by signed requests of our own, as functions speak to AWS.

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

    def put(
        self, key: str, body: bytes, media_type: str = _JSON, *, if_absent: bool = False
    ) -> bool:
        condition = {"if-none-match": "*"} if if_absent else {}
        answer = self._answered("PUT", key, {"content-type": media_type, **condition}, body)
        if answer.status < 300:
            return True
        if if_absent and answer.status == _PRESENT:
            return False
        raise PutRefusedError(f"S3 answered {answer.status}")

    def get(self, key: str) -> bytes | None:
        answer = self._answered("GET", key, {}, b"")
        if answer.status < 300:
            return answer.body
        if any(f"<Code>{each}</Code>".encode() in answer.body for each in _MEANS_ABSENT):
            return None
        raise PutRefusedError(f"S3 answered {answer.status}")

    def _answered(
        self, method: str, key: str, headers: dict[str, str], body: bytes
    ) -> HttpResponse:
        """The first answer that would not be another one at the next try, or the last."""
        number = 0
        while True:
            number += 1
            try:
                answer = self._sent(method, f"{self._folder}/{key}", headers, body)
            except NoAnswerError:
                if number == _TRIES:
                    raise
            else:
                passes = answer.status >= _SERVERS_FAULT or answer.status == _AT_ONCE
                if not passes or number == _TRIES:
                    return answer
            self._pause(_FIRST_PAUSE_SECONDS * 2 ** (number - 1))

    def _sent(self, method: str, path: str, headers: dict[str, str], body: bytes) -> HttpResponse:
        sent = {
            **headers,
            "host": self._root.partition("://")[2],
            "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        }
        signed = self._signer.signed(method, path, sent, body, SystemClock().now())
        return self._http.send(HttpRequest(method, f"{self._root}{path}", signed, body))
