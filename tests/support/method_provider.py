"""A provider that stores payment methods, in memory, keeping the contract of `MethodProvider`.

Stripe's way (a customer of ours, stored when the customer agrees) or PayPal's (its own customer,
stored once we ask). Idempotent by key: the same key with other bytes is refused. Answers may be lost.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from guichet.money import Money
from guichet.payments.attempt import Capture, CaptureMethod
from guichet.payments.method_ports import MethodProvider
from guichet.payments.ports import (
    HostedSession,
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionTexts,
)
from guichet.payments.stored_method import (
    ChargeReport,
    ChargeState,
    DebitScheme,
    FoundMethod,
    MethodCharge,
    MethodKind,
    MethodSetup,
    MethodToken,
    SetupReport,
    SetupState,
)

type Loss = Literal["before", "after"]  # the request never arrived, or its answer did not
type Clock = Callable[[], datetime]

MISSING: Final = "missing_at_provider"
_PAYPAL_S_OWN_END: Final = timedelta(days=3)


@dataclass
class Page:
    """A hosted page at the provider's."""

    session_id: str
    customer_id: str | None
    ends_at: datetime
    state: SetupState = SetupState.OPEN
    agreed: FoundMethod | None = None


@dataclass
class MemoryProvider:
    """One provider, at one selling entity's account."""

    name: str
    clock: Clock
    stores_by_itself: bool = True  # Stripe; else once we ask, as PayPal
    customers: dict[str, tuple[str, str]] = field(default_factory=dict)  # by key: bytes, id
    pages: dict[str, Page] = field(default_factory=dict)
    opened: dict[str, tuple[str, str]] = field(default_factory=dict)  # by key: bytes, session
    live: dict[str, FoundMethod] = field(default_factory=dict)  # attached methods, by token
    stored_count: int = 0
    detached: Counter[str] = field(default_factory=Counter)
    charges: dict[str, tuple[str, ChargeReport]] = field(default_factory=dict)
    declining: dict[str, ChargeReport] = field(default_factory=dict)  # by token
    losing: defaultdict[str, deque[Loss]] = field(default_factory=lambda: defaultdict(deque))
    refusing: dict[str, str] = field(default_factory=dict)  # by call: our code
    is_away: bool = False

    def _answer[T](self, call: str, act: Callable[[], T]) -> T:
        """Once, with what is to get lost of it."""
        loss = self.losing[call].popleft() if self.losing[call] else None
        if self.is_away or loss == "before":
            raise ProviderUnavailableError(f"{call}: no answer")
        if call in self.refusing:
            raise ProviderRefusedError(self.refusing[call], call)
        answer = act()
        if loss == "after":
            raise ProviderUnavailableError(f"{call}: the answer got lost")
        return answer

    # -- what the customer does on the page -----------------------------------------------

    def agree(self, session_id: str, **shown: Any) -> FoundMethod:  # noqa: ANN401 - fields of many types
        """They enter a method; refused on a page that has ended."""
        page = self._page(session_id)
        self._end_in_time(page)
        if page.state is not SetupState.OPEN:
            raise AssertionError(f"this page is {page.state}")
        kind = MethodKind(shown.pop("kind", "card" if self.stores_by_itself else "paypal"))
        facts = {**_SHOWN[kind], **shown}
        token = MethodToken(
            provider=self.name,
            kind=kind,
            customer_id=page.customer_id or f"{self.name}_own_{len(self.pages)}",
            token_id=facts.pop("token_id", f"{self.name}_token_{session_id}"),
            mandate_id=f"mandate_{session_id}" if kind is MethodKind.BANK_DEBIT else None,
        )
        page.agreed = FoundMethod(token=token, **facts)
        page.state = SetupState.APPROVED
        if self.stores_by_itself:
            self._store(page)
        return page.agreed

    def withdraw(self, token_id: str) -> None:
        """The customer, or their bank, takes it away at the provider's."""
        del self.live[token_id]

    def _store(self, page: Page) -> None:
        assert page.agreed is not None
        self.live[page.agreed.token.token_id] = page.agreed
        self.stored_count += 1
        page.state = SetupState.STORED

    def _end_in_time(self, page: Page) -> None:
        if page.state is SetupState.OPEN and self.clock() >= page.ends_at:
            page.state = SetupState.ENDED

    def _page(self, session_id: str | None) -> Page:
        found = self.pages.get(session_id or "")
        if found is None:
            raise ProviderRefusedError(MISSING, "no such page")
        return found

    # -- the port -----------------------------------------------------------------------------

    def customer_body(self, setup: MethodSetup, *, email: str, name: str) -> str:
        if not self.stores_by_itself:
            return ""
        return json.dumps({"account": setup.account_id, "email": email, "name": name})

    def make_customer(self, setup: MethodSetup) -> str:
        def act() -> str:
            key = f"{setup.setup_id}-customer"
            body, made = self.customers.setdefault(
                key, (setup.customer_body, f"cus_{len(self.customers) + 1}")
            )
            self._require_same(body, setup.customer_body)
            return made

        return self._answer("make_customer", act)

    def setup_body(self, setup: MethodSetup, texts: SessionTexts) -> str:
        return json.dumps(
            {
                "customer": setup.customer_id,
                "kind": str(setup.kind),
                "currency": setup.currency,
                "reference": setup.setup_id,
                "success_url": texts.success_url,
                "cancel_url": texts.cancel_url,
                "language": texts.language,
                "ends_at": setup.ends_at.isoformat(),
            }
        )

    def open_setup(self, setup: MethodSetup) -> HostedSession:
        def act() -> HostedSession:
            wanted = json.loads(setup.request_body)
            known = {made for _, made in self.customers.values()}
            if self.stores_by_itself and wanted["customer"] not in known:
                raise ProviderRefusedError(MISSING, "no such customer")
            if setup.provider_key in self.opened:
                body, session_id = self.opened[setup.provider_key]
                self._require_same(body, setup.request_body)
            else:
                session_id = f"{self.name}_page_{len(self.pages) + 1}"
                ends_at = datetime.fromisoformat(wanted["ends_at"])
                if not self.stores_by_itself:
                    ends_at = self.clock() + _PAYPAL_S_OWN_END
                self.pages[session_id] = Page(session_id, wanted["customer"], ends_at)
                self.opened[setup.provider_key] = (setup.request_body, session_id)
            return HostedSession(session_id, f"https://{self.name}.example/{session_id}")

        return self._answer("open_setup", act)

    def ask_setup(self, setup: MethodSetup) -> SetupReport:
        def act() -> SetupReport:
            page = self._page(setup.session_id)
            self._end_in_time(page)
            if page.state is SetupState.APPROVED:
                self._store(page)
            return self._report(page)

        return self._answer("ask_setup", act)

    def end_setup(self, setup: MethodSetup) -> SetupReport:
        def act() -> SetupReport:
            page = self._page(setup.session_id)
            if not self.stores_by_itself and page.state is not SetupState.STORED:
                return SetupReport(SetupState.ENDED)  # it stays open there, and stores nothing
            if page.state is SetupState.OPEN:
                page.state = SetupState.ENDED
            return self._report(page)

        return self._answer("end_setup", act)

    def detach(self, token: MethodToken) -> None:
        def act() -> None:
            self.live.pop(token.token_id, None)
            self.detached[token.token_id] += 1

        self._answer("detach", act)

    def find_method(self, token: MethodToken) -> SetupReport:
        def act() -> SetupReport:
            found = self.live.get(token.token_id)
            state = SetupState.ENDED if found is None else SetupState.STORED
            return SetupReport(state, found)

        return self._answer("find_method", act)

    def charge_body(self, charge: MethodCharge, *, description: str, return_url: str) -> str:
        amount = charge.amount
        return json.dumps(
            {
                "token": charge.method.token_id,
                "amount": amount.amount_minor,
                "currency": amount.currency,
                "reference": charge.payment_id,
                "description": description,
                "return_url": return_url,
            }
        )

    def charge(self, charge: MethodCharge) -> ChargeReport:
        def act() -> ChargeReport:
            if charge.charge_key not in self.charges:
                self.charges[charge.charge_key] = (charge.request_body, self._outcome(charge))
            body, report = self.charges[charge.charge_key]
            self._require_same(body, charge.request_body)
            return report

        return self._answer("charge", act)

    def ask_charge(self, charge: MethodCharge) -> ChargeReport:
        def act() -> ChargeReport:
            _, report = self.charges.get(charge.charge_key, ("", ChargeReport(state=_ABSENT)))
            return report

        return self._answer("ask_charge", act)

    def open_action(self, charge: MethodCharge) -> ChargeReport:
        """The page on which the customer authenticates, as long as the charge waits for them."""

        def act() -> ChargeReport:
            body, report = self.charges.get(charge.charge_key, ("", ChargeReport(state=_ABSENT)))
            if report.state is ChargeState.REQUIRES_ACTION:
                url = f"https://{self.name}.example/action/{charge.charge_key}"
                report = replace(report, action_url=url)
                self.charges[charge.charge_key] = (body, report)
            return report

        return self._answer("open_action", act)

    def cancel_charge(self, charge: MethodCharge) -> ChargeReport:
        def act() -> ChargeReport:
            body, report = self.charges.get(charge.charge_key, ("", ChargeReport(state=_ABSENT)))
            if report.state is ChargeState.REQUIRES_ACTION:
                report = replace(report, state=ChargeState.CANCELED, action_url=None)
                self.charges[charge.charge_key] = (body, report)
            return report

        return self._answer("cancel_charge", act)

    def _outcome(self, charge: MethodCharge) -> ChargeReport:
        token_id = charge.method.token_id
        if token_id not in self.live:
            return ChargeReport(
                state=ChargeState.DECLINED, decline_code="method_not_attached", is_final=True
            )
        if token_id in self.declining:
            return self.declining[token_id]
        charge_id = f"ch_{len(self.charges) + 1}"
        capture = Capture(
            capture_id=charge_id,
            intent_id=charge_id,
            amount=charge.amount,
            platform_fee=charge.amount.zero(),
            provider_fee=Money(0, charge.amount.currency),
            platform_fee_id=None,
            captured_at=self.clock(),
            reference=charge.payment_id,
            payee=charge.payee,
            method=_PAID_BY[charge.method.kind],
        )
        return ChargeReport(state=ChargeState.PAID, charge_id=charge_id, capture=capture)

    @staticmethod
    def _report(page: Page) -> SetupReport:
        is_stored = page.state is SetupState.STORED
        return SetupReport(page.state, page.agreed if is_stored else None)

    @staticmethod
    def _require_same(before: str, now: str) -> None:
        if before != now:
            raise ProviderRefusedError("idempotency_key_reused", "other bytes under the same key")


