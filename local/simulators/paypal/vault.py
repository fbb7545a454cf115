"""The vault: accounts whose owners agreed that they are charged later, without them."""

from types import MappingProxyType

from local.simulators.paypal import reading
from local.simulators.paypal.context import CONTEXT_FIELDS, url_of
from local.simulators.paypal.errors import BuyerRefusedError, malformed, no_such, refused
from local.simulators.paypal.shapes import BuyerOutcome, Json, link, timestamp
from local.simulators.paypal.webhooks import emit
from local.simulators.paypal.world import World

SETUP_WINDOW_SECONDS = 3 * 24 * 3600
# What a page offers, by what a later charge of the account leads to.
ACCOUNTS = MappingProxyType(
    {
        "balance": "is paid at once",
        "echeck": "is paid by eCheck, which takes days",
        "review": "is held for review",
        "refused": "is refused as a risk",
        "declined": "is declined",
        "closed": "fails, as the account will be closed",
        "payer_action": "asks for the payer",
    }
)
_WALLET = "/payment_source/paypal"
_WALLET_FIELDS = frozenset(
    ("description", "usage_type", "customer_type", "permit_multiple_payment_tokens")
)
_MOST_TOKENS = 64


def create_setup(world: World, body: Json) -> Json:
    """A setup token, waiting for its customer to agree.

    Raises:
        PayPalError: 400, a field is wrong.
    """
    reading.only(body, frozenset(("payment_source", "customer")), "")
    source = reading.part(body, "payment_source", "")
    if set(source) != {"paypal"}:
        raise malformed("NOT_SUPPORTED", "/payment_source")
    wallet = reading.part(source, "paypal", "/payment_source")
    reading.only(wallet, _WALLET_FIELDS | {"experience_context"}, _WALLET)
    if reading.choice(wallet, "usage_type", _WALLET, ("MERCHANT", "PLATFORM")) != "MERCHANT":
        raise malformed("NOT_SUPPORTED", f"{_WALLET}/usage_type", "PLATFORM")
    context = reading.part(wallet, "experience_context", _WALLET)
    path = f"{_WALLET}/experience_context"
    reading.only(context, CONTEXT_FIELDS, path)
    setup: Json = {
        "id": world.new_id(),
        "status": "PAYER_ACTION_REQUIRED",
        "customer": _customer(world, body),
        "brand_name": reading.text(context, "brand_name", path, 300),
        "return_url": url_of(context, "return_url", path),
        "cancel_url": url_of(context, "cancel_url", path),
        "account": None,
        "payer": None,
        "ends_at": world.now() + SETUP_WINDOW_SECONDS,
    }
    world.state.setup_tokens[setup["id"]] = setup
    return setup


def _customer(world: World, body: Json) -> str:
    given = reading.text(reading.part(body, "customer", ""), "id", "/customer", 22)
    return given or world.new_id(10)


def find_setup(world: World, setup_id: str) -> Json:
    """A setup token whose time is not over.

    Raises:
        PayPalError: 404.
    """
    setup = world.state.setup_tokens.get(setup_id)
    if setup is None or setup["ends_at"] <= world.now():
        raise no_such()
    return setup


def approve(world: World, setup_id: str, account: str, email: str) -> BuyerOutcome:
    """Agree, with an account that decides what later charges lead to.

    Raises:
        BuyerRefusedError: the page is closed, or there is no such account.
    """
    if account not in ACCOUNTS:
        raise BuyerRefusedError(f"There is no account {account!r}.")
    setup = open_setup(world, setup_id)
    payers = world.state.payers
    if email not in payers:
        payers[email] = world.new_account_id()
    payer = {"payer_id": payers[email], "email": email, "given_name": "Test", "surname": "Buyer"}
    setup.update(status="APPROVED", account=account, payer=payer)
    return BuyerOutcome("approved", redirect_url=_back(setup, "return_url"))


def cancel(world: World, setup_id: str) -> BuyerOutcome:
    """Leave without agreeing; raises BuyerRefusedError where the page is closed."""
    return BuyerOutcome("cancelled", redirect_url=_back(open_setup(world, setup_id), "cancel_url"))


def open_setup(world: World, setup_id: str) -> Json:
    """The setup whose page can still be used.

    Raises:
        BuyerRefusedError: it is unknown, over, or was agreed to.
    """
    setup = world.state.setup_tokens.get(setup_id)
    if setup is None or setup["ends_at"] <= world.now():
        raise BuyerRefusedError("This page has expired. Nothing was saved.")
    if setup["status"] != "PAYER_ACTION_REQUIRED":
        raise BuyerRefusedError("This page has been used.")
    return setup


def _back(setup: Json, name: str) -> str:
    url = str(setup[name])
    return f"{url}{'&' if '?' in url else '?'}approval_token_id={setup['id']}"


