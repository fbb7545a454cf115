"""`CertificateFiles` in memory: a form that takes what its policy takes, copies, links."""

from __future__ import annotations

from datetime import datetime, timedelta

from guichet.errors import Unavailable, invalid_field
from guichet.tax.certificate import CertificateFile
from guichet.taxpayer.ports import MOST_BYTES, Download, Uploaded, UploadTicket


class MemoryCertificateFiles:
    """Keeps what a bucket would; `is_out` lets it answer nothing."""

    def __init__(self) -> None:
        self.posted: dict[str, Uploaded] = {}
        self.kept: dict[str, bytes] = {}
        self.is_out = False

    def ticket(
        self, account_id: str, upload_id: str, media_type: str, now: datetime
    ) -> UploadTicket:
        fields = {"key": f"{account_id}/{upload_id}", "Content-Type": media_type}
        return UploadTicket("https://files.example/", fields, now + timedelta(minutes=15))

    def post(self, fields: dict[str, str], content: bytes) -> bool:
        """What a browser does; answers whether the policy lets it."""
        if not 1 <= len(content) <= MOST_BYTES:
            return False
        self.posted[fields["key"]] = Uploaded(fields["Content-Type"], content)
        return True

    def uploaded(self, account_id: str, upload_id: str) -> Uploaded | None:
        self._answer()
        found = self.posted.get(f"{account_id}/{upload_id}")
        if found is not None and len(found.content) > MOST_BYTES:
            raise invalid_field("/upload_id", "file_too_large", "5 MB at most.", rule="TAX-4")
        return found

    def keep(self, account_id: str, file: CertificateFile, content: bytes) -> None:
        self._answer()
        self.kept[f"{account_id}/{file.file_id}"] = content

    def download(self, account_id: str, file: CertificateFile, now: datetime) -> Download:
        url = f"https://files.example/{account_id}/{file.file_id}?signed"
        return Download(url, now + timedelta(minutes=2))

    def _answer(self) -> None:
        if self.is_out:
            raise Unavailable("files_unavailable", "Files can't be stored or read; try again.")
