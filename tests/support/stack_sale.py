"""Organizers and buyers of a deployed stack: all that they do goes over HTTP, as in the cloud."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from local.environment import Json
from local.seed import ORGANIZERS
from tests.support.deployed_stack import Answer, DeployedStack

ELENA = "elena@studio.example"
STUDIO = "acc_studio"
_PATIENCE_SECONDS = 30.0
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 0.5
_LONGER = 1.2


def key() -> str:
    """A fresh `Idempotency-Key`, with more random bits than public calls need."""
    return secrets.token_urlsafe(24)


def until[T](read: Callable[[], T], good: Callable[[T], bool]) -> T:
    """Read until it is good, less and less often: what happens behind queues takes its time.

    Each look is work for the emulator, which then has less for what is waited for.
    """
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    pause = _FIRST_PAUSE_SECONDS
    while not good(found := read()):
        if time.monotonic() > give_up_at:
            raise AssertionError(f"still {found!r} after {_PATIENCE_SECONDS:.0f} s")
        time.sleep(pause)
        pause = min(pause * _LONGER, _LONGEST_PAUSE_SECONDS)
    return found


def wished(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of many types
    """A training that can be sold as it is."""
    return {
        "title": "Courir la nuit",
        "starts_at": "2030-06-03T13:00:00Z",
        "ends_at": "2030-06-03T20:00:00Z",
        "time_zone": "Europe/Paris",
        "price": {"amount_minor": 12000, "currency": "EUR"},
        "languages": ["en", "fr"],
        **changed,
    }


def code_wished(training_id: str) -> Json:
    """A discount code of one training, unlike any other."""
    return {
        "code": f"T{secrets.token_hex(6)}",
        "percentage": "10",
        "training_ids": [training_id],
    }


def draft_training(stack: DeployedStack, member: str = ELENA, **changed: Any) -> str:  # noqa: ANN401 - same
    made = stack.call(
        "POST",
        "/v1/trainings",
        json_body=wished(**changed),
        headers={"idempotency-key": key()},
        member=member,
    )
    assert made.status == 201, made.body
    return str(made.json()["training_id"])


def open_training(stack: DeployedStack, member: str = ELENA, **changed: Any) -> str:  # noqa: ANN401 - same
    training_id = draft_training(stack, member, **changed)
    opened = stack.call("POST", f"/v1/trainings/{training_id}/open", member=member)
    assert opened.status == 200, opened.body
    return training_id


def seats_left(stack: DeployedStack, training_id: str) -> int | None:
    left: int | None = stack.call("GET", f"/v1/public/trainings/{training_id}").json()["seats_left"]
    return left


def register(
    stack: DeployedStack,
    training_id: str,
    *,
    email: str | None = None,
    language: str = "en",
    idempotency_key: str | None = None,
) -> Answer:
    """A stranger's registration, under a fresh address and key where none is given."""
    return stack.call(
        "POST",
        f"/v1/public/trainings/{training_id}/registrations",
        json_body={
            "name": "Ada Lovelace",
            "email": email or f"ada.{secrets.token_hex(6)}@example.org",
            "language": language,
        },
        headers={"idempotency-key": idempotency_key or key()},
    )


@dataclass(frozen=True)
class Browser:
    """A registrant's browser, which holds the token of one registration."""

    stack: DeployedStack
    registration_id: str
    token: str
    email: str

    @classmethod
    def registered(cls, stack: DeployedStack, training_id: str, language: str = "en") -> Browser:
        email = f"ada.{secrets.token_hex(6)}@example.org"
        answer = register(stack, training_id, email=email, language=language)
        assert answer.status == 201, answer.body
        held = answer.json()
        return cls(stack, held["registration_id"], held["token"], email)

    def call(
        self,
        method: str,
        step: str = "",
        *,
        json_body: Json = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One call about the own registration, such as `("POST", "/return")`."""
        return self.stack.call(
            method,
            f"/v1/public/registrations/{self.registration_id}{step}",
            json_body=json_body,
            headers={"authorization": f"Bearer {self.token}", **(headers or {})},
        )

    def start(self, idempotency_key: str | None = None) -> Answer:
        """Ask for the provider's page."""
        return self.call(
            "POST",
            "/payments",
            json_body={"method": "stripe"},
            headers={"idempotency-key": idempotency_key or key()},
        )

    def page(self) -> str:
        """The path of the provider's page, behind the front door."""
        answer = self.start()
        assert answer.status == 200, answer.body
        return str(urlsplit(answer.json()["redirect_url"]).path)

    def look(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET").json()
        return found

    def status(self) -> str:
        return str(self.look()["status"])

    def wait_for(self, status: str) -> None:
        until(self.status, lambda found: found == status)

    def subjects(self) -> list[str]:
        """Of the mails to this registrant, oldest first."""
        return [mail["Subject"] for mail in self.stack.mails(self.email)]


def submit(stack: DeployedStack, page: str, **fields: str) -> Answer:
    """Press a button of a provider's page."""
    return stack.call(
        "POST",
        page,
        body=urlencode(fields).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )


def books_agree(stack: DeployedStack, organizer: str = "studio", currency: str = "EUR") -> None:
    """Once all is settled, our books of an organizer are those of both simulated providers, to the cent."""
    until(lambda: _all_books(stack, organizer, currency), lambda both: both[0] == both[1])


def _all_books(
    stack: DeployedStack, organizer: str, currency: str
) -> tuple[dict[str, int], dict[str, int]]:
    books = stack.call("GET", "/_local/books").json()
    seller = next(each for each in ORGANIZERS if each.account_id == f"acc_{organizer}")
    ours = books["guichet"][seller.account_id].get(currency, {})
    stripe = books["stripe"]["accounts"].get(seller.stripe_account_id, {})
    paypal = books["paypal"]["merchants"].get(seller.paypal_merchant_id, {})
    sold = Counter(stripe.get(currency, {}))
    sold.update(paypal.get(currency, {}))
    names = ("registrants", "provider_balance", "platform_fee", "provider_fee")
    fees = sold["application_fees"] + sold["platform_fees"]
    returned = sold["application_fees_returned"] + sold["platform_fees_returned"]
    return {name: ours.get(name, 0) for name in names}, {
        "registrants": sold["refunded"] - sold["customer_paid"],
        "provider_balance": sold["provider_balance"],
        "platform_fee": fees - returned,
        "provider_fee": sold["stripe_fees"] + sold["paypal_fees"],
    }
