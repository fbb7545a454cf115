"""INV-4: what the build leaves of reportlab and pillow still draws every sample."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import PIL
import reportlab

from local.build import leave_out_pictures
from local.paths import ROOT

DRAWN = """
import sys
sys.path[:0] = sys.argv[1:]
import PIL, reportlab
from guichet.adapters.documents.files import files_of
from tests.support.document_samples import samples
assert PIL.__file__.startswith(sys.argv[1]), PIL.__file__
assert reportlab.__file__.startswith(sys.argv[1]), reportlab.__file__
print(sum(files_of(each).pdf.startswith(b"%PDF") for each in samples().values()))
"""


def test_the_layer_keeps_what_draws_documents_inv_4(tmp_path: Path) -> None:
    layer = tmp_path / "python"
    pillow = Path(PIL.__file__).parent
    for each in (Path(reportlab.__file__).parent, pillow, pillow.parent / "pillow.libs"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(each, layer / each.name, ignore=ignored)
    before = sum(each.stat().st_size for each in layer.rglob("*") if each.is_file())

    leave_out_pictures(layer)

    paths = [str(layer), str(ROOT / "layers/common"), str(ROOT)]
    done = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-I", "-c", DRAWN, *paths],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
    after = sum(each.stat().st_size for each in layer.rglob("*") if each.is_file())
    assert after < before - 10_000_000
