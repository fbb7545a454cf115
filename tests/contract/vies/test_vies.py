"""TAX-3: the register's REST service, by answers in the shape that its documentation gives."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from guichet.adapters.http import HttpRequest, HttpResponse, NoAnswerError
from guichet.adapters.vies import Vies
from guichet.tax.ports import VatRegister
from guichet.tax.vat_check import VatAnswer, VatReply
from tests.support.vat_register import MemoryVatRegister

NUMBER = "FR61954506077"
ANSWER = {
    "countryCode": "FR",
    "vatNumber": "61954506077",
    "requestDate": "2026-11-28T19:00:00.000Z",
    "valid": True,
    "requestIdentifier": "WAPIAAAAYx2uH4pl",
    "name": "SA A DIRECTOIRE",
    "address": "8 RUE DE LA VILLE",
    "traderName": "---",
    "traderNameMatch": "NOT_PROCESSED",
}


def an_error(code: str) -> dict[str, object]:
    return {"actionSucceed": False, "errorWrappers": [{"error": code, "message": "told"}]}


@dataclass
class Scripted:
    """Answers one thing, or nothing, and keeps what it was asked."""

    answer: HttpResponse | None
    asked: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        self.asked.append(request)
        if self.answer is None:
            raise NoAnswerError("timed out")
        return self.answer


def replying(body: object, status: int = 200) -> Scripted:
    return Scripted(HttpResponse(status, {}, json.dumps(body).encode()))


def test_a_number_is_asked_for_in_its_two_parts_within_seconds_tax_3() -> None:
    http = replying(ANSWER)

    Vies(http, requester="IE6388047V").check(NUMBER)

    (request,) = http.asked
    assert request.method == "POST"
    assert request.url == ("https://ec.europa.eu/taxation_customs/vies/rest-api/check-vat-number")
    assert json.loads(request.body) == {
        "countryCode": "FR",
        "vatNumber": "61954506077",
        "requesterMemberStateCode": "IE",
        "requesterNumber": "6388047V",
    }
    assert request.timeout_seconds <= 5
    assert request.most_bytes is not None


def test_nobody_is_named_as_asking_where_nobody_is_configured() -> None:
    http = replying(ANSWER)

    Vies(http).check(NUMBER)

    assert "requesterNumber" not in json.loads(http.asked[0].body)


@pytest.mark.parametrize(
    ("body", "status", "reply"),
    [
        pytest.param(ANSWER, 200, VatReply(VatAnswer.VALID, "WAPIAAAAYx2uH4pl"), id="yes"),
        pytest.param(
            {**ANSWER, "requestIdentifier": ""}, 200, VatReply(VatAnswer.VALID), id="no proof"
        ),
        pytest.param({**ANSWER, "valid": False}, 200, VatReply(VatAnswer.INVALID), id="no"),
        pytest.param(
            an_error("INVALID_INPUT"),
            400,
            VatReply(VatAnswer.INVALID, said="INVALID_INPUT"),
            id="no number of that state",
        ),
        *(
            pytest.param(
                an_error(code), status, VatReply(VatAnswer.UNAVAILABLE, said=code), id=code
            )
            for code, status in (
                ("MS_UNAVAILABLE", 200),
                ("SERVICE_UNAVAILABLE", 500),
                ("TIMEOUT", 200),
                ("GLOBAL_MAX_CONCURRENT_REQ", 200),
                ("MS_MAX_CONCURRENT_REQ", 500),
                ("VAT_BLOCKED", 200),
                ("IP_BLOCKED", 403),
                ("INVALID_REQUESTER_INFO", 400),
                ("SOMETHING_NEW", 200),
            )
        ),
        pytest.param(
            {**ANSWER, "vatNumber": "1"},
            200,
            VatReply(VatAnswer.UNAVAILABLE, said="UNCLEAR"),
            id="about another number",
        ),
        pytest.param(
            {**ANSWER, "valid": "true"},
            200,
            VatReply(VatAnswer.UNAVAILABLE, said="UNCLEAR"),
            id="neither yes nor no",
        ),
        pytest.param(
            {}, 404, VatReply(VatAnswer.UNAVAILABLE, said="HTTP_404"), id="no such service"
        ),
        pytest.param(
            {"actionSucceed": False},
            200,
            VatReply(VatAnswer.UNAVAILABLE, said="ERROR"),
            id="an error without a name",
        ),
        pytest.param([], 200, VatReply(VatAnswer.UNAVAILABLE, said="HTTP_200"), id="no object"),
    ],
)
def test_only_a_clear_answer_is_one_tax_3(body: object, status: int, reply: VatReply) -> None:
    assert Vies(replying(body, status)).check(NUMBER) == reply


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="none in time"),
        pytest.param(HttpResponse(503, {}, b"<html>Service Unavailable</html>"), id="a page"),
        pytest.param(HttpResponse(200, {}, b"\xff\xfe"), id="no text"),
    ],
)
def test_no_answer_is_an_outage_and_never_raises_tax_3(answer: HttpResponse | None) -> None:
    assert Vies(Scripted(answer)).check(NUMBER).answer is VatAnswer.UNAVAILABLE


def the_service(answer: VatAnswer) -> VatRegister:
    if answer is VatAnswer.UNAVAILABLE:
        return Vies(replying(an_error("MS_UNAVAILABLE")))
    return Vies(replying({**ANSWER, "valid": answer is VatAnswer.VALID}))


def the_fake(answer: VatAnswer) -> VatRegister:
    return MemoryVatRegister(
        registered={NUMBER} if answer is VatAnswer.VALID else set(),
        out={"FR"} if answer is VatAnswer.UNAVAILABLE else set(),
    )


@pytest.mark.parametrize("register", [the_service, the_fake])
@pytest.mark.parametrize("answer", list(VatAnswer))
def test_service_and_fake_keep_one_contract_tax_3(register: object, answer: VatAnswer) -> None:
    assert callable(register)

    reply = register(answer).check(NUMBER)

    assert reply.answer is answer
    assert bool(reply.reference) is (answer is VatAnswer.VALID)
    assert bool(reply.said) is (answer is VatAnswer.UNAVAILABLE)
