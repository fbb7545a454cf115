"""Who calls, from where, and with what in hand: read once from the gateway's event."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from guichet.access.tokens import Purpose
from guichet.entry.problems import Malformed
from guichet.errors import BadToken, NotAllowed, not_found
from guichet.events import Actor, ActorKind

if TYPE_CHECKING:
    from guichet.access.membership import Member
    from guichet.bootstrap import Container

_ID: Final = re.compile(r"[a-z]{3}_[0-9a-z_]{1,80}", re.ASCII)
_VERSION: Final = re.compile(r'"(\d{1,9})"', re.ASCII)


class Caller:
    """One request's sender.

    Args:
        event: as the gateway brings it.
        edge_key: by which our own CloudFront distribution is known; empty where there is none.
    """

    def __init__(self, event: Mapping[str, Any], edge_key: str = "") -> None:
        self._edge_key = edge_key
        self._context = event["requestContext"]
        self._headers = {
            str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()
        }

    @property
    def source(self) -> str:
        """The address that the gateway saw; of an IPv6 one, the network that one customer has.

        Behind our distribution the gateway sees CloudFront, which tells whom it saw itself.
        """
        address = str(self._context["http"]["sourceIp"])
        if self._came_by_our_edge():
            address = self.header("x-guichet-viewer") or address
        if ":" not in address:
            return address
        from ipaddress import ip_network  # noqa: PLC0415 - only where it is needed

        try:
            return str(ip_network(f"{address}/64", strict=False))
        except ValueError:
            return address

    def _came_by_our_edge(self) -> bool:
        sent = self.header("x-guichet-edge") or ""
        known = hmac.compare_digest(sent.encode(), self._edge_key.encode())
        return known and bool(self._edge_key)

    def header(self, name: str) -> str | None:
        return self._headers.get(name)

    def wants_csv(self) -> bool:
        return "text/csv" in (self.header("accept") or "").lower()

    def versions_expected(self) -> frozenset[int] | None:
        """The versions that `If-Match` names; None without it, or where any version will do."""
        header = self.header("if-match")
        if header is None or header.strip() == "*":
            return None
        tags = [tag.strip() for tag in header.split(",")]
        return frozenset(int(found[1]) for tag in tags if (found := _VERSION.fullmatch(tag)))

    def registrant(self, registration_id: str, container: Container) -> Actor:
        """The registrant whom the bearer token of this registration makes (ACC-5).

        Raises:
            BadToken: `token_missing`, `token_invalid`, `token_expired`.
        """
        scheme, _, token = (self.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise BadToken(
                "token_missing", "Send the token of this registration as a bearer token."
            )
        container.tokens.verify(
            token.strip(), Purpose.REGISTRATION, registration_id, container.clock.now()
        )
        return self.acting(ActorKind.REGISTRANT, registration_id)

    def member(self, container: Container) -> Member:
        """The member who signed in, on the account that the call is about.

        Roles are those of our membership, never the token's (ACC-2). The operator's own people act
        for the account that `Guichet-Account` names; nobody else gets beyond their own.

        Raises:
            BadToken: `sign_in_missing`; the gateway lets none such through.
            NotAllowed: `no_membership`.
            Malformed: `account_missing`, one of the operator's people named none.
            NotFound: the account named is absent, or another than the member's.
        """
        return self._on_account(self._signed_in(container), container)

    def operators_member(self, container: Container) -> Member:
        """One of the operator's people, in a call about all accounts: the header names none.

        Raises:
            BadToken: `sign_in_missing`.
            NotAllowed: `no_membership`; `not_allowed`, a member of a customer's account.
        """
        member = self._signed_in(container)
        if not member.is_operators:
            raise NotAllowed("not_allowed", "Only the operator's own people do this.", rule="ACC-1")
        return member

    def _signed_in(self, container: Container) -> Member:
        claims = self._context.get("authorizer", {}).get("jwt", {}).get("claims", {})
        issuer, subject = claims.get("iss"), claims.get("sub")
        if not issuer or not subject:
            raise BadToken("sign_in_missing", "Sign in first.")
        member = container.people.member_signed_in(str(issuer), str(subject))
        if member is None:
            raise NotAllowed(
                "no_membership", "This sign-in belongs to no account here.", rule="ACC-2"
            )
        return member

    def _on_account(self, member: Member, container: Container) -> Member:
        named = self.header("guichet-account")
        if not member.is_operators:
            if named not in {None, member.account_id}:
                raise not_found("account")
            return member
        if named is None:
            raise Malformed(
                "account_missing",
                "Name the account that this call is about in the header Guichet-Account.",
                rule="ACC-1",
            )
        if container.people.account(known_form(named, "account")) is None:
            raise not_found("account")
        return member.acting_for(named)

    def acting(self, kind: ActorKind, who: str) -> Actor:
        return Actor(kind, who, self.source)


def known_form(identity: str, what: str) -> str:
    """An id as we make them; any other text is as absent, and no store is asked about it."""
    if not _ID.fullmatch(identity):
        raise not_found(what)
    return identity
