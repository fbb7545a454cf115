"""What sellers, buyers, banks and a person at a dashboard do at the simulated PayPal."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from types import MappingProxyType

from local.simulators.paypal import (
    buyer,
    captures,
    disputes,
    merchants,
    orders,
    referrals,
    refunds,
    requests,
)
from local.simulators.paypal.shapes import BuyerOutcome, Json
from local.simulators.paypal.world import World
from local.simulators.shapes import copied

_DECISIONS = MappingProxyType(
    {
        "appeal": disputes.appeal,
        "escalate": disputes.escalate,
        "lose": disputes.lose,
        "pay_out": disputes.pay_out,
        "win": disputes.win,
        "withdraw": disputes.withdraw,
    }
)


class Acts:
    """The acts; every method may be called from any thread."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = RLock()

    # Sellers

    def add_merchant(
        self,
        merchant_id: str,
        *,
        email: str = "organizer@example.org",
        legal_name: str = "Simulated Seller Ltd",
        country: str = "US",
        currency: str = "USD",
        business: bool = True,
        email_confirmed: bool = True,
        payments_receivable: bool = True,
        tracking_id: str | None = None,
    ) -> Json:
        """A seller that has consented, as onboarding would leave it; no event is made."""
        with self._ticked() as world:
            made = merchants.add(
                world,
                merchant_id,
                email=email,
                legal_name=legal_name,
                country=country,
                currency=currency.upper(),
                business=business,
                email_confirmed=email_confirmed,
                payments_receivable=payments_receivable,
            )
            merchants.consent(
                world, made, tracking_id or merchant_id, list(merchants.FEATURES), announce=False
            )
            return copied(made)

    def change_merchant(self, merchant_id: str, **changes: bool) -> Json:
        """Set `business`, `email_confirmed`, `payments_receivable` or `restricted`.

        Raises:
            KeyError: there is no such seller, or no such fact of one.
        """
        with self._ticked() as world:
            merchant = world.state.merchants[merchant_id]
            for name, value in changes.items():
                if not isinstance(merchant[name], bool):
                    raise KeyError(name)
                merchant[name] = value
            return copied(merchant)

    def merchant(self, merchant_id: str) -> Json:
        """A copy; raises KeyError if there is none."""
        with self._ticked() as world:
            return copied(world.state.merchants[merchant_id])

    def has_merchant(self, merchant_id: str) -> bool:
        with self._ticked() as world:
            return merchant_id in world.state.merchants

    def revoke_consent(self, merchant_id: str) -> None:
        """The seller ends it at PayPal: an event, then every call is refused."""
        with self._ticked() as world:
            merchants.revoke(world, merchant_id)

    def agree(
        self,
        referral_id: str,
        *,
        merchant_id: str | None = None,
        email: str = "organizer@example.org",
        business: bool = True,
        email_confirmed: bool = True,
        payments_receivable: bool = True,
    ) -> str | None:
        """The seller consents on the onboarding page; the answer is where the browser goes.

        Raises:
            BuyerRefusedError: the link has been used, or has ended.
        """
        with self._ticked() as world:
            return referrals.agree(
                world,
                referral_id,
                merchant_id=merchant_id,
                email=email,
                business=business,
                email_confirmed=email_confirmed,
                payments_receivable=payments_receivable,
            )

    def refuse(self, referral_id: str) -> str | None:
        """The seller goes back without consenting."""
        with self._ticked() as world:
            return referrals.refuse(world, referral_id)

    def referral(self, referral_id: str) -> Json:
        """A copy of a referral whose page can be used.

        Raises:
            BuyerRefusedError: the link has been used, or has ended.
        """
        with self._ticked() as world:
            return copied(referrals.usable(world, referral_id))

    # The buyer and the bank

    def approve(
        self, order_id: str, instrument: str = "balance", email: str = "buyer@example.org"
    ) -> BuyerOutcome:
        """Agree to pay, by an instrument that decides what a capture will lead to.

        `balance` and `card` (as a guest) are captured at once, `echeck` and `review` stay
        pending, `declined` refuses the capture, `refused` lets it be made, and declined.

        Raises:
            BuyerRefusedError: as all acts of the buyer, when the page cannot do that now.
        """
        with self._ticked() as world:
            return buyer.approve(world, order_id, instrument, email)

    def cancel(self, order_id: str) -> BuyerOutcome:
        with self._ticked() as world:
            return buyer.cancel(world, order_id)

    def instruments(self, order_id: str) -> tuple[str, ...]:
        """What the buyer is offered."""
        with self._ticked() as world:
            return buyer.instruments(world, buyer.open_order(world, order_id))

    def decline_next_capture(self, order_id: str) -> None:
        """Refuse the next capture, and all after it until the buyer has chosen again."""
        with self._ticked() as world:
            world.state.orders[order_id]["decline_next"] = True

    def settle_capture(self, capture_id: str) -> Json:
        """What was pending arrives. Raises ValueError if it is not pending."""
        with self._ticked() as world:
            return copied(captures.settle(world, world.state.captures[capture_id]))

    def deny_capture(self, capture_id: str) -> Json:
        """What was pending never arrives. Raises ValueError if it is not pending."""
        with self._ticked() as world:
            return copied(captures.deny(world, world.state.captures[capture_id]))

    def pending_captures(self) -> list[Json]:
        with self._ticked() as world:
            found = world.state.captures.values()
            return copied([each for each in found if each["status"] == "PENDING"])

    # The organizer's dashboard

    def dashboard_refund(self, capture_id: str, amount_minor: int | None = None) -> Json:
        """Refund without any id of ours; the platform's fee is not touched.

        Raises:
            ValueError: more than what is left.
        """
        with self._ticked() as world:
            capture = world.state.captures[capture_id]
            rest = capture["amount_minor"] - capture["refunded_minor"]
            amount = rest if amount_minor is None else amount_minor
            if not 0 < amount <= rest:
                raise ValueError(f"{rest} are left to refund")
            return copied(refunds.make(world, capture, amount, None))

    def settle_refund(self, refund_id: str) -> Json:
        with self._ticked() as world:
            return copied(refunds.settle(world, world.state.refunds[refund_id]))

    def fail_refund(self, refund_id: str) -> Json:
        """Let a pending or completed refund fail."""
        with self._ticked() as world:
            return copied(refunds.fail(world, world.state.refunds[refund_id]))

    # Disputes: the buyer, a bank, and PayPal who decides

    def open_dispute(
        self,
        capture_id: str,
        amount_minor: int | None = None,
        *,
        chargeback: bool = False,
        takes_at_once: bool = False,
        reason: str = "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
    ) -> Json:
        """Dispute what is left of a capture, or an amount of it; a chargeback comes from a bank.

        PayPal holds the money until it decides, and takes it then; or at once, if told so.

        Raises:
            KeyError: there is no such capture.
            ValueError: nothing can be disputed of it, or it is disputed already.
        """
        with self._ticked() as world:
            made = disputes.open_on(
                world,
                world.state.captures[capture_id],
                amount_minor,
                chargeback=chargeback,
                takes_at_once=takes_at_once,
                reason=reason,
            )
            return copied(made)

    def decide_dispute(self, dispute_id: str, decision: str) -> Json:
        """`lose`, `win`, `withdraw`, `pay_out`, `escalate` or `appeal`.

        `lose` gives the buyer what is left of the disputed amount, `win` gives it back (also after
        a loss), `withdraw` is the buyer's, with `pay_out` PayPal pays, the others only change
        the stage.

        Raises:
            KeyError: no such dispute or decision.
            ValueError: it is decided otherwise.
        """
        with self._ticked() as world:
            return copied(_DECISIONS[decision](world, world.state.disputes[dispute_id]))

    def lose_dispute(self, dispute_id: str) -> Json:
        return self.decide_dispute(dispute_id, "lose")

    def win_dispute(self, dispute_id: str) -> Json:
        return self.decide_dispute(dispute_id, "win")

    def withdraw_dispute(self, dispute_id: str) -> Json:
        return self.decide_dispute(dispute_id, "withdraw")

    def escalate_dispute(self, dispute_id: str) -> Json:
        return self.decide_dispute(dispute_id, "escalate")

    def appeal_dispute(self, dispute_id: str) -> Json:
        return self.decide_dispute(dispute_id, "appeal")

    def disputes(self) -> list[Json]:
        """What the simulator keeps of all disputes, oldest first."""
        with self._ticked() as world:
            return copied(list(world.state.disputes.values()))

    @contextmanager
    def _ticked(self) -> Iterator[World]:
        """Hold the lock, and let happen first what the clock says has happened."""
        with self._lock:
            self._tick()
            yield self._world

    def _tick(self) -> None:
        orders.forget_due(self._world)
        refunds.run_scheduled(self._world)
        requests.prune(self._world)
