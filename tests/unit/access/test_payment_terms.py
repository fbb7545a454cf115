"""INV-10, ACC-1: a representative sets an account's payment terms, and nobody else does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from guichet.access.membership import Member
from guichet.access.ports import ProfileRecords
from guichet.access.profile import CHANGEABLE, BillingProfile
from guichet.access.use_cases.set_payment_terms import SetPaymentTerms, set_payment_terms
from guichet.errors import Invalid, Stale
from tests.support.profiles import FILLED, Call
from tests.support.unchanged import nothing_written
from tests.support.world import ACCOUNT, SYSTEM, World

TERMS = "/v1/account/payment-terms"
AGREED = {"days": 45, "reason": "Agreed with Ann Ory"}


def terms(days: int, *, is_default: bool = False, reason: str | None = None) -> dict[str, Any]:
    return {"days": days, "is_default": is_default, "reason": reason}


def by_rita(call: Call, body: object, **parts: Any) -> Any:  # noqa: ANN401 - any part of an event
    return call("PATCH", by="rita", account=ACCOUNT, path=TERMS, body=body, **parts)


def test_a_representative_sets_them_and_the_account_sees_them_inv_10(call: Call) -> None:
    answer = by_rita(call, AGREED)
    seen = call("GET")

    assert (answer.status, answer.headers["etag"]) == (200, '"1"')
    assert answer.body["payment_terms"] == terms(45, reason="Agreed with Ann Ory")
    assert seen.body["payment_terms"] == terms(45), "why is the operator's matter"
    assert call("GET", by="rita", account=ACCOUNT).body == answer.body


@pytest.mark.parametrize("days", [0, 365])
def test_any_number_of_days_within_a_year_inv_10(call: Call, days: int) -> None:
    assert by_rita(call, AGREED | {"days": days}).body["payment_terms"]["days"] == days


def test_null_brings_back_what_holds_for_all_inv_10(call: Call) -> None:
    by_rita(call, AGREED)

    answer = by_rita(call, {"days": None, "reason": "The contract ended"})

    assert answer.body["payment_terms"] == terms(30, is_default=True, reason="The contract ended")


@pytest.mark.parametrize(
    "who", ["olivia", "bill", "vera", "ines", "adrian", "leo", "maria", "grace", "audrey"]
)
def test_nobody_of_the_account_sets_them_whatever_they_were_granted_acc_1(
    call: Call, world: World, who: str
) -> None:
    named = {"account": ACCOUNT} if who == "audrey" else {}

    with nothing_written(world.dynamo):
        answer = call("PATCH", by=who, path=TERMS, body=AGREED, **named)

    assert (answer.status, answer.code) == (403, "not_allowed")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"payment_terms_days": 90}, id="as it is stored"),
        pytest.param({"payment_terms": terms(90)}, id="as it is shown"),
        pytest.param({"days": 90, "reason": "mine"}, id="as it is set"),
    ],
)
def test_the_profile_is_no_way_round_acc_1(call: Call, world: World, sent: dict[str, Any]) -> None:
    with nothing_written(world.dynamo):
        answer = call("PATCH", body=sent)

    assert (answer.status, answer.body["errors"][0]["code"]) == (422, "unknown_field")


def test_changing_the_profile_keeps_them_inv_10(call: Call) -> None:
    by_rita(call, AGREED)

    changed = call("PATCH", body=FILLED)

    assert changed.body["payment_terms"] == terms(45)
    assert by_rita(call, AGREED).body["version"] == 2, "nothing to change"
    assert not CHANGEABLE & {"payment_terms_days", "payment_terms_note"}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        pytest.param(AGREED | {"days": -1}, "/days", "payment_terms_beyond_limits", id="negative"),
        pytest.param(
            AGREED | {"days": 366}, "/days", "payment_terms_beyond_limits", id="a day more"
        ),
        pytest.param(AGREED | {"days": 10**40}, "/days", "payment_terms_beyond_limits", id="huge"),
        pytest.param(AGREED | {"days": 30.5}, "/days", "wrong_type", id="a fraction"),
        pytest.param(AGREED | {"days": "30"}, "/days", "wrong_type", id="text"),
        pytest.param(AGREED | {"days": True}, "/days", "wrong_type", id="yes"),
        pytest.param({"reason": "Agreed"}, "/days", "required", id="no days"),
        pytest.param({"days": 45}, "/reason", "required", id="no reason"),
        pytest.param(AGREED | {"reason": " "}, "/reason", "too_short", id="an empty reason"),
        pytest.param(AGREED | {"reason": "x" * 2001}, "/reason", "too_long", id="a long reason"),
        pytest.param(AGREED | {"month": 1}, "/month", "unknown_field", id="unknown"),
    ],
)
def test_what_is_no_number_of_days_is_refused_inv_10(
    call: Call, world: World, body: dict[str, Any], pointer: str, code: str
) -> None:
    by_rita(call, AGREED | {"days": 60})

    with nothing_written(world.dynamo):
        answer = by_rita(call, body)

    assert answer.status == 422
    assert [(each["pointer"], each["code"]) for each in answer.body["errors"]] == [(pointer, code)]


def test_the_journal_says_who_changed_them_from_what_to_what_and_not_why_acc_3(
    call: Call, world: World
) -> None:
    by_rita(call, AGREED)
    by_rita(call, AGREED | {"days": 60})

    first, second = [
        each for each in world.journal() if each.aggregate == f"billing_profile/{ACCOUNT}"
    ]
    assert (first.after["payment_terms_days"], second.before["payment_terms_days"]) == (45, 45)
    assert (second.after["payment_terms_days"], second.actor.kind) == (60, "representative")
    assert [event.name for event in second.events] == ["profile.payment_terms_set"]
    assert second.events[0].facts == {"days": 60}
    assert "Ann Ory" not in repr(world.dynamo.items("journal")), "a journal is never erased"


def test_a_repeat_with_its_key_changes_nothing_and_another_wish_is_refused_ext_1(
    call: Call, world: World
) -> None:
    first = by_rita(call, AGREED, headers={"idempotency-key": "terms-1"})
    by_rita(call, AGREED | {"days": 60})

    with nothing_written(world.dynamo):
        again = by_rita(call, AGREED, headers={"idempotency-key": "terms-1"})
        other = by_rita(call, AGREED | {"days": 9}, headers={"idempotency-key": "terms-1"})

    assert (first.body["payment_terms"]["days"], again.body["payment_terms"]["days"]) == (45, 60)
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status, other.code) == (409, "idempotency_key_reused")


def test_of_two_who_read_the_same_version_one_is_told_to_read_again_ext_1(
    call: Call, world: World
) -> None:
    by_rita(call, AGREED, headers={"if-match": '"0"'})

    with nothing_written(world.dynamo):
        late = by_rita(call, AGREED | {"days": 10}, headers={"if-match": '"0"'})

    assert (late.status, late.code) == (412, "stale")
    assert call("GET").body["payment_terms"] == terms(45)


class _Overtaken:
    """The profile's records; before the first save, a member changes something else."""

    def __init__(self, world: World) -> None:
        self._held: ProfileRecords = world.parts.profiles
        self._world = world
        self._is_first = True

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the records have
        return getattr(self._held, name)

    def save_profile(self, cause: Any, before: BillingProfile, *rest: Any, **told: Any) -> None:  # noqa: ANN401 - same
        if self._is_first:
            self._is_first = False
            other = replace(before, phone="+33 1 99 00 00 01", version=before.version + 1)
            self._held.save_profile(self._world.cause("update_profile"), before, other)
        self._held.save_profile(cause, before, *rest, **told)


