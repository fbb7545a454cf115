"""COL-1, COL-10: a payment method is stored on the provider's page: once, within limits, as agreed."""

from __future__ import annotations

import pytest

from guichet.collection.setup import SetupStatus
from guichet.collection.use_cases.settle_setup import settle_setup
from guichet.errors import Unavailable
from guichet.payments.stored_method import DebitScheme, MethodKind
from tests.support.billing import NEW_YORK
from tests.support.method_provider import Loss
from tests.support.stored_methods import Methods, shown_as
from tests.support.unchanged import written_so_far
from tests.support.verified import assert_verified
from tests.support.world import SYSTEM, refusal_of


def test_a_card_is_stored_as_tokens_and_four_digits_col_1(methods: Methods) -> None:
    setup = methods.start()

    methods.agree(setup)
    back = methods.come_back(setup)

    assert back.status is SetupStatus.STORED
    assert back.redirect_url is None
    (stored,) = methods.all_stored()
    assert (stored.brand, stored.last4, stored.expires) == ("visa", "4242", "2029-04")
    assert stored.may_be_charged
    assert methods.held().default_method_id == stored.method_id
    assert not methods.held().is_autopay


def test_what_a_provider_knows_a_customer_by_stays_out_of_the_journal_col_1(
    methods: Methods,
) -> None:
    methods.store("bank_debit")
    methods.tried("card", {"brand": "diners", "last4": "9995"})

    journal = repr(methods.world.dynamo.items("journal"))

    for secret in ("6789", "9995", "cus_1", "stripe_token", "mandate_stripe", "By accepting"):
        assert secret not in journal
    assert "'authorization': 'ach-1'" in journal


def test_a_repeat_with_the_same_key_opens_no_second_page_ext_1(methods: Methods) -> None:
    first = methods.start_reply(key="one")

    again = methods.start_reply(key="one")

    assert again.replayed
    assert again.value == first.value
    assert len(methods.provider().pages) == 1


def test_another_wish_with_the_same_key_is_refused_ext_1(methods: Methods) -> None:
    methods.start(key="one")

    refusal = refusal_of(lambda: methods.start("paypal", key="one"))

    assert refusal.code == "idempotency_key_reused"


def test_one_customer_of_the_account_is_made_at_the_provider(methods: Methods) -> None:
    methods.store()
    methods.store(last4="1111")

    assert len(methods.provider().customers) == 1
    assert {each.token.customer_id for each in methods.all_stored()} == {"cus_1"}


def test_paypal_s_own_customer_is_kept_for_the_next_time(methods: Methods) -> None:
    first = methods.store("paypal")

    second = methods.store("paypal")

    assert first.token.customer_id == second.token.customer_id


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        pytest.param("card", 4, id="cards"),
        pytest.param("bank_debit", 2, id="bank accounts"),
        pytest.param("paypal", 2, id="connected accounts"),
    ],
)
def test_no_more_than_so_many_of_a_kind_are_stored_col_1(
    methods: Methods, kind: str, most: int
) -> None:
    for _ in range(most):
        methods.store(kind)
    accepts = {"accepts": "ach-1"} if kind == "bank_debit" else {}
    before = written_so_far(methods.world.dynamo)

    refusal = refusal_of(lambda: methods.start(kind, **accepts))

    assert (refusal.code, refusal.rule) == ("payment_method_limit", "COL-1")
    assert written_so_far(methods.world.dynamo) == before
    assert methods.held().counts(MethodKind(kind)) == most


def test_one_too_many_that_was_begun_in_time_is_given_back_col_1(methods: Methods) -> None:
    for _ in range(3):
        methods.store()
    pages = [methods.start(), methods.start()]
    found = [methods.agree(each) for each in pages]

    first, second = (methods.come_back(each) for each in pages)

    assert (first.status, second.status) == (SetupStatus.STORED, SetupStatus.REFUSED)
    assert second.refusal == "payment_method_limit"
    assert len(methods.held().held) == 4
    assert found[1].token.token_id not in methods.provider().live
    assert_verified(methods.world.dynamo, methods.world.clock.now())


@pytest.mark.parametrize(
    ("brand", "wish", "taken"),
    [
        pytest.param("visa", {}, True, id="Visa"),
        pytest.param("mastercard", {}, True, id="Mastercard"),
        pytest.param("amex", {}, True, id="American Express"),
        pytest.param("discover", {}, True, id="Discover in USD"),
        pytest.param("discover", {"selling_entity": "ie", "currency": "EUR"}, False, id="in EUR"),
        pytest.param("discover", {"selling_entity": "ca", "currency": "CAD"}, False, id="in CAD"),
        pytest.param("visa_electron", {"selling_entity": "ie"}, True, id="Visa Electron, Ireland"),
        pytest.param("visa_electron", {}, False, id="Visa Electron elsewhere"),
        pytest.param("diners", {}, False, id="any other"),
    ],
)
def test_brands_are_those_of_the_entity_and_the_currency_col_10(
    methods: Methods,
    brand: str,
    wish: dict[str, str],
    taken: bool,  # noqa: FBT001 - a column of the table
) -> None:
    setup = methods.tried("card", {"brand": brand}, **wish)

    provider = methods.provider("stripe", wish.get("selling_entity", "us"))
    if taken:
        assert setup.status is SetupStatus.STORED
        assert len(provider.live) == 1
    else:
        assert (setup.status, setup.refusal) == (SetupStatus.REFUSED, "brand_not_accepted")
        assert methods.all_stored() == []
        assert provider.live == {}
        methods.world.settle_down()
        assert methods.world.mails() == []


