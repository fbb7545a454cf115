"""The demo's third act: six customers in six countries, three months of their invoices, and a second run."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from guichet.money import Money
from guichet.verification.findings import Report
from local.calls import Json, until, wanted
from local.demo_buyer import Buyer
from local.demo_invoice_customers import BERLIN, LEEDS, MOBILE, MONTREAL, PARIS, ZURICH, Customer

_MINUTE: Final = 60
_DAY: Final = 86_400
_PERIOD_DAYS: Final = 30
_CERTIFICATE: Final = "Certificate of Exemption STE-1, number 000-0000"


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
        self._first_month()
        self._second_month()
        self._third_month()
        self._gave_back()
        self._ran_again()
        self._judged()

    # -- the story ----------------------------------------------------------------------------

    def _introduced(self) -> None:
        self.say("\n15. Six customers in six countries say where their bills go.")
        for customer, buyer in self.buyers.items():
            buyer.say_where_bills_go()
            self._told(customer, f"{customer.company}, served by {buyer.seller()}")
        self._pass(_MINUTE)
        standing = self.buyers[PARIS].vat_check()["standing"]
        self._told(PARIS, f"VAT number {PARIS.vat_number}, a minute later: {standing}")
        approved = self.buyers[MOBILE].submit_certificate("AL", _CERTIFICATE)
        self._told(MOBILE, f"{approved['reason']}: {approved['status']} by a representative")

    def _bought(self) -> None:
        self.say(
            "\n16. Each buys, and has an invoice with its PDF; a telephone is billed on the 1st."
        )
        for customer, buyer in self.buyers.items():
            buyer.order(customer.line, customer.currency)
            if customer is not MONTREAL:
                until(buyer.documents, bool)
            self._show_new(buyer)

    def _stored_cards(self) -> None:
        self.say("\n17. Two store a card and let invoices be charged to it.")
        for customer, card in ((LEEDS, "visa"), (ZURICH, "insufficient_funds")):
            buyer = self.buyers[customer]
            method = buyer.store_card(card)
            buyer.pay_by_itself()
            self._told(customer, f"{method['brand']} …{method['last4']}, autopay on")

    def _moved_down(self) -> None:
        self.say("\n18. Ten days later one takes a smaller plan: what was paid ahead is credit.")
        self._days(10)
        buyer = self.buyers[BERLIN]
        subscription_id = buyer.subscription()["subscription_id"]
        change = {"kind": "change", "subscription_id": subscription_id, "plan": "starter"}
        preview = buyer.order(change)
        self._told(BERLIN, f"Starter in place of Plus: due {_amount(preview['due_now'])}")
        before = len(self._shown)
        until(lambda: self._show_new(buyer), lambda _: len(self._shown) > before)
        self._told(BERLIN, f"account credit {_amount(buyer.balance()['credit'])}")

    def _used_more(self) -> None:
        buyer = self.buyers[MONTREAL]
        subscription_id = buyer.subscription()["subscription_id"]
        used_at = wanted(200, self.call(f"{self.url}/_local/clock"))["now"]
        record = {
            "subscription_id": subscription_id,
            "item": "minutes",
            "key": secrets.token_hex(6),
            "used_at": used_at,
            "quantity": 3_500,
            "number": "+331",
            "direction": "sent",
        }
        wish = {"records": [record]}
        (told,) = buyer.as_representative(200, "POST", "/v1/usage", wish)["results"]
        self._told(MONTREAL, f"3500 minutes to Paris are told: {told['outcome']}")
        month = used_at[:7]
        path = f"/v1/subscriptions/{subscription_id}/usage?month={month}"
        usage = buyer.as_owner(200, "GET", path)
        (minutes,) = (each for each in usage["items"] if each["item"] == "minutes")
        over = f"{minutes['overage']} beyond {minutes['included']}"
        self._more(f"{over} included, so far {_amount(minutes['amount'])}")

    def _first_month(self) -> None:
        self.say(
            "\n19. The first month's invoices: credit is used, one card pays, one is declined."
        )
        self._month(with_taxes=True)
        for customer, status in ((LEEDS, "paid"), (ZURICH, "open")):
            invoice = self._newest(customer)
            self._hold(invoice, status)
            for attempt in self.buyers[customer].attempts(invoice["invoice_id"]):
                self._told(customer, _attempt(attempt))

    def _second_month(self) -> None:
        self.say("\n20. Transfers come, another card is stored; the second month's invoices.")
        self._transfers()
        method = self.buyers[ZURICH].store_card("mastercard")
        self._told(ZURICH, f"{method['brand']} …{method['last4']}")
        self._month()
        for customer in (LEEDS, ZURICH):
            self._hold(self._newest(customer), "paid")

    def _third_month(self) -> None:
        self.say("\n21. Transfers again; the third month's invoices.")
        self._transfers()
        self._month()

    def _transfers(self) -> None:
        for customer, buyer in self.buyers.items():
            paid = buyer.pay_by_transfer()
            if paid is not None:
                self._told(customer, f"{_amount(paid)} by transfer")

    def _newest(self, customer: Customer) -> Json:
        return self.buyers[customer].documents()[-1]

    @staticmethod
    def _hold(document: Json, status: str) -> None:
        if document["status"] != status:
            raise SystemExit(f"{document['number']} is {document['status']}, and not {status}")

    def _month(self, *, with_taxes: bool = False) -> None:
        for days in (_PERIOD_DAYS, 1):  # what was due at once and is open is overdue the next day
            self._days(days)
        for buyer in self.buyers.values():
            until(buyer.documents, lambda found: not any(each["processing"] for each in found))
            self._show_new(buyer, with_taxes=with_taxes)

    def _gave_back(self) -> None:
        buyer, invoice = self.buyers[PARIS], self._newest(PARIS)
        self.say(f"\n22. A representative gives back 10.00 of {invoice['number']}.")
        wish = {"lines": [{"line": 0, "net_minor": 1_000}], "reason": "An evening without sound"}
        path = f"/v1/invoices/{invoice['invoice_id']}/credit-notes"
        corrected = buyer.as_representative(201, "POST", path, wish)
        self._show_new(buyer)
        left = corrected["invoice"]
        self._told(PARIS, f"{left['number']}: {_amount(left['open'])} is left to pay")

    def _ran_again(self) -> None:
        self.say("\n23. The same run again:")
        before = self._numbers()
        headers = {
            "authorization": f"Bearer {self.representative_token}",
            "idempotency-key": secrets.token_urlsafe(24),
        }
        asked = self.call(f"{self.url}/v1/invoice-runs", "POST", {}, headers=headers)
        path = f"{self.url}/v1/invoice-runs/{wanted(202, asked)['run_id']}"
        run = until(
            lambda: wanted(200, self.call(path, headers=headers)),
            lambda found: found["status"] == "finished",
        )
        made = f"{run['invoices']} invoices, {run['credit_notes']} credit notes"
        self.say(f"   {run['status']:<20}{run['planned']} planned, {made}")
        after = self._numbers()
        if after != before:
            raise SystemExit(f"the second run made {sorted(after - before)}")
        self.say(f"   {'numbers':<20}{len(after)} documents, as before")

    def _judged(self) -> None:
        """Everything that is stored, of all acts and of what was there before."""
        until(self.verified, lambda found: found.is_clean and found.read.total() > 0)
        self.say("\n24. guichet verify:")
        self.say("   nothing is wrong with anything that is stored")

    # -- a document ---------------------------------------------------------------------------

    def _show_new(self, buyer: Buyer, *, with_taxes: bool = True) -> None:
        """Every document that was not shown yet."""
        for listed in buyer.documents():
            if listed["invoice_id"] in self._shown:
                continue
            self._shown.add(listed["invoice_id"])
            document = buyer.document(listed["invoice_id"])
            said = f"{_standing(document)}; {self._drawn(buyer, document)}"
            sum_said = f"{document['number']} {_amount(document['total']):>12}"
            self._told(buyer.customer, f"{sum_said}  {said}")
            if with_taxes:
                self._what_it_says(document)

    @staticmethod
    def _drawn(buyer: Buyer, document: Json) -> str:
        pdf = buyer.pdf(document["invoice_id"])
        if pdf.name != f"{document['number']}.pdf":
            raise SystemExit(f"{document['number']} is downloaded as {pdf.name}")
        pages = "1 page" if pdf.pages == 1 else f"{pdf.pages} pages"
        return f"PDF in {document['language']}, {pages}, {round(pdf.size_bytes / 1000)} kB"

    def _what_it_says(self, document: Json) -> None:
        for line in document["lines"]:
            if line["kind"] == "usage":
                self._more(f"{line['quantity']} × {line['name']}: {_amount(line['net'])}")
        for tax in document["taxes"]:
            self._more(_tax(tax))

    def _numbers(self) -> set[str]:
        return {each["number"] for buyer in self.buyers.values() for each in buyer.documents()}

    # -- small things -------------------------------------------------------------------------

    def _told(self, customer: Customer, text: str) -> None:
        self.say(f"   {customer.name:<10} {text}")

    def _more(self, text: str) -> None:
        self.say(f"{'':13} {text}")

    def _days(self, days: int) -> None:
        self._pass(days * _DAY)

    def _pass(self, seconds: int) -> None:
        """Everybody's clock moves, and what is due is done."""
        wish = {"advance_seconds": seconds}
        wanted(200, self.call(f"{self.url}/_local/clock", "POST", wish, timeout_seconds=600))


def _standing(document: Json) -> str:
    """What became of it, in words."""
    if document["kind"] == "credit_note":
        went = document["settlement"].replace("_", " ")
        return f"credit note of {document['refers_to_number']}: {went}"
    used = document["credit_applied"]
    credit = f", {_amount(used)} by credit" if used["amount_minor"] else ""
    left = "" if document["status"] == "paid" else f" {_amount(document['open'])}"
    past_due = ", past due" if document["past_due"] else ""
    return f"{document['status']}{left}{credit}{past_due}"


def _attempt(attempt: Json) -> str:
    method, why = attempt["method"], attempt["decline_code"]
    what = f"{_amount(attempt['amount'])} from {method['brand']} …{method['last4']}"
    return f"{what}: {attempt['status']}" + (f", {why}" if why else "")


def _tax(tax: Json) -> str:
    """As the document prints it, in its language."""
    if tax["sentence"] is not None and not tax["amount"]["amount_minor"]:
        return str(tax["sentence"])
    return f"{tax['name']} {tax['percent']} %: {_amount(tax['amount'])}"


def _amount(amount: Json) -> str:
    return str(Money(amount["amount_minor"], amount["currency"]))
