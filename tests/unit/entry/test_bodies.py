"""EXT-1: what a body must be before anything looks into it."""

import base64
from typing import Any

import pytest

from guichet.entry.bodies import MOST_BYTES, check_body
from tests.support.gateway import http_event
from tests.support.world import refusal_of


def posted(raw: str, content_type: str = "application/json") -> dict[str, Any]:
    return http_event("POST", "/v1/x", raw=raw, headers={"content-type": content_type})


@pytest.mark.parametrize(
    ("event", "code"),
    [
        pytest.param(posted("{"), "body_not_json", id="half an object"),
        pytest.param(posted("name=Ada"), "body_not_json", id="a form"),
        pytest.param(posted('{"a": NaN}'), "body_not_json", id="a number that is none"),
        pytest.param(posted('{"a": "\\ud800"}'), "body_not_json", id="half a character"),
        pytest.param(posted("[" * 100_000), "body_not_json", id="deeper than a parser goes"),
        pytest.param(
            posted('{"a":' * 13 + "1" + "}" * 13), "body_not_json", id="deeper than any request"
        ),
        pytest.param(posted('{"a": ' + "9" * 5000 + "}"), "body_not_json", id="an endless number"),
        pytest.param(
            posted("{}") | {"isBase64Encoded": True, "body": "no base 64!"},
            "body_not_json",
            id="not encoded as it says",
        ),
        pytest.param(
            posted("{}") | {"isBase64Encoded": True, "body": base64.b64encode(b"\xff").decode()},
            "body_not_json",
            id="not UTF-8",
        ),
        pytest.param(posted("[]"), "wrong_type", id="a list"),
        pytest.param(posted("[{}]"), "wrong_type", id="a list with an object"),
        pytest.param(posted("null"), "wrong_type", id="null"),
        pytest.param(posted('"text"'), "wrong_type", id="a text"),
        pytest.param(posted("{}", "text/plain"), "wrong_content_type", id="plain text"),
        pytest.param(posted("{}", ""), "wrong_content_type", id="no content type"),
        pytest.param(posted("{}", "application/jsonp"), "wrong_content_type", id="nearly JSON"),
        pytest.param(
            posted('{"a": "' + "x" * MOST_BYTES + '"}'), "body_too_large", id="over 256 KB"
        ),
        pytest.param(posted(" " * 3 * MOST_BYTES), "body_too_large", id="far over 256 KB"),
        pytest.param(posted('{"a": {"b": ["4242424242424242"]}}'), "card_number", id="deep inside"),
        pytest.param(posted('{"a": 4242424242424242}'), "card_number", id="as a number"),
        pytest.param(posted('{"4242 4242 4242 4242": 1}'), "card_number", id="as a name"),
    ],
)
def test_a_body_that_no_call_takes_is_refused(event: dict[str, Any], code: str) -> None:
    refusal = refusal_of(lambda: check_body(event))

    assert refusal.code == code
    assert "4242" not in refusal.detail


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(http_event("GET", "/v1/x"), id="none"),
        pytest.param(posted("{}"), id="an empty object"),
        pytest.param(posted("{}", "Application/JSON; charset=utf-8"), id="with parameters"),
        pytest.param(http_event("POST", "/v1/x", body={"a": "é"}, encoded=True), id="in base 64"),
        pytest.param(posted('{"a": "' + "x" * (MOST_BYTES - 9) + '"}'), id="256 KB to the byte"),
    ],
)
def test_a_good_body_passes(event: dict[str, Any]) -> None:
    check_body(event)

    assert True  # nothing was refused
