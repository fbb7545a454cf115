"""Orders that are paid from the vault: captured as they are made, or not made at all."""

from types import MappingProxyType

from local.simulators.paypal import captures, orders, reading, vault
from local.simulators.paypal.errors import PayPalError, malformed
from local.simulators.paypal.shapes import Json
from local.simulators.paypal.world import World

_WALLET = "/payment_source/paypal"
_CREDENTIAL = f"{_WALLET}/stored_credential"
_PATTERNS = (
    *("IMMEDIATE", "DEFERRED", "RECURRING_PREPAID", "RECURRING_POSTPAID"),
    *("THRESHOLD_PREPAID", "THRESHOLD_POSTPAID", "SUBSCRIPTION_PREPAID", "SUBSCRIPTION_POSTPAID"),
    *("UNSCHEDULED_PREPAID", "UNSCHEDULED_POSTPAID", "INSTALLMENT_PREPAID", "INSTALLMENT_POSTPAID"),
)
_REFUSALS = MappingProxyType(
    {"declined": "INSTRUMENT_DECLINED", "closed": "PAYER_ACCOUNT_LOCKED_OR_CLOSED"}
)


def is_asked(body: Json) -> bool:
    """Whether an order is to be paid from the vault."""
    source = body.get("payment_source")
    wallet = source.get("paypal") if isinstance(source, dict) else None
    return isinstance(wallet, dict) and "vault_id" in wallet


def create(world: World, token: Json, body: Json) -> Json:
    """Make an order and take the money, as the merchant's own act.

    Raises:
        PayPalError: a field is wrong, the account is not there, or refuses; no order is left then.
    """
    wallet = reading.part(reading.part(body, "payment_source", ""), "paypal", "/payment_source")
    reading.only(wallet, frozenset(("vault_id", "stored_credential")), _WALLET)
    vault_id = reading.text(wallet, "vault_id", _WALLET, 255, needed=True) or ""
    credential = reading.part(wallet, "stored_credential", _WALLET)
    reading.only(
        credential, frozenset(("payment_initiator", "usage", "usage_pattern")), _CREDENTIAL
    )
    if reading.choice(credential, "payment_initiator", _CREDENTIAL, ("CUSTOMER", "MERCHANT")) != (
        "MERCHANT"
    ):
        raise malformed("NOT_SUPPORTED", f"{_CREDENTIAL}/payment_initiator", "CUSTOMER")
    reading.choice(credential, "usage", _CREDENTIAL, ("SUBSEQUENT",))
    reading.choice(credential, "usage_pattern", _CREDENTIAL, _PATTERNS)
    rest = {name: part for name, part in body.items() if name != "payment_source"}
    order = orders.create(world, token, rest, None)
    try:
        _pay(world, order, vault.chargeable(world, vault_id))
    except PayPalError:
        del world.state.orders[order["id"]]
        world.state.waiting_orders.remove(order["id"])
        raise
    return order


def _pay(world: World, order: Json, account: Json) -> None:
    behaviour = account["account"]
    if behaviour in _REFUSALS:
        raise PayPalError(422, _REFUSALS[behaviour], kept=True)
    if behaviour == "payer_action":
        order["status"] = "PAYER_ACTION_REQUIRED"
        return
    order.update(status="APPROVED", instrument=behaviour, payer=account["payer"])
    captures.capture_order(world, order)
