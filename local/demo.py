"""The demo's first act: sales, late money, and money that goes back."""

from __future__ import annotations

import secrets
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from guichet.money import Money
from local.calls import Json, call, until, wanted
from local.demo_money_back import MoneyBack
from local.seed import ORGANIZERS

ORGANIZER: Final = ORGANIZERS[0]
OWNER: Final = "owner@atelier.example"
MEMBER: Final = "maria@atelier.example"
_PAGE_ENDS_SECONDS: Final = 32 * 60


@dataclass(frozen=True)
class Demo:
    """The steps of the story, against a running stack; tokens of an event manager and the owner."""

    url: str
    token: str
    owner_token: str
    say: Callable[[str], None]

    def play(self) -> None:
        """Link PayPal, sell, heal a lost webhook, return late money, refund, dispute, cancel."""
        self._link_paypal()
        training = self._open_training(2, seats="two seats", heading="2. The organizer opens")
        ada = self._register(training, "3. Ada Lovelace")
        self._pay_by_paypal(ada)
        self._come_back(ada)
        grace = self._register(training, "4. Grace Hopper")
        self._decline_then_pay_unheard(grace)
        self._third_is_refused(training)
        alan = self._pay_too_late()
        MoneyBack(self.url, self.token, self.say).play(training["training_id"])
        self._cancel_a_training()
        self.say("\n9. Mail")
        self._mails(ada, "to Ada Lovelace", count=3)
        self._mails(alan, "to Alan Turing", count=3)
        self._balances()
        self.say(f"\nEverything about the first registration: guichet story {ada['id']}")

    # -- the organizer ------------------------------------------------------------------

    def _link_paypal(self) -> None:
        self.say(
            "1. The organizer's owner unlinks PayPal and links it again, on PayPal's own pages."
        )
        accounts = f"{self.url}/v1/payment-accounts"
        signed_in = {"authorization": f"Bearer {self.owner_token}"}
        listed = wanted(200, call(accounts, headers=signed_in))["items"]
        for account in listed:
            if account["provider"] == "paypal" and account["status"] in {"linked", "onboarding"}:
                one = f"{accounts}/{account['payment_account_id']}"
                wanted({200, 204}, call(one, "DELETE", headers=signed_in))
        keyed = signed_in | {"idempotency-key": _key()}
        begun = wanted({200, 201}, call(accounts, "POST", {"provider": "paypal"}, headers=keyed))
        self.say(f"   payment account     {begun['payment_account_id']}, {begun['status']}")
        one = f"{accounts}/{begun['payment_account_id']}"
        keyed = signed_in | {"idempotency-key": _key()}
        link = wanted({200, 201}, call(f"{one}/onboarding-link", "POST", {}, headers=keyed))
        self.say(f"   PayPal's page       {link['url']}")
        form = {
            "act": "agree",
            "merchant_id": ORGANIZER.paypal_merchant_id,
            "email": OWNER,
            "account": "business",
            "email_confirmed": "on",
            "payments_receivable": "on",
        }
        agreed = call(link["url"], "POST", form=form)
        self.say(f"   agrees              PayPal sends the browser back ({agreed.status})")
        linked = wanted(200, call(f"{one}/refresh", "POST", headers=signed_in))
        offered = ", ".join(linked["methods"])
        self.say(f"   asked, PayPal says  {linked['status']}; registrants may choose {offered}")

    def _open_training(self, capacity: int, *, seats: str, heading: str) -> Json:
        self.say(f"\n{heading} a training at 120.00 USD with {seats}.")
        signed_in = {"authorization": f"Bearer {self.token}", "idempotency-key": _key()}
        wish = _TRAINING | {"capacity": capacity}
        training = wanted(201, call(f"{self.url}/v1/trainings", "POST", wish, headers=signed_in))
        training_id = training["training_id"]
        fee = training["platform_fee"]
        estimate = training["provider_fee_estimate"]["amount"]
        self.say(f"   training            {training_id}")
        self.say(f"   platform fee        {_money(fee)}")
        self.say(f"   provider's, about   {_money(estimate)} (an estimate)")
        signed_in["idempotency-key"] = _key()
        opened = call(f"{self.url}/v1/trainings/{training_id}/open", "POST", headers=signed_in)
        wanted(200, opened)
        public = wanted(200, call(f"{self.url}/v1/public/trainings/{training_id}"))
        self.say(f"   seats left          {public['seats_left']}")
        return public

    # -- a registrant's browser -----------------------------------------------------------

    def _register(self, training: Json, heading: str) -> Json:
        name = heading.partition(" ")[2]
        self.say(f"\n{heading} registers: a seat is held.")
        route = f"{self.url}/v1/public/trainings/{training['training_id']}/registrations"
        email = f"{name.split(maxsplit=1)[0].lower()}.{secrets.token_hex(3)}@example.org"
        answer = call(
            route,
            "POST",
            {"name": name, "email": email, "language": "en"},
            headers={"idempotency-key": _key()},
        )
        held = wanted(201, answer)
        self.say(f"   registration        {held['registration_id']}")
        self.say(f"   status              {held['status']}, until {held['hold_expires_at']}")
        self.say(f"   to pay              {_money(held['charged'])}")
        return {"id": held["registration_id"], "token": held["token"], "email": email}

    def _page(self, registration: Json, method: str) -> str:
        answer = call(
            f"{self._own(registration)}/payments",
            "POST",
            {"method": method},
            headers=self._bearer(registration) | {"idempotency-key": _key()},
        )
        started = wanted({200, 201}, answer)
        self.say(f"   hosted page         {started['redirect_url']}")
        return str(started["redirect_url"])

    def _pay_by_paypal(self, registration: Json) -> None:
        page = self._page(registration, "paypal")
        agreed = call(page, "POST", form={"act": "balance"})
        self.say(f"   agrees at PayPal    PayPal sends the browser back ({agreed.status})")

    def _decline_then_pay_unheard(self, registration: Json) -> None:
        page = self._page(registration, "stripe")
        declined = call(page, "POST", form={"act": "declined"})
        self.say(
            f"   a declined card     the page stays open, nothing was charged ({declined.status})"
        )
        lost = {"webhooks": {"types": ["checkout.session.completed"], "drop": 1}}
        self._stripe_will(lost)
        call(page, "POST", form={"act": "ok"})
        self.say("   another card        paid; the browser is closed, and the webhook is lost")
        self.say(f"   status              {self._status(registration)}")
        self._wait(_PAGE_ENDS_SECONDS)
        until(lambda: self._status(registration), lambda s: s == "confirmed")
        self.say("   32 minutes later    confirmed: when the page's time is over, Stripe is asked")

    def _pay_too_late(self) -> Json:
        training = self._open_training(1, seats="one seat", heading="6. The organizer opens")
        alan = self._register(training, "   Alan Turing")
        page = self._page(alan, "stripe")
        self._wait(_PAGE_ENDS_SECONDS)
        until(lambda: self._status(alan), lambda s: s == "expired")
        self.say("   32 minutes later    expired; the seat is free again")
        self._register(training, "   Barbara Liskov")
        self._stripe_will({"pay_expired": 1})
        paid = call(page, "POST", form={"act": "ok"})
        self.say(f"   Alan Turing         pays on the page left open ({paid.status})")
        returned = until(lambda: self._returned(alan), lambda found: found == "succeeded")
        self.say(f"   status              {self._status(alan)}; the return of the money {returned}")
        return alan

    def _cancel_a_training(self) -> None:
        training = self._open_training(2, seats="two seats", heading="8. The organizer opens")
        katherine = self._register(training, "   Katherine Johnson")
        call(self._page(katherine, "stripe"), "POST", form={"act": "ok"})
        self._come_back(katherine)
        dorothy = self._register(training, "   Dorothy Vaughan")
        signed_in = {"authorization": f"Bearer {self.token}", "idempotency-key": _key()}
        marked = f"{self.url}/v1/registrations/{dorothy['id']}/mark-paid"
        wanted(200, call(marked, "POST", headers=signed_in))
        self.say("   paid in cash        marked as paid by hand")
        MoneyBack(self.url, self.token, self.say).cancel(training["training_id"])
        self.say(f"   Katherine Johnson   {self._status(katherine)}")
        self.say(f"   Dorothy Vaughan     {self._status(dorothy)}")

    def _come_back(self, registration: Json) -> None:
        wanted(
            200,
            call(f"{self._own(registration)}/return", "POST", headers=self._bearer(registration)),
        )
        status = until(lambda: self._status(registration), lambda s: s == "confirmed")
        self.say(f"   status              {status}")

    def _status(self, registration: Json) -> str:
        return str(self._seen(registration)["status"])

    def _returned(self, registration: Json) -> Json:
        """How far the return of the newest attempt's money is; None where there is none."""
        returned = self._seen(registration)["attempt"]["returned"]
        return returned and returned["status"]

    def _seen(self, registration: Json) -> Json:
        return wanted(200, call(self._own(registration), headers=self._bearer(registration)))

    def _third_is_refused(self, training: Json) -> None:
        self.say("\n5. A third person comes too late.")
        route = f"{self.url}/v1/public/trainings/{training['training_id']}/registrations"
        refused = call(
            route,
            "POST",
            {"name": "Alan Turing", "email": "alan@example.org", "language": "en"},
            headers={"idempotency-key": _key()},
        )
        problem = wanted(409, refused)
        self.say(f"   {refused.status} {problem['code']}: {problem['detail']}")

    # -- what the local stack lets one do ---------------------------------------------------

    def _wait(self, seconds: int) -> None:
        """Everybody's clock moves, and what is due is done."""
        wish = {"advance_seconds": seconds}
        moved = call(f"{self.url}/_local/clock", "POST", wish, timeout_seconds=180)
        wanted(200, moved)

    def _stripe_will(self, knobs: Json) -> None:
        wanted(200, call(f"{self.url}/_local/providers/stripe/chaos", "POST", knobs))

    # -- what it left behind ----------------------------------------------------------------

    def _mails(self, registration: Json, heading: str, *, count: int) -> None:
        self.say(f"   {heading}:")
        address = f"{self.url}/_local/mail?{urllib.parse.urlencode({'to': registration['email']})}"
        mails = until(lambda: call(address).body, lambda found: len(found) >= count)
        # One mail may overtake another: the story is told in order.
        for subject in sorted((mail["Subject"] for mail in mails), reverse=True):
            self.say(f"     {subject}")

    def _balances(self) -> None:
        self.say("\n10. The organizer's books, and the providers' own:")
        books = call(f"{self.url}/_local/books").body
        ours = books["guichet"][ORGANIZER.account_id]["USD"]
        for account, amount in ours.items():
            self.say(f"   {account:<20}{_balance(amount):>12}")
        stripe = books["stripe"]["accounts"][ORGANIZER.stripe_account_id]["USD"]
        paypal = books["paypal"]["merchants"][ORGANIZER.paypal_merchant_id]["USD"]
        theirs = stripe["provider_balance"] + paypal["provider_balance"]
        self.say(f"   Stripe's balance    {_balance(stripe['provider_balance']):>12}")
        self.say(f"   PayPal's balance    {_balance(paypal['provider_balance']):>12}")
        equal = theirs == ours["provider_balance"]
        self.say(f"   {'They agree.' if equal else 'THEY DIFFER.'}")
        if not equal:
            raise SystemExit(1)

    # -- small things -----------------------------------------------------------------------

    def _own(self, registration: Json) -> str:
        return f"{self.url}/v1/public/registrations/{registration['id']}"

    def _bearer(self, registration: Json) -> dict[str, str]:
        return {"authorization": f"Bearer {registration['token']}"}


_TRAINING: Final[Json] = {
    "title": "Excel for the office",
    "description": "A day of spreadsheets, with lunch.",
    "terms": "No refund after the start.",
    "starts_at": "2090-06-05T13:00:00Z",
    "ends_at": "2090-06-05T20:00:00Z",
    "time_zone": "America/New_York",
    "price": {"amount_minor": 12000, "currency": "USD"},
    "provider_payment": True,
    "offline_methods": [],
    "approval": "automatic",
    "languages": ["en", "fr"],
}


def _key() -> str:
    return secrets.token_urlsafe(24)


def _money(amount: Json) -> str:
    return str(Money(amount["amount_minor"], amount["currency"]))


def _balance(amount_minor: int) -> str:
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{Money(abs(amount_minor), 'USD')}"
