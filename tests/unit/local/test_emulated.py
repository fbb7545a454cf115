"""Workers of the emulator share a layer that was unpacked once, and nothing else."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from local.emulated import unpacking_once


def packed(**files: str) -> zipfile.ZipFile:
    """An archive of these files; `__` in a name parts folders, and each is a module."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        for name, content in files.items():
            written.writestr(f"{name.replace('__', '/')}.py", content)
    return zipfile.ZipFile(archive)


def test_two_workers_find_the_layer_that_was_unpacked_once(tmp_path: Path) -> None:
    unpack = unpacking_once(tmp_path / "kept")
    for worker in ("one", "other"):
        (tmp_path / worker).mkdir()

        unpack(packed(python__guichet__money="cents = 1"), tmp_path / worker)

    one, other = (tmp_path / worker / "python" for worker in ("one", "other"))
    assert (one / "guichet" / "money.py").read_text() == "cents = 1"
    assert one.resolve() == other.resolve()
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_a_layer_that_has_changed_is_unpacked_anew(tmp_path: Path) -> None:
    unpack = unpacking_once(tmp_path / "kept")
    for worker, content in (("before", "cents = 1"), ("after", "cents = 2")):
        (tmp_path / worker).mkdir()

        unpack(packed(python__money=content), tmp_path / worker)

    assert (tmp_path / "before" / "python" / "money.py").read_text() == "cents = 1"
    assert (tmp_path / "after" / "python" / "money.py").read_text() == "cents = 2"


def test_a_functions_own_files_are_its_own(tmp_path: Path) -> None:
    unpack = unpacking_once(tmp_path / "kept")

    unpack(packed(app="handler = 1", python__money="cents = 1"), tmp_path / "worker")

    assert (tmp_path / "worker" / "app.py").read_text() == "handler = 1"
    assert not (tmp_path / "worker" / "python").is_symlink()
    assert not (tmp_path / "kept").exists()
