"""Values of CloudFormation's functions, as far as the API's definition in our template needs them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.environment import Json


@dataclass(frozen=True)
class Intrinsics:
    """What names mean in one deployed stack.

    names: parameters, pseudo parameters and physical ids of resources, for Ref.
    attributes: `Resource.Attribute`, for GetAtt.
    """

    names: Mapping[str, Any]
    attributes: Mapping[str, str]
    conditions: Mapping[str, Any]

    def resolve(self, value: Json) -> Json:
        """The value with every function in it replaced; raises KeyError on an unknown name."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            function = _FUNCTIONS.get(name)
            if function is not None:
                return function(self, argument)
        return {key: self.resolve(item) for key, item in value.items()}

    def holds(self, condition: str) -> bool:
        return bool(self.resolve(self.conditions[condition]))

    def ref(self, name: str) -> Json:
        return self.names[name]

    def get_att(self, path: str | list[str]) -> str:
        return self.attributes[path if isinstance(path, str) else ".".join(path)]

    def sub(self, given: str | list[Json]) -> str:
        """A text, perhaps with names of its own."""
        text, own = (given, {}) if isinstance(given, str) else (given[0], self.resolve(given[1]))
        return re.sub(
            r"\$\{([^}]+)\}",
            lambda match: str(own[match[1]]) if match[1] in own else self._named(match[1]),
            text,
        )

    def choose(self, branches: list[Json]) -> Json:
        condition, when_true, when_false = branches
        return self.resolve(when_true if self.holds(condition) else when_false)

    def _named(self, name: str) -> str:
        return str(self.attributes[name] if name in self.attributes else self.names[name])


_FUNCTIONS: Mapping[str, Any] = {
    "Ref": Intrinsics.ref,
    "Fn::GetAtt": Intrinsics.get_att,
    "Fn::Sub": Intrinsics.sub,
    "Fn::If": Intrinsics.choose,
    "Fn::Equals": lambda self, pair: self.resolve(pair[0]) == self.resolve(pair[1]),
    "Fn::Not": lambda self, only: not self.resolve(only[0]),
    "Fn::Select": lambda self, pair: self.resolve(pair[1])[int(pair[0])],
    "Fn::Split": lambda self, parts: self.resolve(parts[1]).split(parts[0]),
    "Condition": lambda self, name: self.holds(name),
}
