"""The build brings every function's sources to where the template looks for them."""

from __future__ import annotations

from samtranslator.yaml_helper import yaml_parse

from local.build import FUNCTIONS, logical_id
from local.paths import ROOT


def test_every_function_is_built_where_the_template_looks_for_it() -> None:
    resources = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]

    folders = {logical_id(name): resources[logical_id(name)]["Properties"] for name in FUNCTIONS}

    assert {path.parent.name for path in ROOT.glob("functions/*/app.py")} == set(FUNCTIONS)
    assert all(
        each["CodeUri"] == f"functions/{name}"
        for name, each in zip(FUNCTIONS, folders.values(), strict=True)
    )
