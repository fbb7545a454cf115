"""Signature Version 4: AWS's published vectors, and botocore's signer as a judge."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.aws.signing import Credentials, Signer

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
SIGNER = Signer(Credentials("AKIDEXAMPLE", SECRET), "us-east-1", "service")
HOST = {"host": "example.amazonaws.com"}


# AWS's "Signature Version 4 test suite", by the names of its cases.
@pytest.mark.parametrize(
    ("method", "headers", "body", "signed_headers", "signature"),
    [
        pytest.param(
            "GET",
            HOST,
            b"",
            "host;x-amz-date",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            id="get-vanilla",
        ),
        pytest.param(
            "POST",
            HOST,
            b"",
            "host;x-amz-date",
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            id="post-vanilla",
        ),
        pytest.param(
            "POST",
            {**HOST, "content-type": "application/x-www-form-urlencoded"},
            b"Param1=value1",
            "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            id="post-x-www-form-urlencoded",
        ),
        pytest.param(
            "GET",
            {**HOST, "my-header1": " value1", "my-header2": ' "a   b   c"'},
            b"",
            "host;my-header1;my-header2;x-amz-date",
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
            id="get-header-value-trim",
        ),
    ],
)
def test_published_vectors(
    method: str, headers: dict[str, str], body: bytes, signed_headers: str, signature: str
) -> None:
    sent = SIGNER.signed(method, "/", headers, body, AT)

    assert sent["x-amz-date"] == "20150830T123600Z"
    assert sent["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={signed_headers}, Signature={signature}"
    )


VALUES = st.text(string.printable.replace("\r", "").replace("\n", ""), min_size=1).map(str.strip)
PATHS = st.text(string.ascii_letters + string.digits + "-._~", min_size=1).map(
    lambda name: f"/v2/{name}x"
)


@given(
    path=PATHS,
    body=st.binary(max_size=200),
    target=VALUES,
    token=st.sampled_from(["", "a session/token+="]),
    at=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - UTC below
)
def test_botocore_signs_the_same(
    path: str, body: bytes, target: str, token: str, at: datetime
) -> None:
    headers = {"host": "email.eu-west-1.amazonaws.com", "x-amz-target": target}
    signer = Signer(Credentials("AKID", SECRET, token), "eu-west-1", "ses")

    ours = signer.signed("POST", path, headers, body, at.replace(tzinfo=UTC))

    url = f"https://email.eu-west-1.amazonaws.com{path}"
    request = AWSRequest("POST", url, data=body)
    for name, value in ours.items():
        if name != "authorization":
            request.headers[name] = value
    request.context["timestamp"] = ours["x-amz-date"]
    auth = SigV4Auth(SdkCredentials("AKID", SECRET, token or None), "ses", "eu-west-1")
    canonical = auth.canonical_request(request)
    theirs = auth.signature(auth.string_to_sign(request, canonical), request)
    assert ours["authorization"].rpartition("=")[2] == theirs


def test_a_secret_key_is_not_shown_with_its_owner() -> None:
    assert SECRET not in repr(SIGNER)
