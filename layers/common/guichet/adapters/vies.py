"""The European Commission's register of VAT numbers, VIES, by its REST service (TAX-3).

By the service's own documentation: `POST check-vat-number` with `countryCode` and `vatNumber`, answered
with `valid`; with the number of who asks, also with `requestIdentifier`, which proves that it was asked.
Errors come as `errorWrappers` with a code, also with status 200. It has no keys and promises nothing
about being there: each member state answers for itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from guichet.adapters.http import Http, HttpRequest, NoAnswerError
from guichet.tax.vat_check import VatAnswer, VatReply

VIES: Final = "https://ec.europa.eu/taxation_customs/vies/rest-api"
_MOST_BYTES: Final = 20_000
_TRY_SECONDS: Final = 5.0  # a member state is waited for no longer: outages block nothing
_NOT_A_NUMBER: Final = "INVALID_INPUT"  # no number of that state, whoever it belonged to


@dataclass(frozen=True, slots=True)
class Vies:
    """`VatRegister` by VIES. `requester`: the operator's own VAT number, asked on behalf of."""

    http: Http
    base_url: str = VIES
    requester: str | None = None
    timeout_seconds: float = _TRY_SECONDS

    def check(self, vat_number: str) -> VatReply:
        """Ask once; whatever is no clear yes or no is `unavailable`."""
        asked = {"countryCode": vat_number[:2], "vatNumber": vat_number[2:]}
        if self.requester is not None:
            asked["requesterMemberStateCode"] = self.requester[:2]
            asked["requesterNumber"] = self.requester[2:]
        request = HttpRequest(
            "POST",
            f"{self.base_url}/check-vat-number",
            {"Content-Type": "application/json", "Accept": "application/json"},
            json.dumps(asked).encode(),
            self.timeout_seconds,
            _MOST_BYTES,
        )
        try:
            answer = self.http.send(request)
        except NoAnswerError:
            return VatReply(VatAnswer.UNAVAILABLE, said="NO_ANSWER")
        return _read(answer.status, answer.body, asked)


def _read(status: int, body: bytes, asked: dict[str, str]) -> VatReply:
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return VatReply(VatAnswer.UNAVAILABLE, said=f"HTTP_{status}")
    wrong = _error(told)
    if wrong == _NOT_A_NUMBER:
        return VatReply(VatAnswer.INVALID, said=wrong)
    if wrong or status != 200:
        return VatReply(VatAnswer.UNAVAILABLE, said=wrong or f"HTTP_{status}")
    is_about_it = all(told.get(name) == asked[name] for name in ("countryCode", "vatNumber"))
    if not is_about_it or type(told.get("valid")) is not bool:
        return VatReply(VatAnswer.UNAVAILABLE, said="UNCLEAR")
    if not told["valid"]:
        return VatReply(VatAnswer.INVALID)
    return VatReply(VatAnswer.VALID, str(told.get("requestIdentifier") or ""))


def _error(told: dict[str, object]) -> str:
    """The service's code of what is wrong; empty where it answers."""
    wrappers = told.get("errorWrappers")
    if isinstance(wrappers, list) and wrappers:
        first = wrappers[0]
        code = first.get("error") if isinstance(first, dict) else None
        return code if isinstance(code, str) and code else "ERROR"
    return "" if told.get("actionSucceed", True) is not False else "ERROR"
