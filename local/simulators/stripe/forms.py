"""Stripe's form encoding: `a[b][c]=v`, `a[0][b]=v`, `a[]=v`, turned into nested values."""

import re
from typing import Any
from urllib.parse import parse_qsl

from local.simulators.stripe.errors import invalid
from local.simulators.stripe.shapes import Json

MAX_FIELDS = 500
_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")


def decode(raw: bytes) -> Json:
    """Decode a query or a body; indexes and `[]` become lists, in order of appearance.

    Raises:
        StripeError: not UTF-8, too many fields, or names that contradict each other.
    """
    tree: Json = {}
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise invalid("Invalid request: the parameters cannot be parsed.") from error
    for name, value in pairs:
        match = _NAME.match(name)
        if match is None:
            raise invalid(f"Invalid request: cannot parse parameter name {name}", param=name)
        _insert(tree, [match[1], *_PART.findall(match[2])], value, name)
    return {key: _listed(child) for key, child in tree.items()}


def _insert(tree: Json, path: list[str], value: str, name: str) -> None:
    node = tree
    for index, part in enumerate(path):
        key = part or f"#{len(node)}"
        if index == len(path) - 1:
            node[key] = value
            return
        child = node.setdefault(key, {})
        if not isinstance(child, dict):
            raise invalid(f"Invalid request: {name} is both a value and an object", param=name)
        node = child


def _listed(node: Any) -> Any:  # noqa: ANN401 - a decoded form is any nesting of strings
    if not isinstance(node, dict):
        return node
    children = {key: _listed(child) for key, child in node.items()}
    if children and all(key.isdigit() or key.startswith("#") for key in children):
        return list(children.values())
    return children
