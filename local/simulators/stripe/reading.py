"""Retrieving, listing and expanding objects."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from local.simulators.shapes import copied
from local.simulators.stripe.endpoint_params import LISTS
from local.simulators.stripe.errors import StripeError, invalid
from local.simulators.stripe.params import check
from local.simulators.stripe.shapes import Json
from local.simulators.stripe.world import World

MAX_EXPAND_DEPTH = 4
_EQUAL = (
    *("status", "payment_intent", "charge", "currency", "source", "type"),
    *("customer", "email", "payment_method"),
)

EXPANDABLE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "checkout.session": frozenset(("customer", "payment_intent", "line_items", "setup_intent")),
        "payment_intent": frozenset(("customer", "latest_charge", "payment_method")),
        "payment_method": frozenset(("customer",)),
        "setup_intent": frozenset(("customer", "mandate", "payment_method")),
        "mandate": frozenset(("payment_method",)),
        "charge": frozenset(("application_fee", "balance_transaction", "payment_intent")),
        "refund": frozenset(
            ("balance_transaction", "charge", "failure_balance_transaction", "payment_intent")
        ),
        "dispute": frozenset(("charge", "payment_intent")),
        "payout": frozenset(("balance_transaction",)),
        "application_fee": frozenset(("balance_transaction", "charge")),
        "fee_refund": frozenset(("balance_transaction", "fee")),
        "balance_transaction": frozenset(("source",)),
    }
)


def expanded(world: World, obj: Json, paths: list[str]) -> Json:
    """A copy of the object with the named references replaced by objects."""
    copy = copied(obj)
    for path in paths:
        parts = path.split(".")
        if len(parts) > MAX_EXPAND_DEPTH:
            raise StripeError(f"You cannot expand more than {MAX_EXPAND_DEPTH} levels.")
        _expand(world, copy, parts, path)
    return copy


def _expand(world: World, node: Json, parts: list[str], path: str) -> None:
    field = parts[0]
    if node["object"] == "list" and field == "data":
        for item in node["data"]:
            _expand(world, item, parts[1:], path)
        return
    if field not in EXPANDABLE.get(node["object"], frozenset()):
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    if field == "line_items":
        node["line_items"] = line_items(world, node)
        return
    if isinstance(node[field], str):
        node[field] = copied(world.state.objects[node[field]])
    if node[field] is not None and len(parts) > 1:
        _expand(world, node[field], parts[1:], path)


def line_items(world: World, session: Json) -> Json:
    """A session's line items, as a list object."""
    items = []
    kept = world.state.private[session["id"]]["line_items"]
    for number, item in enumerate(kept):
        price = item["price_data"]
        amount = price["unit_amount"] * item["quantity"]
        items.append(
            {
                "id": f"li_{session['id'][8:24]}{number}",
                "object": "item",
                "amount_discount": 0,
                "amount_subtotal": amount,
                "amount_tax": 0,
                "amount_total": amount,
                "currency": session["currency"],
                "description": price["product_data"]["name"],
                "quantity": item["quantity"],
            }
        )
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return {"object": "list", "data": items, "has_more": False, "url": url}


def listed(
    world: World, kind: str, account: str, form: Json, url: str, *, only: Json | None = None
) -> Json:
    """One page of an account's objects, newest first; `only` narrows by equal fields.

    Raises:
        StripeError: an unknown filter, a limit outside 1 to 100, an unknown cursor.
    """
    params = check(form, LISTS[kind])
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be between 1 and 100", param="limit")
    mine = [
        obj
        for obj in world.of_kind(kind)
        if world.owner(obj["id"]) == account
        and all(obj[name] == value for name, value in (only or {}).items())
    ]
    found = [obj for obj in reversed(mine) if _matches(world, obj, params)]
    page, more = _page(found, mine, params, limit)
    answer = {"object": "list", "data": page, "has_more": more, "url": url}
    return expanded(world, answer, params.get("expand", []))


def _page(found: list[Json], mine: list[Json], params: Json, limit: int) -> tuple[list[Json], bool]:
    order = {obj["id"]: position for position, obj in enumerate(mine)}
    for name in ("starting_after", "ending_before"):
        if name in params and params[name] not in order:
            raise invalid(f"No such object: '{params[name]}'", param=name, code="resource_missing")
    if "ending_before" in params:
        newer = [obj for obj in found if order[obj["id"]] > order[params["ending_before"]]]
        return newer[-limit:], len(newer) > limit
    if "starting_after" in params:
        found = [obj for obj in found if order[obj["id"]] < order[params["starting_after"]]]
    return found[:limit], len(found) > limit


def _matches(world: World, obj: Json, params: Json) -> bool:
    for name in _EQUAL:
        if name in params and obj.get(name) != params[name]:
            return False
    if "types" in params and obj["type"] not in params["types"]:
        return False
    if "delivery_success" in params:
        delivered: bool = world.state.private[obj["id"]]["delivered"]
        if delivered != params["delivery_success"]:
            return False
    return all(
        name not in params or _in_window(obj[name], params[name])
        for name in ("created", "arrival_date")
    )


def _in_window(created: int, window: Any) -> bool:  # noqa: ANN401 - an instant or an object of bounds
    if isinstance(window, int):
        return created == window
    tests = {
        "gt": created.__gt__,
        "gte": created.__ge__,
        "lt": created.__lt__,
        "lte": created.__le__,
    }
    return all(tests[bound](instant) for bound, instant in window.items())
