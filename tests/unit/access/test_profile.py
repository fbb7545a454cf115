"""ACC-4, INV-6, MON-6: an account's profile is read and changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guichet.access.membership import Account
from guichet.access.profile import first_profile
from guichet.errors import ConcurrentUpdateError, Conflict
from tests.support.profiles import BOSTON, FILLED, PARIS, Call
from tests.support.unchanged import nothing_written
from tests.support.world import ACCOUNT, World


def test_before_anybody_fills_it_in_the_profile_is_what_the_operator_knew_acc_4(call: Call) -> None:
    answer = call("GET")

    assert answer.status == 200
    assert answer.headers["etag"] == '"0"'
    assert answer.body == {
        "account_id": ACCOUNT,
        "kind": "online",
        "representative": None,
        "version": 0,
        "company": "Atelier Nord SARL",
        "vat_number": None,
        "vat_check": None,
        "billing_address": None,
        "shipping_address": None,
        "contact_name": "",
        "phone": "",
        "contact_email": "office@atelier.example",
        "cc_emails": [],
        "time_zone": "Europe/Paris",
        "language": "fr",
        "payment_terms": {"days": 30, "is_default": True, "reason": None},
    }


def test_a_filled_in_profile_is_read_as_it_was_written_acc_4(call: Call, world: World) -> None:
    written = call("PATCH", body=FILLED)
    read = call("GET")

    assert (written.status, written.headers["etag"]) == (200, '"1"')
    assert read.body == written.body
    assert read.body == {
        **FILLED,
        "account_id": ACCOUNT,
        "kind": "online",
        "representative": None,
        "version": 1,
        "vat_number": "FR61954506077",
        "vat_check": {"standing": "never_answered", "answered_at": None, "asked_at": None},
        "billing_address": {"line2": "", "region": "", **PARIS},
        "shipping_address": {"line2": "", "postal_code": "", **BOSTON},
        "payment_terms": {"days": 30, "is_default": True, "reason": None},
    }
    account = world.parts.people.account(ACCOUNT)
    assert account is not None
    assert world.parts.profiles.profile(account).recipients == (
        "billing@atelier.example",
        "a@atelier.example",
        "b@atelier.example",
    )


def test_one_field_changes_alone_and_null_takes_away_what_may_be_absent_acc_4(call: Call) -> None:
    call("PATCH", body=FILLED)

    changed = call("PATCH", body={"vat_number": None, "shipping_address": None, "phone": ""})

    assert changed.body["version"] == 2
    assert (changed.body["vat_number"], changed.body["shipping_address"]) == (None, None)
    assert changed.body["billing_address"]["city"] == "Paris"
    assert changed.body["company"] == "Atelier Nord"


def test_what_changes_nothing_writes_nothing_acc_3(call: Call, world: World) -> None:
    call("PATCH", body=FILLED)

    with nothing_written(world.dynamo):
        again = call("PATCH", body=FILLED)

    assert (again.status, again.body["version"]) == (200, 1)


def test_the_audit_says_who_changed_which_fields_and_not_to_what_acc_3(
    call: Call, world: World
) -> None:
    call("PATCH", by="rita", account=ACCOUNT, body=FILLED)

    (entry,) = [each for each in world.journal() if each.aggregate.startswith("billing_profile/")]
    assert (entry.aggregate, entry.sequence) == (f"billing_profile/{ACCOUNT}", 1)
    assert (entry.actor.kind, entry.actor.id) == ("representative", "mem_rita")
    assert entry.account_id == ACCOUNT
    (event,) = entry.events
    assert event.name == "profile.updated"
    assert set(str(event.facts["changed"]).split()) == set(FILLED)
    assert (event.facts["billing_country"], event.facts["billing_region"]) == ("FR", "")
    written = str(world.dynamo.items("journal"))
    for private in ("Olivia", "rue Exemple", "+33 1", "billing@", "FR61954506077", "Boston"):
        assert private not in written


@pytest.mark.parametrize(
    ("by", "account", "reads", "changes"),
    [
        ("olivia", None, 200, 200),
        ("bill", None, 200, 200),
        ("vera", None, 200, 403),
        ("ines", None, 403, 403),
        ("adrian", None, 403, 403),
        ("leo", None, 403, 403),
        ("maria", None, 403, 403),
        ("grace", None, 200, 200),
        ("grace", ACCOUNT, 404, 404),
        ("rita", ACCOUNT, 200, 200),
        ("rita", None, 400, 400),
        ("audrey", "acc_grand", 200, 403),
    ],
)
def test_who_reads_and_changes_a_profile_acc_1_acc_2(  # noqa: PLR0917 - the columns of a table
    call: Call, world: World, by: str, account: str | None, reads: int, changes: int
) -> None:
    untouched = world.dynamo.snapshot()

    assert call("GET", by=by, account=account).status == reads
    assert world.dynamo.snapshot() == untouched
    assert call("PATCH", by=by, account=account, body={"phone": "1"}).status == changes
    assert (world.dynamo.snapshot() == untouched) == (changes >= 400)


def test_a_change_reaches_no_other_account_acc_2(call: Call) -> None:
    call("PATCH", by="rita", account=ACCOUNT, body={"company": "Theirs"})

    assert call("GET", by="grace").body["company"] == "Grand SA"


def test_a_corporate_account_sees_its_representative_acc_1(call: Call) -> None:
    answer = call("GET", by="grace")

    assert answer.body["kind"] == "corporate"
    assert answer.body["representative"] == {"name": "Rita Roy", "email": "rita@operator.example"}


def test_a_change_meant_for_another_version_is_refused_ext_1(call: Call, world: World) -> None:
    first = call("PATCH", body={"phone": "1"}, headers={"if-match": '"0"'})

    with nothing_written(world.dynamo):
        late = call("PATCH", body={"phone": "2"}, headers={"if-match": '"0"'})

    assert first.status == 200
    assert (late.status, late.code) == (412, "stale")


def test_a_repeated_change_happens_once_and_a_reused_key_is_refused_reg_10(
    call: Call, world: World
) -> None:
    headers = {"idempotency-key": "change-1"}
    call("PATCH", body={"phone": "1"}, headers=headers)
    call("PATCH", body={"phone": "2"})

    with nothing_written(world.dynamo):
        replay = call("PATCH", body={"phone": "1"}, headers=headers)
        other = call("PATCH", body={"phone": "3"}, headers=headers)

    assert replay.headers["idempotency-replayed"] == "true"
    assert replay.body["phone"] == "2"
    assert (other.status, other.code) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("filled_in_before", [False, True])
def test_of_two_writers_the_second_writes_nothing_and_decides_again(
    world: World, *, filled_in_before: bool
) -> None:
    profiles, cause = world.parts.profiles, world.cause("update_profile")
    account = profiles.account(ACCOUNT)
    assert account is not None
    empty = profiles.profile(account)
    first = replace(empty, phone="1", version=1)
    if filled_in_before:
        profiles.save_profile(cause, empty, first)
        empty, first = first, replace(first, phone="2", version=2)
    profiles.save_profile(cause, empty, first)

    with nothing_written(world.dynamo), pytest.raises(ConcurrentUpdateError):
        profiles.save_profile(cause, empty, replace(first, phone="3"))

    assert profiles.profile(account) == first


def test_one_key_of_a_representative_serves_each_account_by_itself_acc_2(call: Call) -> None:
    for account in (ACCOUNT, "acc_grand"):
        answer = call(
            "PATCH", "rita", account, body={"phone": "1"}, headers={"idempotency-key": "k"}
        )

        assert "idempotency-replayed" not in answer.headers
        assert answer.body["account_id"] == account


def test_nothing_is_sold_without_a_billing_address_nor_sent_without_another_acc_4() -> None:
    empty = first_profile(Account("acc_1", "A", "a@a.example", "", "Europe/Paris", "fr"))

    with pytest.raises(Conflict) as billing:
        empty.require_billing_address()
    with pytest.raises(Conflict) as shipping:
        empty.require_shipping_address()

    assert billing.value.code == "billing_address_missing"
    assert shipping.value.code == "shipping_address_missing"
