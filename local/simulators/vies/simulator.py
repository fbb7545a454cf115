"""The register: which numbers it confirms, which states don't answer, and what it says about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final

from stdnum.eu import vat

from local.simulators.errors import LostAnswerError
from local.simulators.shapes import SimResponse

CHECK: Final = "/rest-api/check-vat-number"
_STATES: Final = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI"),
    }
)
# What the service's own test numbers stand for (checkVatTestService): here the code to answer with.
_ERRORS: Final = frozenset(
    {
        *("INVALID_INPUT", "INVALID_REQUESTER_INFO", "SERVICE_UNAVAILABLE", "MS_UNAVAILABLE"),
        *("TIMEOUT", "VAT_BLOCKED", "IP_BLOCKED", "GLOBAL_MAX_CONCURRENT_REQ"),
        *("GLOBAL_MAX_CONCURRENT_REQ_TIME", "MS_MAX_CONCURRENT_REQ"),
        "MS_MAX_CONCURRENT_REQ_TIME",
    }
)
NO_ANSWER: Final = "NO_ANSWER"  # the connection breaks


@dataclass
class ViesSimulator:
    """Confirms every number whose digits are right, but for those that are denied.

    `out` are states that don't answer, each with the error that is told, or `NO_ANSWER`.
    """

    denied: set[str] = field(default_factory=set)
    out: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def deny(self, vat_number: str) -> None:
        """No state knows this number any more."""
        self.denied.add(vat_number)

    def confirm(self, vat_number: str) -> None:
        self.denied.discard(vat_number)

    def take_out(self, state: str, error: str = "MS_UNAVAILABLE") -> None:
        """A state answers nothing but this until it is back.

        Raises:
            ValueError: no such state, or no such error.
        """
        if state not in _STATES or error not in _ERRORS | {NO_ANSWER}:
            raise ValueError(f"{state} or {error} is unknown")
        self.out[state] = error

    def bring_back(self, state: str) -> None:
        self.out.pop(state, None)

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> SimResponse:
        """Answer one request of the REST service.

        Raises:
            LostAnswerError: of a state that is out without a word.
        """
        del headers
        if path != CHECK:
            return _json(404, {"error": "Not Found", "path": path})
        if method != "POST":
            return _json(405, {"error": "Method Not Allowed"})
        try:
            asked = json.loads(body)
            state, rest = asked["countryCode"], asked["vatNumber"]
        except (ValueError, KeyError, TypeError):
            return _error(400, "INVALID_INPUT")
        return self._answer(state, rest, asked)

    def _answer(self, state: object, rest: object, asked: dict[str, Any]) -> SimResponse:
        if not (isinstance(state, str) and isinstance(rest, str) and state in _STATES and rest):
            return _error(400, "INVALID_INPUT")
        requester = f"{asked.get('requesterMemberStateCode', '')}{asked.get('requesterNumber', '')}"
        if requester and not vat.is_valid(requester):
            return _error(400, "INVALID_REQUESTER_INFO")
        with self._lock:
            self.asked.append(state + rest)
            count = len(self.asked)
            error = self.out.get(state)
        if error == NO_ANSWER:
            raise LostAnswerError(acted=False)
        if error is not None:
            return _error(200, error)
        is_known = vat.is_valid(state + rest) and state + rest not in self.denied
        return _json(
            200,
            {
                "countryCode": state,
                "vatNumber": rest,
                "requestDate": self.now().isoformat(),
                "valid": is_known,
                "requestIdentifier": f"WAPIAAAA{count:08}" if requester else "",
                "name": "Simulated company" if is_known else "---",
                "address": "---",
                "traderName": "---",
                "traderStreet": "---",
                "traderPostalCode": "---",
                "traderCity": "---",
                "traderCompanyType": "---",
                "traderNameMatch": "NOT_PROCESSED",
                "traderStreetMatch": "NOT_PROCESSED",
                "traderPostalCodeMatch": "NOT_PROCESSED",
                "traderCityMatch": "NOT_PROCESSED",
                "traderCompanyTypeMatch": "NOT_PROCESSED",
            },
        )


def _error(status: int, code: str) -> SimResponse:
    told = {"actionSucceed": False, "errorWrappers": [{"error": code}]}
    return _json(status, told)


def _json(status: int, body: object) -> SimResponse:
    return SimResponse(status, {"content-type": "application/json"}, json.dumps(body).encode())
