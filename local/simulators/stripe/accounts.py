"""Connected accounts: added by a seed or a test, deauthorized by their owners."""

from local.simulators.stripe.errors import no_access
from local.simulators.stripe.shapes import APPLICATION, PLATFORM, Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World


def add(
    world: World,
    account_id: str,
    *,
    email: str | None,
    country: str,
    currency: str,
    charges_enabled: bool,
    details_submitted: bool,
) -> Json:
    """Connect an account, or connect it again after its owner had left."""
    account = {
        "id": account_id,
        "object": "account",
        "business_profile": {"name": None, "url": None},
        "business_type": "company",
        "capabilities": {"card_payments": "active" if charges_enabled else "inactive"},
        "charges_enabled": charges_enabled,
        "controller": {"is_controller": True, "type": "application"},
        "country": country,
        "created": world.now(),
        "default_currency": currency.lower(),
        "details_submitted": details_submitted,
        "email": email,
        "metadata": {},
        "payouts_enabled": charges_enabled,
        "requirements": {"currently_due": [], "disabled_reason": None, "past_due": []},
        "type": "standard",
    }
    world.state.accounts[account_id] = account
    if account_id in world.state.deauthorized:
        world.state.deauthorized.remove(account_id)
    return account


def deauthorize(world: World, account_id: str) -> None:
    """The account's owner ends the connection: a last event, then every call is refused."""
    require_connected(world, account_id)
    application = {"id": APPLICATION, "object": "application", "name": "Guichet"}
    emit(world, "account.application.deauthorized", application, account_id)
    world.state.deauthorized.append(account_id)


def require_connected(world: World, account_id: str) -> None:
    if account_id != PLATFORM and not world.is_connected(account_id):
        raise no_access(account_id)


def retrieve(world: World, account_id: str) -> Json:
    require_connected(world, account_id)
    if account_id == PLATFORM:
        return {"id": PLATFORM, "object": "account", "charges_enabled": True, "email": None}
    return world.state.accounts[account_id]
