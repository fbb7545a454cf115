"""`make demo`: one sale from the command line, step by step, with amounts, fees and balances."""

from __future__ import annotations

import json
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import EndpointConnectionError

from guichet.money import Money
from local.identity import bearer_token
from local.paths import STATE_DIR
from local.stack import described

_ORGANIZER: Final = "acc_atelier"
_MEMBER: Final = "maria@atelier.example"
_PATIENCE_SECONDS: Final = 30

type Json = Any


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, and the parsed body, if it is JSON."""

    status: int
    headers: Mapping[str, str]
    body: Json


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER: Final = urllib.request.build_opener(_Stay)


def call(
    url: str,
    method: str = "GET",
    body: Json = None,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request; refusals and redirects are answers."""
    sent = dict(headers or {})
    content: bytes | None = None
    if form is not None:
        content = urllib.parse.urlencode(form).encode()
    elif body is not None:
        content = json.dumps(body).encode()
        sent["content-type"] = "application/json"
    request = urllib.request.Request(url, content, sent, method=method)  # noqa: S310  our own stack
    try:
        with _OPENER.open(request, timeout=30) as answer:
            return _answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return _answer(refused.code, refused.headers, refused.read())


def _answer(status: int, headers: Any, content: bytes) -> Answer:  # noqa: ANN401  urllib's headers
    names = {str(name).lower(): str(value) for name, value in headers.items()}
    is_json = "json" in names.get("content-type", "")
    return Answer(status, names, json.loads(content) if is_json and content else None)


