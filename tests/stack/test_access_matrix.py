"""Every route of the template × everybody who may knock (ACC-1, ACC-2, ACC-5).

The rows come from template.yaml: a route without a row fails, as does a row without a route.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.environment import Json
from local.identity import PASSWORD
from local.paths import ROOT
from tests.support.deployed_stack import Answer, DeployedStack
from tests.support.stack_sale import Browser, draft_training, key, open_training, wished

OWNER, ADMINISTRATOR = "owner@atelier.example", "admin@atelier.example"
MAKER, PEER, FOREIGN = "maria@atelier.example", "marco@atelier.example", "owner@studio.example"

MEMBERS: Final = MappingProxyType(
    {
        "owner": OWNER,
        "administrator": ADMINISTRATOR,
        "maker": MAKER,
        "peer": PEER,
        "foreign": FOREIGN,
    }
)

# Who knocks: nobody; the registrant whom the call is about; another; members of the account, of
# whom `maker` made the object; the owner of another account; a sign-in that has expired; one
# that was made for another application.
COLUMNS: Final = ("nobody", "own", "other", *MEMBERS, "expired", "elsewhere")

# What each gets, in that order. 401 is the gateway's where a member is asked for, else ours.
# 404 (422 where a body names it) to a member: an object out of reach is as absent.
TABLE: Final = MappingProxyType(
    {
        #                                                           nob own oth own adm mak pee for exp els
        "POST /v1/trainings":                                       "401 401 401 201 403 201 201 201 401 401",
        "GET /v1/trainings":                                        "401 401 401 200 200 200 200 200 401 401",
        "GET /v1/trainings/{training_id}":                          "401 401 401 200 200 200 404 404 401 401",
        "PATCH /v1/trainings/{training_id}":                        "401 401 401 200 403 200 404 404 401 401",
        "DELETE /v1/trainings/{training_id}":                       "401 401 401 204 403 204 404 404 401 401",
        "POST /v1/trainings/{training_id}/open":                    "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/trainings/{training_id}/close":                   "401 401 401 200 403 200 404 404 401 401",
        "GET /v1/trainings/{training_id}/registrations":            "401 401 401 200 200 200 404 404 401 401",
        "POST /v1/discount-codes":                                  "401 401 401 201 403 201 422 422 401 401",
        "GET /v1/discount-codes":                                   "401 401 401 200 200 200 200 200 401 401",
        "PATCH /v1/discount-codes/{code_id}":                       "401 401 401 200 403 200 404 404 401 401",
        "GET /v1/registrations/{registration_id}":                  "401 401 401 200 200 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/approve":         "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/reject":          "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/mark-paid":       "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/unmark-paid":     "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/cancel":          "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/resend":          "401 401 401 200 403 200 404 404 401 401",
        "GET /v1/public/trainings/{training_id}":                   "200 200 200 200 200 200 200 200 200 200",
        "POST /v1/public/trainings/{training_id}/price":            "200 200 200 200 200 200 200 200 200 200",
        "POST /v1/public/trainings/{training_id}/registrations":    "201 201 201 201 201 201 201 201 201 201",
        "POST /v1/public/registrations/resend-link":                "202 202 202 202 202 202 202 202 202 202",
        "GET /v1/public/registrations/{registration_id}":           "401 200 401 401 401 401 401 401 401 401",
        "POST /v1/public/registrations/{registration_id}/payments": "401 200 401 401 401 401 401 401 401 401",
        "POST /v1/public/registrations/{registration_id}/return":   "401 200 401 401 401 401 401 401 401 401",
        "POST /v1/public/registrations/{registration_id}/cancel":   "401 200 401 401 401 401 401 401 401 401",
        "POST /v1/webhooks/stripe":                                 "400 400 400 400 400 400 400 400 400 400",
        "GET /v1/openapi.json":                                     "200 200 200 200 200 200 200 200 200 200",
        "$default":                                                 "404 404 404 404 404 404 404 404 404 404",
    }
)  # fmt: skip

# The state that an allowed call needs to find.
DRAFTS: Final = ("DELETE /v1/trainings/{training_id}", "POST /v1/trainings/{training_id}/open")
AWAITING_APPROVAL: Final = tuple(
    f"POST /v1/registrations/{{registration_id}}/{step}" for step in ("approve", "reject")
)
MARKED: Final = "POST /v1/registrations/{registration_id}/unmark-paid"

CHANGING: Final = ("POST", "PATCH", "DELETE")
CHANGING_NONE: Final = (
    "POST /v1/trainings",
    "POST /v1/discount-codes",
    "POST /v1/public/trainings/{training_id}/price",
    "POST /v1/public/trainings/{training_id}/registrations",
    "POST /v1/public/registrations/resend-link",
)


@dataclass(frozen=True)
class Objects:
    """One training of Maria's, with a code and a registration of it."""

    training_id: str
    code_id: str
    browser: Browser | None

    def path(self, route: str) -> str:
        if route == "$default":
            return "/v1/nowhere"
        registration_id = self.browser.registration_id if self.browser else "reg_0"
        return route.partition(" ")[2].format(
            training_id=self.training_id, code_id=self.code_id, registration_id=registration_id
        )

    def absent(self) -> Objects:
        """The same, which nobody has made."""
        if self.browser is None:
            raise AssertionError("only whole objects have an absent twin")
        twin = Browser(self.browser.stack, f"{self.browser.registration_id[:-1]}_", "", "")
        return Objects(f"{self.training_id[:-1]}_", f"{self.code_id[:-1]}_", twin)


