"""What registrants send and are shown."""

from __future__ import annotations

from datetime import datetime

from guichet.entry.fields import Amount, Answer, CodeWord, Email, Line, Request, ShortLine
from guichet.languages import Language
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund
from guichet.registration.discount import Quote
from guichet.registration.paying import Method
from guichet.registration.registration import Registration
from guichet.registration.training import Training
from guichet.registration.use_cases.show_registration import OwnRegistration
from guichet.registration.use_cases.show_training import PublicTraining


class PriceRequest(Request):
    """What a price is asked for."""

    discount_code: CodeWord | None = None


class RegistrationRequest(Request):
    """Who registers. A price is never among it (REG-3)."""

    name: Line
    email: Email
    language: Language
    discount_code: CodeWord | None = None


class LinkRequest(Request):
    """Whose link is mailed again."""

    training_id: ShortLine
    email: Email


class PaymentRequest(Request):
    """How to pay: one of the training's `accepted_methods`.

    `stripe`, `paypal`, `paypal_card` (PayPal's page for cards), or `offline:` and the id of one of
    the organizer's own methods.
    """

    method: ShortLine


class MethodAnswer(Answer):
    """A way of paying that can be chosen."""

    method: str
    label: str | None

    @classmethod
    def of(cls, method: Method) -> MethodAnswer:
        return cls(method=method.name, label=method.label)


class OrganizerAnswer(Answer):
    """Who sells."""

    legal_name: str
    email: str
    tax_note: str


class PriceAnswer(Answer):
    """`charged` is `price` less `discount` (REG-5)."""

    price: Amount
    discount: Amount
    charged: Amount

    @classmethod
    def of(cls, quote: Quote) -> PriceAnswer:
        return cls(
            price=Amount.of(quote.price),
            discount=Amount.of(quote.discount),
            charged=Amount.of(quote.charged),
        )


class TrainingTexts(Answer):
    """What a training is and when, as anyone may read it."""

    training_id: str
    title: str
    description: str
    terms: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str


class PublicTrainingAnswer(TrainingTexts):
    """A training as a stranger sees it. `seats_left` is null where there is no limit."""

    status: str
    has_started: bool
    takes_registrations: bool
    price: Amount
    seats_left: int | None
    approval: str
    languages: list[str]
    accepted_methods: list[MethodAnswer]
    organizer: OrganizerAnswer

    @classmethod
    def of(cls, view: PublicTraining) -> PublicTrainingAnswer:
        training = view.training
        return cls(
            **texts_of(training).model_dump(),
            status=training.status,
            has_started=view.has_started,
            takes_registrations=view.takes_registrations,
            price=Amount.of(training.price),
            seats_left=view.seats.left,
            approval=training.approval,
            languages=list(training.languages),
            accepted_methods=[MethodAnswer.of(each) for each in view.methods],
            organizer=OrganizerAnswer(
                legal_name=view.organizer.legal_name,
                email=view.organizer.email,
                tax_note=view.organizer.tax_note,
            ),
        )


class NewRegistrationAnswer(PriceAnswer):
    """A registration that was made, and the token that opens it."""

    registration_id: str
    token: str
    status: str
    hold_expires_at: datetime | None

    @classmethod
    def made(cls, registration: Registration, token: str) -> NewRegistrationAnswer:
        return cls(
            **PriceAnswer.of(registration.quote).model_dump(),
            registration_id=registration.registration_id,
            token=token,
            status=registration.status,
            hold_expires_at=registration.hold.ends_at if registration.hold else None,
        )


class OfflineAnswer(Answer):
    """The organizer's own way of being paid that was chosen, and what to do (REG-11)."""

    method: str
    label: str
    instructions: str


class ReceiptAnswer(Answer):
    """What was paid at a provider; `instrument` is `card`, `bank_debit` or `paypal`."""

    amount: Amount
    method: str
    instrument: str
    reference: str
    paid_at: datetime


