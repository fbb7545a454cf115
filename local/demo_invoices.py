"""The demo's third act: six customers in six countries, three months of their invoices, and a second run."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from guichet.money import Money
from guichet.verification.findings import Report
from local.calls import Json, until, wanted
from local.demo_buyer import Buyer
from local.demo_invoice_customers import BERLIN, LEEDS, MOBILE, MONTREAL, PARIS, ZURICH, Customer

_DAY: Final = 86_400
_MONTH_DAYS: Final = 31
_CERTIFICATE: Final = "Certificate of Exemption STE-1, number 000-0000"
_TITLES: Final = {"invoice": "invoice", "credit_note": "credit note"}


@dataclass
class Invoicing:
    """The customers, and the operator's representative, against a running stack.

    `call` is `local.calls.call`, or what a test has in its place; `verified` judges everything stored.
    """

    buyers: Mapping[Customer, Buyer]
    url: str
    representative_token: str
    say: Callable[[str], None]
    call: Callable[..., Any]
    verified: Callable[[], Report]
    _shown: set[str] = field(default_factory=set)

    def play(self) -> None:
        """What does not come as it has to ends the demo."""
        self._introduced()
        self._bought()
        self._stored_cards()
        self._moved_down()
        self._used_more()
        self._three_months()
        self._gave_back()
        self._ran_again()
        self._judged()
