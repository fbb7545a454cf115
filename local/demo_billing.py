"""The demo's second act: a trial, orders, changes, a year of renewals, each preview beside its bill."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from guichet.money import Money
from local.calls import Json, until, wanted

_DAY: Final = 86_400


@dataclass(frozen=True)
class Subscribing:
    """An account's owner, and the operator's representative, against a running stack.

    `call` is `local.calls.call`, or what a test has in its place.
    """

    url: str
    owner_token: str
    representative_token: str
    account_id: str
    say: Callable[[str], None]
    call: Callable[..., Any]

    def play(self) -> None:
        """Each preview is compared with what was billed; the first difference ends the demo."""
        self.say("\n11. Another account looks at what is sold, tries a plan, and pays for it.")
        self._addressed()
        self._looked()
        webinar = self._tried()
        self._order(
            "5 seats of Starter",
            {"kind": "subscribe", "subscription_id": webinar, "plan": "starter",
             "frequency": "monthly", "seats": 5},
        )  # fmt: skip
        self._days(10)
        self._order(
            "3 seats more, 10 days later",
            {"kind": "add", "subscription_id": webinar, "seats": 3},
            method="paypal",
        )
        self._days(5)
        self._order(
            "Plus, 5 days later", {"kind": "change", "subscription_id": webinar, "plan": "plus"}
        )
        self._days(5)
        self._order(
            "Starter again", {"kind": "change", "subscription_id": webinar, "plan": "starter"}
        )
        self._order(
            "billed once a year",
            {"kind": "change", "subscription_id": webinar, "frequency": "annual"},
        )
        self._cancelled_and_withdrawn(webinar)
        second = self._expired_and_revived()
        self._year((webinar, second))
        self._balance_keeps_from_cancelling(second)
        self._sums()

    # -- what the account does ----------------------------------------------------------------

    def _addressed(self) -> None:
        address = {
            "line1": "350 Fifth Avenue",
            "city": "New York",
            "region": "NY",
            "postal_code": "10118",
            "country": "US",
        }
        self._as_owner(200, "PATCH", "/v1/account", {"billing_address": address})

    def _looked(self) -> None:
        sold = self._as_owner(200, "GET", "/v1/products")
        seller = sold["seller"]["name"]
        self.say(f"   catalogue           {sold['catalogue_version']}, sold by {seller}")
        (webinar,) = (each for each in sold["products"] if each["product"] == "webinar")
        for plan in webinar["plans"]:
            for price in plan["prices"]:
                if (price["frequency"], price["currency"]) == ("monthly", "USD"):
                    self.say(f"   {plan['name']:<19} {_amount(price)} a seat and 30 days")

    def _tried(self) -> str:
        wish = {"product": "webinar", "plan": "starter"}
        trial = self._as_owner({200, 201}, "POST", "/v1/trials", wish)
        self.say(f"   trial               {trial['subscription_id']}, {trial['status']}")
        self._days(3)
        return str(trial["subscription_id"])

    def _order(self, heading: str, line: Json, *, method: str = "stripe") -> Json:
        """Preview, place, pay, and hold what was billed against the preview."""
        preview = self._as_owner(201, "POST", "/v1/carts/preview", {"lines": [line]})
        wish = {"preview_id": preview["preview_id"], "method": method}
        order = self._as_owner(201, "POST", "/v1/carts", wish)
        paid = "nothing to pay"
        if order["redirect_url"] is not None:
            act = {"act": "ok" if method == "stripe" else "balance"}
            self.call(order["redirect_url"], "POST", form=act)
            paid = "paid by card" if method == "stripe" else "paid at PayPal"
            self._as_owner(200, "POST", f"/v1/carts/{order['cart_id']}/return")
        done = until(
            lambda: self._as_owner(200, "GET", f"/v1/carts/{order['cart_id']}"),
            lambda found: found["status"] == "done",
        )
        self.say(f"\n   {heading}: due {_amount(preview['due_now'])}, {paid}")
        if preview["credit_applied"]["amount_minor"]:
            self.say(f"     credit used       {_amount(preview['credit_applied'])}")
        if preview["credit_given"]["amount_minor"]:
            self.say(f"     credit left over  {_amount(preview['credit_given'])}")
        billed = until(
            lambda: self._invoiced(lambda each: each["order"] == order["cart_id"]),
            lambda found: bool(found) or not preview["now"]["lines"],
        )
        self._compare(preview["now"]["lines"], billed)
        self.say(f"     tax               {_sum(preview['now']['tax'])}")
        return done

    def _cancelled_and_withdrawn(self, subscription_id: str) -> None:
        path = f"/v1/subscriptions/{subscription_id}"
        cancelled = self._as_owner(200, "POST", f"{path}/cancel", {})
        self.say(f"\n   cancelled           access until {self._day(cancelled['expires_on'])}")
        withdrawn = self._as_owner(200, "POST", f"{path}/withdraw")
        self.say(f"   withdrawn           renews on {self._day(withdrawn['renews_on'])}")

    def _expired_and_revived(self) -> str:
        self.say("\n12. A second subscription is cancelled, expires, and is reactivated.")
        order = self._order(
            "1 seat of Plus",
            {"kind": "subscribe", "product": "webinar", "plan": "plus", "frequency": "monthly",
             "seats": 1},
        )  # fmt: skip
        (second,) = order["subscriptions"]
        self._as_owner(200, "POST", f"/v1/subscriptions/{second}/cancel", {})
        self._days(31)
        status = until(lambda: self._subscription(second)["status"], lambda s: s == "expired")
        self.say(f"   31 days later       {status}")
        self._order("2 seats, again", {"kind": "reactivate", "subscription_id": second, "seats": 2})
        return str(second)

    def _year(self, subscriptions: tuple[str, ...]) -> None:
        """Until each has been renewed: what the next bill would be, and what it was."""
        self.say("\n13. A year passes. What each next bill was to be, beside what it was:")
        end = self._today() + timedelta(days=366)
        while self._today() < end:
            nexts = {each: self._next_bill(each) for each in subscriptions}
            day = min(date.fromisoformat(each["bill_on"]) for each in nexts.values())
            if day >= end:
                self._days((end - self._today()).days)
                break
            self._days((day - self._today()).days + 1)
            for each, bill in nexts.items():
                if date.fromisoformat(bill["bill_on"]) == day:
                    billed = until(partial(self._renewed, each, bill), bool)
                    self._compare(bill["lines"], billed)

    def _balance_keeps_from_cancelling(self, subscription_id: str) -> None:
        path = f"/v1/subscriptions/{subscription_id}/cancel"
        refused = self.call(f"{self.url}{path}", "POST", {}, headers=self._owner())
        problem = wanted(409, refused)
        self.say(f"\n14. {refused.status} {problem['code']}: {problem['detail']}")
        for balance in self._balances():
            owed = sum(each["open"]["amount_minor"] for each in balance["invoices"])
            wish = {
                "selling_entity": balance["selling_entity"],
                "amount_minor": owed,
                "currency": balance["currency"],
                "reference": "Transfer 4711",
            }
            headers = self._headers(self.representative_token) | {
                "guichet-account": self.account_id
            }
            received = self.call(f"{self.url}/v1/payments-received", "POST", wish, headers=headers)
            wanted({200, 201}, received)
            self.say(
                f"   transfer received   {Money(owed, balance['currency'])}, by a representative"
            )
        cancelled = self._as_owner(200, "POST", path, {})
        self.say(f"   cancelled           access until {self._day(cancelled['expires_on'])}")

    def _sums(self) -> None:
        """Every document that was made, and what is still open."""
        documents = self._documents()
        notes = [each for each in documents if each["kind"] == "credit_note"]
        currency = documents[0]["currency"]
        total = sum(_net(each["total"]["amount_minor"], each) for each in documents)
        self._days(0)  # the transfer is credit until upkeep has paid the invoices with it
        until(lambda: self._as_owner(200, "GET", "/v1/payments-due")["items"], lambda due: not due)
        (balance,) = self._balances()
        count = f"{len(documents) - len(notes)} invoices and {len(notes)} credit note"
        self.say(f"   billed in all       {Money(total, currency)}, by {count}")
        self.say(f"   account credit      {_amount(balance['credit'])}")

    # -- preview and bill ---------------------------------------------------------------------

    def _compare(self, previewed: Json, billed: Json) -> None:
        """Line by line; what differs in a cent or a day ends the demo (BAD-14)."""
        for line in previewed:
            found = next((each for each in billed if _same(each, line)), None)
            if found is None:
                raise SystemExit(f"previewed, and not billed so: {line}")
            invoiced = Money(abs(found["net_minor"]), line["amount"]["currency"])
            sign = "-" if found["net_minor"] < 0 else ""
            self.say(f"     {self._line(line)} = {sign}{invoiced}")
        if len(billed) != len(previewed):
            raise SystemExit(f"billed, and not previewed: {billed}")

    def _line(self, line: Json) -> str:
        period = line["period"]
        days = (date.fromisoformat(period["end"]) - date.fromisoformat(period["start"])).days
        return f"{line['quantity']} × {line['name']:<8} {days:>3} days {_signed(line):>13}"

    def _invoiced(self, which: Callable[[Json], bool]) -> Json:
        """The lines of these documents; what a credit note has of a line belongs to the line."""
        found: dict[tuple[str, ...], Json] = {}
        for each in self._documents():
            if not which(each):
                continue
            whole = self._as_owner(200, "GET", f"/v1/invoices/{each['invoice_id']}")
            for line in whole["lines"]:
                net = _net(line["net"]["amount_minor"], each)
                held = found.setdefault(_identity(line), {**line, "net_minor": 0})
                held["net_minor"] += net
        return list(found.values())

    def _renewed(self, subscription_id: str, bill: Json) -> Json:
        lines = self._invoiced(
            lambda each: each["order"] is None and each["bill_on"] == bill["bill_on"]
        )
        return [line for line in lines if line["subscription_id"] == subscription_id]

    def _documents(self) -> Json:
        return self._as_owner(200, "GET", "/v1/invoices?limit=100")["items"]

    def _balances(self) -> Json:
        return self._as_owner(200, "GET", "/v1/balance")["items"]

    def _next_bill(self, subscription_id: str) -> Json:
        return self._as_owner(200, "GET", f"/v1/subscriptions/{subscription_id}/next-bill")

    def _subscription(self, subscription_id: str) -> Json:
        return self._as_owner(200, "GET", f"/v1/subscriptions/{subscription_id}")

    # -- small things -------------------------------------------------------------------------

    def _today(self) -> date:
        return date.fromisoformat(self._as_owner(200, "GET", "/v1/balance")["today"])

    def _days(self, days: int) -> None:
        wish = {"advance_seconds": days * _DAY}
        wanted(200, self.call(f"{self.url}/_local/clock", "POST", wish, timeout_seconds=180))

    def _day(self, text: str) -> str:
        """A day as so many from today: the demo is the same on every day."""
        return f"in {(date.fromisoformat(text) - self._today()).days} days"

    def _as_owner(self, status: int | set[int], method: str, path: str, body: Json = None) -> Json:
        return wanted(status, self.call(f"{self.url}{path}", method, body, headers=self._owner()))

    def _owner(self) -> dict[str, str]:
        return self._headers(self.owner_token)

    def _headers(self, token: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}", "idempotency-key": secrets.token_urlsafe(24)}


def _same(billed: Json, previewed: Json) -> bool:
    amount = previewed["amount"]["amount_minor"]
    signed = -amount if previewed["direction"] == "credit" else amount
    return _identity(billed) == _identity(previewed) and billed["net_minor"] == signed


def _identity(line: Json) -> tuple[str, ...]:
    told = ("subscription_id", "kind", "item", "quantity", "share", "period")
    return tuple(str(line[name]) for name in told)


def _net(amount_minor: int, document: Json) -> int:
    """Signed: a credit note gives back."""
    return -amount_minor if document["kind"] == "credit_note" else amount_minor


def _signed(line: Json) -> str:
    sign = "-" if line["direction"] == "credit" else ""
    return f"{sign}{_amount(line['amount'])}"


def _sum(signed: Json) -> str:
    sign = "-" if signed["amount_minor"] < 0 else ""
    return f"{sign}{Money(abs(signed['amount_minor']), signed['currency'])}"


def _amount(amount: Json) -> str:
    return str(Money(amount["amount_minor"], amount["currency"]))
