"""Who may do what in the billing centre: every call, what it asks for, and what each role gets (ACC-1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

type Body = Callable[[BillingObjects], dict[str, Any]]

# Owner; administrator; billing administrators: who was granted nothing that is here, who manages
# subscriptions and sees exemptions, who sees invoices and manages addresses and exemptions, and who
# manages payment methods; licence manager; event manager; the operator's representative and auditor;
# the owner of another account.
ROLES: Final = (
    *("owner", "administrator", "billing", "buyer", "clerk", "payer"),
    *("licences", "events", "representative", "auditor", "foreign"),
)

_READ: Final = "200 200 403 200 403 403 200 403 200 200"
_BUY: Final = "{0} 403 403 {0} 403 403 403 403 {0} 403"
_ASSIGN: Final = "{0} {0} 403 403 403 403 {0} 403 {0} 403"
_REPRESENT: Final = "403 403 403 403 403 403 403 403 {0} 403 403"
_PAY: Final = "{0} 403 403 403 403 {0} 403 403 403 403"
_SEE_BILLS: Final = "200 403 403 403 200 403 403 403 200 200"

# What each of `ROLES` gets, in that order. 404: what is another account's is as absent.
BILLING_TABLE: Final = MappingProxyType(
    {
        #                                              own adm bil buy cle pay lic eve rep aud for
        "GET /v1/products":                            "200 200 200 200 200 200 200 403 200 200 200",
        "POST /v1/carts/preview":                      f"{_BUY.format(201)} 201",
        "POST /v1/carts":                              f"{_BUY.format(201)} 404",
        "GET /v1/carts":                               f"{_READ} 200",
        "GET /v1/carts/{cart_id}":                     f"{_READ} 404",
        "POST /v1/carts/{cart_id}/payments":           f"{_BUY.format(201)} 404",
        "POST /v1/carts/{cart_id}/return":             f"{_BUY.format(200)} 404",
        "POST /v1/carts/{cart_id}/abandon":            f"{_BUY.format(200)} 404",
        "POST /v1/trials":                             f"{_BUY.format(201)} 201",
        "GET /v1/subscriptions":                       f"{_READ} 200",
        "GET /v1/subscriptions/{subscription_id}":     f"{_READ} 404",
        "GET /v1/subscriptions/{subscription_id}/next-bill": f"{_READ} 404",
        "PATCH /v1/subscriptions/{subscription_id}":   f"{_BUY.format(200)} 404",
        "POST /v1/subscriptions/{subscription_id}/cancel": f"{_BUY.format(200)} 404",
        "POST /v1/subscriptions/{subscription_id}/withdraw": f"{_BUY.format(200)} 404",
        # Its billing start is known: it awaits no activation.
        "POST /v1/subscriptions/{subscription_id}/activation": _REPRESENT.format(409),
        "POST /v1/subscriptions/{subscription_id}/pin": _REPRESENT.format(200),
        "POST /v1/subscriptions/{subscription_id}/collection-state": _REPRESENT.format(200),
        "GET /v1/subscriptions/{subscription_id}/seats": f"{_READ} 404",
        "POST /v1/subscriptions/{subscription_id}/seats": f"{_ASSIGN.format(201)} 404",
        "POST /v1/subscriptions/{subscription_id}/seats/{seat_id}/activate":
                                                       f"{_ASSIGN.format(200)} 404",
        "DELETE /v1/subscriptions/{subscription_id}/seats/{seat_id}":
                                                       f"{_ASSIGN.format(204)} 404",
        "GET /v1/subscriptions/{subscription_id}/usage": "200 200 403 200 403 403 403 403 200 200 404",
        "POST /v1/usage":                              _REPRESENT.format(200),
        "GET /v1/invoices":                            f"{_SEE_BILLS} 200",
        "GET /v1/invoices/{invoice_id}":               f"{_SEE_BILLS} 404",
        "POST /v1/invoices/{invoice_id}/credit-notes": _REPRESENT.format(201),
        # It was paid with its order.
        "POST /v1/invoices/{invoice_id}/void":         _REPRESENT.format(409),
        "GET /v1/balance":                             f"{_SEE_BILLS} 200",
        # Nothing of it is parked.
        "POST /v1/balance/release":                    _REPRESENT.format(409),
        "GET /v1/payments-due":                        f"{_SEE_BILLS} 200",
        "GET /v1/account-history":                     f"{_SEE_BILLS} 200",
        "POST /v1/invoice-runs":                       _REPRESENT.format(200),
        "GET /v1/invoice-runs":                        "403 403 403 403 403 403 403 403 200 200 403",
        "GET /v1/invoice-runs/{run_id}":               "403 403 403 403 403 403 403 403 200 200 403",
        "GET /v1/invoices/{invoice_id}/pdf":           f"{_SEE_BILLS} 404",
        "GET /v1/invoices/{invoice_id}/csv":           f"{_SEE_BILLS} 404",
        "GET /v1/invoices/{invoice_id}/json":          f"{_SEE_BILLS} 404",
        # Sold from the United States: EN 16931 does not reach there.
        "GET /v1/invoices/{invoice_id}/xml":           "404 403 403 403 404 403 403 403 404 404 404",
        "GET /v1/invoices/{invoice_id}/ubl":           "404 403 403 403 404 403 403 403 404 404 404",
        "GET /v1/invoices/{invoice_id}/payments":      f"{_SEE_BILLS} 404",
        # The invoice was paid with its order: nothing of it was collected.
        "POST /v1/invoice-payments/{payment_id}/action": f"{_PAY.format(404)} 404",
        "POST /v1/invoice-payments/{payment_id}/return": f"{_PAY.format(404)} 404",
        "POST /v1/payments-received":                  _REPRESENT.format(201),
        "GET /v1/account":                             "200 403 403 403 200 403 403 403 200 200 200",
        "PATCH /v1/account":                           "200 403 403 403 200 403 403 403 200 403 200",
        "PATCH /v1/account/payment-terms":             _REPRESENT.format(200),
        "POST /v1/payment-methods":                    f"{_PAY.format(201)} 201",
        "POST /v1/payment-methods/setups/{setup_id}/return": f"{_PAY.format(200)} 404",
        "GET /v1/payment-methods/authorization":       "200 403 403 403 403 200 403 403 200 200 200",
        "GET /v1/payment-methods":                     "200 403 403 403 403 200 403 403 200 200 200",
        "POST /v1/payment-methods/{payment_method_id}/default": f"{_PAY.format(200)} 404",
        "DELETE /v1/payment-methods/{payment_method_id}": f"{_PAY.format(204)} 404",
        # Of the stranger's account there is nothing that autopay could charge.
        "PATCH /v1/payment-methods/autopay":           f"{_PAY.format(200)} 409",
        "POST /v1/payment-methods/links":              _REPRESENT.format(202),
        "POST /v1/tax-certificates/uploads":           "201 403 403 403 201 403 403 403 201 403 201",
        # Another account's upload is as absent: there is nothing to submit.
        "POST /v1/tax-certificates":                   "201 403 403 403 201 403 403 403 201 403 409",
        "GET /v1/tax-certificates":                    "200 403 403 200 200 403 403 403 200 200 200",
        "GET /v1/tax-certificates/{certificate_id}":   "200 403 403 200 200 403 403 403 200 200 404",
        "GET /v1/tax-certificates/{certificate_id}/file":
                                                       "200 403 403 200 200 403 403 403 200 200 404",
        "POST /v1/tax-certificates/{certificate_id}/approve": _REPRESENT.format(200),
        "POST /v1/tax-certificates/{certificate_id}/refuse": _REPRESENT.format(200),
        "GET /v1/forms":                               "200 200 200 200 200 200 200 403 200 200 200",
        "GET /v1/forms/{form_id}":                     "200 200 200 200 200 200 200 403 200 200 200",
    }
)  # fmt: skip


@dataclass(frozen=True)
class BillingObjects:
    """What calls are about: what was bought, an order that waits, a certificate; else nothing.

    The invoice is that of the order with which the subscription was bought; a run has made it.
    """

    subscription_id: str = "sub_0"
    seat_id: str = "sea_0"
    preview_id: str = "prv_0"
    cart_id: str = "crt_0"
    payment_method_id: str = "pmt_0"
    setup_id: str = "set_0"
    upload_id: str = "upl_0"
    certificate_id: str = "cer_0"
    form_id: str = "us-w9-2026"
    invoice_id: str = "inv_0"
    run_id: str = "run_0"
    payment_id: str = "ipy_0"

    def absent(self) -> BillingObjects:
        """The same, which nobody has made."""
        return replace(self, **{name: f"{each[:-1]}_" for name, each in vars(self).items()})

    def path(self, route: str) -> str:
        return route.partition(" ")[2].format(**vars(self))


NOTHING_BOUGHT: Final = BillingObjects()


def seats_wanted(email: str) -> dict[str, Any]:
    return {"email": email, "name": "Ada Lovelace"}


def certificate_wanted(upload_id: str) -> dict[str, Any]:
    return {
        "upload_id": upload_id,
        "country": "US",
        "region": "AL",
        "valid_from": "2026-01-01",
        "valid_until": "2027-12-31",
        "reason": "Resale",
    }


NEW: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "kind": "subscribe",
        "product": "webinar",
        "plan": "starter",
        "frequency": "monthly",
        "seats": 2,
    }
)

# What stands behind the path of a call that asks for something.
BILLING_QUERIES: Final[Mapping[str, str]] = MappingProxyType(
    {"GET /v1/payment-methods/authorization": "scheme=ach"}
)

# The bodies of the calls that have one, but for seats, which each need another person.
BILLING_BODIES: Final[Mapping[str, Body]] = MappingProxyType(
    {
        "POST /v1/carts/preview": lambda _: {"lines": [dict(NEW)]},
        "POST /v1/carts": lambda objects: {"preview_id": objects.preview_id, "method": "stripe"},
        "POST /v1/carts/{cart_id}/payments": lambda _: {"method": "stripe"},
        "POST /v1/trials": lambda _: {"product": "webinar", "plan": "plus"},
        "PATCH /v1/subscriptions/{subscription_id}": lambda _: {"frequency": "monthly"},
        "POST /v1/subscriptions/{subscription_id}/pin": lambda _: {"version": None},
        "POST /v1/subscriptions/{subscription_id}/collection-state": lambda _: {"state": "active"},
        "POST /v1/usage": lambda objects: {
            "records": [
                {
                    "subscription_id": objects.subscription_id,
                    "item": "sms",
                    "key": "a",
                    "used_at": "2026-11-22T08:00:00Z",
                    "quantity": 1,
                }
            ]
        },
        "POST /v1/payments-received": lambda _: {
            "selling_entity": "us",
            "amount_minor": 100,
            "currency": "USD",
            "reference": "Cheque 7",
        },
        "PATCH /v1/account": lambda _: {"contact_name": "Ada Lovelace"},
        "PATCH /v1/account/payment-terms": lambda _: {"days": 45, "reason": "Agreed"},
        "POST /v1/payment-methods": lambda _: {"kind": "card"},
        "PATCH /v1/payment-methods/autopay": lambda _: {"autopay": True},
        "POST /v1/tax-certificates/uploads": lambda _: {"media_type": "application/pdf"},
        "POST /v1/tax-certificates": lambda objects: certificate_wanted(objects.upload_id),
        "POST /v1/tax-certificates/{certificate_id}/refuse": lambda _: {"reason": "Not signed."},
        "POST /v1/invoices/{invoice_id}/credit-notes": lambda _: {
            "lines": [{"line": 0, "net_minor": 1}],
            "reason": "Goodwill",
        },
        "POST /v1/invoices/{invoice_id}/void": lambda _: {"reason": "Never wanted"},
        "POST /v1/balance/release": lambda _: {"selling_entity": "us", "currency": "USD"},
        "POST /v1/invoice-runs": lambda _: {"dry_run": True},
    }
)
