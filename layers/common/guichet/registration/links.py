"""Where a registrant's pages lie. The token stands behind `#`: it reaches no server and no log."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.tokens import Purpose, Tokens
from guichet.registration.registration import Registration


@dataclass(frozen=True, slots=True)
class Links:
    """Pages of one deployment, and the tokens that open them (ACC-5)."""

    base_url: str
    tokens: Tokens

    def page(self, registration_id: str) -> str:
        return f"{self.base_url}/registrations/{registration_id}"

    def return_page(self, registration_id: str) -> str:
        return f"{self.page(registration_id)}/return"

    def with_token(self, registration: Registration) -> str:
        return f"{self.page(registration.registration_id)}#{self.token(registration)}"

    def token(self, registration: Registration) -> str:
        return self.tokens.mint(
            Purpose.REGISTRATION, registration.registration_id, registration.token_expires_at
        )