def test_what_is_no_method_of_the_chosen_kind_is_given_back(methods: Methods) -> None:
    setup = methods.start()
    assert setup.session_id is not None
    methods.provider().agree(setup.session_id, kind="bank_debit")

    back = methods.come_back(setup)

    assert (back.status, back.refusal) == (SetupStatus.REFUSED, "payment_method_kind")
    assert methods.provider().live == {}


@pytest.mark.parametrize(
    ("currency", "entity", "scheme"),
    [("USD", "us", "ach"), ("EUR", "ie", "sepa"), ("GBP", "gb", "bacs")],
)
def test_a_bank_account_is_stored_with_its_authorization_col_10(
    methods: Methods, currency: str, entity: str, scheme: str
) -> None:
    shown = shown_as(DebitScheme(scheme))

    setup = methods.tried(
        "bank_debit", shown, accepts=f"{scheme}-1", selling_entity=entity, currency=currency
    )

    assert setup.method_id is not None
    given = methods.method(setup.method_id).authorization
    assert given is not None
    assert (given.scheme, given.text_version, given.language) == (scheme, f"{scheme}-1", "en")
    assert given.accepted_at == methods.world.clock.now()
    assert (given.accepted_by, given.accepted_from) == ("mem_olga", "203.0.113.9")
    assert given.reference == f"mandate_{setup.session_id}"
    assert "Atelier Nord SARL" in given.text
    assert "Guichet Example" in given.text
    assert methods.method(setup.method_id).may_be_charged


def test_another_scheme_than_was_authorized_is_given_back_col_10(methods: Methods) -> None:
    setup = methods.tried("bank_debit", shown_as(DebitScheme.SEPA), accepts="ach-1")

    assert (setup.status, setup.refusal) == (SetupStatus.REFUSED, "debit_not_authorized")
    assert methods.provider().live == {}


@pytest.mark.parametrize("kind", ["card", "paypal"])
def test_the_end_of_the_page_finds_what_nobody_came_back_from_bad_3(
    methods: Methods, kind: str
) -> None:
    setup = methods.start(kind)
    methods.agree(setup)

    methods.world.clock.advance(minutes=32)
    methods.world.upkeep()

    assert methods.setup(setup).status is SetupStatus.STORED
    assert len(methods.all_stored()) == 1
    assert_verified(methods.world.dynamo, methods.world.clock.now())


def test_a_page_that_nobody_used_ends_at_the_provider_too_bad_16(methods: Methods) -> None:
    setup = methods.start()

    methods.world.clock.advance(minutes=31, seconds=1)
    methods.world.upkeep()

    assert methods.setup(setup).status is SetupStatus.ENDED
    with pytest.raises(AssertionError, match="this page is ended"):
        methods.agree(setup)
    assert methods.all_stored() == []


def test_webhook_return_and_clock_store_one_method_bad_2(methods: Methods) -> None:
    setup = methods.start()
    methods.agree(setup)
    collecting = methods.collecting()

    settle_setup(setup.setup_id, SYSTEM, collecting=collecting)
    methods.come_back(setup)
    methods.world.clock.advance(hours=1)
    methods.world.upkeep()
    settle_setup(setup.setup_id, SYSTEM, collecting=collecting)

    assert len(methods.all_stored()) == 1
    methods.world.settle_down()
    assert methods.world.mails() == ["billing_method_stored"]


def test_what_was_agreed_at_the_last_moment_is_stored_when_it_is_heard_of(
    methods: Methods,
) -> None:
    """PayPal's page can't be kept from being approved: whoever asks for it stores it."""
    setup = methods.start("paypal")
    methods.world.clock.advance(minutes=32)
    methods.world.upkeep()
    assert methods.setup(setup).status is SetupStatus.ENDED
    methods.agree(setup)
    assert methods.all_stored() == []

    settle_setup(setup.setup_id, SYSTEM, collecting=methods.collecting())

    assert methods.setup(setup).status is SetupStatus.STORED
    assert_verified(methods.world.dynamo, methods.world.clock.now())


def test_the_same_token_twice_is_one_method(methods: Methods) -> None:
    first = methods.store("paypal", token_id="vault_1")

    second = methods.tried("paypal", {"token_id": "vault_1"})

    assert (second.status, second.method_id) == (SetupStatus.STORED, first.method_id)
    assert len(methods.all_stored()) == 1
    assert "vault_1" in methods.provider("paypal").live


