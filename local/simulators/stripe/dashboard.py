"""What an organizer does on the dashboard, and what the buyer's bank does about a charge."""

from contextlib import AbstractContextManager

from local.simulators.shapes import copied
from local.simulators.stripe import disputes, payouts, refunds
from local.simulators.stripe.shapes import Json
from local.simulators.stripe.world import World


class Dashboard:
    """The acts without a call of the API. Each returns a copy of the object as it then is."""

    def _ticked(self) -> AbstractContextManager[World]:
        """The world, locked, after what the clock says has happened."""
        raise NotImplementedError

    # Refunds

    def dashboard_refund(
        self,
        payment_id: str,
        amount_minor: int | None = None,
        *,
        refund_application_fee: bool = False,
    ) -> Json:
        """Refund an intent's or a charge's payment, without any metadata of ours.

        Raises:
            StripeError: as the API would.
        """
        with self._ticked() as world:
            made = refunds.refund_charge(
                world,
                _charge(world, payment_id),
                amount_minor,
                metadata={},
                reason="requested_by_customer",
                with_fee=refund_application_fee,
            )
            return copied(made)

    def settle_refund(self, refund_id: str) -> Json:
        with self._ticked() as world:
            return copied(refunds.settle(world, world.state.objects[refund_id]))

    def fail_refund(self, refund_id: str, reason: str = "expired_or_canceled_card") -> Json:
        """Let a pending or succeeded refund fail."""
        with self._ticked() as world:
            return copied(refunds.fail(world, world.state.objects[refund_id], reason))

    # Disputes: of each, ValueError where it cannot be done as the dispute stands

    def open_dispute(
        self,
        payment_id: str,
        amount_minor: int | None = None,
        *,
        inquiry: bool = False,
        reason: str = "fraudulent",
    ) -> Json:
        """Dispute an intent's or a charge's payment: what is not refunded, unless told otherwise.

        A chargeback takes the amount and a fee from the balance; an inquiry takes nothing.
        """
        with self._ticked() as world:
            charge = _charge(world, payment_id)
            made = disputes.open_dispute(
                world, charge, amount_minor, inquiry=inquiry, reason=reason
            )
            return copied(made)

    def submit_dispute(self, dispute_id: str) -> Json:
        """The organizer answers: it is under review."""
        with self._ticked() as world:
            return copied(disputes.submit(world, world.state.objects[dispute_id]))

    def escalate_dispute(self, dispute_id: str) -> Json:
        """An inquiry becomes a chargeback."""
        with self._ticked() as world:
            return copied(disputes.escalate(world, world.state.objects[dispute_id]))

    def win_dispute(self, dispute_id: str, *, return_fee: bool = False) -> Json:
        """The money comes back: also of a lost one, on appeal."""
        with self._ticked() as world:
            dispute = world.state.objects[dispute_id]
            return copied(disputes.win(world, dispute, return_fee=return_fee))

    def lose_dispute(self, dispute_id: str) -> Json:
        """The money stays gone: also of a won one, decided anew."""
        with self._ticked() as world:
            return copied(disputes.lose(world, world.state.objects[dispute_id]))

    def appeal_dispute(self, dispute_id: str) -> Json:
        """The organizer appeals a lost one."""
        with self._ticked() as world:
            return copied(disputes.appeal(world, world.state.objects[dispute_id]))

    def withdraw_dispute(self, dispute_id: str) -> Json:
        """The buyer takes it back: an inquiry is closed, a chargeback ends as won."""
        with self._ticked() as world:
            return copied(disputes.withdraw(world, world.state.objects[dispute_id]))

    def prevent_dispute(self, dispute_id: str) -> Json:
        """An inquiry is settled with the bank before it becomes a chargeback."""
        with self._ticked() as world:
            return copied(disputes.prevent(world, world.state.objects[dispute_id]))

    def pay_out(self, account_id: str, currency: str = "usd") -> Json:
        """Pay an account's whole balance out to its bank.

        Raises:
            ValueError: there is nothing to pay out.
        """
        with self._ticked() as world:
            return copied(payouts.pay_out(world, account_id, currency))


def _charge(world: World, payment_id: str) -> Json:
    found = world.state.objects[payment_id]
    charge: Json = world.state.objects[found.get("latest_charge", payment_id)]
    return charge
