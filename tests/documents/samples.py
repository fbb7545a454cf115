"""`python -m tests.documents.samples FOLDER`: the samples as files, to be looked at."""

import sys
from dataclasses import fields
from pathlib import Path
from typing import Final

from guichet.adapters.documents.files import files_of
from tests.support.document_samples import samples

_ENDINGS: Final = {"cii": "cii.xml", "ubl": "ubl.xml"}


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in samples().items():
        files = files_of(document)
        for ending in fields(files):
            content = getattr(files, ending.name)
            if content is not None:
                written = folder / f"{name}.{_ENDINGS.get(ending.name, ending.name)}"
                written.write_bytes(content)


if __name__ == "__main__":
    main()
