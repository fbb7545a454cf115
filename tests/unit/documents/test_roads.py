"""What draws documents is loaded where documents are drawn, and nowhere else."""

import subprocess
import sys

import pytest

HEAVY = ("reportlab", "PIL", "babel", "facturx", "lxml")


def loaded_by(module: str) -> set[str]:
    """The heavy libraries that a fresh interpreter has after an import."""
    code = f"import sys, {module}; print(*[each for each in {HEAVY!r} if each in sys.modules])"
    done = subprocess.run(  # noqa: S603 - ours alone
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "guichet.bootstrap",
        "guichet.bootstrap_billing",
        "guichet.invoices.printable",
        "guichet.adapters.documents.plain",
        "guichet.adapters.documents.cii",
        "guichet.adapters.documents.ubl",
    ],
)
def test_other_roads_load_nothing_of_it(module: str) -> None:
    assert loaded_by(module) == set()


def test_a_pdf_needs_the_library_that_draws_and_the_one_that_knows_languages() -> None:
    assert loaded_by("guichet.adapters.documents.files") >= {"reportlab", "babel"}
    assert not loaded_by("guichet.adapters.documents.files") & {"facturx", "lxml"}
