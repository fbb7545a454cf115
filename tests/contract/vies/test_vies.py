"""TAX-3: the register's REST service, by answers in the shape that its documentation gives."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from guichet.adapters.http import HttpRequest, HttpResponse, NoAnswerError
from guichet.adapters.vies import Vies
from guichet.tax.ports import VatRegister
from guichet.tax.vat_check import VatAnswer, VatReply
from local.simulators.errors import LostAnswerError
from local.simulators.vies import ViesSimulator
from local.simulators.vies.server import create_app
from local.simulators.vies.simulator import NO_ANSWER
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


@dataclass
class InProcess:
    """The simulated service without a socket."""

    simulator: ViesSimulator

    def send(self, request: HttpRequest) -> HttpResponse:
        path = urlsplit(request.url).path.removeprefix("/taxation_customs/vies")
        try:
            answer = self.simulator.handle(request.method, path, request.headers, request.body)
        except LostAnswerError as error:
            raise NoAnswerError("lost") from error
        return HttpResponse(answer.status, answer.headers, answer.body)


def the_simulator(answer: VatAnswer) -> VatRegister:
    simulator = ViesSimulator()
    if answer is VatAnswer.INVALID:
        simulator.deny(NUMBER)
    if answer is VatAnswer.UNAVAILABLE:
        simulator.take_out("FR")
    return Vies(InProcess(simulator), requester="IE6388047V")


def the_fake(answer: VatAnswer) -> VatRegister:
    return MemoryVatRegister(
        registered={NUMBER} if answer is VatAnswer.VALID else set(),
        out={"FR"} if answer is VatAnswer.UNAVAILABLE else set(),
    )


@pytest.mark.parametrize("register", [the_service, the_simulator, the_fake])
@pytest.mark.parametrize("answer", list(VatAnswer))
def test_service_simulator_and_fake_keep_one_contract_tax_3(
    register: object, answer: VatAnswer
) -> None:
    assert callable(register)

    reply = register(answer).check(NUMBER)

    assert reply.answer is answer
    assert bool(reply.reference) is (answer is VatAnswer.VALID)
    assert bool(reply.said) is (answer is VatAnswer.UNAVAILABLE)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param(b"no json", "INVALID_INPUT", id="no JSON"),
        pytest.param(b'{"countryCode": "FR"}', "INVALID_INPUT", id="no number"),
        pytest.param(
            b'{"countryCode": "GB", "vatNumber": "123456782"}', "INVALID_INPUT", id="no member"
        ),
        pytest.param(
            b'{"countryCode": "FR", "vatNumber": "61954506077", "requesterMemberStateCode": "IE",'
            b' "requesterNumber": "1"}',
            "INVALID_REQUESTER_INFO",
            id="nobody asks",
        ),
    ],
)
def test_the_simulator_refuses_what_the_service_refuses(body: bytes, error: str) -> None:
    answer = ViesSimulator().handle("POST", "/rest-api/check-vat-number", {}, body)

    assert answer.status == 400
    assert json.loads(answer.body)["errorWrappers"][0]["error"] == error


def test_a_state_that_breaks_the_connection_is_an_outage_tax_3() -> None:
    simulator = ViesSimulator()
    simulator.take_out("FR", NO_ANSWER)

    assert Vies(InProcess(simulator)).check(NUMBER).answer is VatAnswer.UNAVAILABLE


def test_the_simulator_is_set_over_http() -> None:
    simulator = ViesSimulator()
    client = create_app(simulator).test_client()
    asked = {"countryCode": "FR", "vatNumber": "61954506077"}
    panel = "/_local/providers/vies"

    client.put(f"{panel}/numbers/{NUMBER}", json={"valid": False})
    denied = client.post("/rest-api/check-vat-number", json=asked).get_json()
    client.put(f"{panel}/numbers/{NUMBER}", json={"valid": True})
    client.put(f"{panel}/states/FR", json={"error": "MS_UNAVAILABLE"})
    out = client.post("/rest-api/check-vat-number", json=asked).get_json()
    refused = client.put(f"{panel}/states/GB", json={"error": "MS_UNAVAILABLE"})
    client.delete(f"{panel}/states/FR")
    confirmed = client.post("/rest-api/check-vat-number", json=asked).get_json()

    assert denied["valid"] is False
    assert out["errorWrappers"] == [{"error": "MS_UNAVAILABLE"}]
    assert refused.status_code == 400
    assert confirmed["valid"] is True
    assert client.get(f"{panel}/state").get_json()["asked"] == [NUMBER] * 3
