"""Two versions of the catalogue: what changes, and for whom from which renewal (SUB-1)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from guichet.adapters.catalogue.compiling import compile_catalogue
from guichet.catalogue.catalogue import Catalogue, Frequency
from guichet.catalogue.diff import Affected, Change, Subscribed, affected, difference, told
from guichet.catalogue.loading import CompiledCatalogues
from guichet.catalogue.traits import Part
from tests.support.catalogue_text import SMALL

FROM = date(2027, 6, 1)
RENEWAL = date(2027, 6, 17)
THEM, OTHERS = "them", "others"


def catalogue(version: str, text: str) -> Catalogue:
    compiled = compile_catalogue(text, "catalogue.yaml")
    one = CompiledCatalogues(lambda: compiled).version("one")
    return replace(one, version=version, effective_from=FROM)


OLD = catalogue("old", SMALL)


def after(was: str, becomes: str) -> Catalogue:
    assert was in SMALL
    return catalogue("new", SMALL.replace(was, becomes, 1))


def renewing(day: date | None) -> Callable[[date], date | None]:
    return lambda asked: day if day is not None and day >= asked else None


SUBSCRIBED = Subscribed(
    product_id="webinar",
    plan_id="basic",
    currency="USD",
    frequency=Frequency.MONTHLY,
    add_on_ids=frozenset({"storage", "headset"}),
    renewal_from=renewing(RENEWAL),
)


def test_a_version_does_not_differ_from_itself() -> None:
    assert difference(OLD, OLD).changes == ()
    assert list(told(difference(OLD, OLD)))[1] == "nothing changes"


@pytest.mark.parametrize(
    ("was", "becomes", "line", "concerned"),
    [
        pytest.param(
            'USD: { monthly: "30.00"',
            'USD: { monthly: "33.00"',
            "plan basic price USD monthly: USD 30.00 -> USD 33.00",
            THEM,
            id="their price",
        ),
        pytest.param(
            'annual: "300"',
            'annual: "330"',
            "plan basic price USD annual: USD 300.00 -> USD 330.00",
            OTHERS,
            id="another frequency's",
        ),
        pytest.param(
            'JPY: { monthly: "4500"',
            'JPY: { monthly: "4600"',
            "plan basic price JPY monthly: JPY 4500 -> JPY 4600",
            OTHERS,
            id="another currency's",
        ),
        pytest.param(
            'USD: { monthly: "60.00"',
            'USD: { monthly: "66.00"',
            "plan pro price USD monthly: USD 60.00 -> USD 66.00",
            OTHERS,
            id="another plan's",
        ),
        pytest.param(
            "maximum_seats: 50",
            "maximum_seats: 40",
            "plan basic maximum_seats: 50 -> 40",
            THEM,
            id="their plan's seats",
        ),
        pytest.param(
            "sms: 100",
            "sms: 90",
            "plan basic included: sms: 100 -> sms: 90",
            THEM,
            id="what is included",
        ),
        pytest.param(
            'USD: { monthly: "8.00"',
            'USD: { monthly: "9.00"',
            "add_on storage price USD monthly: USD 8.00 -> USD 9.00",
            THEM,
            id="their add-on's price",
        ),
        pytest.param(
            'USD: "89.00"',
            'USD: "95.00"',
            "add_on headset price_once USD: USD 89.00 -> USD 95.00",
            OTHERS,
            id="what was bought once",
        ),
        pytest.param(
            'USD: "0.0055"',
            'USD: "0.0060"',
            "metered sms unit_price 2026-01-01 any USD: 0.0055 -> 0.0060",
            THEM,
            id="a unit price",
        ),
        pytest.param(
            'USD: "0.005" ',
            'USD: "0.004" ',
            "metered sms unit_price 2026-07-01 +1 US USD: 0.005 -> 0.004",
            THEM,
            id="a row's unit price",
        ),
        pytest.param(
            "included: 500",
            "included: 400",
            "metered sms included: 500 -> 400",
            THEM,
            id="an allowance",
        ),
        pytest.param(
            "6490",
            "7000",
            "fee us-universal-service interstate_share_bps: 6490 -> 7000",
            THEM,
            id="a fee's share",
        ),
        pytest.param(
            "[add_seats, upgrade]",
            "[upgrade]",
            "self_service: add_seats, upgrade -> upgrade",
            THEM,
            id="self-service",
        ),
        pytest.param("P90D", "P6M", "retention: P90D -> P6M", THEM, id="retention"),
        pytest.param(
            "notice_days: 30",
            "notice_days: 60",
            "contract: 15 months, 3 free, 30 days of notice -> 15 months, 3 free, 60 days of notice",
            THEM,
            id="notice",
        ),
        pytest.param(
            "        selling_entities: { CH: guichet-ch }\n",
            "",
            "selling_entities: CH: guichet-ch -> absent",
            THEM,
            id="who sells",
        ),
    ],
)
def test_a_change_is_told_and_concerns_whom_it_touches(
    was: str, becomes: str, line: str, concerned: str
) -> None:
    changed = difference(OLD, after(was, becomes))

    assert list(told(changed)) == ["old -> new, 2027-06-01:", f"webinar {line}"]
    assert affected(changed, SUBSCRIBED) == (
        Affected(RENEWAL, changed.changes) if concerned == THEM else None
    )


def test_a_new_plan_concerns_nobody_and_one_that_goes_its_subscribers() -> None:
    webinar = OLD.product("webinar")
    fewer = {name: plan for name, plan in webinar.plans.items() if name != "basic"}
    without = replace(OLD, products={"webinar": replace(webinar, plans=fewer)})

    gone, new = difference(OLD, without), difference(without, OLD)

    assert gone.changes == (Change("webinar", Part.PLAN, "basic", "existence", "sold", None),)
    assert affected(gone, SUBSCRIBED) == Affected(RENEWAL, gone.changes)
    assert affected(new, SUBSCRIBED) is None


def test_a_product_that_goes_concerns_its_subscribers_alone() -> None:
    gone = difference(OLD, replace(OLD, products={}))

    concerned = affected(gone, SUBSCRIBED)

    assert concerned is not None
    assert concerned.changes[0] == Change(
        "webinar", Part.PRODUCT, "webinar", "existence", "sold", None
    )
    assert affected(gone, replace(SUBSCRIBED, product_id="phone")) is None
    assert affected(difference(replace(OLD, products={}), OLD), SUBSCRIBED) is None


def test_a_running_period_is_never_touched_and_the_renewal_on_the_day_is_sub_1() -> None:
    changed = difference(OLD, after('USD: { monthly: "30.00"', 'USD: { monthly: "33.00"'))

    on_the_day = affected(changed, replace(SUBSCRIBED, renewal_from=renewing(FROM)))
    a_year_later = affected(changed, replace(SUBSCRIBED, renewal_from=renewing(date(2028, 5, 31))))

    assert on_the_day == Affected(FROM, changed.changes)
    assert a_year_later == Affected(date(2028, 5, 31), changed.changes)


def test_who_is_pinned_or_ends_before_is_not_affected_sub_1() -> None:
    changed = difference(OLD, after('USD: { monthly: "30.00"', 'USD: { monthly: "33.00"'))

    assert affected(changed, replace(SUBSCRIBED, is_pinned=True)) is None
    assert affected(changed, replace(SUBSCRIBED, renewal_from=renewing(None))) is None