def _code(training_id: str) -> Json:
    return {
        "code": f"T{secrets.token_hex(6)}",
        "percentage": "10",
        "training_ids": [training_id],
    }


# The bodies of the calls that have one.
BODIES: Final[MappingProxyType[str, Callable[[Objects], Json]]] = MappingProxyType(
    {
        "POST /v1/trainings": lambda _: wished(),
        "PATCH /v1/trainings/{training_id}": lambda _: {"title": "Another title"},
        "POST /v1/discount-codes": lambda objects: _code(objects.training_id),
        "PATCH /v1/discount-codes/{code_id}": lambda _: {"total_uses": 7},
        "POST /v1/registrations/{registration_id}/reject": lambda _: {"note": "Sorry"},
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
        "POST /v1/webhooks/stripe": lambda _: {"id": "evt_0", "type": "charge.succeeded"},
    }
)


class House:
    """The stack, everybody's tokens, and objects that no allowed call touches."""

    def __init__(self, stack: DeployedStack) -> None:
        self.stack = stack

    @cached_property
    def objects(self) -> Objects:
        """Kept for calls that are refused; the registration awaits approval, so it never ends."""
        made = self._made("manual")
        return Objects(made.training_id, self._code_of(made.training_id), made.browser)

    @cached_property
    def other(self) -> Browser:
        training_id = open_training(self.stack, MAKER, approval="manual")
        return Browser.registered(self.stack, training_id)

    def fresh(self, route: str) -> Objects:
        """Objects in the state in which this call is allowed; those kept, where it changes none."""
        if route in CHANGING_NONE or not route.startswith(CHANGING):
            return self.objects
        if route in DRAFTS:
            return Objects(draft_training(self.stack, MAKER), "dsc_0", None)
        if "{training_id}" in route:
            return Objects(open_training(self.stack, MAKER), "dsc_0", None)
        if "{code_id}" in route:
            return Objects(self.objects.training_id, self._code_of(self.objects.training_id), None)
        objects = self._made("manual" if route in AWAITING_APPROVAL else "automatic")
        if route == MARKED and objects.browser:
            step = f"/v1/registrations/{objects.browser.registration_id}/mark-paid"
            assert self.stack.call("POST", step, member=OWNER).status == 200
        return objects

    def knock(self, route: str, column: str, objects: Objects) -> Answer:
        token = self._token(column, objects)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        method = "POST" if route == "$default" else route.partition(" ")[0]
        if method in CHANGING:
            headers["idempotency-key"] = key()
        body = BODIES.get(route)
        return self.stack.call(
            method,
            objects.path(route),
            json_body=body(objects) if body else None,
            headers=headers,
        )

    def written(self) -> list[Json]:
        """All that is kept of the untouched objects, each with its version, and their journal."""
        kept = self.objects
        assert kept.browser
        found: list[Json] = []
        for table, partitions in (
            (self.stack.state_table, [f"TRAINING#{kept.training_id}", f"CODE#{kept.code_id}"]),
            (
                self.stack.journal_table,
                [
                    f"JOURNAL#training/{kept.training_id}",
                    f"JOURNAL#registration/{kept.browser.registration_id}",
                    f"JOURNAL#discount_code/{kept.code_id}",
                ],
            ),
        ):
            for partition in partitions:
                found += self._dynamo.query(
                    TableName=table,
                    KeyConditionExpression="pk = :pk",
                    ExpressionAttributeValues={":pk": {"S": partition}},
                    ConsistentRead=True,
                )["Items"]
        return found

    def _made(self, approval: str) -> Objects:
        training_id = open_training(self.stack, MAKER, approval=approval)
        return Objects(training_id, "dsc_0", Browser.registered(self.stack, training_id))

    def _code_of(self, training_id: str) -> str:
        made = self.stack.call(
            "POST",
            "/v1/discount-codes",
            json_body=_code(training_id),
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
                return self._expired
            case "elsewhere":
                return self._elsewhere
            case member:
                return self.stack.token(MEMBERS[member])

    @cached_property
    def _elsewhere(self) -> str:
        """Maria's good token, for an application whose audience the API does not take."""
        return self._signed_in(self._application("elsewhere", seconds=3600))

    @cached_property
    def _expired(self) -> str:
        """Maria's token, which was good until its time had passed: nothing else refuses it."""
        client_id = self._application("short-lived", seconds=2)
        self._accept_audience(client_id)
        for _ in range(5):
            token = self._signed_in(client_id)
            answer = self.stack.call(
                "GET", "/v1/trainings", headers={"authorization": f"Bearer {token}"}
            )
            if answer.status == 200:
                break
        else:
            raise AssertionError("the short-lived token was never good")
        claims = token.split(".")[1]
        expires_at = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
        time.sleep(max(0.0, expires_at + 1 - time.time()))
        return token

    def _application(self, name: str, seconds: int) -> str:
        pool, pool_id = (
            self.stack.client("cognito-idp"),
            self.stack.deployment.outputs["UserPoolId"],
        )
        with self.stack.once_at_a_time("applications"):
            listed = pool.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)
            for client in listed["UserPoolClients"]:
                if client["ClientName"] == name:
                    return str(client["ClientId"])
            made = pool.create_user_pool_client(
                UserPoolId=pool_id,
                ClientName=name,
                AccessTokenValidity=seconds,
                TokenValidityUnits={"AccessToken": "seconds"},
                ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
            )
            return str(made["UserPoolClient"]["ClientId"])

    def _accept_audience(self, client_id: str) -> None:
        gateway, api_id = self.stack.client("apigatewayv2"), self.stack.deployment.outputs["ApiId"]
        with self.stack.once_at_a_time("applications"):
            (authorizer,) = gateway.get_authorizers(ApiId=api_id)["Items"]
            accepted = authorizer["JwtConfiguration"]
            if client_id not in accepted["Audience"]:
                gateway.update_authorizer(
                    ApiId=api_id,
                    AuthorizerId=authorizer["AuthorizerId"],
                    JwtConfiguration={
                        **accepted,
                        "Audience": [*accepted["Audience"], client_id],
                    },
                )

    def _signed_in(self, client_id: str) -> str:
        answer = self.stack.client("cognito-idp").admin_initiate_auth(
            UserPoolId=self.stack.deployment.outputs["UserPoolId"],
            ClientId=client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": MAKER, "PASSWORD": PASSWORD},
        )
        return str(answer["AuthenticationResult"]["AccessToken"])


