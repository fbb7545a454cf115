"""An account's payment methods, with each selling entity it has some with (COL-1)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.collection.collecting import Collecting
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.stored import StoredMethod


@dataclass(frozen=True, slots=True)
class MethodsView:
    """The methods with one selling entity, in the order in which they were stored."""

    methods: PaymentMethods
    stored: tuple[StoredMethod, ...]


def list_methods(member: Member, *, collecting: Collecting) -> list[MethodsView]:
    """All that are there to be charged.

    Raises:
        NotAllowed: no role or grant includes it.
    """
    member.reach(Permission.READ_PAYMENT_METHODS)
    found = collecting.records.methods_of(member.account_id)
    ids = [each.method_id for methods in found for each in methods.held]
    stored = {
        each.method_id: each
        for each in collecting.records.stored_methods(member.account_id, ids)
        if each.is_active
    }
    return [
        MethodsView(
            each,
            tuple(stored[held.method_id] for held in each.held if held.method_id in stored),
        )
        for each in found
    ]
