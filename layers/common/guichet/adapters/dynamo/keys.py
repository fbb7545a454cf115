"""Every key of both tables; docs/data-model.md is their table. Ids never contain `#`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from guichet.adapters.dynamo.codec import encode_time
from guichet.adapters.dynamo.seam import Key
from guichet.ids import fingerprint

CLOCK: Final = Key("LOCAL#CLOCK", "LOCAL#CLOCK")
PAYMENT_ACCOUNTS: Final = "PAYMENT_ACCOUNTS"  # the list of all, for those who go through them
INVOICE_RUNS: Final = "INVOICE_RUNS"  # the list of all runs, in the order of their beginnings


def account(account_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", "ACCOUNT")


def member(account_id: str, member_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"MEMBER#{member_id}")


def profile(account_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", "PROFILE")


def sign_in(issuer: str, subject: str) -> Key:
    return Key(f"SIGNIN#{fingerprint(issuer, subject)}", "SIGNIN")


def payment_account(account_id: str, provider: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"PAYMENT_ACCOUNT#{provider}")


def payment_account_pointer(payment_account_id: str) -> Key:
    return Key(f"PAYMENT_ACCOUNT#{payment_account_id}", "POINTER")


def payee(provider: str, provider_account_id: str) -> Key:
    """Who has this account at the provider linked: one organizer at a time."""
    return Key(f"PAYEE#{provider}#{provider_account_id}", "PAYEE")


def discount_code(account_id: str, code_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"CODE#{code_id}")


def code_name(account_id: str, code: str) -> Key:
    """The word that a registrant types, hashed: any text may be typed."""
    return Key(f"ACCOUNT#{account_id}", f"CODENAME#{fingerprint(code)}")


def code_uses(code_id: str) -> Key:
    return Key(f"CODE#{code_id}", "USES")


def code_uses_of(code_id: str, email: str) -> Key:
    return Key(f"CODE#{code_id}", f"EMAIL#{email_key(email)}")


def training(training_id: str) -> Key:
    return Key(f"TRAINING#{training_id}", "TRAINING")


def seats(training_id: str) -> Key:
    return Key(f"TRAINING#{training_id}", "SEATS")


def cancellation(training_id: str) -> Key:
    return Key(f"TRAINING#{training_id}", "CANCELLATION")


def registration(training_id: str, registration: str) -> Key:
    return Key(f"TRAINING#{training_id}", f"REG#{registration}")


def live_email(training_id: str, email: str) -> Key:
    """One live registration per e-mail and training (REG-12)."""
    return Key(f"TRAINING#{training_id}", f"EMAIL#{email_key(email)}")


def email_key(email: str) -> str:
    return fingerprint(email.strip().casefold())


def payment(payment_id: str) -> Key:
    return Key(f"PAYMENT#{payment_id}", "PAYMENT")


def refund(payment_id: str, refund_id: str) -> Key:
    return Key(f"PAYMENT#{payment_id}", f"REFUND#{refund_id}")


def dispute(payment_id: str, dispute_id: str) -> Key:
    return Key(f"PAYMENT#{payment_id}", f"DISPUTE#{dispute_id}")


def refund_count(payment_id: str) -> Key:
    """How many refunds were stored: whoever stores one has seen all the others (RFD-1)."""
    return Key(f"PAYMENT#{payment_id}", "REFUNDS")


def subscription(account_id: str, subscription_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"SUBSCRIPTION#{subscription_id}")


def preview(account_id: str, preview_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"PREVIEW#{preview_id}")


def cart(account_id: str, cart_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"CART#{cart_id}")


def cart_payment(payment_id: str) -> Key:
    return Key(f"CART_PAYMENT#{payment_id}", "CART_PAYMENT")


def certificate(account_id: str, certificate_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"CERTIFICATE#{certificate_id}")


def vat_number(account_id: str, number_id: str) -> Key:
    """What is known of one of the account's numbers; the number itself is no part of the key."""
    return Key(f"ACCOUNT#{account_id}", f"VAT#{number_id}")


def balance(account_id: str, selling_entity: str, currency: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"BALANCE#{selling_entity}#{currency}")


def invoice(account_id: str, invoice_id: str) -> Key:
    """Ids begin with the day of the bill, so an account's invoices lie in that order."""
    return Key(f"ACCOUNT#{account_id}", f"INVOICE#{invoice_id}")


def invoice_content(account_id: str, invoice_id: str) -> Key:
    """Of a document with many lines; a usual one lies with its number."""
    return Key(f"ACCOUNT#{account_id}", f"CONTENT#{invoice_id}")


def invoice_payment(payment_id: str) -> Key:
    return Key(f"INVOICE_PAYMENT#{payment_id}", "INVOICE_PAYMENT")


def own_refund(refund_id: str) -> Key:
    """By its id alone: that is made of the payment's."""
    return Key(f"OWN_REFUND#{refund_id}", "OWN_REFUND")


def charge(provider: str, provider_charge_id: str) -> Key:
    """Which payment of ours a provider's charge is."""
    return Key(f"CHARGE#{provider}#{fingerprint(provider_charge_id)}", "CHARGE")


def series(selling_entity: str, kind: str) -> Key:
    return Key(f"SERIES#{selling_entity}#{kind}", "COUNTER")


def series_number(selling_entity: str, kind: str, place: int) -> Key:
    """Whose number it is: put by absence, and never deleted (INV-3)."""
    return number_at(f"SERIES#{selling_entity}#{kind}", place)


def unsent_numbers(selling_entity: str, kind: str, first_place: int) -> Key:
    """The mails of numbers that were given together, until somebody has looked whether they are sent."""
    return Key(f"SERIES#{selling_entity}#{kind}", f"UNSENT#{first_place:010d}")


