"""An invoice for which money came twice: a charge that was refused though it was taken, and another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from guichet.collection.use_cases.resolve_own_refund import ResolveOwnRefund, resolve_own_refund
from guichet.events import Actor, ActorKind
from guichet.ledger.journal import Change
from guichet.ledger.postings import balances
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.own_refund import OwnRefund, own_refund_id
from tests.support.autopaying import Autopaying
from tests.support.movements import assert_movements_are_the_balances
from tests.support.verified import assert_verified

STAFF: Final = Actor(ActorKind.OPERATOR, "sam", "command line")
TOTAL: Final = 10_800  # three seats at 30.00 with a fifth of tax
_CALLS: Final = {"card": "POST /v1/payment_intents", "paypal": "POST /v2/checkout/orders"}
_NO: Final = {
    "card": {"do": "card_error"},
    "paypal": {"do": "issue", "issue": "INSTRUMENT_DECLINED"},
}


@dataclass
class PaidTwice:
    """`first` was taken and is recorded as declined: nobody has told yet."""

    kind: str = "card"
    account: Autopaying = field(default_factory=Autopaying)

    def __post_init__(self) -> None:
        self.world = self.account.world
        self.account.begin(kind=self.kind)
        self.world.parts = self.world.container()  # an old token at PayPal would use up the fault
        self.world.parts.billing = self.account.billing.parts(self.world.parts)
        call = _CALLS[self.kind]
        faults = [{"do": "lost_after", "match": call}, {**_NO[self.kind], "match": call}]
        self.simulator.configure_chaos({"api": faults, "webhooks": {"drop": -1}})
        self.first = self.account.payment(self.account.renew())
        assert self.first.status is ChargeStatus.DECLINED
        assert self.taken == TOTAL
        self.simulator.configure_chaos({"webhooks": {"drop": 0}})

    @property
    def simulator(self) -> Any:  # noqa: ANN401 - either
        return self.world.paypal if self.kind == "paypal" else self.world.stripe

    @property
    def _books(self) -> dict[str, int]:
        found: dict[str, int] = self.simulator.books()["own"]["USD"]
        return found

    @property
    def taken(self) -> int:
        """For the invoice; the order before was paid at Stripe."""
        return self._books["customer_paid"] - (TOTAL if self.kind == "card" else 0)

    @property
    def given_back(self) -> int:
        return self._books["refunded"]

    def pay_again(self) -> None:
        """As a schedule of automatic tries does: another attempt, which is captured."""
        invoice = self.account.renewed()
        moment = max(self.world.clock.now(), invoice.next_try_at or self.world.clock.now())
        again = replace(invoice, collect_at=moment, version=invoice.version + 1)
        records = self.account.billing.parts().charges
        records.save(self.world.cause("try_again"), [Change(invoice, again)])
        self.account.pass_time(hours=2)
        assert self.account.payment(self.account.renewed()).status is ChargeStatus.CAPTURED

    def tell(self, *, and_settle: bool = True) -> None:
        """Somebody asks about the first charge, as a late webhook makes us do."""
        charging = self.account.billing.parts().charging
        charging.ask(self.first.payment_id, self.world.cause("late webhook"))
        if and_settle:
            self.world.settle_down()

    def paid_first(self) -> InvoicePayment:
        found = self.account.billing.parts().charges.invoice_payment(self.first.payment_id)
        assert found is not None
        return found

    def refund(self) -> OwnRefund:
        refund_id = own_refund_id(self.first.payment_id)
        found = self.account.billing.parts().charges.own_refund(refund_id)
        assert found is not None
        return found


def assert_right(twice: PaidTwice) -> None:
    """Nothing is wrong with what is stored, and the account's history is its balance (INV-9)."""
    assert_verified(twice.world.dynamo, twice.world.clock.now())
    assert_movements_are_the_balances(twice.world.dynamo, twice.account.billing.parts().invoicing)


def moved(twice: PaidTwice) -> dict[str, int]:
    """By account of the entity's book: what the refund and its payment moved."""
    names = (f"own_refund/{twice.refund().refund_id}", f"invoice_payment/{twice.first.payment_id}")
    postings = [
        posting
        for entry in twice.world.journal()
        if entry.aggregate in names
        for posting in entry.postings
    ]
    return {str(account): amount for (account, _), amount in balances(postings).items()}


def resolve(twice: PaidTwice, *, went_back: bool) -> OwnRefund:
    command = ResolveOwnRefund(twice.refund().refund_id, went_back, STAFF)
    return resolve_own_refund(command, own_refunding=twice.account.billing.parts().own_refunding)


def lost_to_its_bank(twice: PaidTwice) -> None:
    capture = twice.paid_first().capture
    assert capture is not None
    dispute = twice.simulator.open_dispute(capture.capture_id)
    twice.simulator.lose_dispute(str(dispute["id"]))
