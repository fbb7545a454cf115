"""What no rule repairs is found, with both sides' figures, and changes nothing (EXT-3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from guichet.adapters.http import HttpRequest
from guichet.adapters.stripe.client import API_VERSION
from guichet.payments.books import Listed, ListedKind
from guichet.registration.reconciling import Reconciling
from tests.support.money_back import Sale, sold
from tests.support.reconciling import KeptBooks, compare, findings
from tests.support.road import Altered, Road
from tests.support.samples import usd
from tests.support.world import STRIPE_ACCOUNT, World

K = ListedKind
ALL = tuple(ListedKind)


@pytest.fixture
def sale(world: World) -> Sale:
    """One sale by card, compared an hour later: our books and Stripe's agree."""
    made = sold(Road(world, "stripe"))
    world.clock.advance(hours=1)
    return made


def listed(sale: Sale, **changed: Any) -> Listed:  # noqa: ANN401 - fields of many types
    """The sale's capture, as Stripe lists it, unless changed."""
    entry = Listed(
        kind=K.CAPTURE,
        object_id=sale.capture_id,
        at=sale.payment.started_at,
        payee=STRIPE_ACCOUNT,
        amount=usd(12000),
        status="succeeded",
        settled=True,
        payment_id=sale.payment_id,
        capture_id=sale.capture_id,
        fee=usd(228),
    )
    return replace(entry, **changed)


def beside(world: World, *entries: Listed) -> Reconciling:
    """Stripe as it is, but for its lists."""
    real = world.parts.reconciling
    books = {**real.books, "stripe": KeptBooks(ALL, *entries)}
    return replace(
        real,
        books=books,
        theirs=replace(real.theirs, books=books),
        ours=replace(real.ours, books=books),
    )


def money_of(world: World) -> list[Any]:
    """Everything stored but the runs themselves."""
    return [item for item in world.state() if not str(item["pk"]).startswith("RECONCILIATION#")]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"payment_id": "pay_nobodys"}, "capture_unknown", id="a payment of nobody's"),
        pytest.param({"payment_id": "pay#1"}, "capture_unknown", id="a name with a mark"),
        pytest.param({"payment_id": "x" * 5000}, "capture_unknown", id="a name without end"),
        pytest.param({"object_id": "ch_other"}, "captured_twice", id="another capture"),
        pytest.param({"amount": usd(11999)}, "capture_differs", id="a cent too little"),
        pytest.param({"settled": False, "status": "failed"}, "capture_differs", id="failed"),
        pytest.param({"fee": usd(229)}, "fee_differs", id="another fee"),
    ],
)
def test_a_capture_that_is_not_ours_as_it_is_there_is_found_ext_3(
    world: World, sale: Sale, changed: dict[str, Any], code: str
) -> None:
    before = money_of(world)
    books = beside(world, listed(sale, **changed))

    compare(world, reconciling=books)

    assert findings(world) == [code]
    assert money_of(world) == before


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="as it is"),
        pytest.param({"object_id": "ch_own", "payment_id": None}, id="the organizer's other sales"),
        pytest.param({"object_id": "ch_d", "settled": False}, id="a card that was declined before"),
        pytest.param(
            {"object_id": "ch_d", "payment_id": "x", "settled": False}, id="nothing moved"
        ),
    ],
)
def test_what_agrees_or_is_none_of_ours_is_no_finding_ext_3(
    world: World, sale: Sale, changed: dict[str, Any]
) -> None:
    compare(world, reconciling=beside(world, listed(sale), listed(sale, **changed)))

    assert findings(world) == []


def test_a_capture_that_the_provider_does_not_know_is_found_ext_3(world: World, sale: Sale) -> None:
    def unpaid(session: dict[str, Any]) -> None:
        session |= {"payment_status": "unpaid", "status": "open", "payment_intent": None}

    parts = world.container(http=Altered(world.http, "GET /v1/checkout/sessions/*", unpaid))
    real = parts.reconciling
    books = {**real.books, "stripe": KeptBooks(ALL)}

    compare(world, reconciling=replace(real, books=books, ours=replace(real.ours, books=books)))

    (found,) = world.reports.findings()
    assert (found["code"], found["payment_id"]) == ("capture_missing_there", sale.payment_id)
    assert (found["ours"], found["theirs"]) == ("USD 120.00", "unpaid")


def test_a_capture_that_a_list_leaves_out_is_asked_about_first_ext_3(
    world: World, sale: Sale
) -> None:
    assert sale.payment.capture is not None

    compare(world, reconciling=beside(world))

    assert findings(world) == []


