"""Payment methods as customers store them and see them: never more than four digits (COL-1, COL-10)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from guichet.collection.authorizations import AuthorizationText
from guichet.collection.offering import Wish
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.policy import CollectionPolicy
from guichet.collection.refusals import method_explained
from guichet.collection.setup import Setup
from guichet.collection.stored import StoredMethod
from guichet.collection.use_cases.list_methods import MethodsView
from guichet.entry.fields import Answer, CodeWord, Request
from guichet.languages import Language
from guichet.payments.stored_method import MethodKind

Seller = Annotated[
    CodeWord, Field(description="Whose account it is stored at; by default who sells to you.")
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class SetupRequest(Request):
    """What is to be stored; a bank debit with the version of the authorization that you accept."""

    kind: Literal["card", "bank_debit", "paypal"]
    provider: Literal["stripe", "paypal"] | None = None
    selling_entity: Seller | None = None
    currency: Currency | None = None
    accepts_authorization: CodeWord | None = None

    def wish(self) -> Wish:
        return Wish(MethodKind(self.kind), self.provider, self.selling_entity, self.currency)


class AutopayPatch(Request):
    """Whether invoices of a seller are charged to the default method by themselves."""

    autopay: bool
    selling_entity: Seller | None = None


class LinkRequest(Request):
    """Whose invoices the method is for."""

    selling_entity: Seller | None = None


class SetupRefusalAnswer(Answer):
    """Why what was entered is not stored."""

    code: str
    detail: str


class SetupAnswer(Answer):
    """A try to store a method. While it is `open`, send the customer to `url`."""

    setup_id: str
    version: int
    status: Annotated[str, Field(description="created, open, stored, refused or ended.")]
    selling_entity: str
    kind: str
    provider: str
    currency: str
    url: str | None
    ends_at: datetime
    payment_method_id: str | None
    refusal: SetupRefusalAnswer | None

    @classmethod
    def of(cls, setup: Setup, policy: CollectionPolicy, language: Language) -> SetupAnswer:
        # To the customer it is refused; that the provider has still to forget it is our matter.
        status = "refused" if setup.status == "refusing" else setup.status.value
        return cls(
            setup_id=setup.setup_id,
            version=setup.version,
            status=status,
            selling_entity=setup.selling_entity,
            kind=setup.kind.value,
            provider=setup.provider,
            currency=setup.currency,
            url=setup.redirect_url,
            ends_at=setup.ends_at,
            payment_method_id=setup.method_id,
            refusal=_refusal(setup, policy, language),
        )


class AuthorizationGivenAnswer(Answer):
    """The word that a bank account may be debited, as it was given."""

    scheme: str
    version: str
    language: str
    text: str
    accepted_at: datetime
    reference: str


class PaymentMethodAnswer(Answer):
    """A stored method; `email` is a PayPal account's.

    `retries` is false after a decline that can never succeed.
    """

    payment_method_id: str
    version: int
    selling_entity: str
    kind: str
    provider: str
    brand: str
    last4: str
    expires: str
    email: str
    is_default: bool
    retries: bool
    stored_at: datetime
    authorization: AuthorizationGivenAnswer | None

    @classmethod
    def of(cls, method: StoredMethod, methods: PaymentMethods) -> PaymentMethodAnswer:
        return cls(
            payment_method_id=method.method_id,
            version=method.version,
            selling_entity=method.selling_entity,
            kind=method.kind.value,
            provider=method.provider,
            brand=method.brand,
            last4=method.last4,
            expires=method.expires,
            email=method.email,
            is_default=methods.default_method_id == method.method_id,
            retries=method.may_be_retried,
            stored_at=method.stored_at,
            authorization=_authorization(method),
        )


class SellerMethodsAnswer(Answer):
    """The methods with one seller: at most one is the default."""

    selling_entity: str
    version: int
    autopay: bool
    default_payment_method_id: str | None

    @classmethod
    def of(cls, methods: PaymentMethods) -> SellerMethodsAnswer:
        return cls(
            selling_entity=methods.selling_entity,
            version=methods.version,
            autopay=methods.is_autopay,
            default_payment_method_id=methods.default_method_id,
        )


class PaymentMethodsAnswer(Answer):
    """All methods of the account, with each seller in the order in which they were stored."""

    items: list[PaymentMethodAnswer]
    sellers: list[SellerMethodsAnswer]

    @classmethod
    def of(cls, views: list[MethodsView]) -> PaymentMethodsAnswer:
        return cls(
            items=[
                PaymentMethodAnswer.of(each, view.methods) for view in views for each in view.stored
            ],
            sellers=[SellerMethodsAnswer.of(view.methods) for view in views],
        )


class AuthorizationAnswer(Answer):
    """What has to be accepted before a bank account is debited: send its `version` along."""

    scheme: str
    version: str
    dated: date
    language: str
    text: str

    @classmethod
    def of(cls, shown: AuthorizationText) -> AuthorizationAnswer:
        return cls(
            scheme=shown.scheme.value,
            version=shown.version,
            dated=shown.dated,
            language=shown.language,
            text=shown.text,
        )


def _refusal(
    setup: Setup, policy: CollectionPolicy, language: Language
) -> SetupRefusalAnswer | None:
    if setup.refusal is None:
        return None
    facts = {"most": str(policy.most_methods[setup.kind])}
    detail = method_explained(setup.refusal, language, facts)
    return SetupRefusalAnswer(
        code=setup.refusal, detail=detail or "The payment provider refused to open its page."
    )


def _authorization(method: StoredMethod) -> AuthorizationGivenAnswer | None:
    given = method.authorization
    if given is None:
        return None
    return AuthorizationGivenAnswer(
        scheme=given.scheme.value,
        version=given.text_version,
        language=given.language,
        text=given.text,
        accepted_at=given.accepted_at,
        reference=given.reference,
    )
