"""What is tried again, and what comes of it: the signed client beside boto3's standard mode."""

from __future__ import annotations

import json
from pathlib import Path
from zlib import crc32

import pytest

from guichet.adapters.aws.service import AwsService, ServiceError
from guichet.adapters.aws.signed import Allowance, SignedService
from guichet.adapters.http import NoAnswerError
from guichet.adapters.tls import system_trust
from tests.contract.aws.conftest import Said, Service, error, running, signed_service
from tests.contract.aws.tls import certificate, running_with_tls

REQUEST = {"TableName": "t", "Key": {"pk": {"S": "a"}}}
FOUND = Said(body=b'{"Item": {"pk": {"S": "a"}}}')

DAMAGED = Said(body=FOUND.body, headers={"x-amz-crc32": str(crc32(FOUND.body) + 1)})

PASSING = [
    pytest.param(error(500, "InternalServerError"), id="500"),
    pytest.param(Said(502, b"<html>"), id="502 without JSON"),
    pytest.param(Said(503, b""), id="503 without a body"),
    pytest.param(Said(504, b""), id="504"),
    pytest.param(Said(429, b""), id="429"),
    pytest.param(error(400, "ThrottlingException"), id="throttled"),
    pytest.param(error(400, "ProvisionedThroughputExceededException"), id="no throughput left"),
    pytest.param(error(400, "TransactionInProgressException"), id="still being written"),
    pytest.param(error(408, "RequestTimeout"), id="our request came too slowly"),
    pytest.param(Said(cut=True), id="cut before the answer"),
    pytest.param(Said(late=True), id="late"),
    pytest.param(DAMAGED, id="damaged"),
]


@pytest.mark.parametrize("said", PASSING)
def test_what_passes_is_tried_again_with_the_same_bytes(
    either: AwsService, service: Service, said: Said
) -> None:
    service.answers = [said, FOUND]

    answer = either.call("GetItem", REQUEST)

    assert answer["Item"] == {"pk": {"S": "a"}}
    first, second = service.asked
    assert first.body == second.body
    assert json.loads(first.body) == REQUEST


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(error(500, "InternalServerError"), id="500"),
        pytest.param(Said(cut=True), id="cut"),
    ],
)
def test_after_four_tries_it_is_an_error(either: AwsService, service: Service, said: Said) -> None:
    service.answers = [said]

    with pytest.raises((ServiceError, NoAnswerError)):
        either.call("GetItem", REQUEST)

    assert len(service.asked) == 4


def test_damage_without_end_is_no_answer(signed: SignedService, service: Service) -> None:
    """boto3 hands the fourth damaged answer on; nobody should decide by it."""
    service.answers = [DAMAGED]

    with pytest.raises(NoAnswerError, match="checksum"):
        signed.call("GetItem", REQUEST)

    assert len(service.asked) == 4


def test_half_an_answer_is_none(signed: SignedService, service: Service) -> None:
    """boto3 hands on what it got of it: an item that is there would not be found."""
    service.answers = [Said(body=b"{}", half=True), FOUND]

    answer = signed.call("GetItem", REQUEST)

    assert answer["Item"] == {"pk": {"S": "a"}}


def test_an_answer_that_is_no_json_is_none(signed: SignedService, service: Service) -> None:
    service.answers = [Said(body=b"<html>")]

    with pytest.raises(NoAnswerError, match="JSON"):
        signed.call("GetItem", REQUEST)


@pytest.mark.parametrize(
    "code",
    ["ConditionalCheckFailedException", "ValidationException", "AccessDeniedException"],
)
def test_a_refusal_is_an_answer_at_once(either: AwsService, service: Service, code: str) -> None:
    service.answers = [error(400, code, message="No.")]

    with pytest.raises(ServiceError, match=code) as refused:
        either.call("GetItem", REQUEST)

    assert len(service.asked) == 1
    assert (refused.value.status, refused.value.code, refused.value.message) == (400, code, "No.")


