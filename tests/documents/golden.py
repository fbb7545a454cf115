"""Documents that must never look otherwise: what is stored of each, and what its files come to (INV-3).

`python -m tests.documents.golden` writes those of a template that has none yet. What was written is not
written again: a difference is a defect, or a new template.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from guichet.adapters.documents.files import rendered
from guichet.adapters.documents.texts import TEXTS
from guichet.adapters.dynamo.contents import content_text, read_content
from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import TEMPLATE
from guichet.invoices.forms import DocumentForm, Files
from guichet.invoices.uncompressed import uncompressed
from tests.support.real_documents import real_documents

FOLDER: Final = Path(__file__).parent / "golden"
UNPACKED: Final = "pdf, unpacked"
_TOO_LONG: Final = "it-long"
# Which zlib this is, told by what it makes of something: their versions don't say it.
_PROBE: Final = b"".join(f"{n} {n * n % 97} BT /F1 9 Tf ET\n".encode() for n in range(2_000))


@dataclass(frozen=True)
class Golden:
    """One document: its stored content, and the digest of each of its files."""

    stored: str
    digests: Mapping[str, str]

    @property
    def content(self) -> InvoiceContent:
        found = read_content({"content": self.stored})
        assert found is not None
        return found


@dataclass(frozen=True)
class Template:
    """All documents of a template, the digests of its words, and the zlib that it was drawn with."""

    documents: Mapping[str, Golden]
    words: Mapping[str, str]
    zlib: str


def templates() -> dict[int, Template]:
    """Those that were written, by their numbers."""
    return {int(path.stem): _read(path) for path in sorted(FOLDER.glob("*.json"))}


def digests_of(files: Files) -> dict[str, str]:
    """Of each file, and of the PDF as any zlib would have it."""
    found = {form.value: _digest(content) for form, content in files.items()}
    return found | {UNPACKED: _digest(uncompressed(files[DocumentForm.PDF]))}


def words_of(template: int) -> dict[str, str]:
    """Of each file of words that the template brought."""
    folder = TEXTS / str(template)
    return {path.name: _digest(path.read_bytes()) for path in sorted(folder.glob("*"))}


def this_zlib() -> str:
    return _digest(zlib.compress(_PROBE))


def _read(path: Path) -> Template:
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    documents = {name: Golden(**each) for name, each in held["documents"].items()}
    return Template(documents, held["words"], held["zlib"])


def _now() -> Iterator[tuple[str, dict[str, object]]]:
    for name, (_, content) in real_documents().items():
        if name == _TOO_LONG:
            continue
        stored = content_text(content)
        yield name, {"stored": stored, "digests": digests_of(rendered(content.computed_again()))}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    path = FOLDER / f"{TEMPLATE}.json"
    if path.exists():
        sys.exit(f"{path.name} is there: what was made by template {TEMPLATE} stays as it is")
    held = {"zlib": this_zlib(), "words": words_of(TEMPLATE), "documents": dict(_now())}
    FOLDER.mkdir(exist_ok=True)
    path.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