@pytest.fixture(scope="module")
def house(deployed_stack: DeployedStack) -> House:
    return House(deployed_stack)


def _routes() -> set[str]:
    """Every event of the template that a request wakes."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    events = [
        event["Properties"]
        for resource in template["Resources"].values()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]
    return {f"{each['Method']} {each['Path']}" if "Path" in each else "$default" for each in events}


def test_every_route_of_the_template_has_a_row_and_every_row_a_route_acc_2() -> None:
    routes = _routes()

    assert routes == set(TABLE)


@pytest.mark.parametrize("route", TABLE)
def test_who_is_refused_changes_nothing_and_learns_nothing_acc_1_acc_2(
    house: House, route: str
) -> None:
    refused = {
        column: status
        for column, status in zip(COLUMNS, map(int, TABLE[route].split()), strict=True)
        if status >= 400
    }
    before = house.written()

    answers = {column: house.knock(route, column, house.objects) for column in refused}

    assert {column: answer.status for column, answer in answers.items()} == refused
    assert house.written() == before
    for column in [each for each in MEMBERS if refused.get(each) in {404, 422}]:
        absent = house.knock(route, column, house.objects.absent())
        assert _told(answers[column]) == _told(absent)


@pytest.mark.parametrize("route", [each for each in TABLE if "20" in TABLE[each]])
def test_who_is_allowed_gets_what_was_asked_for_acc_1(house: House, route: str) -> None:
    allowed = {
        column: status
        for column, status in zip(COLUMNS, map(int, TABLE[route].split()), strict=True)
        if status < 300
    }

    found = {column: house.knock(route, column, house.fresh(route)).status for column in allowed}

    assert found == allowed


def test_lists_hold_what_one_reaches_acc_1_acc_2(house: House) -> None:
    training_id, code_id = house.objects.training_id, house.objects.code_id

    trainings = {each: _listed(house, each, "/v1/trainings", "training_id") for each in MEMBERS}
    codes = {each: _listed(house, each, "/v1/discount-codes", "code_id") for each in MEMBERS}

    reaching = {"owner", "administrator", "maker"}
    assert {each for each in MEMBERS if training_id in trainings[each]} == reaching
    assert {each for each in MEMBERS if code_id in codes[each]} == reaching


def _told(answer: Answer) -> tuple[int, str, Json]:
    """What an answer tells, but for the address that was asked."""
    told = {name: each for name, each in answer.json().items() if name != "instance"}
    return answer.status, answer.headers["content-type"], told


def _listed(house: House, member: str, path: str, name: str) -> set[str]:
    found: set[str] = set()
    cursor = ""
    for _ in range(20):
        page = house.stack.call("GET", f"{path}?limit=100{cursor}", member=MEMBERS[member]).json()
        found |= {each[name] for each in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
    raise AssertionError("a list without end")