def _wish(people: dict[str, Member], expected: frozenset[int] | None, days: int) -> SetPaymentTerms:
    rita = people["rita"].acting_for(ACCOUNT)
    return SetPaymentTerms(days, "Agreed", expected, rita, None, SYSTEM)


def test_a_change_at_the_same_moment_is_kept_beside_it_inv_10(
    world: World, people: dict[str, Member]
) -> None:
    records = _Overtaken(world)

    reply = set_payment_terms(_wish(people, None, 45), profiles=records, clock=world.clock)

    profile = reply.value[1]
    assert (profile.payment_terms_days, profile.phone, profile.version) == (
        45,
        "+33 1 99 00 00 01",
        2,
    )


def test_who_named_the_version_is_overtaken_and_told_so_ext_1(
    world: World, people: dict[str, Member]
) -> None:
    records = _Overtaken(world)

    with pytest.raises(Stale):
        set_payment_terms(_wish(people, frozenset({0}), 45), profiles=records, clock=world.clock)

    account = world.parts.people.account(ACCOUNT)
    assert account is not None
    assert world.parts.profiles.profile(account).payment_terms_days is None


def test_whoever_else_sets_them_meets_the_same_limits_inv_10() -> None:
    profile = BillingProfile(
        account_id="acc_1", company="A", contact_email="a@b.example", time_zone="UTC", language="en"
    )

    with pytest.raises(Invalid):
        profile.with_payment_terms(366, "a quote")
    with pytest.raises(Invalid):
        profile.with_payment_terms(30, " ")

    assert profile.with_payment_terms(0, "a quote").payment_terms(30) == 0
