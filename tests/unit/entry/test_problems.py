"""EXT-1: every refusal has a status, and its document has every part (RFC 9457)."""

import json
from dataclasses import replace

import pytest

from guichet.access.membership import Account, AccountKind, Representative
from guichet.access.requests import AskRepresentative, RequestKind, ask_representative
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
        **({"request_kind": "other"} if kind is AskRepresentative else {}),
    }
    assert ("Retry-After" in problem.headers) == (problem.status in {429, 503})
    assert ("WWW-Authenticate" in problem.headers) == (problem.status == 401)


@pytest.mark.parametrize("kind", RequestKind)
def test_what_is_left_to_a_representative_says_what_to_ask_and_whom_acc_6(
    kind: RequestKind,
) -> None:
    account = Account("acc_1", "Grand SA", "g@grand.example", "", "Europe/Paris", "fr")
    theirs = Representative("Rita Roy", "rita@operator.example")

    alone = problem_of(ask_representative(kind, "A sentence.", account=account), "/v1/x")
    served = problem_of(
        ask_representative(
            kind,
            "A sentence.",
            account=replace(account, kind=AccountKind.CORPORATE, representative=theirs),
            code="contract_forbids",
            rule="SUB-8",
        ),
        "/v1/x",
    )

    told = json.loads(alone.body)
    assert (alone.status, told["code"], told["rule"]) == (409, "ask_representative", "ACC-6")
    assert told["request_kind"] == kind
    assert "representative" not in told
    told = json.loads(served.body)
    assert (told["code"], told["rule"]) == ("contract_forbids", "SUB-8")
    assert (told["request_kind"], told["representative"]) == (kind, "Rita Roy")
    assert "rita@operator.example" not in served.body


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
