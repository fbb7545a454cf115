"""What calls of the billing centre are about, on a deployed stack: bought once, kept for refusals."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from local.customers import OPERATORS
from local.environment import Json
from tests.support.billing_access import (
    NEW,
    BillingObjects,
    certificate_wanted,
    seats_wanted,
)
from tests.support.deployed_stack import DeployedStack
from tests.support.posted_files import posted
from tests.support.stack_sale import key, submit, until
from tests.support.uploaded_files import pdf

_SUBSCRIPTION: Final = "/v1/subscriptions/{subscription_id}"


def another_person() -> dict[str, Any]:
    return seats_wanted(f"ada.{secrets.token_hex(6)}@example.org")


class BillingHouse:
    """One account that has bought; everything is asked for by its owner."""

    def __init__(self, stack: DeployedStack, owner: str, account_id: str) -> None:
        self.stack = stack
        self._owner = owner
        self._account_id = account_id
        self._spare_card: str | None = None

    @cached_property
    def objects(self) -> BillingObjects:
        """Kept for calls that are refused."""
        subscription_id, cart_id = self._bought(seats=2)
        return BillingObjects(
            subscription_id,
            self._seat(subscription_id),
            self._preview(),
            self._ordered()["cart_id"],
            *self._stored_card("visa"),
            upload_id=self._uploaded(),
            certificate_id=self._certificate(),
            invoice_id=self._invoice(cart_id),
            run_id=self._run(),
        )

    def fresh(self, route: str) -> BillingObjects:
        """Objects in the state in which this call is allowed; those kept, where it changes none."""
        made = self._made_for(route)
        if made:
            return replace(self.objects, **made)
        if route.startswith("GET") or "{subscription_id}" not in route:
            return self.objects
        changed = replace(self.objects, subscription_id=self._other)
        if "{seat_id}" in route:
            return replace(changed, seat_id=self._seat(self._other))
        if route.endswith(("/cancel", "/withdraw")):
            self._be_cancelled(pending=route.endswith("/withdraw"))
        return changed

    def _made_for(self, route: str) -> dict[str, str]:
        if route == "POST /v1/carts":
            return {"preview_id": self._preview()}
        if route.startswith("POST /v1/carts/{cart_id}"):
            return {"cart_id": self._ordered()["cart_id"]}
        if route.startswith("POST /v1/tax-certificates/{certificate_id}"):
            return {"certificate_id": self._certificate()}
        if route.endswith("/credit-notes"):
            return {"invoice_id": self._other_invoice}
        if "{payment_method_id}" in route:
            return {"payment_method_id": self._other_card(is_removed=route.startswith("DELETE"))}
        return {}

    def written(self) -> list[Json]:
        """The stored items of the kept objects."""
        kept = self.objects
        account = f"ACCOUNT#{self._account_id}"
        return [
            *self._items(account, f"SUBSCRIPTION#{kept.subscription_id}"),
            *self._items(account, f"CART#{kept.cart_id}"),
            *self._items(account, f"CERTIFICATE#{kept.certificate_id}"),
            *self._items(account, f"INVOICE#{kept.invoice_id}"),
            *self._items(account, f"STORED_METHOD#{kept.payment_method_id}"),
            *self._items(f"SUBSCRIPTION#{kept.subscription_id}", ""),
        ]

    @cached_property
    def _other(self) -> str:
        """Another subscription, which allowed calls change, with seats enough for all of them."""
        return self._other_order[0]

    @cached_property
    def _other_invoice(self) -> str:
        """That of the other subscription's order, of which allowed calls give back a cent each."""
        return self._invoice(self._other_order[1])

    @cached_property
    def _other_order(self) -> tuple[str, str]:
        return self._bought(seats=50)

    def _be_cancelled(self, *, pending: bool) -> None:
        path = _SUBSCRIPTION.format(subscription_id=self._other)
        shown = self.stack.call("GET", path, member=self._owner).json()
        if shown["cancellation_pending"] is not pending:
            self._post(f"{path}/{'cancel' if pending else 'withdraw'}", 200)

    def _stored_card(self, card: str) -> tuple[str, str]:
        """Typed on Stripe's page: the method, and the setup that it was stored by."""
        setup = self._post("/v1/payment-methods", 201, {"kind": "card"})
        submit(self.stack, str(urlsplit(setup["url"]).path), act=card)
        back = f"/v1/payment-methods/setups/{setup['setup_id']}/return"
        done = until(lambda: self._post(back, 200), lambda found: found["status"] == "stored")
        return str(done["payment_method_id"]), str(setup["setup_id"])

    def _other_card(self, *, is_removed: bool) -> str:
        """Beside the kept one there is one at most: an account stores four, for two workers' tests."""
        found = self._spare_card or self._stored_card("mastercard")[0]
        self._spare_card = None if is_removed else found
        return found

    def let_go(self) -> None:
        """What would change what other tests of this account see: it pays by itself no more."""
        if "objects" not in vars(self):
            return
        calls: list[tuple[str, str, Json]] = [("PATCH", "autopay", {"autopay": False})]
        calls += [
            ("DELETE", card, None)
            for card in (self.objects.payment_method_id, self._spare_card)
            if card is not None
        ]
        for method, name, body in calls:
            done = self.stack.call(
                method,
                f"/v1/payment-methods/{name}",
                json_body=body,
                headers={"idempotency-key": key()},
                member=self._owner,
            )
            assert done.status in {200, 204}, done.body

    def _seat(self, subscription_id: str) -> str:
        path = f"{_SUBSCRIPTION.format(subscription_id=subscription_id)}/seats"
        return str(self._post(path, 201, another_person())["seat_id"])

    def _preview(self, **changed: Any) -> str:  # noqa: ANN401 - fields of many types
        line = {**NEW, **changed}
        return str(self._post("/v1/carts/preview", 201, {"lines": [line]})["preview_id"])

    def _ordered(self, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - same
        order = {"preview_id": self._preview(**changed), "method": "stripe"}
        return self._post("/v1/carts", 201, order)

    def _uploaded(self) -> str:
        """Posted as a browser does: S3's fields first, the file last."""
        asked = self._post("/v1/tax-certificates/uploads", 201, {"media_type": "application/pdf"})
        assert posted(asked, pdf()) == 204
        return str(asked["upload_id"])

    def _certificate(self) -> str:
        body = certificate_wanted(self._uploaded())
        return str(self._post("/v1/tax-certificates", 201, body)["certificate_id"])

    def _bought(self, *, seats: int) -> tuple[str, str]:
        """Paid on the provider's page: the subscription, and the order."""
        placed = self._ordered(seats=seats)
        submit(self.stack, str(urlsplit(placed["redirect_url"]).path), act="ok")
        back = f"/v1/carts/{placed['cart_id']}/return"
        until(lambda: self._post(back, 200)["status"], lambda status: status == "done")
        return str(placed["subscriptions"][0]), str(placed["cart_id"])

    def _invoice(self, cart_id: str) -> str:
        """The invoice that the queue makes of a paid order at once, with its files."""
        found = until(
            lambda: [each for each in self._listed("/v1/invoices") if each["order"] == cart_id],
            bool,
        )
        invoice_id = str(found[0]["invoice_id"])
        path = f"/v1/invoices/{invoice_id}/pdf"
        until(
            lambda: self.stack.call("GET", path, member=self._owner).status,
            lambda status: status == 200,
        )
        return invoice_id

    def _run(self) -> str:
        """A run that a representative asked for; one that is at work does as well."""
        representative = OPERATORS[0].email
        asked = self.stack.call(
            "POST",
            "/v1/invoice-runs",
            json_body={},
            headers={"idempotency-key": key()},
            member=representative,
        )
        assert asked.status in {202, 409}, asked.body
        found = until(lambda: self._listed("/v1/invoice-runs", representative), bool)
        return str(found[0]["run_id"])

    def _listed(self, path: str, member: str | None = None) -> list[Json]:
        answer = self.stack.call("GET", f"{path}?limit=100", member=member or self._owner)
        assert answer.status == 200, answer.body
        items: list[Json] = answer.json()["items"]
        return items

    def _post(self, path: str, status: int, body: Json = None) -> dict[str, Any]:
        answer = self.stack.call(
            "POST",
            path,
            json_body=body,
            headers={"idempotency-key": key()},
            member=self._owner,
        )
        assert answer.status == status, answer.body
        found: dict[str, Any] = answer.json()
        return found

    def _items(self, partition: str, prefix: str) -> list[Json]:
        found = self._stored(partition, prefix)
        assert found, "objects that were made are not found"
        return found

    def _stored(self, partition: str, prefix: str) -> list[Json]:
        values = {":pk": {"S": partition}}
        condition = "pk = :pk"
        if prefix:
            condition += " AND begins_with(sk, :sk)"
            values[":sk"] = {"S": prefix}
        found: list[Json] = self.stack.client("dynamodb").query(
            TableName=self.stack.state_table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )["Items"]
        return found
