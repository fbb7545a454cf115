"""EXT-1: what the log has of a refusal, where the caller reads a sentence of another kind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from guichet.entry.http import mount, resolver, route, serve
from guichet.errors import Conflict, Refusal
from guichet.tax.tables import tax_unknown
from tests.support.gateway import http_event

TAX_UNKNOWN = tax_unknown("the fee us-federal-universal-service on 2026-11-29", "fees.yaml")


class Log:
    """Powertools' logger, as far as it is used here."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def info(self, message: str, **facts: Any) -> None:  # noqa: ANN401 - as the logger takes them
        self.lines.append((message, facts))


class Refusing:
    """One call, that is refused."""

    def __init__(self, refusal: Refusal) -> None:
        self._refusal = refusal

    @route("GET", "/v1/x", "Refuse", who="")
    def read(self) -> Any:  # noqa: ANN401 - it never answers
        raise self._refusal


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        pytest.param(TAX_UNKNOWN, {"why": TAX_UNKNOWN.detail}, id="what the operator lacks"),
        pytest.param(Conflict("no", "Maria has done it."), {}, id="what a caller did is not told"),
    ],
)
def test_the_operator_reads_what_is_missing_and_the_customer_what_to_do_tax_2(
    refusal: Refusal, why: dict[str, str]
) -> None:
    log = Log()
    app = mount(resolver(log), Refusing(refusal))

    answer = serve(app, http_event("GET", "/v1/x"), LambdaContext(), log)

    ((message, facts),) = log.lines
    assert message == "refused"
    assert facts == {
        "code": refusal.code,
        "path": "/v1/x",
        "status": answer["statusCode"],
        **why,
    }
    assert "config/tax" not in json.loads(answer["body"])["detail"]
