"""Customers: whose methods are stored."""

from local.simulators.stripe.method_params import CUSTOMER_CREATE
from local.simulators.stripe.params import check
from local.simulators.stripe.shapes import Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World


def create(world: World, account: str, form: Json) -> Json:
    params = check(form, CUSTOMER_CREATE)
    customer = {
        "id": world.new_id("cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": world.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": params.get("description"),
        "discount": None,
        "email": params.get("email"),
        "invoice_prefix": world.new_id("p")[2:10].upper(),
        "livemode": world.livemode,
        "metadata": params.get("metadata", {}),
        "name": params.get("name"),
        "phone": params.get("phone"),
        "preferred_locales": params.get("preferred_locales", []),
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    world.put(customer, account)
    emit(world, "customer.created", customer, account)
    return customer
