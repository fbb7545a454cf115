"""The template as written, and as SAM expands it into plain CloudFormation."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local.paths import REGION, ROOT


@dataclass(frozen=True)
class Template:
    """A template's resources, to be asked by type."""

    content: Mapping[str, Any]

    @property
    def resources(self) -> Mapping[str, Any]:
        resources: Mapping[str, Any] = self.content["Resources"]
        return resources

    def of_type(self, resource_type: str) -> dict[str, Any]:
        """Properties of all resources of a type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == resource_type
        }


class _NoManagedPolicies:
    """Our roles name none, so the translator needs no list of them from an account."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="session")
def written() -> Template:
    return Template(yaml_parse((ROOT / "template.yaml").read_text()))


@pytest.fixture(scope="session")
def expanded(written: Template) -> Iterator[Template]:
    content = copy.deepcopy(dict(written.content))
    for resource in content["Resources"].values():
        for location in ("CodeUri", "ContentUri"):
            if location in resource.get("Properties", {}):
                resource["Properties"][location] = "s3://bucket/key"
    before = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = REGION
    try:
        yield Template(transform(content, {}, _NoManagedPolicies()))
    finally:
        if before is None:
            del os.environ["AWS_DEFAULT_REGION"]
        else:
            os.environ["AWS_DEFAULT_REGION"] = before
