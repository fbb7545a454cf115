"""YAML read into plain values with the line of each, so that a mistake can say where it is.

A narrow YAML: `true`, `false`, `null` and JSON's numbers are what they look like, everything else is
text (so `NO` is Norway and a date is a date's text); no tags, no key twice, no endless aliases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from guichet.adapters.catalogue.mistakes import Finding, Path, Place

type Plain = str | int | float | bool | list[Plain] | dict[str, Plain] | None

MOST_BYTES: Final = 1_000_000
MOST_VALUES: Final = 200_000  # aliases counted each time they are used
_DEEPEST: Final = 30
_WORD: Final = "tag:yaml.org,2002:"
_TAGS: Final = frozenset({"bool", "null", "int", "float", "str", "map", "seq", "merge"})
_MERGE: Final = _WORD + "merge"


class _NarrowLoader(yaml.SafeLoader):
    """Knows no dates, no octal numbers, no `yes` and no `1_000`."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - its parent's


for _tag, _form, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", "n~"),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?", "-0123456789"),
    ("merge", r"<<", "<"),
):
    _NarrowLoader.add_implicit_resolver(
        _WORD + _tag, re.compile(rf"^(?:{_form})$", re.ASCII), [*_first]
    )
_NarrowLoader.add_implicit_resolver(_WORD + "null", re.compile(r"^$"), [""])


@dataclass(slots=True)
class Tree:
    """What a file says: its values, where each stands, and what is wrong with it as YAML."""

    value: Plain = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    findings: list[tuple[Place, Finding]] = field(default_factory=list)

    def shown_at(self, path: Path) -> Place:
        """The line to look at: of the key, else of the value, else of what should hold it."""
        while path and path not in self.keys and path not in self.values:
            path = path[:-1]
        return self.keys.get(path) or self.values.get(path) or Place(1, 1)

    def written_at(self, path: Path) -> Place:
        """Where the value itself is written, the same for each alias of it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path) or Place(1, 1)


def read_tree(text: str) -> Tree:
    """The tree of a text; its value is None where the text could not be read at all."""
    tree = Tree()
    try:
        tree.value = _Builder(tree).built(_composed(text), ())
    except _UnreadableError as error:
        tree.findings.append((error.place, Finding((), error.code, error.detail)))
    return tree


class _UnreadableError(Exception):
    def __init__(self, place: Place, code: str, detail: str) -> None:
        super().__init__(code)
        self.place, self.code, self.detail = place, code, detail


def _composed(text: str) -> Node:
    if len(text.encode()) > MOST_BYTES:
        raise _UnreadableError(Place(1, 1), "file_too_large", f"At most {MOST_BYTES} bytes.")
    try:
        root = yaml.compose(text, Loader=_NarrowLoader)
    except yaml.MarkedYAMLError as error:
        said = ", ".join(filter(None, (error.context, error.problem)))
        place = _place_of(error.problem_mark or error.context_mark)
        raise _UnreadableError(place, "yaml_syntax", f"{said}.") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _UnreadableError(Place(line, 1), "yaml_syntax", f"{error.reason}.") from error
    except RecursionError as error:
        raise _too_deep(Place(1, 1)) from error
    if root is None:
        raise _UnreadableError(Place(1, 1), "empty", "The file says nothing.")
    return root


def _too_deep(place: Place) -> _UnreadableError:
    return _UnreadableError(
        place, "nested_too_deep", f"At most {_DEEPEST} levels; an alias may hold itself."
    )


class _Builder:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._count = 0

    def built(self, node: Node, path: Path) -> Plain:
        self._count += 1
        place = _place_of(node.start_mark)
        if self._count > MOST_VALUES:
            raise _UnreadableError(
                place, "aliases_too_many", f"At most {MOST_VALUES} values, aliases unfolded."
            )
        if len(path) > _DEEPEST:
            raise _too_deep(place)
        self._tree.values[path] = place
        if node.tag.removeprefix(_WORD) not in _TAGS:
            self._tell(node, path, "tag_not_allowed", f"{node.tag} means nothing here.")
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.built(item, (*path, at)) for at, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Plain]:
        built: dict[str, Plain] = {}
        for key, value in self._entries(node, path, 0):
            name = str(key.value)
            if name in built:  # merged in from an alias: what is written here wins
                continue
            self._tree.keys[*path, name] = _place_of(key.start_mark)
            built[name] = self.built(value, (*path, name))
        return built

    def _entries(
        self, node: MappingNode, path: Path, depth: int
    ) -> Iterator[tuple[ScalarNode, Node]]:
        """What is written here first, in its order, then what is merged in."""
        if depth > _DEEPEST:
            raise _too_deep(_place_of(node.start_mark))
        seen: set[str] = set()
        merged: list[Node] = []
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._tell(key, path, "key_not_text", "A key is a word.")
            elif key.tag == _MERGE:
                merged += value.value if isinstance(value, SequenceNode) else [value]
            elif key.value in seen:
                self._tell(key, (*path, key.value), "key_twice", "Write each key once.")
            else:
                seen.add(key.value)
                yield key, value
        for other in merged:
            if isinstance(other, MappingNode):
                yield from self._entries(other, path, depth + 1)
            else:
                self._tell(other, path, "merge_not_mapping", "Only a mapping can be merged in.")

    def _tell(self, node: Node, path: Path, code: str, detail: str) -> None:
        self._tree.findings.append((_place_of(node.start_mark), Finding(path, code, detail)))


def _scalar(node: Node) -> Plain:
    text = str(node.value)
    match node.tag.removeprefix(_WORD):
        case "bool":
            return text == "true"
        case "null":
            return None
        case "int":
            return int(text) if len(text) < 20 else float(text)
        case "float":
            return float(text)
    return text


def _place_of(mark: yaml.Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
