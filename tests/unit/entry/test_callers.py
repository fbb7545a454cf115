"""Who calls: addresses, sign-ins, tokens and versions as the gateway brings them."""

import pytest

from guichet.entry.callers import Caller, known_form
from tests.support.gateway import http_event
from tests.support.world import World, refusal_of


def calling(**parts: object) -> Caller:
    return Caller(http_event("GET", "/v1/x", **parts))  # type: ignore[arg-type]  # any part


@pytest.mark.parametrize(
    ("source", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
    ],
)
def test_a_source_is_an_address_or_one_customer_s_network(source: str, counted_as: str) -> None:
    assert calling(source=source).source == counted_as


@pytest.mark.parametrize(
    ("edge", "key", "counted_as"),
    [
        pytest.param("k-1", "k-1", "198.51.100.9", id="our distribution tells whom it saw"),
        pytest.param("k-2", "k-1", "203.0.113.7", id="another one is not believed"),
        pytest.param(None, "k-1", "203.0.113.7", id="nor is whoever comes directly"),
        pytest.param("", "", "203.0.113.7", id="nor anybody where there is no distribution"),
        pytest.param("é", "k-1", "203.0.113.7", id="nor letters that no key has"),
    ],
)
def test_behind_our_edge_the_viewer_is_the_source(
    edge: str | None, key: str, counted_as: str
) -> None:
    headers = {"x-guichet-viewer": "198.51.100.9"}
    if edge is not None:
        headers["x-guichet-edge"] = edge
    event = http_event("GET", "/v1/x", source="203.0.113.7", headers=headers)

    assert Caller(event, key).source == counted_as


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("*", None),
        ('"3"', frozenset({3})),
        ('"3", "4"', frozenset({3, 4})),
        ('W/"3"', frozenset()),
        ("3", frozenset()),
        ('"x"', frozenset()),
    ],
)
def test_if_match_names_versions_and_a_weak_tag_matches_none(
    header: str | None, expected: frozenset[int] | None
) -> None:
    headers = {} if header is None else {"If-Match": header}

    assert calling(headers=headers).versions_expected() == expected


def test_roles_are_ours_whatever_a_token_claims_acc_2(world: World) -> None:
    member = world.member("maria")

    found = Caller(http_event("GET", "/", member=member)).member(world.parts)

    assert found.roles == member.roles


def test_a_sign_in_without_a_membership_is_refused_acc_2(world: World) -> None:
    member = world.member("maria")
    event = http_event("GET", "/", member=member)
    event["requestContext"]["authorizer"]["jwt"]["claims"]["iss"] = "https://other.example"

    refusal = refusal_of(lambda: Caller(event).member(world.parts))

    assert refusal.code == "no_membership"


def test_a_call_without_a_sign_in_is_refused(world: World) -> None:
    refusal = refusal_of(lambda: calling().member(world.parts))

    assert refusal.code == "sign_in_missing"


@pytest.mark.parametrize(
    "text", ["", "trn", "trn_", "TRN_1", "trn_1#2", "trn_" + "1" * 81, "trn_1\n", "trn_é", "../x"]
)
def test_what_is_no_id_is_as_absent(text: str) -> None:
    refusal = refusal_of(lambda: known_form(text, "training"))

    assert refusal.code == "not_found"
