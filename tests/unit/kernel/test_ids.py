"""Ids and replies: the same request creates the same thing, once (REG-10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.errors import Conflict
from guichet.ids import derived_id, digest, fingerprint
from guichet.registration import naming
from guichet.replies import HANDLED_KEYS_KEPT, Reply, was_handled, with_handled

PARTS = st.lists(st.text(max_size=20), max_size=5)
ALPHABET = set("0123456789abcdefghjkmnpqrstvwxyz")


@given(PARTS)
def test_an_id_is_stable_short_and_free_of_separators_reg_10(parts: list[str]) -> None:
    made = derived_id("pay", *parts)

    assert made == derived_id("pay", *parts)
    prefix, _, rest = made.partition("_")
    assert prefix == "pay"
    assert len(rest) == 20
    assert set(rest) <= ALPHABET


@given(PARTS, PARTS)
def test_other_parts_make_another_digest_however_they_are_cut_reg_10(
    one: list[str], two: list[str]
) -> None:
    assert (digest(*one) == digest(*two)) == (one == two)


def test_a_fingerprint_tells_nothing_and_is_the_same_again_acc_5() -> None:
    assert fingerprint("ada@example.org") == fingerprint("ada@example.org")
    assert "ada" not in fingerprint("ada@example.org")


@given(st.text(min_size=1, max_size=30))
def test_a_registrations_id_names_its_training_reg_10(key: str) -> None:
    training = naming.training_id("acc_1", key)

    assert naming.training_of(naming.registration_id(training, key)) == training


@pytest.mark.parametrize(
    "text", ["", "reg_", "reg_abc", "trn_abc_def", "reg__x", "reg_abc_", "abc", "_a_b"]
)
def test_what_is_no_registrations_id_names_no_training_reg_10(text: str) -> None:
    assert naming.training_of(text) is None


def test_each_road_derives_its_own_ids_from_the_same_key_reg_10() -> None:
    made = {
        naming.training_id("acc_1", "key"),
        naming.training_id("acc_2", "key"),
        naming.discount_code_id("acc_1", "key"),
        naming.registration_id("trn_a", "key"),
        naming.registration_id("trn_b", "key"),
        naming.payment_id("reg_a_b", "key"),
        naming.return_id("pay_a"),
    }

    assert len(made) == 7


def test_a_handled_key_is_a_replay_and_with_another_body_a_conflict_reg_10() -> None:
    handled = with_handled((), "mark", "hash-1")

    assert was_handled(handled, "mark", "hash-1")
    assert not was_handled(handled, "other", "hash-1")
    with pytest.raises(Conflict) as refused:
        was_handled(handled, "mark", "hash-2")
    assert refused.value.code == "idempotency_key_reused"


def test_without_a_key_nothing_is_remembered_reg_10() -> None:
    assert with_handled(("a:b",), None, "hash") == ("a:b",)
    assert not was_handled(("a:b",), None, "b")


def test_an_object_remembers_the_latest_keys_only_reg_10() -> None:
    handled: tuple[str, ...] = ()
    for number in range(HANDLED_KEYS_KEPT + 1):
        handled = with_handled(handled, f"mark{number}", "hash")

    assert len(handled) == HANDLED_KEYS_KEPT
    assert not was_handled(handled, "mark0", "hash")
    assert was_handled(handled, "mark1", "hash")


def test_a_replayed_creation_with_another_body_is_a_conflict_reg_10() -> None:
    assert Reply.replay("thing", same_request=True) == Reply("thing", replayed=True)
    with pytest.raises(Conflict) as refused:
        Reply.replay("thing", same_request=False)
    assert refused.value.code == "idempotency_key_reused"
