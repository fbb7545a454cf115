"""What a script posts as a page's form does: the fields first, the file last, and its bytes as they are."""

from __future__ import annotations

from io import BytesIO

import pytest
from werkzeug.formparser import parse_form_data

from local.calls import Posted, multipart

BINARY = bytes(range(256)) + b"\r\n--\r\n"


@pytest.mark.parametrize(
    "content", [pytest.param(b"", id="nothing"), pytest.param(BINARY, id="any byte")]
)
def test_a_form_with_a_file_is_read_as_it_was_posted(content: bytes) -> None:
    file = Posted("certificate.pdf", "application/pdf", content)

    body, media_type = multipart({"key": "acc_1/upl_é", "policy": "e30="}, file)

    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": media_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    _, fields, files = parse_form_data(environ)
    assert list(fields.items()) == [("key", "acc_1/upl_é"), ("policy", "e30=")]
    with files["file"].stream as stream:
        assert stream.read() == content
    assert (files["file"].filename, files["file"].mimetype) == (file.name, file.media_type)
    assert body.index(b'name="policy"') < body.index(b'name="file"')