def store(world: World, body: Json) -> Json:
    """The payment token of an approved setup: one for each account of a customer.

    Raises:
        PayPalError: a field is wrong; 422, it is not approved, or was stored already.
    """
    reading.only(body, frozenset(("payment_source", "customer")), "")
    source = reading.part(body, "payment_source", "")
    if set(source) != {"token"}:
        raise malformed("NOT_SUPPORTED", "/payment_source")
    path = "/payment_source/token"
    token = reading.part(source, "token", "/payment_source")
    reading.only(token, frozenset(("id", "type")), path)
    reading.choice(token, "type", path, ("SETUP_TOKEN",))
    setup = find_setup(world, reading.text(token, "id", path, 255, needed=True) or "")
    if setup["status"] == "VAULTED":
        raise refused("TOKEN_ALREADY_VAULTED", f"{path}/id", setup["id"])
    if setup["status"] != "APPROVED":
        raise refused("SETUP_TOKEN_NOT_APPROVED", f"{path}/id", setup["id"])
    setup["status"] = "VAULTED"
    tokens = world.state.payment_tokens
    payer = setup["payer"]["payer_id"]
    for known in tokens_of(world, setup["customer"]):
        if known["payer"]["payer_id"] == payer:
            known["account"] = setup["account"]
            return known
    made: Json = {
        "id": world.new_id(),
        "customer": setup["customer"],
        "account": setup["account"],
        "payer": setup["payer"],
        "created": world.now(),
    }
    tokens[made["id"]] = made
    emit(
        world,
        "VAULT.PAYMENT-TOKEN.CREATED",
        "A payment token has been created.",
        _told(world, made),
    )
    return made


def find(world: World, token_id: str) -> Json:
    """Raises PayPalError with 404 if there is none, or none any more."""
    token = world.state.payment_tokens.get(token_id)
    if token is None:
        raise no_such()
    return token


def tokens_of(world: World, customer: str) -> list[Json]:
    """A customer's accounts, oldest first."""
    return [each for each in world.state.payment_tokens.values() if each["customer"] == customer]


def delete(world: World, token_id: str) -> None:
    """By a call, or by the account's owner at PayPal: gone, with its event.

    Raises:
        PayPalError: 404.
    """
    token = find(world, token_id)
    del world.state.payment_tokens[token_id]
    emit(
        world,
        "VAULT.PAYMENT-TOKEN.DELETED",
        "A payment token has been deleted.",
        {"id": token["id"], "customer": {"id": token["customer"]}},
    )


def chargeable(world: World, token_id: str) -> Json:
    """The account that an order is to be paid from.

    Raises:
        PayPalError: 422.
    """
    token = world.state.payment_tokens.get(token_id)
    if token is None:
        raise refused("AGREEMENT_ALREADY_CANCELLED", f"{_WALLET}/vault_id", token_id)
    return token


def shown_setup(world: World, setup: Json) -> Json:
    found: Json = {
        "id": setup["id"],
        "customer": {"id": setup["customer"]},
        "status": setup["status"],
        "payment_source": {"paypal": _wallet(setup["payer"])},
        "links": [link(f"{world.base_url}/v3/vault/setup-tokens/{setup['id']}", "self")],
    }
    if setup["status"] == "PAYER_ACTION_REQUIRED":
        page = f"{world.base_url}/agreements/approve?approval_session_id={setup['id']}"
        found["links"].append(link(page, "approve"))
    return found


def shown(world: World, token: Json) -> Json:
    return {
        "id": token["id"],
        "customer": {"id": token["customer"]},
        "payment_source": {"paypal": _wallet(token["payer"])},
        "links": _links(world, token),
    }


def listed(world: World, query: dict[str, str]) -> Json:
    """A customer's accounts, in one page.

    Raises:
        PayPalError: 400, of nobody, or more than a page holds.
    """
    customer, size = query.get("customer_id"), query.get("page_size", "5")
    if not customer:
        raise malformed("MISSING_REQUIRED_PARAMETER", "customer_id")
    if not size.isdecimal() or not 1 <= int(size) <= _MOST_TOKENS:
        raise malformed("INVALID_PARAMETER_VALUE", "page_size", size)
    found = tokens_of(world, customer)[: int(size)]
    address = f"{world.base_url}/v3/vault/payment-tokens?customer_id={customer}"
    return {
        "customer": {"id": customer},
        "payment_tokens": [shown(world, each) for each in found],
        "links": [link(address, "self")],
    }


def _wallet(payer: Json | None) -> Json:
    found: Json = {"usage_type": "MERCHANT", "permit_multiple_payment_tokens": False}
    if payer is not None:
        found |= {
            "email_address": payer["email"],
            "payer_id": payer["payer_id"],
            "account_id": payer["payer_id"],
            "name": {"given_name": payer["given_name"], "surname": payer["surname"]},
            "address": {"country_code": "US"},
        }
    return found


def _links(world: World, token: Json) -> list[Json]:
    address = f"{world.base_url}/v3/vault/payment-tokens/{token['id']}"
    return [link(address, "self"), link(address, "delete", "DELETE")]


def _told(world: World, token: Json) -> Json:
    """A token as its event has it."""
    return {
        "time_created": timestamp(token["created"]),
        "links": _links(world, token),
        "id": token["id"],
        "payment_source": {"paypal": _wallet(token["payer"])},
        "customer": {"id": token["customer"]},
    }
