"""`python -m tests.documents.samples FOLDER [NAME …]`: the samples as files, to be looked at."""

import sys
from pathlib import Path

from guichet.adapters.documents.files import rendered
from guichet.invoices.document import InvoiceDocument
from tests.support.document_samples import samples
from tests.support.real_documents import real_documents


def main() -> None:
    folder, wanted = Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in _all().items():
        if wanted and not any(name.startswith(each) for each in wanted):
            continue
        for form, content in rendered(document).items():
            (folder / f"{name}.{form.ending}").write_bytes(content)


def _all() -> dict[str, InvoiceDocument]:
    """Those written by hand, and those that the domain made."""
    real = {name: content.document for name, (_, content) in real_documents().items()}
    return samples() | real


if __name__ == "__main__":
    main()
