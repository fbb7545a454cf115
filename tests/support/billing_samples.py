"""One of each stored thing of billing: an account's subscription, its order, its seats, its usage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from guichet.catalogue.catalogue import BillingMode, Frequency
from guichet.ledger.billable import BillableLine, LineKind
from guichet.period import Basis, Period
from guichet.subscriptions.balance import AccountBalance, OpenBill
from guichet.subscriptions.cart import (
    Bill,
    Cart,
    CartLine,
    CartLineKind,
    CartStatus,
    Preview,
    TaxLine,
    TaxQuote,
    Touched,
)
from guichet.subscriptions.seats import SeatAssignment, SeatStatus
from guichet.subscriptions.subscription import BilledPart, Subscription, SubscriptionStatus
from guichet.subscriptions.terms import AddOnQuantity, Terms
from guichet.subscriptions.usage import BilledUsage, UsageMonth, UsedItem
from tests.support.samples import NOW, eur

ACCOUNT_ID: Final = "acc_1"
ENTITY: Final = "ie"
DAY: Final = date(2026, 11, 22)
PERIOD: Final = Period(DAY, date(2026, 12, 22))


def line(**changed: Any) -> BillableLine:  # noqa: ANN401 - fields of many types
    return replace(
        BillableLine(
            subscription_id="sub_1",
            product_id="webinar",
            kind=LineKind.PLAN,
            item="pro",
            quantity=5,
            unit_price="20.00",
            amount=eur(10_000),
            period=PERIOD,
            bill_on=DAY,
            tax_class="standard",
            catalogue_version="2026-11",
        ),
        **changed,
    )


def subscription(**changed: Any) -> Subscription:  # noqa: ANN401 - same
    """Running, for five seats and a room, with a downgrade that waits for its renewal."""
    terms = Terms("pro", 5, Frequency.MONTHLY, (AddOnQuantity("room", 1),))
    return replace(
        Subscription(
            subscription_id="sub_1",
            account_id=ACCOUNT_ID,
            product_id="webinar",
            terms=terms,
            currency="EUR",
            selling_entity=ENTITY,
            mode=BillingMode.ANNIVERSARY_MONTH,
            basis=Basis.CALENDAR_DAYS,
            time_zone="Europe/Paris",
            catalogue_version="2026-11",
            status=SubscriptionStatus.ACTIVE,
            created_at=NOW,
            request_hash="h",
            anchor=DAY,
            elapsed=1,
            period=PERIOD,
            billing_start=DAY,
            billed=(BilledPart(LineKind.PLAN, "pro", 5, eur(10_000), PERIOD),),
            next_terms=replace(terms, seats=4),
        ),
        **changed,
    )


def preview(**changed: Any) -> Preview:  # noqa: ANN401 - same
    """Of a new subscription: 100.00 and 20.00 of tax, 30.00 of it by credit."""
    tax = TaxQuote((TaxLine("VAT", "20", 2000),))
    wish = CartLine(
        CartLineKind.SUBSCRIBE,
        product_id="webinar",
        plan_id="pro",
        frequency=Frequency.MONTHLY,
        seats=5,
        add_ons=(AddOnQuantity("room", 1),),
    )
    return replace(
        Preview(
            preview_id="prv_1",
            account_id=ACCOUNT_ID,
            wishes=(wish,),
            touched=(Touched("sub_1", 0, Terms("team", 5, Frequency.MONTHLY), None, DAY),),
            selling_entity=ENTITY,
            currency="EUR",
            time_zone="Europe/Paris",
            day=DAY,
            created_at=NOW,
            expires_at=NOW + timedelta(minutes=30),
            catalogue_version="2026-11",
            profile_version=1,
            now=Bill(DAY, (line(),), tax),
            later=(),
            credit_applied=eur(3000),
            due_now=eur(9000),
            credit_given=eur(0),
            request_hash="h",
        ),
        **changed,
    )


def cart(**changed: Any) -> Cart:  # noqa: ANN401 - same
    return replace(
        Cart(
            cart_id="crt_1",
            account_id=ACCOUNT_ID,
            preview=preview(),
            status=CartStatus.PENDING,
            placed_at=NOW,
            placed_by="mem_1",
            abandon_at=NOW + timedelta(days=7),
        ),
        **changed,
    )


def balance(**changed: Any) -> AccountBalance:  # noqa: ANN401 - same
    bill = OpenBill(DAY, DAY + timedelta(days=30), 1200)
    made = AccountBalance(ACCOUNT_ID, ENTITY, "EUR", 3000, 500, (bill,), version=1)
    return replace(made, **changed)


def seat(**changed: Any) -> SeatAssignment:  # noqa: ANN401 - same
    return replace(
        SeatAssignment(
            seat_id="seat_1",
            subscription_id="sub_1",
            account_id=ACCOUNT_ID,
            email="ada@example.org",
            name="Ada Lovelace",
            status=SeatStatus.INVITED,
            assigned_at=NOW,
            request_hash="h",
        ),
        **changed,
    )


def usage_month(**changed: Any) -> UsageMonth:  # noqa: ANN401 - same
    return replace(
        UsageMonth(
            subscription_id="sub_1",
            account_id=ACCOUNT_ID,
            month=date(2026, 10, 1),
            currency="EUR",
            country="FR",
            plan_id="pro",
            catalogue_version="2026-11",
            items=(UsedItem("minutes", 130, 100),),
            billed=(BilledUsage("minutes", "0.02", 30, 60),),
        ),
        **changed,
    )
