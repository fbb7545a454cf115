"""An account's methods with one selling entity: how many there are, the default, autopay (COL-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.collection.policy import CollectionPolicy
from guichet.errors import Conflict, not_found
from guichet.payments.stored_method import MethodKind


@dataclass(frozen=True, slots=True)
class HeldMethod:
    """One active method."""

    method_id: str
    kind: MethodKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethods:
    """One for each account and selling entity (docs/decisions/0033); version 0: never stored.

    Every method that is stored or detached changes it, so that limits hold whoever is at once.
    """

    account_id: str
    selling_entity: str
    held: tuple[HeldMethod, ...] = ()  # in the order in which they were stored
    default_method_id: str | None = None
    is_autopay: bool = False
    version: int = 0
    handled_keys: tuple[str, ...] = ()

    def counts(self, kind: MethodKind) -> int:
        return sum(each.kind is kind for each in self.held)

    def holds(self, method_id: str) -> bool:
        return any(each.method_id == method_id for each in self.held)

    def require_room(self, kind: MethodKind, policy: CollectionPolicy) -> None:
        """Refuse one more than may be stored.

        Raises:
            Conflict: `payment_method_limit`.
        """
        most = policy.most_methods[kind]
        if self.counts(kind) >= most:
            raise Conflict(
                "payment_method_limit",
                f"No more than {most} payment methods of this kind; remove one first.",
                rule="COL-1",
                facts={"most": str(most)},
            )

    def adding(self, method_id: str, kind: MethodKind) -> PaymentMethods:
        """With one more; where there is no default, it becomes that."""
        return replace(
            self,
            held=(*self.held, HeldMethod(method_id, kind)),
            default_method_id=self.default_method_id or method_id,
        )

    def removing(self, method_id: str) -> PaymentMethods:
        """Without what its customer removes.

        Raises:
            NotFound: it is not among them.
            Conflict: `last_default_payment_method`, autopay would have nothing to charge.
        """
        after = self.without(method_id)
        if self.is_autopay and after.default_method_id is None:
            raise Conflict(
                "last_default_payment_method",
                "Autopay charges this payment method; switch autopay off or store another first.",
                rule="COL-1",
            )
        return after

    def without(self, method_id: str) -> PaymentMethods:
        """Without what is gone, whatever that leaves; the longest stored one becomes the default.

        Raises:
            NotFound: it is not among them.
        """
        if not self.holds(method_id):
            raise not_found("payment method")
        rest = tuple(each for each in self.held if each.method_id != method_id)
        default = self.default_method_id
        if default == method_id:
            default = rest[0].method_id if rest else None
        return replace(self, held=rest, default_method_id=default)

    def with_default(self, method_id: str) -> PaymentMethods:
        """Another default.

        Raises:
            NotFound: it is not among them.
        """
        if not self.holds(method_id):
            raise not_found("payment method")
        return replace(self, default_method_id=method_id)

    def with_autopay(self, *, on: bool) -> PaymentMethods:
        """On, or off.

        Raises:
            Conflict: `default_payment_method_missing`, there would be nothing to charge.
        """
        if on and self.default_method_id is None:
            raise Conflict(
                "default_payment_method_missing",
                "Store a payment method first: autopay charges the default one.",
                rule="COL-1",
            )
        return replace(self, is_autopay=on)
