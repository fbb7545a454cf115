"""Orders: made, shown, forgotten when nobody approves them in time."""

import re

from local.simulators.paypal import currencies, merchants, reading
from local.simulators.paypal.context import url_of
from local.simulators.paypal.errors import PayPalError, malformed, no_such, refused
from local.simulators.paypal.shapes import ORDER_WINDOW_SECONDS, Json, link, timestamp
from local.simulators.paypal.world import World

_UNIT = "/purchase_units/@reference_id=='default'"
_WALLET = "/payment_source/paypal/experience_context"
_LOCALE = re.compile(r"[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
_REQUEST_FIELDS = frozenset(("intent", "purchase_units", "payment_source"))
_UNIT_FIELDS = frozenset(
    (
        *("reference_id", "amount", "payee", "payment_instruction", "description"),
        *("custom_id", "invoice_id", "soft_descriptor"),
    )
)
_CONTEXT_FIELDS = frozenset(
    (
        *("brand_name", "locale", "shipping_preference", "return_url", "cancel_url"),
        *("landing_page", "user_action", "payment_method_preference"),
        "contact_preference",  # later than the published schema: the official SDK sends it
    )
)


def create(world: World, token: Json, body: Json, seller: str | None) -> Json:
    """A new order of one unit, waiting for its buyer.

    seller: whom the caller says it acts for; if it says so, that must be the payee, and another
        than the caller itself.

    Raises:
        PayPalError: a field is wrong, the payee can't be paid, or an invoice id has been used.
    """
    reading.only(body, _REQUEST_FIELDS, "")
    if reading.choice(body, "intent", "", ("CAPTURE", "AUTHORIZE")) != "CAPTURE":
        raise malformed("NOT_SUPPORTED", "/intent", "AUTHORIZE")
    unit = _unit(body)
    amount_minor, currency = currencies.read(unit.get("amount"), f"{_UNIT}/amount")
    merchant = _payee(world, token, unit)
    if seller is not None and seller != acts_for(world, merchant["merchant_id"]):
        raise PayPalError(403, "PERMISSION_DENIED")
    fee = _fee(world, merchant, unit, amount_minor, currency)
    context = _context(body)
    order: Json = {
        "id": world.new_id(),
        "status": "CREATED" if context is None else "PAYER_ACTION_REQUIRED",
        "merchant": merchant["merchant_id"],
        "currency": currency,
        "amount_minor": amount_minor,
        "platform_fee_minor": fee,
        "reference_id": reading.text(unit, "reference_id", _UNIT, 256) or "default",
        "description": reading.text(unit, "description", _UNIT, 127),
        "custom_id": reading.text(unit, "custom_id", _UNIT, 127),
        "invoice_id": reading.text(unit, "invoice_id", _UNIT, 127),
        "soft_descriptor": reading.text(unit, "soft_descriptor", _UNIT, 22),
        "context": context,
        "created": world.now(),
        "updated": world.now(),
        "ends_at": world.now() + ORDER_WINDOW_SECONDS,
        "instrument": None,
        "payer": None,
        "declined": 0,
        "decline_next": False,
        "capture": None,
    }
    require_new_invoice(world, order)
    world.state.orders[order["id"]] = order
    world.state.waiting_orders.append(order["id"])
    return order


def acts_for(world: World, merchant_id: str) -> str | None:
    """Whom a call about that account's things has to be for: nobody, where it is the caller's."""
    return None if merchant_id == world.partner_id else merchant_id


def find(world: World, order_id: str) -> Json:
    """An order that is not forgotten.

    Raises:
        PayPalError: 404.
    """
    order = world.state.orders.get(order_id)
    if order is None or order["status"] == "FORGOTTEN":
        raise no_such()
    return order


def forget_due(world: World) -> None:
    """Past its window an order that was not captured can't be found any more; nobody is told."""
    now, state = world.now(), world.state
    due = [each for each in state.waiting_orders if state.orders[each]["ends_at"] <= now]
    for order_id in due:
        state.orders[order_id]["status"] = "FORGOTTEN"
    if due:
        state.waiting_orders = [each for each in state.waiting_orders if each not in set(due)]


def require_new_invoice(world: World, order: Json) -> None:
    """One payment or refund per invoice id and merchant: PayPal's lasting guard.

    Raises:
        PayPalError: 422.
    """
    if invoice_key(order["merchant"], order["invoice_id"]) in world.state.invoices:
        raise refused("DUPLICATE_INVOICE_ID", f"{_UNIT}/invoice_id", order["invoice_id"])


def invoice_key(merchant_id: str, invoice_id: str | None) -> str:
    return f"{merchant_id}/{invoice_id or ''}"


def payer_url(world: World, order: Json) -> str:
    return f"{world.base_url}/checkoutnow?token={order['id']}"


def shown(world: World, order: Json, payments: Json | None = None) -> Json:
    """The whole order, as `Prefer: return=representation` and GET have it."""
    found: Json = {
        "id": order["id"],
        "intent": "CAPTURE",
        "status": order["status"],
        "purchase_units": [_shown_unit(world, order, payments)],
        "create_time": timestamp(order["created"]),
        "update_time": timestamp(order["updated"]),
        "links": links(world, order),
    }
    payer = order["payer"]
    if payer is not None:
        found["payer"] = {
            "name": {"given_name": payer["given_name"], "surname": payer["surname"]},
            "email_address": payer["email"],
            "payer_id": payer["payer_id"],
            "address": {"country_code": "US"},
        }
        found["payment_source"] = {
            "paypal": {
                "email_address": payer["email"],
                "account_id": payer["payer_id"],
                "account_status": "UNVERIFIED" if order["instrument"] == "card" else "VERIFIED",
                "name": found["payer"]["name"],
                "address": {"country_code": "US"},
            }
        }
    elif order["context"] is not None:
        found["payment_source"] = {"paypal": {}}
    return found


def minimal(world: World, order: Json) -> Json:
    """Id, status and links: what is answered unless more is preferred."""
    return {"id": order["id"], "status": order["status"], "links": links(world, order)}


def links(world: World, order: Json) -> list[Json]:
    address = f"{world.base_url}/v2/checkout/orders/{order['id']}"
    found = [link(address, "self")]
    if order["status"] == "PAYER_ACTION_REQUIRED":
        found.append(link(payer_url(world, order), "payer-action"))
    elif order["status"] == "CREATED":
        found.append(link(payer_url(world, order), "approve"))
    if order["status"] in {"CREATED", "APPROVED"}:
        found.append(link(address, "update", "PATCH"))
        found.append(link(f"{address}/capture", "capture", "POST"))
    return found


def _shown_unit(world: World, order: Json, payments: Json | None) -> Json:
    merchant = merchants.get(world, order["merchant"])
    unit: Json = {
        "reference_id": order["reference_id"],
        "amount": currencies.money(order["amount_minor"], order["currency"]),
        "payee": {"email_address": merchant["email"], "merchant_id": order["merchant"]},
    }
    for name in ("description", "custom_id", "invoice_id", "soft_descriptor"):
        if order[name] is not None:
            unit[name] = order[name]
    fee = order["platform_fee_minor"]
    if fee is not None:
        unit["payment_instruction"] = {
            "platform_fees": [shown_fee(world, fee, order["currency"])],
            "disbursement_mode": "INSTANT",
        }
    if payments is not None:
        unit["payments"] = payments
    return unit


def shown_fee(world: World, fee_minor: int, currency: str) -> Json:
    return {
        "amount": currencies.money(fee_minor, currency),
        "payee": {"merchant_id": world.partner_id},
    }


def _unit(body: Json) -> Json:
    units = body.get("purchase_units")
    if not isinstance(units, list):
        raise malformed("MISSING_REQUIRED_PARAMETER", "/purchase_units")
    if not units:
        raise malformed("INVALID_ARRAY_MIN_ITEMS", "/purchase_units")
    if len(units) > 1:
        raise malformed("INVALID_ARRAY_MAX_ITEMS", "/purchase_units")
    unit = units[0]
    if not isinstance(unit, dict):
        raise malformed("INVALID_PARAMETER_SYNTAX", "/purchase_units/0")
    reading.only(unit, _UNIT_FIELDS, _UNIT)
    return unit


def _payee(world: World, token: Json, unit: Json) -> Json:
    if "payee" not in unit:
        return merchants.own(world)  # whoever calls is paid
    payee = reading.part(unit, "payee", _UNIT)
    merchant_id = payee.get("merchant_id")
    known = {world.partner_id, *world.state.merchants}
    if not isinstance(merchant_id, str) or merchant_id not in known:
        raise refused("PAYEE_ACCOUNT_INVALID", f"{_UNIT}/payee/merchant_id")
    merchant = merchants.require_covered(world, merchant_id, token)
    merchants.require_receiving(merchant)
    return merchant


def _fee(world: World, merchant: Json, unit: Json, amount_minor: int, currency: str) -> int | None:
    given = reading.platform_fees(unit, _UNIT)
    if given is None:
        return None
    path = f"{_UNIT}/payment_instruction/platform_fees/0"
    fee_minor, fee_currency = currencies.read(given.get("amount"), f"{path}/amount")
    if fee_currency != currency:
        raise refused("MULTI_CURRENCY_ORDER", f"{path}/amount/currency_code", fee_currency)
    if fee_minor > amount_minor:
        raise refused("INVALID_PLATFORM_FEES_AMOUNT", f"{path}/amount/value")
    if "PARTNER_FEE" not in merchant["features"]:
        raise refused("PLATFORM_FEES_NOT_SUPPORTED", path)
    to = reading.part(given, "payee", path).get("merchant_id", world.partner_id)
    if to != world.partner_id:
        raise refused("INVALID_PLATFORM_FEES_ACCOUNT", f"{path}/payee/merchant_id", str(to))
    return fee_minor


def _context(body: Json) -> Json | None:
    """The experience the payer gets; none in the older flow without a payment source."""
    if "payment_source" not in body:
        return None
    source = reading.part(body, "payment_source", "")
    if set(source) != {"paypal"}:
        raise malformed("NOT_SUPPORTED", "/payment_source")
    wallet = reading.part(source, "paypal", "/payment_source")
    reading.only(wallet, frozenset(("experience_context",)), "/payment_source/paypal")
    given = reading.part(wallet, "experience_context", "/payment_source/paypal")
    reading.only(given, _CONTEXT_FIELDS, _WALLET)
    locale = reading.text(given, "locale", _WALLET, 10)
    if locale is not None and not _LOCALE.fullmatch(locale):
        raise malformed("INVALID_PARAMETER_SYNTAX", f"{_WALLET}/locale", locale)
    return {
        "return_url": url_of(given, "return_url", _WALLET),
        "cancel_url": url_of(given, "cancel_url", _WALLET),
        "locale": locale,
        "brand_name": reading.text(given, "brand_name", _WALLET, 127),
        "shipping_preference": reading.choice(
            given,
            "shipping_preference",
            _WALLET,
            ("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"),
            "GET_FROM_FILE",
        ),
        "landing_page": reading.choice(
            given,
            "landing_page",
            _WALLET,
            ("LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE"),
            "NO_PREFERENCE",
        ),
        "user_action": reading.choice(
            given, "user_action", _WALLET, ("CONTINUE", "PAY_NOW"), "CONTINUE"
        ),
        "payment_method_preference": reading.choice(
            given,
            "payment_method_preference",
            _WALLET,
            ("UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED"),
            "UNRESTRICTED",
        ),
    }
