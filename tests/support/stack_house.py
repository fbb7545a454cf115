"""Everybody who may knock at a deployed stack's routes, and the objects that they ask about."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from guichet.payments.account import payment_account_id
from local.environment import Json
from local.seed import ORGANIZERS
from tests.support.billing_access import (
    BILLING_BODIES,
    BILLING_QUERIES,
    BILLING_TABLE,
    NOTHING_BOUGHT,
    BillingObjects,
)
from tests.support.deployed_stack import Answer, DeployedStack
from tests.support.stack_billing import BillingHouse, another_person
from tests.support.stack_people import MEMBERS, about
from tests.support.stack_sale import (
    Browser,
    code_wished,
    draft_training,
    key,
    open_training,
    submit,
    wished,
)
from tests.support.stack_sign_ins import StrangeSignIns

ORGANIZER: Final = ORGANIZERS[0]
OWNER, MAKER = MEMBERS["owner"], MEMBERS["maker"]

# The state that an allowed call needs to find.
DRAFTS: Final = ("DELETE /v1/trainings/{training_id}", "POST /v1/trainings/{training_id}/open")
AWAITING_APPROVAL: Final = tuple(
    f"POST /v1/registrations/{{registration_id}}/{step}" for step in ("approve", "reject")
)
MARKED: Final = "POST /v1/registrations/{registration_id}/unmark-paid"
CANCELLED: Final = "GET /v1/trainings/{training_id}/cancellation"

CHANGING: Final = ("POST", "PATCH", "DELETE")
CHANGING_NONE: Final = (
    "POST /v1/trainings",
    "POST /v1/discount-codes",
    "POST /v1/payment-accounts",
    "POST /v1/public/trainings/{training_id}/price",
    "POST /v1/public/registrations/resend-link",
)
REGISTERING: Final = "POST /v1/public/trainings/{training_id}/registrations"


@dataclass(frozen=True)
class Objects:
    """One training of Maria's, with a code and a registration of it, and a payment of another."""

    training_id: str
    code_id: str
    browser: Browser | None
    payment_id: str = "pay_0"
    payment_account_id: str = payment_account_id(ORGANIZER.account_id, "paypal")
    billing: BillingObjects = NOTHING_BOUGHT

    def path(self, route: str) -> str:
        if route == "$default":
            return "/v1/nowhere"
        if route in BILLING_TABLE:
            return self.billing.path(route)
        registration_id = self.browser.registration_id if self.browser else "reg_0"
        return route.partition(" ")[2].format(
            training_id=self.training_id,
            code_id=self.code_id,
            registration_id=registration_id,
            payment_id=self.payment_id,
            payment_account_id=self.payment_account_id,
        )

    def absent(self) -> Objects:
        """The same, which nobody has made."""
        if self.browser is None:
            raise AssertionError("only whole objects have an absent twin")
        twin = Browser(self.browser.stack, f"{self.browser.registration_id[:-1]}_", "", "")
        names = (self.training_id, self.code_id, self.payment_id, self.payment_account_id)
        training_id, code_id, payment_id, account_id = [f"{each[:-1]}_" for each in names]
        return Objects(*(training_id, code_id, twin, payment_id, account_id), self.billing.absent())


def _billing(route: str) -> Callable[[Objects], Json]:
    return lambda objects: BILLING_BODIES[route](objects.billing)