class ReturnedAnswer(Answer):
    """Money that bought no seat and goes back in full: why, and how far it is (REG-4, REG-8)."""

    amount: Amount
    reason: str
    status: str

    @classmethod
    def of(cls, refund: Refund) -> ReturnedAnswer:
        return cls(amount=Amount.of(refund.amount), reason=refund.reason, status=refund.status)


class AttemptAnswer(Answer):
    """The newest attempt to pay, where it is not the one that paid.

    `declined`: nothing was charged and it can be tried again, on the same page while it is open.
    `tries` counts how often money was to be taken on that page, so that a new refusal shows.
    """

    method: str
    status: str
    declined: bool
    tries: int
    redirect_url: str | None
    returned: ReturnedAnswer | None

    @classmethod
    def of(cls, payment: Payment, refund: Refund | None) -> AttemptAnswer:
        is_open = payment.status is PaymentStatus.OPEN
        taken_back = is_open and payment.capture_count > 0  # a capture of it was declined
        return cls(
            method=payment.method,
            status=payment.status,
            declined=payment.status is PaymentStatus.FAILED or taken_back,
            tries=payment.capture_count,
            redirect_url=payment.redirect_url if is_open else None,
            returned=None if refund is None else ReturnedAnswer.of(refund),
        )


class OwnRegistrationAnswer(PriceAnswer):
    """A registration as its registrant sees it."""

    registration_id: str
    status: str
    name: str
    email: str
    language: str
    registered_at: datetime
    hold_expires_at: datetime | None
    confirmed_at: datetime | None
    paid_by: str | None
    method: str | None
    note: str | None
    accepted_methods: list[MethodAnswer]
    offline: OfflineAnswer | None
    receipt: ReceiptAnswer | None
    attempt: AttemptAnswer | None
    training: TrainingTexts
    organizer: OrganizerAnswer

    @classmethod
    def shown(cls, view: OwnRegistration) -> OwnRegistrationAnswer:
        registration = view.registration
        return cls(
            **PriceAnswer.of(registration.quote).model_dump(),
            registration_id=registration.registration_id,
            status=registration.status,
            name=registration.name,
            email=registration.email,
            language=registration.language,
            registered_at=registration.registered_at,
            hold_expires_at=registration.hold.ends_at if registration.hold else None,
            confirmed_at=registration.confirmed_at,
            paid_by=registration.paid_by,
            method=registration.method,
            note=registration.note,
            accepted_methods=[MethodAnswer.of(each) for each in view.methods],
            offline=_offline(view),
            receipt=_receipt(view.paid),
            attempt=None if view.latest is None else AttemptAnswer.of(view.latest, view.returned),
            training=texts_of(view.training),
            organizer=OrganizerAnswer(
                legal_name=view.organizer.legal_name,
                email=view.organizer.email,
                tax_note=view.organizer.tax_note,
            ),
        )


class PaymentAnswer(Answer):
    """Where the registrant goes on: the provider's page, or nowhere where there is none to open."""

    registration_id: str
    status: str
    method: str
    redirect_url: str | None


def texts_of(training: Training) -> TrainingTexts:
    return TrainingTexts(
        training_id=training.training_id,
        title=training.title,
        description=training.description,
        terms=training.terms,
        starts_at=training.starts_at,
        ends_at=training.ends_at,
        time_zone=training.time_zone,
    )


def _offline(view: OwnRegistration) -> OfflineAnswer | None:
    chosen = view.offline_method
    if chosen is None or view.registration.method is None:
        return None
    return OfflineAnswer(
        method=view.registration.method, label=chosen.label, instructions=chosen.instructions
    )


def _receipt(paid: Payment | None) -> ReceiptAnswer | None:
    if paid is None or paid.capture is None:
        return None
    return ReceiptAnswer(
        amount=Amount.of(paid.capture.amount),
        method=paid.method,
        instrument=paid.capture.method,
        reference=paid.payment_id,
        paid_at=paid.capture.captured_at,
    )
