"""What every signed-in call begins with: the member who sends it, and the parts that serve it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from guichet.bootstrap import Container
from guichet.entry.callers import Caller
from guichet.entry.cursors import cursor_of, place_of
from guichet.events import Actor, ActorKind
from guichet.languages import Language, preferred_language

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

    from guichet.access.membership import Member

SIGN_IN: Final = "member"  # the security scheme's name in the OpenAPI document


@dataclass(frozen=True, slots=True)
class Sender:
    """One signed-in call."""

    caller: Caller
    member: Member
    held: Container

    @property
    def account_id(self) -> str:
        """Whose account the call is about: the member's own, or the one that `Guichet-Account` names."""
        return self.member.account_id

    @property
    def actor(self) -> Actor:
        kind = ActorKind.REPRESENTATIVE if self.member.is_operators else ActorKind.MEMBER
        return self.caller.acting(kind, self.member.member_id)

    @property
    def language(self) -> Language:
        """Of what is named in the answer."""
        return preferred_language(self.caller.header("accept-language") or "")

    def place(self, cursor: str | None, *scope: str) -> str | None:
        """Where a list goes on; only for the member, route and filters it was given to."""
        if cursor is None:
            return None
        held = self.held
        return place_of(cursor, held.tokens, self._scope(scope), held.clock.now())

    def cursor(self, after: str | None, *scope: str) -> str | None:
        if after is None:
            return None
        held = self.held
        return cursor_of(after, held.tokens, self._scope(scope), held.clock.now())

    def _scope(self, scope: tuple[str, ...]) -> tuple[str, ...]:
        return (self.account_id, self.member.member_id, *scope)


class SignedInCalls:
    """Calls of members; each method begins with `self._sender()`, before it asks for anything."""

    def __init__(self, app: APIGatewayHttpResolver, container: Callable[[], Container]) -> None:
        self._app = app
        self._container = container

    def _sender(self) -> Sender:
        held = self._container()
        caller = Caller(self._app.current_event.raw_event, held.settings.edge_key)
        return Sender(caller, caller.member(held), held)

    def _operators_sender(self) -> Sender:
        """In calls about all accounts, in place of `_sender`."""
        held = self._container()
        caller = Caller(self._app.current_event.raw_event, held.settings.edge_key)
        return Sender(caller, caller.operators_member(held), held)
