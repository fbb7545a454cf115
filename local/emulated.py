"""What runs in the emulator's own process: MiniStack, ended with its parent, its layers unpacked once.

MiniStack unpacks all layers (100 MB, 4 000 files) for each worker that it starts, several at the
same time in threads of one process, and whoever waits for a function waits for all of them. Here
workers share what was unpacked first; in Lambda, too, nobody can write into a layer.
"""

import os
import runpy
import signal
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

_LAYER: Final = "python/"  # all of a layer lies in it
_KEPT: Final = "ministack-lambda-layer"  # the emulator's folder is emptied of all that begins so
_extractall: Final = zipfile.ZipFile.extractall


def main() -> None:
    """Run until the parent ends, however it ends: the pipe on standard input closes then."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()
    sharing = unpacking_once(Path(tempfile.gettempdir()))
    zipfile.ZipFile.extractall = sharing  # type: ignore[method-assign]  # no setting does it
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__")


def _wait_for_parent() -> None:
    """SIGTERM makes MiniStack save its state."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def unpacking_once(folder: Path) -> Callable[..., None]:
    """`extractall`, which of a layer only links to what an earlier one of the same content left.

    Args:
        folder: keeps what is shared.
    """
    one_at_a_time = threading.Lock()

    def unpack(
        archive: zipfile.ZipFile,
        path: str | os.PathLike[str] | None = None,
        members: Iterable[str | zipfile.ZipInfo] | None = None,
        pwd: bytes | None = None,
    ) -> None:
        if path is None or members is not None or not _is_layer(archive):
            _extractall(archive, path, members, pwd)
            return
        kept = folder / f"{_KEPT}-{_content(archive)}"
        with one_at_a_time:
            if not kept.exists():
                unfinished = kept.with_suffix(".new")
                _extractall(archive, unfinished)
                unfinished.rename(kept)
        Path(path, _LAYER).symlink_to(kept / _LAYER, target_is_directory=True)

    return unpack


def _is_layer(archive: zipfile.ZipFile) -> bool:
    names = archive.namelist()
    return bool(names) and all(name.startswith(_LAYER) for name in names)


def _content(archive: zipfile.ZipFile) -> str:
    """Differs where a file's name or content does."""
    files = [(each.filename, each.file_size, each.CRC) for each in archive.infolist()]
    return sha256(repr(files).encode()).hexdigest()[:16]


if __name__ == "__main__":
    main()
