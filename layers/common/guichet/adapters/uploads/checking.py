"""The one question about an uploaded file: which of the three types it is, if it may be kept (TAX-4)."""

from __future__ import annotations

import re
from typing import Final

from guichet.adapters.uploads import refused
from guichet.adapters.uploads.pictures import JPEG, PNG, check_jpeg, check_png
from guichet.taxpayer.ports import MOST_BYTES

PDF: Final = b"%PDF-"
# A page hidden in a file of another type: nothing that we serve could run it, and nobody needs it.
_A_PAGE: Final = re.compile(rb"<(?:html|script|!doctype\s+html)\b", re.IGNORECASE)


def check_file(content: bytes) -> str:
    """The media type, by the file's own bytes; the first of them says which kind it has to be whole.

    Raises:
        Invalid: `file_too_large`, `file_type_not_taken`, `file_damaged`, `file_mixed`,
            `file_encrypted`, `file_active`.
    """
    if len(content) > MOST_BYTES:
        raise refused.too_large()
    if content.startswith(PNG):
        check_png(content)
        media_type = "image/png"
    elif content.startswith(JPEG):
        check_jpeg(content)
        media_type = "image/jpeg"
    elif content.startswith(PDF):
        from guichet.adapters.uploads.pdf_files import (  # noqa: PLC0415 - its library: 90 ms
            check_pdf,
        )

        check_pdf(content)
        media_type = "application/pdf"
    else:
        raise refused.not_taken()
    if _A_PAGE.search(content):
        raise refused.mixed()
    return media_type
