"""What customers do about the accounts that they let be charged."""

from contextlib import AbstractContextManager

from local.simulators.paypal import vault
from local.simulators.paypal.shapes import BuyerOutcome, Json
from local.simulators.paypal.world import World
from local.simulators.shapes import copied


class VaultActs:
    """The acts; every method may be called from any thread."""

    def _ticked(self) -> AbstractContextManager[World]:
        """The world, locked, after what the clock says has happened."""
        raise NotImplementedError

    def approve_setup(
        self, setup_id: str, account: str = "balance", email: str = "buyer@example.org"
    ) -> BuyerOutcome:
        """Agree to be charged later, with one of `vault.ACCOUNTS`; an e-mail is one account.

        Raises:
            BuyerRefusedError: the page is closed, or there is no such account.
        """
        with self._ticked() as world:
            return vault.approve(world, setup_id, account, email)

    def cancel_setup(self, setup_id: str) -> BuyerOutcome:
        with self._ticked() as world:
            return vault.cancel(world, setup_id)

    def setup_token(self, setup_id: str) -> Json:
        """What the simulator keeps of a setup whose page can be used.

        Raises:
            BuyerRefusedError: it is unknown, over, or was agreed to.
        """
        with self._ticked() as world:
            return copied(vault.open_setup(world, setup_id))

    def payment_tokens(self) -> list[Json]:
        """What the simulator keeps of all stored accounts, oldest first."""
        with self._ticked() as world:
            return copied(list(world.state.payment_tokens.values()))

    def revoke_token(self, token_id: str) -> None:
        """The customer takes it away at PayPal: gone, with its event. Raises PayPalError if none."""
        with self._ticked() as world:
            vault.delete(world, token_id)

    def change_account(self, token_id: str, account: str) -> None:
        """From now on the account behaves otherwise. Raises KeyError if there is none."""
        with self._ticked() as world:
            world.state.payment_tokens[token_id]["account"] = account
