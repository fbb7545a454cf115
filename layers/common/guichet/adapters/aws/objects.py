"""S3, as far as we need it: objects are put, read, or handed to a browser to post or to fetch."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
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
# S3 says "forbidden" of an absent object to whoever may not list the bucket, as no function may.
_ABSENT: Final = frozenset({403, 404})
_NOTHING_IN_IT: Final = 416  # of a range of an empty object
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


class ReadRefusedError(Exception):
    """S3 did not give an object, which is perhaps there."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object: `size_bytes` is of all of it, `content` of as much as was asked for."""

    content_type: str
    size_bytes: int
    content: bytes


@dataclass(frozen=True, slots=True)
class PostForm:
    """What a browser posts a file to: these fields first, then `file`."""

    url: str
    fields: Mapping[str, str]


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
        self._bucket = bucket
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

    def get_at_most(self, key: str, most_bytes: int) -> StoredObject | None:
        """The newest object under a key; of a longer one, no more than is asked for. None: absent.

        Raises:
            ReadRefusedError: a final no.
            NoAnswerError: none after all tries.
        """
        wanted = {"range": f"bytes=0-{most_bytes - 1}"}
        answer = self._answered("GET", key, wanted, b"", most_bytes=most_bytes)
        if answer.status in _ABSENT:
            return None
        if answer.status == _NOTHING_IN_IT:
            return StoredObject("", 0, b"")
        if answer.status >= 300:
            raise ReadRefusedError(f"S3 answered {answer.status}")
        whole = answer.headers.get("content-range", "").rpartition("/")[2]
        size = int(whole) if whole.isdecimal() else len(answer.body)
        return StoredObject(answer.headers.get("content-type", ""), size, answer.body)

    def post_form(self, key: str, content_type: str, most_bytes: int, lives: timedelta) -> PostForm:
        """A form by which one object of this type and size may be posted; S3 refuses any other."""
        now = SystemClock().now()
        conditions = [
            {"key": key},
            {"Content-Type": content_type},
            ["content-length-range", 1, most_bytes],
        ]
        signed = self._signer.signed_policy(
            self._bucket, conditions, expires_at=now + lives, at=now
        )
        fields = {"key": key, "Content-Type": content_type, **signed}
        return PostForm(f"{self._root}{self._folder}/", fields)

    def link(self, key: str, *, content_type: str, disposition: str, lives: timedelta) -> str:
        """An address at which the object is fetched, with these headers, until it ends."""
        path = f"{self._folder}/{key}"
        asked = {
            "response-content-disposition": disposition,
            "response-content-type": content_type,
        }
        query = self._signer.presigned(
            "GET", path, self._host, asked, lives=lives, at=SystemClock().now()
        )
        return f"{self._root}{path}?{query}"

    @property
    def _host(self) -> str:
        return self._root.partition("://")[2]

    def _answered(
        self,
        method: str,
        key: str,
        headers: Mapping[str, str],
        body: bytes,
        most_bytes: int | None = None,
    ) -> HttpResponse:
        """The last answer; what passes was tried again."""
        for number in range(_TRIES):
            is_last = number + 1 == _TRIES
            try:
                answer = self._sent(method, f"{self._folder}/{key}", headers, body, most_bytes)
            except NoAnswerError:
                if is_last:
                    raise
            else:
                passes = answer.status >= _SERVERS_FAULT or answer.status == _AT_ONCE
                if not passes or is_last:
                    return answer
            self._pause(_FIRST_PAUSE_SECONDS * 2**number)
        raise NoAnswerError("never asked")

    def _sent(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        most_bytes: int | None,
    ) -> HttpResponse:
        all_headers = {
            **headers,
            "host": self._host,
            "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        }
        signed = self._signer.signed(method, path, all_headers, body, SystemClock().now())
        request = HttpRequest(method, f"{self._root}{path}", signed, body, most_bytes=most_bytes)
        return self._http.send(request)
