"""A function parses, calls and answers: it never picks an adapter, nor a neighbouring file."""

import ast
from pathlib import Path

import pytest

from local.paths import ROOT

FUNCTIONS = sorted((ROOT / "functions").glob("*/app.py"))


def imported_modules(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever it stands."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


@pytest.mark.parametrize("path", FUNCTIONS, ids=lambda path: path.parent.name)
def test_a_function_imports_no_adapter(path: Path) -> None:
    modules = imported_modules(path)

    assert modules
    assert not {name for name in modules if name.startswith("guichet.adapters")}


@pytest.mark.parametrize("path", FUNCTIONS, ids=lambda path: path.parent.name)
def test_a_function_folder_holds_one_module(path: Path) -> None:
    assert [each.name for each in path.parent.glob("*.py")] == ["app.py"]