# The bodies of the calls that have one.
BODIES: Final[MappingProxyType[str, Callable[[Objects], Json]]] = MappingProxyType(
    {
        **{route: _billing(route) for route in BILLING_BODIES},
        "POST /v1/subscriptions/{subscription_id}/seats": lambda _: another_person(),
        "POST /v1/trainings": lambda _: wished(),
        "PATCH /v1/trainings/{training_id}": lambda _: {"title": "Another title"},
        "POST /v1/payment-accounts": lambda _: {"provider": "paypal"},
        "POST /v1/discount-codes": lambda objects: code_wished(objects.training_id),
        "PATCH /v1/discount-codes/{code_id}": lambda _: {"total_uses": 7},
        "POST /v1/registrations/{registration_id}/reject": lambda _: {"note": "Sorry"},
        "POST /v1/payments/{payment_id}/refunds": lambda _: {
            "amount": {"amount_minor": 100, "currency": "EUR"},
            "reason": "A cup of coffee was cold",
        },
        "POST /v1/trainings/{training_id}/cancel": lambda _: {"reason": "The room burnt down"},
        "POST /v1/public/trainings/{training_id}/price": lambda _: {},
        "POST /v1/public/trainings/{training_id}/registrations": lambda _: {
            "name": "Ada Lovelace",
            "email": f"ada.{secrets.token_hex(6)}@example.org",
            "language": "en",
        },
        "POST /v1/public/registrations/resend-link": lambda _: {
            "training_id": "trn_0",
            "email": "ada@example.org",
        },
        "POST /v1/public/registrations/{registration_id}/payments": lambda _: {"method": "stripe"},
        "POST /v1/webhooks/paypal": lambda _: {
            "id": "WH-0",
            "event_type": "PAYMENT.CAPTURE.DENIED",
        },
        "POST /v1/webhooks/stripe": lambda _: {"id": "evt_0", "type": "charge.succeeded"},
    }
)


