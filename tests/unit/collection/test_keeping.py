"""COL-1: the default, autopay, and methods that are removed or gone at the provider."""

from __future__ import annotations

import pytest

from guichet.collection.stored import MethodStatus
from guichet.collection.use_cases.list_methods import list_methods
from guichet.collection.use_cases.note_detached import note_detached
from guichet.errors import Unavailable
from tests.support.method_provider import Loss
from tests.support.stored_methods import Methods
from tests.support.verified import assert_verified
from tests.support.world import SYSTEM


def shown(methods: Methods) -> list[str]:
    views = list_methods(methods.billing.owner, collecting=methods.collecting())
    return [each.method_id for view in views for each in view.stored]


def test_a_removed_method_is_forgotten_by_the_provider_and_told_col_1(methods: Methods) -> None:
    stored = methods.store()
    methods.world.settle_down()

    removed = methods.remove(stored.method_id).value

    assert removed.status is MethodStatus.DETACHED
    assert methods.method(stored.method_id).forget_from is None
    assert methods.provider().live == {}
    assert shown(methods) == []
    methods.world.settle_down()
    assert methods.world.mails() == ["billing_method_stored", "billing_method_removed"]
    assert_verified(methods.world.dynamo, methods.world.clock.now())


def test_removing_twice_removes_once(methods: Methods) -> None:
    stored = methods.store()
    methods.remove(stored.method_id)

    again = methods.remove(stored.method_id)

    assert again.replayed
    assert sum(name == "payment_method.removed" for name in methods.events()) == 1
    assert methods.provider().detached[stored.token.token_id] == 1


@pytest.mark.parametrize("loss", ["before", "after"])
def test_what_the_provider_did_not_hear_it_is_told_again(methods: Methods, loss: Loss) -> None:
    stored = methods.store()
    methods.provider().losing["detach"].append(loss)

    methods.remove(stored.method_id)

    assert not methods.method(stored.method_id).may_be_charged
    methods.world.clock.advance(minutes=2)
    methods.world.upkeep()
    assert methods.provider().live == {}
    assert methods.method(stored.method_id).forget_from is None
    assert_verified(methods.world.dynamo, methods.world.clock.now())


def test_another_takes_the_place_of_a_removed_default_col_1(methods: Methods) -> None:
    first, second, third = (methods.store(last4=each) for each in ("1111", "2222", "3333"))
    methods.make_default(third.method_id)
    methods.autopay()

    methods.remove(third.method_id)

    assert methods.held().default_method_id == first.method_id
    assert methods.held().is_autopay
    assert shown(methods) == [first.method_id, second.method_id]


def test_the_last_one_goes_once_autopay_is_off_col_1(methods: Methods) -> None:
    stored = methods.store()
    methods.autopay()
    methods.autopay(on=False)

    methods.remove(stored.method_id)

    assert methods.held().default_method_id is None


def test_the_default_is_chosen_once_however_often_it_is_said(methods: Methods) -> None:
    methods.store()
    second = methods.store(last4="2222")

    methods.make_default(second.method_id, key="a")
    repeated = methods.make_default(second.method_id, key="a")
    methods.make_default(second.method_id, key="b")

    assert repeated.replayed
    assert methods.held().default_method_id == second.method_id
    assert methods.events().count("payment_method.default_changed") == 2  # the first one's too


def test_a_late_repeat_does_not_switch_autopay_on_again(methods: Methods) -> None:
    methods.store()
    methods.autopay(key="on")
    methods.autopay(on=False, key="off")

    late = methods.autopay(key="on")

    assert late.replayed
    assert not methods.held().is_autopay


def test_a_method_that_is_gone_at_the_provider_is_not_charged_and_told_of_col_1(
    methods: Methods,
) -> None:
    stored = methods.store()
    methods.autopay()
    methods.world.settle_down()
    methods.provider().withdraw(stored.token.token_id)

    note_detached("stripe", stored.token.token_id, SYSTEM, collecting=methods.collecting())
    note_detached("stripe", stored.token.token_id, SYSTEM, collecting=methods.collecting())

    assert not methods.method(stored.method_id).may_be_charged
    assert methods.held().default_method_id is None
    assert methods.held().is_autopay  # of what is stored next
    methods.world.settle_down()
    assert methods.world.mails() == ["billing_method_stored", "billing_method_gone"]
    (mail,) = [m for m in methods.world.mailer.taken if "method_gone" in m.message_key]
    assert mail.to == "office@atelier.example"
    assert_verified(methods.world.dynamo, methods.world.clock.now())


def test_a_hint_about_a_method_that_is_there_takes_nothing_away(methods: Methods) -> None:
    """A webhook is a hint: anybody may send it late, or again (EXT-2)."""
    stored = methods.store()
    note_detached("stripe", stored.token.token_id, SYSTEM, collecting=methods.collecting())

    assert methods.method(stored.method_id) == stored


def test_a_renewed_card_shows_its_new_end(methods: Methods) -> None:
    from dataclasses import replace  # noqa: PLC0415 - here alone

    stored = methods.store()
    live = methods.provider().live
    token_id = stored.token.token_id
    live[token_id] = replace(live[token_id], expires="2033-04")

    note_detached("stripe", token_id, SYSTEM, collecting=methods.collecting())

    assert methods.method(stored.method_id).expires == "2033-04"
    assert methods.method(stored.method_id).is_active
    assert_verified(methods.world.dynamo, methods.world.clock.now())


def test_an_unknown_token_and_a_silent_provider_change_nothing(methods: Methods) -> None:
    stored = methods.store()
    assert not note_detached("stripe", "unknown", SYSTEM, collecting=methods.collecting())
    methods.provider().is_away = True

    with pytest.raises(Unavailable):
        note_detached("stripe", stored.token.token_id, SYSTEM, collecting=methods.collecting())

    assert methods.method(stored.method_id).is_active


def test_a_removed_token_that_was_stored_again_is_not_detached(methods: Methods) -> None:
    first = methods.store("paypal", token_id="vault_1")
    methods.provider("paypal").losing["detach"].append("before")
    methods.remove(first.method_id)

    methods.store("paypal", token_id="vault_1")
    methods.world.clock.advance(minutes=2)
    methods.world.upkeep()

    assert "vault_1" in methods.provider("paypal").live
    assert methods.method(first.method_id).forget_from is None


def test_a_representative_s_link_is_mailed_to_the_billing_contact_once_col_10(
    methods: Methods,
) -> None:
    methods.send_link("one")
    methods.send_link("one")

    methods.world.settle_down()

    (mail,) = methods.world.mailer.taken
    assert mail.to == "office@atelier.example"
    assert "https://pay.example/billing/payment-methods" in mail.mail.text
    assert methods.events() == ["payment_method.link_sent"]


def test_the_customer_gets_the_text_that_they_agreed_to_by_mail_col_10(methods: Methods) -> None:
    methods.store("bank_debit")

    methods.world.settle_down()

    (mail,) = methods.world.mailer.taken
    assert "Atelier Nord SARL authorizes Guichet Example Inc." in mail.mail.text
