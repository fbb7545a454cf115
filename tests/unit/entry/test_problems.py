"""EXT-1: every refusal has a status, and its document has every part (RFC 9457)."""

import json

import pytest

from guichet.adapters.dynamo.seam import StoreUnavailableError
from guichet.entry.problems import STATUSES, problem_of, refusal_of
from guichet.errors import ConcurrentUpdateError, FieldError, Refusal, Unavailable


def test_every_kind_of_refusal_has_a_status() -> None:
    kinds = set(Refusal.__subclasses__())

    assert kinds == set(STATUSES)


@pytest.mark.parametrize("kind", sorted(STATUSES, key=str), ids=lambda kind: kind.__name__)
def test_a_problem_says_what_where_and_which_rule(kind: type[Refusal]) -> None:
    fields = (FieldError("/a/b", "wrong", "This is wrong."),)
    refusal = kind("some_code", "A sentence.", rule="REG-4", errors=fields)

    problem = problem_of(refusal, "/v1/x")

    assert problem.headers["Content-Type"] == "application/problem+json"
    assert json.loads(problem.body) == {
        "type": "urn:guichet:problem:some_code",
        "title": "Some code",
        "status": problem.status,
        "detail": "A sentence.",
        "code": "some_code",
        "instance": "/v1/x",
        "rule": "REG-4",
        "errors": [{"pointer": "/a/b", "code": "wrong", "detail": "This is wrong."}],
    }
    assert ("Retry-After" in problem.headers) == (problem.status in {429, 503})
    assert ("WWW-Authenticate" in problem.headers) == (problem.status == 401)


def test_when_to_try_again_is_passed_on() -> None:
    problem = problem_of(Unavailable("x", "Later.", retry_after_seconds=42), "/")

    assert problem.headers["Retry-After"] == "42"


@pytest.mark.parametrize(
    "error", [StoreUnavailableError("table guichet-state"), ConcurrentUpdateError("reg_1")]
)
def test_contention_means_try_again_and_tells_nothing(
    error: StoreUnavailableError | ConcurrentUpdateError,
) -> None:
    refusal = refusal_of(error)

    assert (refusal.code, STATUSES[type(refusal)]) == ("busy", 503)
    assert str(error) not in refusal.detail
