"""A customer of the demo's third act: everything that their owner, and a representative for them, call."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any, Final

from reportlab.pdfgen.canvas import Canvas

from local.calls import Json, Posted, until, wanted
from local.demo_invoice_customers import Customer

_PDF: Final = "application/pdf"
_PAGE: Final = re.compile(rb"/Type\s*/Page\b")


@dataclass(frozen=True)
class Pdf:
    """A document as it is downloaded: the name to save it under, how many pages, how many bytes."""

    name: str
    pages: int
    size_bytes: int


@dataclass(frozen=True)
class Buyer:
    """A customer with an account, against a running stack; `call` as of `local.calls`."""

    customer: Customer
    url: str
    account_id: str
    owner_token: str
    representative_token: str
    call: Callable[..., Any]

    # -- who they are -------------------------------------------------------------------------

    def say_where_bills_go(self) -> None:
        """And the VAT number, where they have one."""
        changes: Json = {"billing_address": dict(self.customer.address)}
        if self.customer.vat_number is not None:
            changes["vat_number"] = self.customer.vat_number
        self.as_owner(200, "PATCH", "/v1/account", changes)

    def vat_check(self) -> Json:
        """What the official register has said of the number."""
        profile = until(
            lambda: self.as_owner(200, "GET", "/v1/account"),
            lambda found: found["vat_check"]["answered_at"],
        )
        return profile["vat_check"]

    def seller(self) -> str:
        """The name of the company that sells to them."""
        return str(self.as_owner(200, "GET", "/v1/products")["seller"]["name"])

    def submit_certificate(self, region: str, reason: str) -> Json:
        """Upload it as a page does; a representative approves it."""
        wish = {"media_type": _PDF}
        ticket = self.as_owner(201, "POST", "/v1/tax-certificates/uploads", wish)
        file = Posted("certificate.pdf", _PDF, _certificate(reason))
        wanted({201, 204}, self.call(ticket["url"], "POST", form=ticket["fields"], file=file))
        today = self.today()
        submitted = self.as_owner(
            201,
            "POST",
            "/v1/tax-certificates",
            {
                "upload_id": ticket["upload_id"],
                "country": "US",
                "region": region,
                "valid_from": today.isoformat(),
                "valid_until": (today + timedelta(days=365)).isoformat(),
                "reason": reason,
            },
        )
        path = f"/v1/tax-certificates/{submitted['certificate_id']}/approve"
        return self.as_representative(200, "POST", path)

    # -- what they buy, and pay with ----------------------------------------------------------

    def order(self, line: Json, currency: str | None = None) -> Json:
        """Preview, place, and pay on Stripe's page where something is due."""
        lines: Json = {"lines": [dict(line)]} | ({"currency": currency} if currency else {})
        preview = self.as_owner(201, "POST", "/v1/carts/preview", lines)
        wish = {"preview_id": preview["preview_id"], "method": "stripe"}
        order = self.as_owner(201, "POST", "/v1/carts", wish)
        if order["redirect_url"] is not None:
            self.call(order["redirect_url"], "POST", form={"act": "ok"})
            self.as_owner(200, "POST", f"/v1/carts/{order['cart_id']}/return")
        until(
            lambda: self.as_owner(200, "GET", f"/v1/carts/{order['cart_id']}")["status"],
            lambda status: status == "done",
        )
        return preview

    def store_card(self, card: str) -> Json:
        """On Stripe's page; `card` is one of the simulator's. It becomes the default."""
        setup = self.as_owner(201, "POST", "/v1/payment-methods", {"kind": "card"})
        self.call(setup["url"], "POST", form={"act": card})
        back = f"/v1/payment-methods/setups/{setup['setup_id']}/return"
        stored = until(
            lambda: self.as_owner(200, "POST", back), lambda found: found["status"] == "stored"
        )
        path = f"/v1/payment-methods/{stored['payment_method_id']}/default"
        self.as_owner(200, "POST", path)
        methods = self.as_owner(200, "GET", "/v1/payment-methods")["items"]
        (method,) = (each for each in methods if each["is_default"])
        return method

    def pay_by_itself(self) -> None:
        """Autopay, from the next invoice on."""
        self.as_owner(200, "PATCH", "/v1/payment-methods/autopay", {"autopay": True})

    def subscription(self) -> Json:
        """The one that they have."""
        (found,) = self.as_owner(200, "GET", "/v1/subscriptions")["items"]
        return found

    # -- what they are billed -----------------------------------------------------------------

    def documents(self) -> list[Json]:
        """Invoices and credit notes, the oldest first."""
        listed = self.as_owner(200, "GET", "/v1/invoices?limit=100")["items"]
        return sorted(listed, key=lambda each: (each["bill_on"], each["issued_on"], each["number"]))

    def document(self, invoice_id: str) -> Json:
        """One of them, whole."""
        return self.as_owner(200, "GET", f"/v1/invoices/{invoice_id}")

    def pdf(self, invoice_id: str) -> Pdf:
        """The file, some seconds after the number at most."""
        address = f"{self.url}/v1/invoices/{invoice_id}/pdf"
        answer = until(
            lambda: self.call(address, headers=self._headers(self.owner_token)),
            lambda found: found.status != 503,
        )
        wanted(200, answer)
        if not answer.content.startswith(b"%PDF-"):
            raise SystemExit(f"{address} is no PDF")
        name = answer.headers["content-disposition"].partition('filename="')[2].rstrip('"')
        return Pdf(name, pages_in(answer.content), len(answer.content))

    def attempts(self, invoice_id: str) -> Json:
        """What was tried to collect it, the newest first."""
        return self.as_owner(200, "GET", f"/v1/invoices/{invoice_id}/payments")["items"]

    def balance(self) -> Json:
        """With the one company that sells to them."""
        (found,) = self.as_owner(200, "GET", "/v1/balance")["items"]
        return found

    def pay_by_transfer(self) -> Json | None:
        """Everything that is open, as a representative records it; None where nothing is."""
        balance = self.balance()
        amount_minor = sum(each["open"]["amount_minor"] for each in balance["invoices"])
        if not amount_minor:
            return None
        paid = {"amount_minor": amount_minor, "currency": balance["currency"]}
        wish = paid | {"selling_entity": balance["selling_entity"], "reference": "Transfer"}
        self.as_representative({200, 201}, "POST", "/v1/payments-received", wish)
        return paid

    def today(self) -> date:
        return date.fromisoformat(self.as_owner(200, "GET", "/v1/balance")["today"])

    # -- calls --------------------------------------------------------------------------------

    def as_owner(self, status: int | set[int], method: str, path: str, body: Json = None) -> Json:
        return self._called(status, method, path, body, self._headers(self.owner_token))

    def as_representative(
        self, status: int | set[int], method: str, path: str, body: Json = None
    ) -> Json:
        headers = self._headers(self.representative_token) | {"guichet-account": self.account_id}
        return self._called(status, method, path, body, headers)

    def _called(
        self,
        status: int | set[int],
        method: str,
        path: str,
        body: Json,
        headers: Mapping[str, str],
    ) -> Json:
        return wanted(status, self.call(f"{self.url}{path}", method, body, headers=headers))

    def _headers(self, token: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}", "idempotency-key": secrets.token_urlsafe(24)}


def pages_in(pdf: bytes) -> int:
    """How many pages a PDF of ours has: its objects are not compressed."""
    return len(_PAGE.findall(pdf))


def _certificate(reason: str) -> bytes:
    """A page that says so."""
    written = BytesIO()
    canvas = Canvas(written, invariant=1)
    canvas.drawString(60, 700, f"SAMPLE: {reason}")
    canvas.showPage()
    canvas.save()
    return written.getvalue()
