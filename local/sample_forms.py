"""Writes the sample forms of config/forms, for a checkout: `python -m local.sample_forms` (TAX-6).

They say on every page that they are samples. An operator puts its own signed papers in their place.
"""

from io import BytesIO
from pathlib import Path

import yaml
from reportlab import rl_config
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfgen.canvas import Canvas

from local.paths import ROOT

_SOURCE = ROOT / "config" / "selling_entities.yaml"
_FOLDER = ROOT / "config" / "forms"
_TEXTS = {
    "w9": (
        "Form W-9: request for taxpayer identification number and certification",
        "Put the entity's own signed form here, as the Internal Revenue Service publishes it:",
        "https://www.irs.gov/forms-pubs/about-form-w-9",
    ),
    "debit_authorization": (
        "Authorization of debits",
        "Put the text here that the entity's bank and its scheme ask for (ACH, PAD, Bacs, BECS, SEPA):",
        "account holder, account, amount or how it is found, how it is revoked, date, signature.",
    ),
}


def main() -> None:
    """Write every file that the sample entities name."""
    entities = yaml.safe_load(_SOURCE.read_text(encoding="utf-8"))["entities"]
    for entity in entities.values():
        for form in entity.get("forms", ()):
            (_FOLDER / form["file"]).write_bytes(sample(form["form"], entity))


def sample(form: str, entity: dict[str, object]) -> bytes:
    """One page; the same bytes each time."""
    title, *lines = _TEXTS[form]
    written = BytesIO()
    rl_config.useA85 = 0  # as in the documents: it holds for the process, so both have to agree
    is_american = entity["country"] in {"US", "CA"}
    canvas = Canvas(written, pagesize=LETTER if is_american else A4, invariant=1)
    canvas.setTitle(f"SAMPLE: {title}")
    canvas.setFont("Helvetica-Bold", 28)
    canvas.drawString(60, 700, "SAMPLE, NOT A FORM")
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(60, 660, title)
    canvas.setFont("Helvetica", 10)
    for place, line in enumerate([f"{entity['legal_name']} does not exist.", *lines]):
        canvas.drawString(60, 630 - 16 * place, line)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


if __name__ == "__main__":
    Path(_FOLDER).mkdir(exist_ok=True)
    main()
