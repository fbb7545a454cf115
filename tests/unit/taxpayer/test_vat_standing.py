"""TAX-3: a number is asked about when it is entered and before an invoice; an outage blocks nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from guichet.access.addresses import Address
from guichet.access.membership import Role
from guichet.access.profile import BillingProfile
from guichet.access.use_cases.update_profile import UpdateProfile, update_profile
from guichet.adapters.dynamo.certificates import CertificateStore
from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, ActorKind
from guichet.ledger.journal import Cause, Change
from guichet.tax.subject import VatStanding
from guichet.tax.vat_check import VatRecord
from guichet.taxpayer.standing import standing_for
from tests.support.profiles import PARIS
from tests.support.unchanged import nothing_written
from tests.support.vat_register import MemoryVatRegister
from tests.support.verified import assert_verified
from tests.support.world import ACCOUNT, World

NUMBER, OTHER, BRITISH = "FR61954506077", "FR83404833048", "GB980780684"
ACTOR = Actor(ActorKind.MEMBER, "mem_olga", "203.0.113.9")
LONDON = {"line1": "1 Example St", "city": "London", "postal_code": "EC1A 1AA", "country": "GB"}


class House:
    """An account that enters numbers, and the register that is asked."""

    def __init__(self) -> None:
        self.world = World()
        self.owner = self.world.member("olga", Role.OWNER)
        self.register = MemoryVatRegister({NUMBER, OTHER})

    @property
    def records(self) -> CertificateStore:
        return self.world.parts.billing.taxpayers

    def enter(self, number: str | None, **changed: object) -> BillingProfile:
        place = LONDON if number and number.startswith("GB") else PARIS
        values = {"vat_number": number, "billing_address": Address(**place)} | changed
        command = UpdateProfile(values, None, self.owner, None, ACTOR)
        parts = self.world.parts
        return update_profile(command, profiles=parts.profiles, clock=parts.clock).value[1]

    def profile(self) -> BillingProfile:
        return self.records.profile(ACCOUNT)

    def standing(self, day: date | None = None, *, asks: bool = False) -> VatStanding:
        """What an invoice of a day would be decided on."""
        return standing_for(
            self.profile(),
            day or self.world.clock.at.date(),
            records=self.records,
            register=self.register if asks else None,
            policy=self.world.parts.billing.vat_policy,
            clock=self.world.clock,
        )

    def record(self, number: str = NUMBER) -> VatRecord:
        found = self.records.vat_record(ACCOUNT, number)
        assert found is not None
        return found

    def events(self) -> list[str]:
        return [
            event.name
            for entry in self.world.journal()
            for event in entry.events
            if event.name.startswith("vat_number.")
        ]


@pytest.fixture
def house() -> House:
    return House()


# -- entered ----------------------------------------------------------------------------------


def test_a_number_that_is_entered_is_asked_about_by_upkeep_and_not_in_the_call_tax_3(
    house: House,
) -> None:
    house.enter(NUMBER)
    asked_in_the_call = list(house.world.vies.asked)
    before = house.standing()

    house.world.settle_down()

    assert asked_in_the_call == []
    assert before is VatStanding.NEVER_ANSWERED
    assert house.world.vies.asked == [NUMBER]
    assert house.standing() is VatStanding.VALID
    assert house.events() == ["vat_number.entered", "vat_number.answered", "vat_number.confirmed"]
    assert house.record().ask_at is None
    assert_verified(house.world.dynamo, house.world.clock.now())


def test_the_journal_names_the_account_and_never_the_number_tax_3(house: House) -> None:
    house.enter(NUMBER)
    house.world.settle_down()

    (confirmed,) = [
        event
        for entry in house.world.journal()
        for event in entry.events
        if event.name == "vat_number.confirmed"
    ]

    assert confirmed.facts == {"account_id": ACCOUNT, "number_id": "0000000001"}
    assert NUMBER not in str(house.world.dynamo.items("journal"))


def test_a_number_that_the_register_denies_counts_for_nothing_tax_3(house: House) -> None:
    house.world.vies.deny(NUMBER)
    house.enter(NUMBER)

    house.world.settle_down()

    assert house.standing() is VatStanding.INVALID
    assert "vat_number.confirmed" not in house.events()
    assert house.record().ask_at is None


def test_another_number_begins_anew_and_the_former_one_keeps_its_answer_tax_3(
    house: House,
) -> None:
    house.enter(NUMBER)
    house.world.settle_down()
    house.world.vies.take_out("FR")

    house.enter(OTHER)
    house.world.settle_down()
    other = house.standing()
    house.enter(NUMBER)

    assert other is VatStanding.NEVER_ANSWERED
    assert house.standing() is VatStanding.VALID
    assert house.record().number_id == "0000000001"
    assert house.record(OTHER).number_id == "0000000002"


def test_a_number_that_is_taken_away_is_not_asked_about_any_more_tax_3(house: House) -> None:
    house.enter(NUMBER)
    house.enter(None)

    house.world.settle_down()

    assert house.world.vies.asked == []
    assert house.standing() is VatStanding.NONE
    assert house.events() == ["vat_number.entered", "vat_number.let_go"]
    assert_verified(house.world.dynamo, house.world.clock.now())


def test_a_number_that_was_replaced_is_let_go_of_and_the_new_one_asked_about_tax_3(
    house: House,
) -> None:
    house.enter(NUMBER)
    house.enter(OTHER)

    house.world.settle_down()

    assert house.world.vies.asked == [OTHER]
    assert house.record().ask_at is None


def test_what_changes_something_else_asks_nobody_tax_3(house: House) -> None:
    house.enter(NUMBER)
    house.world.settle_down()

    house.enter(NUMBER, phone="+33 1 99 00 00 00")
    house.world.settle_down()

    assert house.world.vies.asked == [NUMBER]


def test_numbers_that_no_register_here_answers_for_are_not_asked_about_tax_3(
    house: House,
) -> None:
    house.enter(BRITISH)
    house.world.settle_down()

    assert house.records.vat_record(ACCOUNT, BRITISH) is None
    assert house.standing(asks=True) is VatStanding.STATED
    assert house.register.asked == []


# -- outages ----------------------------------------------------------------------------------


def test_an_outage_is_recorded_and_asked_about_hourly_then_daily_and_then_no_more_tax_3(
    house: House,
) -> None:
    house.world.vies.take_out("FR")
    house.enter(NUMBER)
    asked_at: list[datetime] = []

    for _ in range(24 * 40):
        before = len(house.world.vies.asked)
        house.world.settle_down()
        if len(house.world.vies.asked) > before:
            asked_at.append(house.world.clock.at)
        house.world.clock.advance(hours=1)

    gaps = [after - before for before, after in pairwise(asked_at)]
    assert gaps == [timedelta(hours=1)] * 24 + [timedelta(days=1)] * 30
    record = house.record()
    assert (record.ask_at, record.unanswered) == (None, 55)
    assert record.last_unavailable_at == asked_at[-1]
    assert house.standing() is VatStanding.NEVER_ANSWERED
    assert_verified(house.world.dynamo, house.world.clock.now())


def test_once_the_register_is_back_it_answers_within_the_hour_tax_3(house: House) -> None:
    house.world.vies.take_out("FR", "NO_ANSWER")
    house.enter(NUMBER)
    house.world.settle_down()
    house.world.vies.bring_back("FR")

    house.world.clock.advance(minutes=59)
    house.world.settle_down()
    early = house.standing()
    house.world.clock.advance(minutes=1)
    house.world.settle_down()

    assert early is VatStanding.NEVER_ANSWERED
    assert house.standing() is VatStanding.VALID
    assert house.record().unanswered == 0


def test_who_was_confirmed_stays_so_through_an_outage_tax_3(house: House) -> None:
    house.enter(NUMBER)
    house.world.settle_down()
    house.register.out = {"FR"}
    house.world.clock.advance(days=80)

    during = house.standing(asks=True)
    house.world.clock.advance(days=11)
    after = house.standing(asks=True)

    assert during is VatStanding.VALID
    assert after is VatStanding.NEVER_ANSWERED
    assert house.events().count("vat_number.unanswered") == 2


# -- before an invoice ------------------------------------------------------------------------


def test_before_an_invoice_the_register_is_asked_where_the_answer_is_due_tax_3(
    house: House,
) -> None:
    house.world.vies.take_out("FR")
    house.enter(NUMBER)
    policy = house.world.parts.billing.vat_policy

    house.world.clock.advance(days=40)
    first = house.standing(asks=True)
    again = house.standing(asks=True)
    house.world.clock.advance(days=policy.asks_again_days)
    later = house.standing(asks=True)

    assert (first, again, later) == (VatStanding.VALID,) * 3
    assert house.register.asked == [NUMBER, NUMBER]
    assert house.events().count("vat_number.confirmed") == 1


def test_a_number_from_before_has_a_record_from_its_first_invoice_on_tax_3(house: House) -> None:
    """As a profile is that was written before numbers were asked about."""
    parts = house.world.parts
    account = parts.profiles.account(ACCOUNT)
    assert account is not None
    before = parts.profiles.profile(account)
    after = replace(before, vat_number=NUMBER, version=1)
    parts.profiles.save_profile(house.world.cause("seed"), before, after)

    unasked = house.standing()
    asked = house.standing(asks=True)

    assert (unasked, asked) == (VatStanding.NEVER_ANSWERED, VatStanding.VALID)
    assert house.record().version == 1
    assert_verified(house.world.dynamo, house.world.clock.now())


def test_an_outage_before_an_invoice_is_asked_about_again_and_holds_up_no_second_one_tax_3(
    house: House,
) -> None:
    house.world.vies.take_out("FR")
    house.enter(NUMBER)
    house.world.settle_down()
    house.world.clock.advance(days=60)
    house.world.settle_down()
    house.register.out = {"FR"}
    house.register.asked.clear()

    first = house.standing(asks=True)
    second = house.standing(asks=True)
    house.world.vies.bring_back("FR")
    house.world.clock.advance(days=1)
    house.world.settle_down()

    assert (first, second) == (VatStanding.NEVER_ANSWERED,) * 2
    assert house.register.asked == []  # it didn't answer upkeep a moment ago either
    assert house.standing() is VatStanding.VALID


def test_a_later_positive_answer_is_told_once_and_again_after_it_ran_out_tax_3(
    house: House,
) -> None:
    house.enter(NUMBER)
    house.world.settle_down()
    house.register.registered.clear()
    house.world.clock.advance(days=80)
    denied = house.standing(asks=True)
    house.register.registered.add(NUMBER)
    house.world.clock.advance(days=1)
    confirmed = house.standing(asks=True)
    house.world.clock.advance(days=91)
    again = house.standing(asks=True)

    assert (denied, confirmed, again) == (
        VatStanding.INVALID,
        VatStanding.VALID,
        VatStanding.VALID,
    )
    assert house.events().count("vat_number.confirmed") == 3


def test_nothing_is_written_where_nobody_is_asked_tax_3(house: House) -> None:
    house.enter(NUMBER)
    house.world.settle_down()

    with nothing_written(house.world.dynamo):
        found = house.standing(asks=True)
        later = house.standing(date(2027, 1, 1))

    assert (found, later) == (VatStanding.VALID, VatStanding.VALID)


# -- at the same time -------------------------------------------------------------------------


class Contended(CertificateStore):
    """Somebody else notes an answer right before the first write."""

    def __init__(self, house: House, first: Callable[[], object]) -> None:
        super().__init__(house.world.dynamo)
        self._first: Callable[[], object] | None = first

    def save_vat_record(self, cause: Cause, change: Change[VatRecord]) -> None:
        if self._first is not None:
            first, self._first = self._first, None
            first()
        super().save_vat_record(cause, change)


def test_two_who_ask_at_once_both_note_their_answer_tax_3(house: House) -> None:
    house.enter(NUMBER)
    contended = Contended(house, lambda: house.standing(asks=True))

    found = standing_for(
        house.profile(),
        house.world.clock.at.date(),
        records=contended,
        register=house.register,
        policy=house.world.parts.billing.vat_policy,
        clock=house.world.clock,
    )

    assert found is VatStanding.VALID
    assert house.events().count("vat_number.answered") == 2
    assert house.events().count("vat_number.confirmed") == 1
    assert_verified(house.world.dynamo, house.world.clock.now())


def test_a_number_that_is_entered_while_another_writes_it_is_asked_about_tax_3(
    house: House,
) -> None:
    record = VatRecord(NUMBER, account_id=ACCOUNT, number_id="0000000000")
    cause = house.world.cause("test")
    house.records.save_vat_record(cause, Change(None, record))
    house.enter(NUMBER)
    stale = replace(record, last_valid_at=datetime(2026, 1, 1, tzinfo=UTC), version=2)

    with pytest.raises(ConcurrentUpdateError):
        house.records.save_vat_record(cause, Change(record, stale))

    house.world.settle_down()
    assert house.standing() is VatStanding.VALID
