"""What mails tell of payment methods: stored, removed, gone, or asked for (COL-1, COL-10)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.collection.pages import MethodPages
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.ports import CollectionRecords
from guichet.collection.stored import StoredMethod
from guichet.errors import not_found
from guichet.registration.mailer import Letter
from guichet.registration.outbox import AnyMail, BillingMail, Effect
from guichet.subscriptions.mails import BillingFacts, ToldMethod
from guichet.subscriptions.telling import Sources, Telling

K = BillingMail


@dataclass(frozen=True, slots=True)
class MethodLetters:
    """Gathers what the mails about payment methods have to tell."""

    sources: Sources
    records: CollectionRecords
    pages: MethodPages

    def about(self, effect: Effect) -> MethodMatter:
        """The records as they are now."""
        account_id = effect.account_id or ""
        account, profile = self.records.account(account_id), self.records.profile(account_id)
        telling = Telling(effect, account, profile, self.sources)
        methods = self.records.methods(account_id, effect.selling_entity or "")
        method = None
        if effect.method_id is not None:
            method = self.records.stored_method(account_id, effect.method_id)
            if method is None:
                raise not_found("payment method")
        default = methods.default_method_id
        charged = None if default is None else self.records.stored_method(account_id, default)
        return MethodMatter(telling, self.pages, methods, method, charged)


@dataclass(frozen=True, slots=True)
class MethodMatter:
    """A payment method, or the wish for one."""

    telling: Telling
    pages: MethodPages
    methods: PaymentMethods
    method: StoredMethod | None
    default: StoredMethod | None

    def letter(self, mail: AnyMail) -> Letter[BillingFacts] | None:
        """To the main billing contact; none about a method as stored that was removed since."""
        kind, method = BillingMail(mail), self.method
        if kind is K.METHOD_STORED and (method is None or not method.is_active):
            return None
        authorization = method.authorization if method and kind is K.METHOD_STORED else None
        facts = BillingFacts(
            kind=kind,
            frame=self.telling.frame(
                self.methods.selling_entity, self.telling.profile.time_zone, self.pages.methods
            ),
            stored_method=told(method),
            default_method=told(self.default),
            is_autopay=self.methods.is_autopay,
            authorization_text=authorization.text if authorization else "",
            authorized_at=authorization.accepted_at if authorization else None,
        )
        return self.telling.letter(facts)


def told(method: StoredMethod | None) -> ToldMethod | None:
    """What is shown of a method: never more than four digits."""
    if method is None:
        return None
    return ToldMethod(method.kind, method.brand, method.last4)