class House:
    """The stack, everybody's tokens, and objects that no allowed call touches."""

    def __init__(self, stack: DeployedStack) -> None:
        self.stack = stack
        self._strange = StrangeSignIns(stack, MAKER)
        self._billing = BillingHouse(stack, OWNER, ORGANIZER.account_id)

    @cached_property
    def objects(self) -> Objects:
        """Kept for calls that are refused; the registration awaits approval, so it never ends."""
        training_id = open_training(self.stack, MAKER, approval="manual")
        browser = Browser.registered(self.stack, training_id)
        return Objects(
            *(training_id, self._code_of(training_id), browser, self._sold()),
            billing=self._billing.objects,
        )

    @cached_property
    def untouched(self) -> list[Json]:
        """What was kept of the objects when they had just been made."""
        return self.written()

    @cached_property
    def other(self) -> Browser:
        return Browser.registered(self.stack, self._trainings["manual"])

    def fresh(self, route: str) -> Objects:  # noqa: C901, PLR0911 - one line a kind
        """Objects in the state in which this call is allowed; those kept, where it changes none."""
        if route in BILLING_TABLE:
            return replace(self.objects, billing=self._billing.fresh(route))
        if route == CANCELLED:
            return Objects(self._cancelled, "dsc_0", None)
        if route in CHANGING_NONE or not route.startswith(CHANGING):
            return self.objects
        if "{payment_id}" in route:
            return Objects("trn_0", "dsc_0", None, self._refundable)
        if "{payment_account_id}" in route:
            self.link_again(finished=not route.endswith("/onboarding-link"))
            return self.objects
        if route in DRAFTS:
            return Objects(draft_training(self.stack, MAKER), "dsc_0", None)
        if route == REGISTERING:
            return Objects(self._trainings["automatic"], "dsc_0", None)
        if "{training_id}" in route:
            return Objects(open_training(self.stack, MAKER), "dsc_0", None)
        if "{code_id}" in route:
            return Objects(self.objects.training_id, self._code_of(self.objects.training_id), None)
        training_id = self._trainings["manual" if route in AWAITING_APPROVAL else "automatic"]
        browser = Browser.registered(self.stack, training_id)
        if route == MARKED:
            step = f"/v1/registrations/{browser.registration_id}/mark-paid"
            assert self.stack.call("POST", step, member=OWNER).status == 200
        return Objects(training_id, "dsc_0", browser)

    def let_go(self) -> None:
        """Leave to others what they expect: an account that is linked, and pays by hand."""
        self.link_again(finished=True)
        self._billing.let_go()

    def link_again(self, *, finished: bool) -> None:
        """The account at PayPal as it was, or on its way there: other tests are paid into it."""
        accounts = "/v1/payment-accounts"
        one = f"{accounts}/{payment_account_id(ORGANIZER.account_id, 'paypal')}"
        wanted = {"provider": "paypal", "provider_account_id": ORGANIZER.paypal_merchant_id}
        steps: list[tuple[str, str, Json]] = [("POST", accounts, wanted)]
        steps = (
            [*steps, ("POST", f"{one}/refresh", None)]
            if finished
            else [("DELETE", one, None), *steps]
        )
        for method, path, body in steps:
            headers = {"idempotency-key": key()}
            done = self.stack.call(method, path, json_body=body, headers=headers, member=OWNER)
            assert done.status < 300, done.body

    def knock(self, route: str, column: str, objects: Objects) -> Answer:
        token = self._token(column, objects)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        headers |= about(column, ORGANIZER.account_id)
        method = "POST" if route == "$default" else route.partition(" ")[0]
        if method in CHANGING:
            headers["idempotency-key"] = key()
        body, query = BODIES.get(route), BILLING_QUERIES.get(route)
        return self.stack.call(
            method,
            objects.path(route) + (f"?{query}" if query else ""),
            json_body=body(objects) if body else None,
            headers=headers,
        )

    def written(self) -> list[Json]:
        """The stored items of the kept objects; every change of one gives it another version."""
        training = ("pk = :pk", {":pk": {"S": f"TRAINING#{self.objects.training_id}"}})
        code = (
            "pk = :pk AND sk = :sk",
            {":pk": {"S": "ACCOUNT#acc_atelier"}, ":sk": {"S": f"CODE#{self.objects.code_id}"}},
        )
        payment = ("pk = :pk", {":pk": {"S": f"PAYMENT#{self.objects.payment_id}"}})
        found = [
            self._dynamo.query(
                TableName=self.stack.state_table,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
            )["Items"]
            for condition, values in (training, code, payment)
        ]
        assert all(found), "objects that were made are not found"
        return [*found, *self._billing.written()]

    @cached_property
    def _trainings(self) -> dict[str, str]:
        """Open ones for registrations that calls may change, by how they are approved."""
        return {
            approval: open_training(self.stack, MAKER, approval=approval)
            for approval in ("manual", "automatic")
        }

    @cached_property
    def _refundable(self) -> str:
        """A payment of which each allowed call returns a little."""
        return self._sold()

    @cached_property
    def _cancelled(self) -> str:
        training_id = open_training(self.stack, MAKER)
        step = f"/v1/trainings/{training_id}/cancel"
        body, headers = {"reason": "The room burnt down"}, {"idempotency-key": key()}
        done = self.stack.call("POST", step, json_body=body, headers=headers, member=MAKER)
        assert done.status == 202, done.body
        return training_id

    def _sold(self) -> str:
        """A captured payment by card."""
        browser = Browser.registered(self.stack, self._trainings["automatic"])
        submit(self.stack, browser.page(), act="ok")
        browser.wait_for("confirmed")
        step = f"/v1/registrations/{browser.registration_id}"
        return str(self.stack.call("GET", step, member=MAKER).json()["payment"]["payment_id"])

    def _code_of(self, training_id: str) -> str:
        made = self.stack.call(
            "POST",
            "/v1/discount-codes",
            json_body=code_wished(training_id),
            headers={"idempotency-key": key()},
            member=MAKER,
        )
        assert made.status == 201, made.body
        return str(made.json()["code_id"])

    @cached_property
    def _dynamo(self) -> Any:  # noqa: ANN401 - boto3 makes it
        return self.stack.client("dynamodb")

    def _token(self, column: str, objects: Objects) -> str | None:
        match column:
            case "nobody":
                return None
            case "own":
                return (objects.browser or self.other).token
            case "other":
                return self.other.token
            case "expired":
                return self._strange.expired
            case "elsewhere":
                return self._strange.elsewhere
            case member:
                return self.stack.token(MEMBERS[member])
