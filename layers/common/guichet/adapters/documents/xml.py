"""Builds XML from the inside out; what is empty is left out, as the electronic invoice demands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, tostring

type Child = Element | str | None

_HEAD: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def node(tag: str, *children: Child | Iterable[Child], **attributes: str) -> Element | None:
    """An element with a text or with elements; None if it would be empty."""
    made = Element(tag, attributes)
    for child in children:
        for each in [child] if isinstance(child, str | Element) or child is None else child:
            if isinstance(each, str):
                made.text = (made.text or "") + each
            elif each is not None:
                made.append(each)
    return made if made.text or len(made) else None


def written(root: Element) -> bytes:
    text: str = tostring(root, encoding="unicode")
    return _HEAD + text.encode() + b"\n"


def rooted(tag: str, namespaces: dict[str, str], children: Iterable[Child]) -> Element:
    """The outermost element, which declares the prefixes that all of them use."""
    root = Element(tag, {f"xmlns:{prefix}".rstrip(":"): uri for prefix, uri in namespaces.items()})
    root.extend(each for each in children if isinstance(each, Element))
    return root