def test_a_refund_of_ours_that_the_provider_does_not_know_is_found_ext_3_rfd_6(
    road: Road,
) -> None:
    world, sale = road.world, sold(road)
    refund = sale.refund(4000).value
    world.settle_down()

    class Without:
        """The provider, with an empty memory of refunds."""

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is the real one's
            return getattr(real.ours.outside.settling.providers[road.provider], name)

        def ask_refund(self, _: object) -> None:
            return None

    world.clock.advance(hours=1)
    real = world.parts.reconciling
    settling = replace(real.ours.outside.settling, providers={road.provider: Without()})
    ours = replace(real.ours, outside=replace(real.ours.outside, settling=settling))

    compare(world, reconciling=replace(real, ours=ours))

    assert ("refund_missing_there", refund.refund_id) in {
        (each["code"], each["refund_id"]) for each in world.reports.findings()
    }


def test_a_refund_with_another_amount_than_ours_is_found_ext_3(world: World, sale: Sale) -> None:
    refund = sale.refund(4000).value
    world.settle_down()
    (stored,) = sale.refunds
    entry = listed(
        sale,
        kind=K.REFUND,
        object_id=stored.provider_refund_id,
        refund_id=refund.refund_id,
        amount=usd(4001),
        fee=None,
    )
    world.clock.advance(hours=1)

    compare(world, reconciling=beside(world, listed(sale), entry))

    (found,) = world.reports.findings()
    assert (found["code"], found["refund_id"]) == ("refund_differs", refund.refund_id)
    assert (found["ours"], found["theirs"]) == ("succeeded USD 40.00", "succeeded USD 40.01")


def test_a_fee_that_went_back_without_a_refund_is_found_ext_3_rfd_3(
    world: World, sale: Sale
) -> None:
    fee = listed(sale, kind=K.FEE, object_id="fee_1", amount=usd(228), payment_id=None)

    compare(world, reconciling=beside(world, listed(sale), replace(fee, fee=usd(100))))

    (found,) = world.reports.findings()
    assert (found["code"], found["payment_id"]) == ("fee_return_differs", sale.payment_id)
    assert (found["ours"], found["theirs"]) == ("USD 0.00", "USD 1.00")


def test_a_fee_returned_in_the_operators_own_dashboard_is_found_ext_3_rfd_3(
    world: World, sale: Sale
) -> None:
    """By Stripe's own lists: the fee names its capture, the capture its payment."""
    assert sale.payment.capture is not None
    url = (
        f"https://api.stripe.com/v1/application_fees/{sale.payment.capture.platform_fee_id}/refunds"
    )
    headers = {
        "authorization": "Bearer sk_test_platform",
        "content-type": "application/x-www-form-urlencoded",
        "stripe-version": API_VERSION,
    }
    answer = world.http.send(HttpRequest("POST", url, headers, b"amount=100"))
    assert answer.status == 200

    compare(world)

    (found,) = world.reports.findings()
    assert (found["code"], found["payment_id"]) == ("fee_return_differs", sale.payment_id)
    assert (found["ours"], found["theirs"]) == ("USD 0.00", "USD 1.00")


def test_a_fee_that_we_returned_agrees_ext_3_rfd_3(world: World, sale: Sale) -> None:
    sale.refund()
    world.settle_down()
    fee = listed(sale, kind=K.FEE, object_id="fee_1", amount=usd(228), payment_id=None)
    world.clock.advance(hours=1)

    compare(world, reconciling=beside(world, listed(sale), replace(fee, fee=usd(228))))

    assert findings(world) == []


def test_payouts_are_reported_and_nothing_else_ext_3(world: World, sale: Sale) -> None:
    before = money_of(world)
    payout = listed(sale, kind=K.PAYOUT, object_id="po_1", payment_id=None, status="paid")

    compare(world, reconciling=beside(world, listed(sale), payout))

    notes = [note for page in world.reports.kept.values() for note in page.get("notes", [])]
    assert [(each["payout"], each["amount"]) for each in notes] == [("po_1", "USD 120.00")]
    assert findings(world) == []
    assert money_of(world) == before


def test_findings_raise_one_alarm_and_are_kept_with_the_run_ext_3(world: World, sale: Sale) -> None:
    compare(world, reconciling=beside(world, listed(sale, fee=usd(1)), listed(sale)))
    world.settle_down()

    (run,) = [each for each in _runs(world) if each.found]
    assert (run.found, run.findings[0].code) == (1, "fee_differs")
    assert world.alarms.count("reconciliation.found") == 1


def _runs(world: World) -> list[Any]:
    return world.parts.reconciliations.runs_of("acc_atelier", limit=10, after=None).items