def is_of_several(effect_id: str) -> bool:
    """Whether it names the mails of numbers that were given together, and not one of them."""
    return "#UNSENT#" in effect_id


def of_several(effect_id: str) -> Key:
    pk, _, place = effect_id.rpartition("#UNSENT#")
    return Key(pk, f"UNSENT#{place}")


def first_of_several(unsent: Key) -> int:
    return int(unsent.sk.partition("#")[2])


def number_at(series: str, place: int) -> Key:
    """A number by the partition of its series."""
    return Key(series, f"NUMBER#{place:010d}")


def invoice_run(run_id: str) -> Key:
    return Key(f"INVOICE_RUN#{run_id}", "RUN")


def invoice_run_count(run_id: str) -> Key:
    """What a run has invoiced so far: a counter, never a version."""
    return Key(f"INVOICE_RUN#{run_id}", "COUNT")


def method_setup(setup_id: str) -> Key:
    return Key(f"METHOD_SETUP#{setup_id}", "METHOD_SETUP")


def payment_methods(account_id: str, selling_entity: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"METHODS#{selling_entity}")


def stored_method(account_id: str, method_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"STORED_METHOD#{method_id}")


def method_token(provider: str, token_id: str) -> Key:
    """Whose method this is: found by its provider's name of it, hashed."""
    return Key(f"METHOD_TOKEN#{provider}#{fingerprint(token_id)}", "METHOD_TOKEN")


def provider_customer(account_id: str, selling_entity: str, provider: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", f"CUSTOMER#{selling_entity}#{provider}")


def declines(account_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", "DECLINES")


def trial(account_id: str, product_id: str) -> Key:
    """One trial per product and account (SUB-19)."""
    return Key(f"ACCOUNT#{account_id}", f"TRIAL#{product_id}")


def payment_key(account_id: str, mark: str) -> Key:
    """A received payment is recorded once for a key, for ever (COL-2)."""
    return Key(f"ACCOUNT#{account_id}", f"PAYMENT_KEY#{mark}")


def pool(subscription_id: str) -> Key:
    return Key(f"SUBSCRIPTION#{subscription_id}", "POOL")


def seat(subscription_id: str, seat_id: str) -> Key:
    return Key(f"SUBSCRIPTION#{subscription_id}", f"SEAT#{seat_id}")


def seat_email(subscription_id: str, email: str) -> Key:
    """One live seat per person and subscription (SUB-14)."""
    return Key(f"SUBSCRIPTION#{subscription_id}", f"EMAIL#{email_key(email)}")


def usage_month(subscription_id: str, month: date) -> Key:
    return Key(f"SUBSCRIPTION#{subscription_id}", f"USAGE#{month:%Y-%m}")


def billed(subscription_id: str, period_start: date) -> Key:
    """A period is billed once, whoever tries (INV-1, BAD-12)."""
    return Key(f"BILLED#{subscription_id}#{period_start.isoformat()}", "BILLED")


def provider_event(provider: str, event_id: str) -> Key:
    return Key(f"INBOX#{provider}#{event_id}", "INBOX")


def reconciliations(account_id: str) -> str:
    """The partition of an account's runs, in order of what asked for them."""
    return f"RECONCILIATION#{account_id}"


def listed_reconciliations(account_id: str) -> str:
    return f"ACCOUNT#{account_id}#RECONCILIATIONS"


def usage(subscription_id: str, month: date, usage_key: str) -> Key:
    """One record; its sender's key, of a closed alphabet, has a month for itself."""
    return Key(usage_month_partition(subscription_id, month), f"USE#{usage_key}")


def usage_month_partition(subscription_id: str, month: date) -> str:
    return f"USAGE#{subscription_id}#{month:%Y-%m}"


def given_back(account_id: str, month: str) -> Key:
    """What bills gave back of an account's invoices of a month."""
    return Key(account(account_id).pk, f"GIVENBACK#{month}")


def effect(aggregate: str, sequence: int) -> Key:
    return Key(f"EFFECT#{aggregate}#{sequence}", "EFFECT")


def document_effect_id(selling_entity: str, kind: str, place: int) -> str:
    """The mails of a numbered document, which lie with its number."""
    number = series_number(selling_entity, kind, place)
    return effect_id_at(number.pk, number.sk)


def effect_id_at(pk: str, sk: str) -> str:
    """What mails are called by where they lie."""
    return pk if sk == "EFFECT" else f"{pk}#{sk}"


def effect_named(effect_id: str) -> Key:
    """Where the mails of this name lie: in an item of their own, or with a document's number."""
    pk, mark, place = effect_id.rpartition("#NUMBER#")
    return Key(pk, f"NUMBER#{place}") if mark else Key(effect_id, "EFFECT")


def behind_effect(effect_id: str) -> Key:
    """The journal's entry of the change that caused these mails, which are no document's."""
    _, aggregate, sequence = effect_id.split("#")
    return journal(aggregate, int(sequence))


def rate(kind: str, place: str, source: str, window: int) -> Key:
    """A counter that may be forgotten: never money."""
    return Key(f"RATE#{kind}#{place}#{fingerprint(source)}", str(window))


def journal(aggregate: str, sequence: int) -> Key:
    return Key(f"JOURNAL#{aggregate}", f"{sequence:010d}")


def journal_of(aggregate: str) -> str:
    return f"JOURNAL#{aggregate}"


def aggregate_of(pk: str) -> str:
    """Whose history a partition of the journal is."""
    return pk.removeprefix("JOURNAL#")


def due(kind: str, shard: int = 0) -> str:
    return f"DUE#{kind}#{shard}"


def at_id(at: datetime, aggregate: str, sequence: int) -> str:
    return f"{encode_time(at)}#{aggregate}#{sequence:010d}"
