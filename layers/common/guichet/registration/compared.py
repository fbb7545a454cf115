"""What came of comparing one page: counts, differences, and questions that got no answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from guichet.errors import ConcurrentUpdateError, Unavailable
from guichet.payments.ports import NOT_REACHABLE, ProviderRefusedError, ProviderUnavailableError
from guichet.payments.reconciliation import Finding, FindingCode, ReconciliationRun

_OUR_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


def may_be_ours(reference: str | None) -> bool:
    """Whether it can be looked up: what carries our reference, its organizer can edit."""
    return reference is not None and _OUR_ID.fullmatch(reference) is not None


@dataclass(frozen=True, slots=True)
class About:
    """What a question or a difference is about."""

    payee: str
    object_id: str
    payment_id: str | None = None
    refund_id: str | None = None


@dataclass(slots=True)
class Compared:
    """One page of a run."""

    run: ReconciliationRun
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)  # reported, and nothing else
    unanswered: int = 0

    def find(self, code: FindingCode, about: About, *, ours: object, theirs: object) -> None:
        self.findings.append(
            Finding(
                code,
                about.payee,
                about.object_id,
                str(ours),
                str(theirs),
                about.payment_id,
                about.refund_id,
            )
        )

    def answered[T](self, about: About, ask: Callable[[], T]) -> T | None:
        """The answer; None, and a finding, where there is none. One question never ends a run."""
        try:
            return ask()
        except (ProviderUnavailableError, Unavailable, ConcurrentUpdateError) as error:
            self.unanswered += 1
            self.find(FindingCode.NOT_ANSWERED, about, ours="", theirs=type(error).__name__)
        except ProviderRefusedError as error:
            # What a former account doesn't tell any more is no difference (PAY-4).
            if error.code != NOT_REACHABLE or about.payee == self.run.linked:
                self.find(FindingCode.NOT_ANSWERED, about, ours="", theirs=error.code)
        return None
