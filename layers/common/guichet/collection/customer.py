"""An account as a provider knows it: one customer at each selling entity's account there."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCustomer:
    """Made once, by the bytes that are kept until the provider has answered.

    Whoever needs it meanwhile sends the same bytes under the same name, and gets the same customer.
    """

    account_id: str
    selling_entity: str
    provider: str
    made_for: str  # the setup that needed it first: the provider's key is made of it
    request_body: str = ""  # empty where the provider makes it by itself, and once it is made
    customer_id: str = ""  # the provider's name of it
    version: int = 1

    @property
    def is_made(self) -> bool:
        return bool(self.customer_id)

    def made(self, customer_id: str) -> ProviderCustomer:
        """The bytes are never sent again, and are let go."""
        return replace(self, customer_id=customer_id, request_body="")
