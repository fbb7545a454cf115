"""What registrants send, and what anyone is shown."""

from __future__ import annotations

from datetime import datetime

from guichet.access.membership import Account
from guichet.entry.fields import Amount, Answer, CodeWord, Email, Line, Request, ShortLine
from guichet.languages import Language
from guichet.registration.discount import Quote
from guichet.registration.paying import Method
from guichet.registration.registration import Registration
from guichet.registration.training import Training
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

    @classmethod
    def of(cls, organizer: Account) -> OrganizerAnswer:
        return cls(
            legal_name=organizer.legal_name, email=organizer.email, tax_note=organizer.tax_note
        )


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
            organizer=OrganizerAnswer.of(view.organizer),
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
