"""Which function answers which call of the API."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local.simulators.stripe import (
    accounts,
    customers,
    methods,
    off_session,
    onboarding,
    reading,
    refunds,
    sessions,
    setups,
)
from local.simulators.stripe.endpoint_params import RETRIEVE
from local.simulators.stripe.errors import StripeError
from local.simulators.stripe.params import check
from local.simulators.stripe.shapes import Json
from local.simulators.stripe.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated call: whose objects it concerns and what it says."""

    world: World
    account: str
    path: str
    form: Json
    ids: tuple[str, ...] = ()


def _create_session(call: Call) -> Json:
    create = setups.create if call.form.get("mode") == "setup" else sessions.create
    return _with_expand(call, create(call.world, call.account, call.form))


def _expire_session(call: Call) -> Json:
    check(call.form, RETRIEVE)
    session = call.world.get("checkout.session", call.ids[0], call.account)
    return _with_expand(call, sessions.expire(call.world, session))


def _line_items(call: Call) -> Json:
    session = call.world.get("checkout.session", call.ids[0], call.account)
    return reading.line_items(call.world, session)


def _create_refund(call: Call) -> Json:
    return _with_expand(call, refunds.create(call.world, call.account, call.form))


def _create_fee_refund(call: Call) -> Json:
    made = refunds.create_fee_refund(call.world, call.ids[0], call.account, call.form)
    return _with_expand(call, made)


def _list_fee_refunds(call: Call) -> Json:
    fee = call.world.get("application_fee", call.ids[0], call.account)
    return reading.listed(
        call.world, "fee_refund", call.account, call.form, call.path, only={"fee": fee["id"]}
    )


def _retrieve_fee_refund(call: Call) -> Json:
    fee_refund = call.world.get("fee_refund", call.ids[1], call.account)
    return _with_expand(call, fee_refund)


def _create_customer(call: Call) -> Json:
    return _with_expand(call, customers.create(call.world, call.account, call.form))


def _methods_of_customer(call: Call) -> Json:
    customer = call.world.get("customer", call.ids[0], call.account)
    return reading.listed(
        call.world,
        "payment_method",
        call.account,
        call.form,
        call.path,
        only={"customer": customer["id"]},
    )


def _detach_method(call: Call) -> Json:
    check(call.form, RETRIEVE)
    method = call.world.get("payment_method", call.ids[0], call.account)
    return _with_expand(call, methods.detach(call.world, method))


def _create_intent(call: Call) -> Json:
    return _with_expand(call, off_session.create(call.world, call.account, call.form))


def _confirm_intent(call: Call) -> Json:
    intent = call.world.get("payment_intent", call.ids[0], call.account)
    return _with_expand(call, off_session.confirm(call.world, intent, call.form))


def _cancel_intent(call: Call) -> Json:
    intent = call.world.get("payment_intent", call.ids[0], call.account)
    return _with_expand(call, off_session.cancel(call.world, intent, call.form))


def _retrieve_account(call: Call) -> Json:
    return accounts.retrieve(call.world, call.ids[0] if call.ids else call.account)


def _create_account(call: Call) -> Json:
    return onboarding.create_account(call.world, call.account, call.form)


def _create_account_link(call: Call) -> Json:
    return onboarding.create_link(call.world, call.account, call.form)


def _retrieving(kind: str) -> Callable[[Call], Json]:
    def retrieve(call: Call) -> Json:
        check(call.form, RETRIEVE)
        return _with_expand(call, call.world.get(kind, call.ids[0], call.account))

    return retrieve


def _listing(kind: str) -> Callable[[Call], Json]:
    def listing(call: Call) -> Json:
        return reading.listed(call.world, kind, call.account, call.form, call.path)

    return listing


def _with_expand(call: Call, obj: Json) -> Json:
    return reading.expanded(call.world, obj, call.form.get("expand", []))


_TABLE: tuple[tuple[str, str, Callable[[Call], Json]], ...] = (
    ("POST", "/v1/checkout/sessions", _create_session),
    ("GET", "/v1/checkout/sessions", _listing("checkout.session")),
    ("GET", "/v1/checkout/sessions/{}", _retrieving("checkout.session")),
    ("POST", "/v1/checkout/sessions/{}/expire", _expire_session),
    ("GET", "/v1/checkout/sessions/{}/line_items", _line_items),
    ("GET", "/v1/payment_intents", _listing("payment_intent")),
    ("GET", "/v1/payment_intents/{}", _retrieving("payment_intent")),
    ("POST", "/v1/payment_intents", _create_intent),
    ("POST", "/v1/payment_intents/{}/confirm", _confirm_intent),
    ("POST", "/v1/payment_intents/{}/cancel", _cancel_intent),
    ("POST", "/v1/customers", _create_customer),
    ("GET", "/v1/customers", _listing("customer")),
    ("GET", "/v1/customers/{}", _retrieving("customer")),
    ("GET", "/v1/customers/{}/payment_methods", _methods_of_customer),
    ("GET", "/v1/payment_methods", _listing("payment_method")),
    ("GET", "/v1/payment_methods/{}", _retrieving("payment_method")),
    ("POST", "/v1/payment_methods/{}/detach", _detach_method),
    ("GET", "/v1/setup_intents", _listing("setup_intent")),
    ("GET", "/v1/setup_intents/{}", _retrieving("setup_intent")),
    ("GET", "/v1/charges", _listing("charge")),
    ("GET", "/v1/charges/{}", _retrieving("charge")),
    ("POST", "/v1/refunds", _create_refund),
    ("GET", "/v1/refunds", _listing("refund")),
    ("GET", "/v1/refunds/{}", _retrieving("refund")),
    ("GET", "/v1/disputes", _listing("dispute")),
    ("GET", "/v1/disputes/{}", _retrieving("dispute")),
    ("GET", "/v1/payouts", _listing("payout")),
    ("GET", "/v1/payouts/{}", _retrieving("payout")),
    ("GET", "/v1/application_fees", _listing("application_fee")),
    ("GET", "/v1/application_fees/{}", _retrieving("application_fee")),
    ("POST", "/v1/application_fees/{}/refunds", _create_fee_refund),
    ("GET", "/v1/application_fees/{}/refunds", _list_fee_refunds),
    ("GET", "/v1/application_fees/{}/refunds/{}", _retrieve_fee_refund),
    ("GET", "/v1/balance_transactions", _listing("balance_transaction")),
    ("GET", "/v1/balance_transactions/{}", _retrieving("balance_transaction")),
    ("GET", "/v1/events", _listing("event")),
    ("GET", "/v1/events/{}", _retrieving("event")),
    ("GET", "/v1/account", _retrieve_account),
    ("POST", "/v1/accounts", _create_account),
    ("GET", "/v1/accounts/{}", _retrieve_account),
    ("POST", "/v1/account_links", _create_account_link),
)
_ROUTES = [
    (method, re.compile(template.replace("{}", "([^/]+)")), answer)
    for method, template, answer in _TABLE
]


def find(method: str, path: str) -> tuple[Callable[[Call], Json], tuple[str, ...]]:
    """The function for a call and the ids in its path.

    Raises:
        StripeError: Stripe has no such call, or the simulator does not serve it.
    """
    for served, pattern, answer in _ROUTES:
        match = pattern.fullmatch(path)
        if match is not None and served == method:
            return answer, match.groups()
    raise StripeError(f"Unrecognized request URL ({method}: {path}).", status=404, validation=True)
