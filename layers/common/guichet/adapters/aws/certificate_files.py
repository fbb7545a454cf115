"""`CertificateFiles` in the bucket of documents, by two prefixes: what is posted, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from guichet.adapters.aws.objects import (
    PostForm,
    PutRefusedError,
    ReadRefusedError,
    StoredObject,
)
from guichet.adapters.http import NoAnswerError
from guichet.errors import Unavailable, invalid_field
from guichet.tax.certificate import CertificateFile
from guichet.taxpayer.ports import MOST_BYTES, Download, Uploaded, UploadTicket

UPLOADS: Final = "tax-certificates/uploads"  # a rule of the bucket empties it after a day
KEPT: Final = "tax-certificates/kept"
_UPLOAD_LIVES: Final = timedelta(minutes=15)
_LINK_LIVES: Final = timedelta(minutes=2)
_ENDINGS: Final = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


class Bucket(Protocol):
    """The bucket, as far as certificates need it."""

    def put(self, key: str, body: bytes, media_type: str) -> bool: ...

    def get_at_most(self, key: str, most_bytes: int) -> StoredObject | None: ...

    def post_form(
        self, key: str, content_type: str, most_bytes: int, lives: timedelta
    ) -> PostForm: ...

    def link(self, key: str, *, content_type: str, disposition: str, lives: timedelta) -> str: ...


@dataclass(frozen=True, slots=True)
class BucketCertificateFiles:
    """A form whose policy fixes key, type and size; kept copies are what was checked, byte by byte."""

    bucket: Bucket

    def ticket(
        self, account_id: str, upload_id: str, media_type: str, now: datetime
    ) -> UploadTicket:
        key = _upload(account_id, upload_id)
        form = self.bucket.post_form(key, media_type, MOST_BYTES, _UPLOAD_LIVES)
        return UploadTicket(form.url, form.fields, now + _UPLOAD_LIVES)

    def uploaded(self, account_id: str, upload_id: str) -> Uploaded | None:
        try:
            found = self.bucket.get_at_most(_upload(account_id, upload_id), MOST_BYTES + 1)
        except (ReadRefusedError, NoAnswerError) as error:
            raise _unavailable() from error
        if found is None:
            return None
        if found.size_bytes > MOST_BYTES or len(found.content) != found.size_bytes:
            raise invalid_field("/upload_id", "file_too_large", "5 MB at most.", rule="TAX-4")
        return Uploaded(found.content_type, found.content)

    def keep(self, account_id: str, file: CertificateFile, content: bytes) -> None:
        try:
            self.bucket.put(_kept(account_id, file), content, file.media_type)
        except (PutRefusedError, NoAnswerError) as error:
            raise _unavailable() from error

    def download(self, account_id: str, file: CertificateFile, now: datetime) -> Download:
        """Fetched under a name of ours, as an attachment of the type that was found in it.

        S3 sends no `nosniff`; of these three types no browser makes another that could run.
        """
        name = f"certificate-{file.file_id}.{_ENDINGS[file.media_type]}"
        url = self.bucket.link(
            _kept(account_id, file),
            content_type=file.media_type,
            disposition=f'attachment; filename="{name}"',
            lives=_LINK_LIVES,
        )
        return Download(url, now + _LINK_LIVES)


def _upload(account_id: str, upload_id: str) -> str:
    """Below the account: the upload of another account is as absent."""
    return f"{UPLOADS}/{account_id}/{upload_id}"


def _kept(account_id: str, file: CertificateFile) -> str:
    return f"{KEPT}/{account_id}/{file.file_id}"


def _unavailable() -> Unavailable:
    return Unavailable(
        "files_unavailable", "Files can't be stored or read at the moment; try again."
    )
