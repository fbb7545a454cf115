"""Payment methods: store, list, choose the default, switch autopay, remove (COL-1, COL-10)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from guichet.collection.setup import Setup
from guichet.collection.use_cases.list_methods import list_methods
from guichet.collection.use_cases.make_default import MakeDefault, make_default
from guichet.collection.use_cases.remove_method import RemoveMethod, remove_method
from guichet.collection.use_cases.return_from_setup import return_from_setup
from guichet.collection.use_cases.send_method_link import SendMethodLink, send_method_link
from guichet.collection.use_cases.show_authorization import show_authorization
from guichet.collection.use_cases.start_setup import StartSetup, start_setup
from guichet.collection.use_cases.switch_autopay import SwitchAutopay, switch_autopay
from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, Sender, SignedInCalls
from guichet.entry.http import MemberKey, MemberKeyOrNone, Text, answered, route
from guichet.entry.models.payment_methods import (
    AuthorizationAnswer,
    AutopayPatch,
    LinkRequest,
    PaymentMethodsAnswer,
    SellerMethodsAnswer,
    SetupAnswer,
    SetupRequest,
)
from guichet.payments.stored_method import DebitScheme

METHODS: Final = "/v1/payment-methods"
SETUPS: Final = f"{METHODS}/setups"
METHOD: Final = f"{METHODS}/<payment_method_id>"

Asking = Annotated[LinkRequest | None, Body()]
SchemeWord = Annotated[Literal["ach", "sepa", "bacs"], Query()]
SellerWord = Annotated[str | None, Query(min_length=1, max_length=40)]


class PaymentMethodCalls(SignedInCalls):
    """One method a call."""

    @route(
        "POST",
        METHODS,
        "Get the provider's page on which a payment method is stored",
        who=SIGN_IN,
        answers=SetupAnswer,
        status=201,
    )
    def start_setup(self, body: SetupRequest, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        command = StartSetup(
            wish=body.wish(),
            accepts_authorization=body.accepts_authorization,
            language=sender.language,
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = start_setup(command, opening=sender.held.billing.method_opening)
        return _setup(sender, reply.value, status=201, replayed=reply.replayed)

    @route(
        "POST",
        f"{SETUPS}/<setup_id>/return",
        "Come back from the provider's page: it is asked what was stored",
        who=SIGN_IN,
        answers=SetupAnswer,
    )
    def return_from_setup(self, setup_id: str, idempotency_key: MemberKeyOrNone = None) -> Text:
        del idempotency_key  # asking again does no harm
        sender = self._sender()
        found = return_from_setup(
            known_form(setup_id, "page"),
            sender.member,
            sender.actor,
            collecting=sender.held.billing.collecting,
            limits=sender.held.limits,
        )
        return _setup(sender, found)

    @route(
        "GET",
        f"{METHODS}/authorization",
        "Read what has to be accepted before a bank account is debited",
        who=SIGN_IN,
        answers=AuthorizationAnswer,
    )
    def show_authorization(self, scheme: SchemeWord, selling_entity: SellerWord = None) -> Text:
        sender = self._sender()
        shown = show_authorization(
            DebitScheme(scheme),
            selling_entity,
            sender.language,
            sender.member,
            collecting=sender.held.billing.collecting,
        )
        return answered(AuthorizationAnswer.of(shown), language=sender.language)

    @route(
        "GET",
        METHODS,
        "List the account's payment methods",
        who=SIGN_IN,
        answers=PaymentMethodsAnswer,
    )
    def list_payment_methods(self) -> Text:
        sender = self._sender()
        found = list_methods(sender.member, collecting=sender.held.billing.collecting)
        return answered(PaymentMethodsAnswer.of(found))

    @route(
        "POST",
        f"{METHOD}/default",
        "Make a payment method the default with its seller",
        who=SIGN_IN,
        answers=SellerMethodsAnswer,
    )
    def make_default_method(
        self, payment_method_id: str, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        sender = self._sender()
        command = MakeDefault(
            method_id=known_form(payment_method_id, "payment method"),
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = make_default(command, collecting=sender.held.billing.collecting)
        return answered(
            SellerMethodsAnswer.of(reply.value),
            version=reply.value.version,
            replayed=reply.replayed,
        )

    @route(
        "DELETE",
        METHOD,
        "Remove a payment method: nobody charges it any more",
        who=SIGN_IN,
        status=204,
    )
    def remove_payment_method(
        self, payment_method_id: str, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        del idempotency_key  # it is removed once
        sender = self._sender()
        command = RemoveMethod(
            known_form(payment_method_id, "payment method"), sender.member, sender.actor
        )
        reply = remove_method(command, collecting=sender.held.billing.collecting)
        return answered(None, status=204, replayed=reply.replayed)

    @route(
        "PATCH",
        f"{METHODS}/autopay",
        "Let invoices be charged to the default method by themselves, or no more",
        who=SIGN_IN,
        answers=SellerMethodsAnswer,
    )
    def switch_autopay(self, body: AutopayPatch, idempotency_key: MemberKeyOrNone = None) -> Text:
        sender = self._sender()
        command = SwitchAutopay(
            on=body.autopay,
            selling_entity=body.selling_entity,
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = switch_autopay(command, collecting=sender.held.billing.collecting)
        return answered(
            SellerMethodsAnswer.of(reply.value),
            version=reply.value.version,
            replayed=reply.replayed,
        )

    @route(
        "POST",
        f"{METHODS}/links",
        "Mail the customer where they store a payment method themselves",
        who=SIGN_IN,
        answers=SellerMethodsAnswer,
        status=202,
    )
    def send_method_link(self, idempotency_key: MemberKey, body: Asking = None) -> Text:
        sender = self._sender()
        command = SendMethodLink(
            selling_entity=None if body is None else body.selling_entity,
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = send_method_link(command, collecting=sender.held.billing.collecting)
        return answered(SellerMethodsAnswer.of(reply.value), status=202, replayed=reply.replayed)


def _setup(sender: Sender, setup: Setup, *, status: int = 200, replayed: bool = False) -> Text:
    policy = sender.held.billing.collecting.policy
    return answered(
        SetupAnswer.of(setup, policy, sender.language),
        status=status,
        location=f"{SETUPS}/{setup.setup_id}" if status == 201 else None,
        version=setup.version,
        replayed=replayed,
        language=sender.language,
    )
