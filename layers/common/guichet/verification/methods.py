"""An account's payment methods: lists, what stands in them, and who is found by a provider's name (COL-1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from guichet.adapters.dynamo import keys
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.setup import Setup, SetupStatus
from guichet.collection.stored import StoredMethod


@dataclass(frozen=True, slots=True)
class MethodsFound:
    """All lists, methods and setups of one account, and the partition keys that lead to methods."""

    lists: Sequence[PaymentMethods]
    stored: Mapping[str, StoredMethod]
    setups: Sequence[Setup]
    names: Mapping[str, str]  # method by partition key of its provider's name


def methods(found: MethodsFound) -> Iterator[str]:
    """A list holds its active methods, each once, one of them the default; nothing else is charged."""
    yield from _lists(found)
    for method in found.stored.values():
        named = keys.method_token(method.provider, method.token.token_id).pk
        if method.is_active and found.names.get(named) != method.method_id:
            yield f"{method.method_id} is not found by its provider's name"
    for pk, method_id in found.names.items():
        if method_id not in found.stored:
            yield f"{pk} leads to {method_id}, which is not there"
    for setup in found.setups:
        is_stored = setup.status is SetupStatus.STORED
        if is_stored and setup.method_id not in found.stored:
            yield f"{setup.setup_id} stored {setup.method_id}, which is not there"


def _lists(found: MethodsFound) -> Iterator[str]:
    for each in found.lists:
        active = Counter(
            method.method_id
            for method in found.stored.values()
            if method.is_active and method.selling_entity == each.selling_entity
        )
        held = Counter(one.method_id for one in each.held)
        for method_id in sorted({*active, *held}):
            if active[method_id] != held[method_id]:
                yield f"the list of {each.selling_entity} has {method_id} {held[method_id]} times"
        default = each.default_method_id
        if (default is not None) != bool(each.held) or (default and not each.holds(default)):
            yield f"the list of {each.selling_entity} has the default {default}"
    listed = {each.selling_entity for each in found.lists}
    for method in found.stored.values():
        if method.is_active and method.selling_entity not in listed:
            yield f"{method.method_id} stands in no list"