_ABSENT: Final = ChargeState.ABSENT
_SHOWN: Final[dict[MethodKind, dict[str, Any]]] = {
    MethodKind.CARD: {"brand": "visa", "last4": "4242", "expires": "2029-04", "country": "US"},
    MethodKind.BANK_DEBIT: {"last4": "6789", "country": "US", "scheme": DebitScheme.ACH},
    MethodKind.PAYPAL: {"email": "ada@wallet.example"},
}
_PAID_BY: Final = {
    MethodKind.CARD: CaptureMethod.CARD,
    MethodKind.BANK_DEBIT: CaptureMethod.BANK_DEBIT,
    MethodKind.PAYPAL: CaptureMethod.PAYPAL,
}


@dataclass
class MethodHouse:
    """Both providers, at the accounts of every selling entity."""

    clock: Clock
    at: dict[tuple[str, str], MemoryProvider] = field(default_factory=dict)

    def provider(self, name: str, entity: str = "us") -> MemoryProvider:
        if (entity, name) not in self.at:
            self.at[entity, name] = MemoryProvider(
                name, self.clock, stores_by_itself=name == "stripe"
            )
        return self.at[entity, name]

    def providers(self, entity: str) -> Mapping[str, MethodProvider]:
        return {name: self.provider(name, entity) for name in ("stripe", "paypal")}
