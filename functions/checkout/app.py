"""The public calls: read a training, register, pay, return, look, cancel."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from guichet import bootstrap
from guichet.entry.callers import Caller, known_form
from guichet.entry.http import (
    Log,
    PublicKey,
    PublicKeyOrNone,
    Text,
    answered,
    mount,
    resolver,
    route,
    serve,
)
from guichet.entry.models.own_registration import OwnRegistrationAnswer
from guichet.entry.models.public import (
    LinkRequest,
    NewRegistrationAnswer,
    PaymentAnswer,
    PaymentRequest,
    PriceAnswer,
    PriceRequest,
    PublicTrainingAnswer,
    RegistrationRequest,
)
from guichet.errors import ConcurrentUpdateError, NotFound, Unavailable
from guichet.events import Actor, ActorKind
from guichet.payments.payment import PaymentStatus
from guichet.registration import naming
from guichet.registration.guarding import Guard
from guichet.registration.paying import OFFLINE_PREFIX
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    cancel_registration,
)
from guichet.registration.use_cases.check_payment import check_payment
from guichet.registration.use_cases.choose_offline import ChooseOffline, choose_offline
from guichet.registration.use_cases.quote_price import QuotePrice, quote_price
from guichet.registration.use_cases.register import Register, register
from guichet.registration.use_cases.resend_link import ResendLink, resend_link
from guichet.registration.use_cases.show_registration import show_registration
from guichet.registration.use_cases.show_training import show_training
from guichet.registration.use_cases.start_payment import StartPayment, start_payment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

TRAINING: Final = "/v1/public/trainings/<training_id>"
REGISTRATION: Final = "/v1/public/registrations/<registration_id>"
TOKEN: Final = "registrant"  # noqa: S105 - the name of a security scheme

logger = Logger()
bootstrap.prepare()


class Checkout:
    """One method a call; each reads its caller first, then calls its use case."""

    def __init__(
        self, app: APIGatewayHttpResolver, container: Callable[[], bootstrap.Container]
    ) -> None:
        self._app = app
        self._container = container

    @route("GET", TRAINING, "Read a training", who="", answers=PublicTrainingAnswer)
    def read_public_training(self, training_id: str) -> Text:
        held = self._container()
        view = show_training(
            known_form(training_id, "training"),
            records=held.records,
            clock=held.clock,
            policy=held.policy,
        )
        return answered(PublicTrainingAnswer.of(view))

    @route("POST", f"{TRAINING}/price", "Price after a discount", who="", answers=PriceAnswer)
    def price(self, training_id: str, body: PriceRequest) -> Text:
        caller, held = self._caller(), self._container()
        command = QuotePrice(known_form(training_id, "training"), body.discount_code, caller.source)
        quote = quote_price(
            command,
            records=held.records,
            limits=held.limits,
            clock=held.clock,
            policy=held.policy,
        )
        return answered(PriceAnswer.of(quote))

    @route(
        "POST",
        f"{TRAINING}/registrations",
        "Register: hold a seat, ask for approval, or confirm what costs nothing",
        who="",
        answers=NewRegistrationAnswer,
        status=201,
    )
    def register(
        self, training_id: str, body: RegistrationRequest, idempotency_key: PublicKey
    ) -> Text:
        caller, held = self._caller(), self._container()
        known_form(training_id, "training")
        wanted_id = naming.registration_id(training_id, idempotency_key)
        command = Register(
            training_id=training_id,
            name=body.name,
            email=body.email,
            language=body.language,
            discount_code=body.discount_code,
            idempotency_key=idempotency_key,
            actor=caller.acting(ActorKind.REGISTRANT, wanted_id),
        )
        guard = Guard(held.limits, held.policy, training_id, caller.source, held.clock.now())
        reply = guard.registering(
            lambda: register(command, records=held.records, clock=held.clock, policy=held.policy),
            with_code=bool(body.discount_code),
        )
        registration = reply.value
        return answered(
            NewRegistrationAnswer.made(registration, held.links.token(registration)),
            status=201,
            location=f"/v1/public/registrations/{registration.registration_id}",
            replayed=reply.replayed,
        )

    @route(
        "POST",
        "/v1/public/registrations/resend-link",
        "Mail the link to a registration again; the answer is always the same",
        who="",
        status=202,
    )
    def resend_link(self, body: LinkRequest, idempotency_key: PublicKeyOrNone = None) -> Text:
        del idempotency_key  # a mailbox gets its link once in a while, however often it is asked
        caller, held = self._caller(), self._container()
        with suppress(NotFound):
            training_id = known_form(body.training_id, "training")
            command = ResendLink(
                training_id, body.email, caller.acting(ActorKind.REGISTRANT, "unknown")
            )
            resend_link(command, records=held.records, clock=held.clock, policy=held.policy)
        return answered(None, status=202)

    @route("GET", REGISTRATION, "Look at a registration", who=TOKEN, answers=OwnRegistrationAnswer)
    def read_own_registration(self, registration_id: str) -> Text:
        held, _ = self._registrant(registration_id)
        return _shown(held, registration_id)

    @route(
        "POST",
        f"{REGISTRATION}/payments",
        "Start or resume paying",
        who=TOKEN,
        answers=PaymentAnswer,
    )
    def start_payment(
        self, registration_id: str, body: PaymentRequest, idempotency_key: PublicKey
    ) -> Text:
        held, actor = self._registrant(registration_id)
        if body.method.startswith(OFFLINE_PREFIX):
            return _offline(held, registration_id, body.method, idempotency_key, actor)
        command = StartPayment(registration_id, body.method, idempotency_key, actor)
        reply = start_payment(command, settling=held.settling, links=held.links)
        payment = reply.value
        is_open = payment.status is PaymentStatus.OPEN
        registration = None if is_open else held.records.registration(registration_id)
        answer = PaymentAnswer(
            registration_id=registration_id,
            status="awaiting_payment" if registration is None else registration.status,
            method=payment.method,
            redirect_url=payment.redirect_url if is_open else None,
        )
        return answered(answer, replayed=reply.replayed)

    @route(
        "POST",
        f"{REGISTRATION}/return",
        "Come back from the provider's page: asks it, at most every few seconds",
        who=TOKEN,
        answers=OwnRegistrationAnswer,
    )
    def return_from_payment(
        self, registration_id: str, idempotency_key: PublicKeyOrNone = None
    ) -> Text:
        del idempotency_key  # asking again is always the same question
        held, actor = self._registrant(registration_id)
        # A provider that is away has not failed: the page shows what is known and asks again.
        with suppress(Unavailable, ConcurrentUpdateError):
            check_payment(registration_id, actor, settling=held.settling, limits=held.limits)
        return _shown(held, registration_id)

    @route(
        "POST",
        f"{REGISTRATION}/cancel",
        "Cancel what is unpaid",
        who=TOKEN,
        answers=OwnRegistrationAnswer,
    )
    def cancel_own_registration(
        self, registration_id: str, idempotency_key: PublicKeyOrNone = None
    ) -> Text:
        held, actor = self._registrant(registration_id)
        command = CancelRegistration(registration_id, None, None, idempotency_key, actor)
        reply = cancel_registration(command, settling=held.settling)
        return _shown(held, registration_id, replayed=reply.replayed)

    @route("GET", "/v1/openapi.json", "This document", who="")
    def read_openapi(self) -> Text:
        from importlib import resources  # noqa: PLC0415 - for those who read documents

        text = resources.files("guichet.data").joinpath("openapi.json").read_text()
        headers = {"Content-Type": "application/json", "Cache-Control": "public, max-age=300"}
        return Response(200, body=text, headers=headers)

    def _caller(self) -> Caller:
        return Caller(self._app.current_event.raw_event, self._container().settings.edge_key)

    def _registrant(self, registration_id: str) -> tuple[bootstrap.Container, Actor]:
        """The token is looked at before any record: without it nothing can be told apart."""
        caller, held = self._caller(), self._container()
        return held, caller.registrant(registration_id, held)


def _shown(held: bootstrap.Container, registration_id: str, *, replayed: bool = False) -> Text:
    view = show_registration(
        registration_id, records=held.records, clock=held.clock, policy=held.policy
    )
    return answered(OwnRegistrationAnswer.shown(view), replayed=replayed)


def _offline(
    held: bootstrap.Container, registration_id: str, method: str, key: str, actor: Actor
) -> Text:
    method_id = method.removeprefix(OFFLINE_PREFIX)
    command = ChooseOffline(registration_id, method_id, key, actor)
    reply = choose_offline(command, settling=held.settling)
    answer = PaymentAnswer(
        registration_id=registration_id,
        status=reply.value.status,
        method=method,
        redirect_url=None,
    )
    return answered(answer, replayed=reply.replayed)


def build(container: Callable[[], bootstrap.Container], log: Log) -> APIGatewayHttpResolver:
    """The calls on this container."""
    app = resolver(log)
    return mount(app, Checkout(app, container))


@cache
def _app() -> APIGatewayHttpResolver:
    return build(bootstrap.container, logger)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one call."""
    return serve(_app(), event, context, logger)
