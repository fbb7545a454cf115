"""Which function answers which call of the vault."""

from local.simulators.paypal import vault
from local.simulators.paypal.calls import Call, Route, pattern_of, require_own
from local.simulators.paypal.shapes import Json


def _create_setup(call: Call) -> str:
    require_own(call)
    return str(vault.create_setup(call.world, call.body)["id"])


def _show_setup(call: Call, setup_id: str) -> Json:
    return vault.shown_setup(call.world, vault.find_setup(call.world, setup_id))


def _get_setup(call: Call) -> Json:
    require_own(call)
    return _show_setup(call, call.ids[0])


def _store_token(call: Call) -> str:
    require_own(call)
    return str(vault.store(call.world, call.body)["id"])


def _show_token(call: Call, token_id: str) -> Json:
    return vault.shown(call.world, vault.find(call.world, token_id))


def _get_token(call: Call) -> Json:
    require_own(call)
    return _show_token(call, call.ids[0])


def _list_tokens(call: Call) -> Json:
    require_own(call)
    return vault.listed(call.world, call.query)


def _delete_token(call: Call) -> Json:
    require_own(call)
    vault.delete(call.world, call.ids[0])
    return {}


ROUTES = (
    Route(
        "POST",
        pattern_of("/v3/vault/setup-tokens"),
        kind="setup_token",
        act=_create_setup,
        show=_show_setup,
        status=201,
        needs_request_id=lambda _: True,
    ),
    Route("GET", pattern_of("/v3/vault/setup-tokens/{}"), _get_setup),
    Route(
        "POST",
        pattern_of("/v3/vault/payment-tokens"),
        kind="payment_token",
        act=_store_token,
        show=_show_token,
        status=201,
        needs_request_id=lambda _: True,
    ),
    Route("GET", pattern_of("/v3/vault/payment-tokens"), _list_tokens),
    Route("GET", pattern_of("/v3/vault/payment-tokens/{}"), _get_token),
    Route("DELETE", pattern_of("/v3/vault/payment-tokens/{}"), _delete_token, status=204),
)
