"""What goes back of a sale: refunds through us, at the provider's own pages, and disputes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from guichet.access.membership import Member, Role
from guichet.bootstrap import Container
from guichet.money import Money
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.registration.registration import Registration
from guichet.registration.use_cases.read_payment import PaymentView, read_payment
from guichet.registration.use_cases.refund_payment import RefundPayment, refund_payment
from guichet.replies import Reply
from tests.support.organizing import actor_of
from tests.support.road import Road
from tests.support.samples import usd

_KEYS = count(1)


@dataclass
class Sale:
    """A confirmed registration, paid through one provider; all that is owed to it is done."""

    road: Road
    owner: Member
    registration: Registration
    payment_id: str

    @property
    def payment(self) -> Payment:
        found = self.road.world.parts.records.payment(self.payment_id)
        assert found is not None
        return found

    @property
    def so_far(self) -> RefundsSoFar:
        found = self.road.world.parts.records.refunds_of(self.payment_id)
        capture = self.payment.capture
        assert capture is not None
        return RefundsSoFar(capture, found.refunds, found.disputes)

    @property
    def refunds(self) -> tuple[Refund, ...]:
        return self.road.world.parts.records.refunds_of(self.payment_id).refunds

    @property
    def view(self) -> PaymentView:
        return read_payment(self.payment_id, self.owner, refunding=self.road.world.parts.refunding)

    @property
    def capture_id(self) -> str:
        capture = self.payment.capture
        assert capture is not None
        return capture.capture_id

    def refund(
        self,
        minor: int | None = None,
        *,
        key: str | None = None,
        cancels: bool = False,
        note: str | None = None,
        parts: Container | None = None,
    ) -> Reply[Refund]:
        """As the organizer asks for it; no amount: all that is left."""
        command = RefundPayment(
            payment_id=self.payment_id,
            amount=None if minor is None else usd(minor),
            reason="ill",
            note=note,
            cancel_registration=cancels,
            member=self.owner,
            idempotency_key=key or f"refund-{next(_KEYS)}",
            actor=actor_of(self.owner),
        )
        return refund_payment(command, refunding=(parts or self.road.world.parts).refunding)

    def refund_there(self, minor: int | None = None, *, with_fee: bool = False) -> str:
        """On the provider's own pages; answers the provider's id. At PayPal the fee always stays."""
        if self.road.provider == "stripe":
            made = self.road.world.stripe.dashboard_refund(
                self.capture_id, minor, refund_application_fee=with_fee
            )
        else:
            made = self.road.world.paypal.dashboard_refund(self.capture_id, minor)
        return str(made["id"])

    def dispute(self, minor: int | None = None) -> str:
        """The buyer's bank, or the buyer at PayPal, asks for the money back."""
        if self.road.provider == "stripe":
            return str(self.road.world.stripe.open_dispute(self.capture_id, minor)["id"])
        made = self.road.world.paypal.open_dispute(self.capture_id, minor)
        return str(made["id"])

    def lose(self, dispute_id: str) -> None:
        self.road.simulator.lose_dispute(dispute_id)

    def win(self, dispute_id: str) -> None:
        self.road.simulator.win_dispute(dispute_id)

    def withdraw(self, dispute_id: str) -> None:
        self.road.simulator.withdraw_dispute(dispute_id)

    def fee_back(self) -> Money:
        """What of the fee has gone back, at the provider or as credit, for refunds that stand."""
        return self.so_far.fee_given_back


def sold(road: Road, email: str = "ada@example.org", price: Money | None = None) -> Sale:
    """Sell one seat (USD 120.00, fee 2.28, unless told otherwise) and let everything settle."""
    world = road.world
    owner = world.member(f"owner{next(_KEYS)}", Role.OWNER)
    training = world.training(**({} if price is None else {"price": price}))
    registration = world.register(training, email)
    payment = road.start(registration)
    road.pay(payment)
    world.settle_down()
    world.come_back(registration)
    world.settle_down()
    return Sale(road, owner, world.read(registration), payment.payment_id)