def test_the_same_card_twice_is_two_methods_that_both_count(methods: Methods) -> None:
    """docs/decisions/0033: four digits and a brand don't say that it is the same card."""
    methods.store()
    methods.store()

    assert methods.held().counts(MethodKind.CARD) == 2


@pytest.mark.parametrize("call", ["make_customer", "open_setup"])
@pytest.mark.parametrize("loss", ["before", "after"])
def test_who_got_no_answer_asks_again_with_the_same_key_bad_11(
    methods: Methods, call: str, loss: Loss
) -> None:
    methods.provider().losing[call].append(loss)

    with pytest.raises(Unavailable):
        methods.start(key="one")
    again = methods.start(key="one")

    assert again.status is SetupStatus.OPEN
    assert len(methods.provider().customers) == 1
    methods.agree(again)
    assert methods.come_back(again).status is SetupStatus.STORED
    assert_verified(methods.world.dynamo, methods.world.clock.now())


@pytest.mark.parametrize("loss", ["before", "after"])
def test_a_return_without_an_answer_is_made_up_for(methods: Methods, loss: Loss) -> None:
    setup = methods.start("paypal")
    methods.agree(setup)
    methods.provider("paypal").losing["ask_setup"].append(loss)

    with pytest.raises(Unavailable):
        methods.come_back(setup)
    methods.world.clock.advance(hours=1)
    methods.world.upkeep()

    assert len(methods.all_stored()) == 1
    assert methods.provider("paypal").stored_count == 1


@pytest.mark.parametrize("loss", ["before", "after"])
def test_what_is_not_taken_is_forgotten_though_the_provider_was_away(
    methods: Methods, loss: Loss
) -> None:
    setup = methods.start()
    methods.agree(setup, brand="diners")
    methods.provider().losing["detach"].append(loss)

    told = methods.come_back(setup)
    assert (told.status, told.refusal) == (SetupStatus.REFUSING, "brand_not_accepted")
    methods.world.clock.advance(minutes=2)
    methods.world.upkeep()

    assert methods.setup(setup).status is SetupStatus.REFUSED
    assert methods.setup(setup).found is None
    assert methods.provider().live == {}
    assert_verified(methods.world.dynamo, methods.world.clock.now())


def test_what_was_not_taken_and_is_stored_since_is_not_forgotten(methods: Methods) -> None:
    """PayPal names one account by one token, however often it is stored."""
    first, _ = (methods.store("paypal", token_id=each) for each in ("vault_1", "vault_2"))
    methods.remove(first.method_id)
    late = methods.start("paypal")
    methods.store("paypal", token_id="vault_3")
    methods.agree(late, token_id="vault_4")
    methods.provider("paypal").losing["detach"].append("before")
    assert methods.come_back(late).status is SetupStatus.REFUSING
    methods.remove(methods.held().held[0].method_id)
    methods.store("paypal", token_id="vault_4")

    methods.world.clock.advance(minutes=2)
    methods.world.upkeep()

    assert methods.setup(late).status is SetupStatus.REFUSED
    assert "vault_4" in methods.provider("paypal").live
    assert_verified(methods.world.dynamo, methods.world.clock.now())


def test_of_a_provider_that_will_not_forget_a_person_is_told(methods: Methods) -> None:
    setup = methods.start()
    methods.agree(setup, brand="diners")
    methods.provider().refusing["detach"] = "account_not_reachable"
    methods.come_back(setup)

    for _ in range(6):
        methods.world.clock.advance(days=1)
        methods.world.upkeep()
    methods.world.relay()

    assert methods.setup(setup).status is SetupStatus.REFUSED
    assert methods.world.alarms == ["payment_method.not_forgotten"]


def test_a_provider_that_refuses_to_open_ends_the_try(methods: Methods) -> None:
    methods.provider().refusing["open_setup"] = "provider_refused"

    refusal = refusal_of(lambda: methods.start(key="one"))

    assert refusal.code == "provider_refused"
    del methods.provider().refusing["open_setup"]
    again = methods.start(key="one")
    assert (again.status, again.refusal) == (SetupStatus.ENDED, "provider_refused")
    assert methods.start(key="two").status is SetupStatus.OPEN


def test_methods_of_two_entities_have_lists_of_their_own_col_1(methods: Methods) -> None:
    """A token lies at one entity's provider account: no other entity can charge it."""
    american = methods.store()
    irish = methods.tried("card", selling_entity="ie", currency="EUR")

    assert methods.held("us").default_method_id == american.method_id
    assert methods.held("ie").default_method_id == irish.method_id


def test_without_a_name_it_is_the_entity_of_the_billing_country_inv_12(methods: Methods) -> None:
    methods.billing.move_to(NEW_YORK)

    assert methods.start().selling_entity == "us"