def test_why_a_transaction_was_cancelled_is_kept(either: AwsService, service: Service) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "no"}]
    service.answers = [error(400, "TransactionCanceledException", CancellationReasons=reasons)]

    with pytest.raises(ServiceError) as refused:
        either.call("TransactWriteItems", {"TransactItems": [{"Delete": REQUEST}]})

    assert refused.value.details["CancellationReasons"] == reasons


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Said(400, b"{}", {"x-amzn-errortype": "Refused:http://x/"}), "Refused"),
        (Said(400, b'{"__type": "a.b#NotFound"}'), "NotFound"),
        (Said(400, b'{"code": "Plain"}'), "Plain"),
        (Said(418, b"[]"), "418"),
    ],
)
def test_an_errors_code_is_read_wherever_a_service_writes_it(
    signed: SignedService, service: Service, said: Said, code: str
) -> None:
    service.answers = [said]

    with pytest.raises(ServiceError) as refused:
        signed.call("GetItem", REQUEST)

    assert refused.value.code == code


def test_pauses_grow_and_are_longer_where_there_was_too_much(
    signed: SignedService, service: Service, pauses: list[float]
) -> None:
    service.answers = [Said(cut=True)]
    with pytest.raises(NoAnswerError):
        signed.call("GetItem", REQUEST)
    lost, pauses[:] = list(pauses), []
    service.answers = [error(400, "ThrottlingException")]
    with pytest.raises(ServiceError):
        signed.call("GetItem", REQUEST)

    assert all(0 <= taken <= most for taken, most in zip(lost, [0.025, 0.05, 0.1], strict=True))
    assert all(0 <= taken <= most for taken, most in zip(pauses, [1, 2, 4], strict=True))


@pytest.mark.parametrize(("asked", "seconds"), [("700", 0.7), ("60000", 5.0)])
def test_a_service_that_says_when_is_asked_then_within_reason(
    signed: SignedService,
    service: Service,
    pauses: list[float],
    asked: str,
    seconds: float,
) -> None:
    service.answers = [Said(503, b"", {"x-amz-retry-after": asked}), FOUND]

    signed.call("GetItem", REQUEST)

    assert seconds <= pauses[0] <= seconds + 0.025


def test_in_an_outage_less_and_less_is_repeated(signed: SignedService, service: Service) -> None:
    """As boto3: 500 points, of which a repetition costs 14."""
    service.answers = [Said(cut=True)]

    for _ in range(20):
        with pytest.raises(NoAnswerError):
            signed.call("GetItem", REQUEST)

    assert len(service.asked) == 20 + 500 // 14


def test_an_allowance_is_never_more_than_full() -> None:
    allowance = Allowance()
    allowance.give_back(100)

    assert allowance.take(500)
    assert not allowance.take(1)


def test_a_connection_is_kept_and_one_that_has_ended_is_not_used(
    signed: SignedService, service: Service
) -> None:
    service.answers = [FOUND, FOUND, Said(body=FOUND.body, headers={"Connection": "close"}), FOUND]

    for _ in range(4):
        signed.call("GetItem", REQUEST)

    ports = [asked.port for asked in service.asked]
    assert ports[0] == ports[1] == ports[2] != ports[3]


def test_a_host_that_is_away_is_no_answer(pauses: list[float]) -> None:
    with running(Service()) as server:
        port = server.server_port
    away = signed_service(Service(f"http://127.0.0.1:{port}"), pauses)

    with pytest.raises(NoAnswerError, match="ConnectionRefusedError"):
        away.call("GetItem", REQUEST)

    assert len(pauses) == 3


def test_a_connection_that_ended_while_the_worker_slept_costs_no_try(
    signed: SignedService, service: Service, pauses: list[float]
) -> None:
    service.answers = [FOUND]
    signed.call("GetItem", REQUEST)
    service.end_connections()

    signed.call("GetItem", REQUEST)

    assert pauses == []
    assert service.asked[0].port != service.asked[1].port


def test_a_host_without_a_trusted_certificate_is_told_nothing(
    service: Service, pauses: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = certificate(tmp_path)
    with running_with_tls(service, authority):
        distrusting = signed_service(service, pauses)
        with pytest.raises(NoAnswerError, match="SSLCertVerificationError"):
            distrusting.call("GetItem", REQUEST)
        asked_without_trust = len(service.asked)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        system_trust.cache_clear()
        trusting = signed_service(service, pauses)
        trusting.call("GetItem", REQUEST)
        trusting.close()
    system_trust.cache_clear()

    assert asked_without_trust == 0
    assert len(service.asked) == 1