@dataclass(frozen=True)
class Demo:
    """The steps of the story, against a running stack."""

    url: str
    token: str
    say: Callable[[str], None]

    def play(self) -> None:
        """Sell the two seats of a training, and refuse the third."""
        training = self._open_training()
        ada = self._register(training, "Ada Lovelace", "en")
        self._pay_by_card(ada)
        self._confirmed(ada)
        grace = self._register(training, "Grace Hopper", "fr")
        self._decline_then_pay(grace)
        self._confirmed(grace)
        self._third_is_refused(training)
        self._mails(ada)
        self._balances()
        self.say(f"\nEverything about the first registration: guichet story {ada['id']}")

    # -- the organizer ------------------------------------------------------------------

    def _open_training(self) -> Json:
        self.say("1. The organizer prepares a training at 120.00 USD with two seats and opens it.")
        signed_in = {"authorization": f"Bearer {self.token}", "idempotency-key": _key()}
        wish = {
            "title": "Excel for the office",
            "description": "A day of spreadsheets, with lunch.",
            "terms": "No refund after the start.",
            "starts_at": "2030-06-03T13:00:00Z",
            "ends_at": "2030-06-03T20:00:00Z",
            "time_zone": "America/New_York",
            "price": {"amount_minor": 12000, "currency": "USD"},
            "capacity": 2,
            "provider_payment": True,
            "offline_methods": [],
            "approval": "automatic",
            "languages": ["en", "fr"],
        }
        training = self._wanted(
            201, call(f"{self.url}/v1/trainings", "POST", wish, headers=signed_in)
        )
        training_id = training["training_id"]
        fee = training["platform_fee"]
        estimate = training["provider_fee_estimate"]["amount"]
        self.say(f"   training            {training_id}")
        self.say(f"   platform fee        {_money(fee)}")
        self.say(f"   Stripe's fee, about {_money(estimate)} (an estimate)")
        signed_in["idempotency-key"] = _key()
        opened = call(f"{self.url}/v1/trainings/{training_id}/open", "POST", headers=signed_in)
        self._wanted(200, opened)
        public = self._wanted(200, call(f"{self.url}/v1/public/trainings/{training_id}"))
        self.say(f"   seats left          {public['seats_left']}")
        return public

    # -- a registrant's browser -----------------------------------------------------------

    def _register(self, training: Json, name: str, language: str) -> Json:
        self.say(f"\n{'2' if name.startswith('Ada') else '3'}. {name} registers: a seat is held.")
        route = f"{self.url}/v1/public/trainings/{training['training_id']}/registrations"
        email = f"{name.split(maxsplit=1)[0].lower()}.{secrets.token_hex(3)}@example.org"
        answer = call(
            route,
            "POST",
            {"name": name, "email": email, "language": language},
            headers={"idempotency-key": _key()},
        )
        held = self._wanted(201, answer)
        self.say(f"   registration        {held['registration_id']}")
        self.say(f"   status              {held['status']}, until {held['hold_expires_at']}")
        self.say(f"   to pay              {_money(held['charged'])}")
        return {"id": held["registration_id"], "token": held["token"], "email": email}

    def _page(self, registration: Json) -> str:
        answer = call(
            f"{self._own(registration)}/payments",
            "POST",
            {"method": "stripe"},
            headers=self._bearer(registration) | {"idempotency-key": _key()},
        )
        started = self._wanted({200, 201}, answer)
        self.say(f"   hosted page         {started['redirect_url']}")
        return str(started["redirect_url"])

    def _pay_by_card(self, registration: Json) -> None:
        page = self._page(registration)
        paid = call(page, "POST", form={"act": "ok"})
        self.say(f"   pays by card        Stripe sends the browser back ({paid.status})")

    def _decline_then_pay(self, registration: Json) -> None:
        page = self._page(registration)
        declined = call(page, "POST", form={"act": "declined"})
        self.say(
            f"   a declined card     the page stays open, nothing was charged ({declined.status})"
        )
        call(page, "POST", form={"act": "ok"})
        self.say("   another card        paid")

    def _confirmed(self, registration: Json) -> None:
        self._wanted(
            200,
            call(f"{self._own(registration)}/return", "POST", headers=self._bearer(registration)),
        )
        status = self._until(lambda: self._status(registration), lambda s: s == "confirmed")
        self.say(f"   status              {status}")

    def _status(self, registration: Json) -> str:
        read = call(self._own(registration), headers=self._bearer(registration))
        return str(self._wanted(200, read)["status"])

    def _third_is_refused(self, training: Json) -> None:
        self.say("\n4. A third person comes too late.")
        route = f"{self.url}/v1/public/trainings/{training['training_id']}/registrations"
        refused = call(
            route,
            "POST",
            {"name": "Alan Turing", "email": "alan@example.org", "language": "en"},
            headers={"idempotency-key": _key()},
        )
        problem = self._wanted(409, refused)
        self.say(f"   {refused.status} {problem['code']}: {problem['detail']}")

    # -- what it left behind ----------------------------------------------------------------

    def _mails(self, registration: Json) -> None:
        self.say("\n5. Mail to the first registrant:")
        address = f"{self.url}/_local/mail?{urllib.parse.urlencode({'to': registration['email']})}"
        mails = self._until(lambda: call(address).body, lambda found: len(found) >= 2)
        # Received, then confirmed: one mail may overtake another, the story is told in order.
        for subject in sorted((mail["Subject"] for mail in mails), reverse=True):
            self.say(f"   {subject}")

    def _balances(self) -> None:
        self.say("\n6. The organizer's books, and Stripe's own:")
        books = call(f"{self.url}/_local/books").body
        ours = books["guichet"][_ORGANIZER]["USD"]
        for account, amount in ours.items():
            self.say(f"   {account:<20}{_balance(amount):>12}")
        theirs = books["stripe"]["accounts"]["acct_atelier"]["USD"]
        equal = theirs["provider_balance"] == ours["provider_balance"]
        self.say(f"   Stripe's balance    {_balance(theirs['provider_balance']):>12}")
        self.say(f"   {'They agree.' if equal else 'THEY DIFFER.'}")
        if not equal:
            raise SystemExit(1)

    # -- small things -----------------------------------------------------------------------

    def _own(self, registration: Json) -> str:
        return f"{self.url}/v1/public/registrations/{registration['id']}"

    def _bearer(self, registration: Json) -> dict[str, str]:
        return {"authorization": f"Bearer {registration['token']}"}

    def _wanted(self, status: int | set[int], answer: Answer) -> Json:
        statuses = {status} if isinstance(status, int) else status
        if answer.status not in statuses:
            raise SystemExit(f"expected {statuses}, got {answer.status}: {answer.body}")
        return answer.body

    def _until[T](self, read: Callable[[], T], good: Callable[[T], bool]) -> T:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not good(found := read()):
            if time.monotonic() > deadline:
                raise SystemExit(f"still {found!r} after {_PATIENCE_SECONDS} s")
            time.sleep(0.3)
        return found


def _key() -> str:
    return secrets.token_urlsafe(24)


def _money(amount: Json) -> str:
    return str(Money(amount["amount_minor"], amount["currency"]))


def _balance(amount_minor: int) -> str:
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{Money(abs(amount_minor), 'USD')}"


def main() -> None:
    """Play against the stack that `make run` started."""
    try:
        url, deployment = described(STATE_DIR)
        token = bearer_token(deployment, _MEMBER)
        Demo(url, token, _print).play()
    except (FileNotFoundError, EndpointConnectionError, urllib.error.URLError) as error:
        raise SystemExit("the local stack does not run: start it with `make run`") from error


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
