"""What customers and their banks do about stored methods, without a call of the API."""

from contextlib import AbstractContextManager

from local.simulators.shapes import copied
from local.simulators.stripe import banks, methods, setups
from local.simulators.stripe.shapes import BuyerOutcome, Json
from local.simulators.stripe.world import World


class MethodActs:
    """The acts; each returns a copy of the object as it then is, or what became of a page."""

    def _ticked(self) -> AbstractContextManager[World]:
        """The world, locked, after what the clock says has happened."""
        raise NotImplementedError

    # On a setup's page

    def agree(self, session_id: str, chosen: str = "visa") -> BuyerOutcome:
        """Store a method: of `methods.CARDS` or `methods.BANKS`, `3ds`, or `declined`.

        Raises:
            BuyerRefusedError: the page is not open, or does not offer this.
        """
        with self._ticked() as world:
            return setups.agree(world, session_id, chosen)

    def authenticate_setup(self, session_id: str, *, success: bool = True) -> BuyerOutcome:
        with self._ticked() as world:
            return setups.authenticate(world, session_id, success=success)

    # Later

    def authenticate_charge(self, intent_id: str, *, success: bool = True) -> BuyerOutcome:
        """The customer answers their bank about a charge that was made without them.

        Raises:
            BuyerRefusedError: nothing is asked any more.
        """
        with self._ticked() as world:
            return banks.authenticate(world, intent_id, success=success)

    def waiting_charge(self, intent_id: str) -> Json:
        """A copy of the intent that such a page is about.

        Raises:
            BuyerRefusedError: nothing is asked any more.
        """
        with self._ticked() as world:
            return copied(banks.waiting_intent(world, intent_id))

    def detach_method(self, method_id: str) -> Json:
        """As from the dashboard. Raises StripeError where it is nobody's already."""
        with self._ticked() as world:
            return copied(methods.detach(world, world.state.objects[method_id]))

    def withdraw_mandate(self, mandate_id: str) -> Json:
        with self._ticked() as world:
            return copied(methods.withdraw(world, world.state.objects[mandate_id]))

    # The bank, about debits: of each, ValueError where it cannot be done as the debit stands

    def pending_charges(self) -> list[Json]:
        """Copies of the intents without a page that no bank has settled yet."""
        with self._ticked() as world:
            return copied(banks.pending(world))

    def settle_charge(self, intent_id: str) -> Json:
        """The bank decides, as the account behaves."""
        with self._ticked() as world:
            return copied(banks.settle(world, world.state.objects[intent_id]))

    def fail_charge(self, intent_id: str, reason: str = "insufficient_funds") -> Json:
        with self._ticked() as world:
            return copied(banks.fail(world, world.state.objects[intent_id], reason))

    def return_charge(self, intent_id: str, reason: str = "debit_not_authorized") -> Json:
        """What was paid is taken back: the dispute that Stripe makes of it."""
        with self._ticked() as world:
            return copied(banks.take_back(world, world.state.objects[intent_id], reason))
