"""Onboarding: a platform makes an account and a link, and its owner finishes, or not, on our page."""

from typing import Any

from local.simulators.stripe import accounts
from local.simulators.stripe.endpoint_params import ACCOUNT_CREATE, ACCOUNT_LINK_CREATE
from local.simulators.stripe.errors import BuyerRefusedError, StripeError, invalid
from local.simulators.stripe.params import check
from local.simulators.stripe.shapes import PLATFORM, Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World

LINK_SECONDS = 300  # "expires within minutes"; how many is not published


def create_account(world: World, caller: str, form: Json) -> Json:
    """An account of nobody yet: it can do nothing before its owner has been on the page.

    Raises:
        StripeError: not the platform's call, or parameters that Stripe does not take.
    """
    _require_platform(caller)
    params = check(form, ACCOUNT_CREATE)
    if "type" in params and "controller" in params:
        raise invalid("You may not provide the `type` parameter and `controller` parameters.")
    country = params.get("country", "US")
    account = accounts.add(
        world,
        world.new_id("acct"),
        email=params.get("email"),
        country=country,
        currency=_CURRENCIES.get(country, "eur"),
        charges_enabled=False,
        details_submitted=False,
    )
    account["controller"] = _controller(params.get("controller", {}))
    account["metadata"] = params.get("metadata", {})
    return account


_CURRENCIES = {"US": "usd", "GB": "gbp", "CA": "cad", "AU": "aud", "NZ": "nzd"}


def _controller(asked: Any) -> Json:  # noqa: ANN401 - checked by the table of parameters
    """Whose business is what; without parameters as for a platform that does everything."""
    return {
        "fees": {"payer": asked.get("fees", {}).get("payer", "account")},
        "is_controller": True,
        "losses": {"payments": asked.get("losses", {}).get("payments", "stripe")},
        "requirement_collection": asked.get("requirement_collection", "stripe"),
        "stripe_dashboard": {"type": asked.get("stripe_dashboard", {}).get("type", "full")},
        "type": "application",
    }


def create_link(world: World, caller: str, form: Json) -> Json:
    """A page for one visit and a few minutes (docs.stripe.com/api/account_links).

    Raises:
        StripeError: 403, an account that is not connected, or no longer.
    """
    _require_platform(caller)
    params = check(form, ACCOUNT_LINK_CREATE)
    for name in ("return_url", "refresh_url"):
        if name not in params:
            raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    accounts.require_connected(world, params["account"])
    link_id = world.new_id("alnk").removeprefix("alnk_")
    link: Json = {
        "object": "account_link",
        "created": world.now(),
        "expires_at": world.now() + LINK_SECONDS,
        "url": f"{world.page_base_url}/onboard/{link_id}",
    }
    world.state.account_links[link_id] = {
        **link,
        "account": params["account"],
        "return_url": params["return_url"],
        "refresh_url": params["refresh_url"],
        "visited": False,
    }
    return link


def visit(world: World, link_id: str) -> Json | None:
    """Use the link up; None where it was, or where it is too old: the browser goes to `refresh_url`.

    Raises:
        KeyError: there is no such link.
    """
    link = world.state.account_links[link_id]
    if link["visited"] or world.now() >= link["expires_at"]:
        return None
    link["visited"] = True
    return link


def finish(world: World, link_id: str, *, verified: bool, cards: bool) -> str:
    """The owner has handed in their details; answers where the browser goes.

    Raises:
        BuyerRefusedError: nobody is on that page.
        KeyError: there is no such link.
    """
    link = world.state.account_links[link_id]
    if not link["visited"]:
        raise BuyerRefusedError("This page was not opened.")
    change(world, link["account"], verified=verified, cards=cards)
    return str(link["return_url"])


def change(world: World, account_id: str, *, verified: bool, cards: bool) -> Json:
    """What Stripe has found out about an account that had handed in its details.

    Raises:
        StripeError: 403, an account that is not connected, or no longer.
    """
    accounts.require_connected(world, account_id)
    account = world.state.accounts[account_id]
    asked = [] if verified else ["individual.verification.document"]
    account.update(
        details_submitted=True,
        charges_enabled=verified,
        payouts_enabled=verified,
        capabilities={"card_payments": _capability(verified=verified, cards=cards)},
        requirements={
            "currently_due": asked,
            "disabled_reason": None if verified else "requirements.past_due",
            "past_due": asked,
        },
    )
    account["email"] = account["email"] or "owner@example.org"
    emit(world, "account.updated", account, account_id)
    return account


def _capability(*, verified: bool, cards: bool) -> str:
    if not cards:
        return "inactive"
    return "active" if verified else "pending"


def _require_platform(caller: str) -> None:
    if caller != PLATFORM:
        raise StripeError("Only a platform can do this.", status=403, validation=True)
