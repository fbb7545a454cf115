"""Certificates and what is known of VAT numbers, on every store that keeps the contract (TAX-3, TAX-4)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from guichet.access.membership import Account
from guichet.access.profile import BillingProfile, first_profile
from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.certificates import CertificateStore
from guichet.adapters.dynamo.history import History
from guichet.adapters.dynamo.outbox import DynamoOutbox
from guichet.adapters.dynamo.people import People
from guichet.adapters.dynamo.profiles import Profiles
from guichet.adapters.dynamo.seam import Dynamo, Item
from guichet.errors import ConcurrentUpdateError, NotFound
from guichet.events import Actor, ActorKind, Event
from guichet.ids import fingerprint
from guichet.ledger.journal import Cause, Change
from guichet.registration.outbox import BillingMail, DueKind
from guichet.tax.certificate import (
    CertificateFile,
    CertificateStatus,
    ExemptionCertificate,
)
from guichet.tax.subject import Exemption
from guichet.tax.vat_check import VatRecord
from guichet.taxpayer.ports import CertificateRecords, VatRecords
from tests.support.samples import NOW

CAUSE = Cause(Actor(ActorKind.SYSTEM, "test", "test"), "test", NOW)
NUMBER = "IE6388047V"


class House:
    """The records under test, of an account that no other test touches."""

    def __init__(self, dynamo: Dynamo) -> None:
        self.dynamo = dynamo
        self.store = CertificateStore(dynamo)
        self.certificates: CertificateRecords = self.store
        self.numbers: VatRecords = self.store
        self.mark = uuid.uuid4().hex[:12]
        self.account_id = f"acc_{self.mark}"

    def certificate(self, number: int = 1, **changed: object) -> ExemptionCertificate:
        made = ExemptionCertificate(
            certificate_id=f"cer_{self.mark}_{number}",
            account_id=self.account_id,
            country="US",
            region="AL",
            valid_from=date(2026, 1, 1),
            valid_until=date(2027, 12, 31),
            reason="Resale",
            file=CertificateFile("fil_1", "application/pdf", 20_000, "0" * 64),
            submitted_at=NOW,
            request_hash="h",
        )
        return replace(made, **changed)  # type: ignore[arg-type]  # fields of many types

    def record(self, **changed: object) -> VatRecord:
        made = VatRecord(NUMBER, account_id=self.account_id, number_id="0000000001")
        return replace(made, **changed)  # type: ignore[arg-type]  # same

    def save(self, *certificates: ExemptionCertificate) -> None:
        for each in certificates:
            self.certificates.save_certificate(CAUSE, Change(None, each))

    def item(self, certificate: ExemptionCertificate) -> Item:
        key = keys.certificate(self.account_id, certificate.certificate_id)
        found = self.dynamo.get("state", key)
        assert found is not None
        return found

    def due(self, kind: DueKind, now: datetime) -> list[tuple[str, ...]]:
        found = DynamoOutbox(self.dynamo).due(kind, now=now, limit=500)
        return [each.ids for each in found if each.ids[0] == self.account_id]


@pytest.fixture
def house(store: Dynamo) -> House:
    return House(store)


def test_a_certificate_is_read_back_as_it_was_saved_and_another_account_has_none_acc_2(
    house: House,
) -> None:
    certificate = house.certificate()
    house.save(certificate)

    name = certificate.certificate_id
    assert house.certificates.certificate(house.account_id, name) == certificate
    assert house.certificates.certificate("acc_other", name) is None
    assert house.certificates.certificates_of("acc_none_such") == []


def test_all_of_an_account_are_read_by_one_prefix_without_what_lies_beside_them(
    house: House,
) -> None:
    certificates = [house.certificate(number) for number in range(3)]
    house.save(*reversed(certificates))
    house.numbers.save_vat_record(CAUSE, Change(None, house.record()))

    assert house.certificates.certificates_of(house.account_id) == certificates


def test_only_what_was_approved_exempts_and_what_has_expired_does_for_its_days_tax_4(
    house: House,
) -> None:
    approved = house.certificate(1, status=CertificateStatus.APPROVED, approved_on=date(2026, 3, 1))
    expired = house.certificate(
        2, region="NY", status=CertificateStatus.EXPIRED, approved_on=date(2026, 4, 1)
    )
    others = [
        house.certificate(3),
        house.certificate(4, status=CertificateStatus.EXPIRED),
        house.certificate(5, status=CertificateStatus.REFUSED, approved_on=date(2026, 3, 1)),
    ]
    house.save(approved, expired, *others)

    found = house.certificates.exemptions_of(house.account_id)

    until = date(2027, 12, 31)
    assert found == (
        Exemption("US", "AL", date(2026, 3, 1), until, "Resale"),
        Exemption("US", "NY", date(2026, 4, 1), until, "Resale"),
    )


def test_who_read_an_older_version_writes_nothing_at_all(house: House) -> None:
    certificate = house.certificate()
    house.save(certificate)
    approved = replace(certificate.approve("rep_1", date(2026, 3, 1)), version=2)
    house.certificates.save_certificate(CAUSE, Change(certificate, approved))

    refused = replace(certificate.refuse("rep_2", "No."), version=2)
    for before in (certificate, None):
        with pytest.raises(ConcurrentUpdateError):
            house.certificates.save_certificate(CAUSE, Change(before, refused))

    found = house.certificates.certificate(house.account_id, certificate.certificate_id)
    assert found == approved


def test_its_mail_names_the_certificate_and_its_journal_no_word_of_the_refusal(
    house: House,
) -> None:
    certificate = house.certificate()
    house.save(certificate)
    refused = replace(certificate.refuse("rep_1", "It is of Bob's."), version=2)
    mail = BillingMail.CERTIFICATE_REFUSED
    event = Event("tax_certificate.refused", {"country": "US", "region": "AL"})
    house.certificates.save_certificate(
        CAUSE, Change(certificate, refused, (event,), mails=(mail,))
    )

    effect_id = f"EFFECT#tax_certificate/{certificate.certificate_id}#2"
    outbox = DynamoOutbox(house.dynamo)
    effect = outbox.claim(effect_id, now=NOW, until=NOW + timedelta(minutes=1))
    entry = History(house.dynamo).behind(effect_id)

    assert effect is not None
    assert (effect.account_id, effect.certificate_id) == (
        house.account_id,
        certificate.certificate_id,
    )
    assert (effect.mails, effect.is_of_billing) == ((mail,), True)
    assert entry.events == (event,)
    assert "Bob" not in str(entry)
    assert entry.after["status"] == "refused"


def test_it_is_due_once_its_last_day_is_over_everywhere_and_not_once_it_is_refused_tax_4(
    house: House,
) -> None:
    certificate = house.certificate()
    house.save(certificate)
    over = datetime(2028, 1, 1, 12, tzinfo=UTC)

    assert house.due(DueKind.CERTIFICATE, over - timedelta(seconds=1)) == []
    assert house.due(DueKind.CERTIFICATE, over) == [(house.account_id, certificate.certificate_id)]

    refused = replace(certificate.refuse("rep_1", "No."), version=2)
    house.certificates.save_certificate(CAUSE, Change(certificate, refused))
    assert house.due(DueKind.CERTIFICATE, over) == []
    assert "due_key" not in house.item(certificate)


# -- numbers ----------------------------------------------------------------------------------


def test_what_is_known_of_a_number_is_found_by_it_and_by_its_name_tax_3(house: House) -> None:
    record = house.record(last_valid_at=NOW, reference="WAPI1", unanswered=2, ask_at=NOW)
    other = house.record(vat_number="IE4782061G", number_id="0000000002")
    for each in (record, other):
        house.numbers.save_vat_record(CAUSE, Change(None, each))

    account_id = house.account_id
    assert house.numbers.vat_record(account_id, NUMBER) == record
    assert house.numbers.vat_record(account_id, "IE4782061G") == other
    assert house.numbers.vat_record(account_id, "IE0000000X") is None
    assert house.numbers.vat_record("acc_other", NUMBER) is None
    assert house.numbers.vat_record_named(account_id, "0000000002") == other
    assert house.numbers.vat_record_named(account_id, "0000000009") is None
    assert house.numbers.vat_record_marked(account_id, fingerprint(NUMBER)) == record
    assert house.numbers.vat_record_marked(account_id, fingerprint("IE0000000X")) is None
    assert house.numbers.vat_record_marked("acc_other", fingerprint(NUMBER)) is None
    assert house.due(DueKind.VAT_NUMBER, NOW) == [(account_id, "0000000001")]


def test_a_number_whose_invoices_wait_is_due_when_they_are_looked_at_again_tax_3(
    house: House,
) -> None:
    record = house.record(last_valid_at=NOW, confirmed_at=NOW)
    waiting = replace(record, correct_at=NOW + timedelta(hours=3), version=2)
    asked = replace(waiting, ask_at=NOW + timedelta(hours=1), version=3)
    named = house.account_id, record.number_id

    house.numbers.save_vat_record(CAUSE, Change(None, record))
    by_message = house.due(DueKind.VAT_NUMBER, NOW + timedelta(minutes=10))
    house.numbers.save_vat_record(CAUSE, Change(record, waiting))
    early = house.due(DueKind.VAT_NUMBER, NOW + timedelta(hours=2))
    late = house.due(DueKind.VAT_NUMBER, NOW + timedelta(hours=3))
    house.numbers.save_vat_record(CAUSE, Change(waiting, asked))
    to_ask = house.due(DueKind.VAT_NUMBER, NOW + timedelta(hours=1))

    assert (by_message, early, late, to_ask) == ([named], [], [named], [named])


def test_neither_key_nor_journal_hold_a_number_tax_3(house: House) -> None:
    record = house.record(last_valid_at=NOW)
    house.numbers.save_vat_record(CAUSE, Change(None, record))

    (entry,) = History(house.dynamo).entries_of(house.account_id)

    assert entry.aggregate == f"vat_number/{house.account_id}-0000000001"
    assert entry.after["last_valid_at"] is not None
    assert NUMBER not in str(entry)
    assert NUMBER not in str(keys.vat_number(record.account_id, record.number_id))


def test_a_profile_and_what_has_to_be_asked_are_one_write_tax_3(house: House) -> None:
    account = Account(*(house.account_id, "Atelier", "a@example.org", "", "Europe/Paris", "fr"))
    People(house.dynamo).add_account(CAUSE, account)
    profiles, first = Profiles(house.dynamo), first_profile(account)
    entered: BillingProfile = replace(first, vat_number=NUMBER, version=1)
    asked = house.record(ask_at=NOW)

    profiles.save_profile(CAUSE, first, entered, Change(None, asked))

    assert house.numbers.profile(house.account_id) == entered
    assert profiles.vat_record(house.account_id, NUMBER) == asked
    again = replace(entered, phone="1", version=2)
    with pytest.raises(ConcurrentUpdateError):  # the record is there, which nobody knew
        profiles.save_profile(CAUSE, entered, again, Change(None, asked))
    assert house.numbers.profile(house.account_id) == entered


def test_a_profile_of_nobody_is_absent(house: House) -> None:
    with pytest.raises(NotFound):
        house.numbers.profile(house.account_id)
