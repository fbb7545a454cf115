"""What lies in a PDF beside its pages: title and language, and the electronic invoice as Factur-X has it.

The description says what Factur-X asks for, and nothing about PDF/A: no validator has seen these files.
"""

from __future__ import annotations

from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import (
    XMP,
    PDFArray,
    PDFCatalog,
    PDFDictionary,
    PDFName,
    PDFStream,
    PDFString,
    PDFZCompress,
)
from reportlab.pdfgen.canvas import Canvas

from guichet.adapters.documents.wording import Wording

FILE_NAME: Final = "factur-x.xml"
_NAMESPACE: Final = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"


def restate(canvas: Canvas, wording: Wording) -> None:
    """Title, author and what viewers show; dated by the day of issue, not by when it is drawn."""
    issued_on = wording.document.issued_on
    moment = _inner(canvas)._timeStamp  # noqa: SLF001 - the library takes its moment from nowhere else
    moment.YMDhms = (issued_on.year, issued_on.month, issued_on.day, 0, 0, 0)
    canvas.setTitle(title_of(wording))
    canvas.setAuthor(wording.document.seller.legal_name)
    canvas.setSubject(wording.headline)
    canvas.setCreator("Guichet")
    canvas.setProducer("ReportLab")
    canvas.setViewerPreference("DisplayDocTitle", "true")


def title_of(wording: Wording) -> str:
    return f"{wording.title} {wording.document.number}"


def embed_invoice(canvas: Canvas, wording: Wording, xml: bytes) -> None:
    """Put the XML into the PDF as its alternative form, where readers of Factur-X look for it."""
    catalog, reference = _inner(canvas).Catalog, _inner(canvas).Reference
    stream = PDFStream(
        dictionary=PDFDictionary(
            {
                "Type": PDFName("EmbeddedFile"),
                "Subtype": "/text#2Fxml",  # a name that is written as it is
                "Params": PDFDictionary({"Size": len(xml)}),
            }
        ),
        content=xml,
        filters=[PDFZCompress],
    )
    held = reference(stream)
    file = reference(
        PDFDictionary(
            {
                "Type": PDFName("Filespec"),
                "AFRelationship": PDFName("Alternative"),
                "F": PDFString(FILE_NAME),
                "UF": PDFString(FILE_NAME),
                "Desc": PDFString("Factur-X"),
                "EF": PDFDictionary({"F": held, "UF": held}),
            }
        )
    )
    names = PDFDictionary({"Names": PDFArray([PDFString(FILE_NAME), file])})
    catalog.Names = PDFDictionary({"EmbeddedFiles": names})
    catalog.__NoDefault__ = [*PDFCatalog.__NoDefault__, "AF"]
    catalog.AF = PDFArray([file])
    catalog.Metadata = XMP(creator=lambda _: _description(wording))


def _inner(canvas: Any) -> Any:  # noqa: ANN401 - has no types
    """What the library writes when a canvas is saved; it has no other door to the catalog."""
    return canvas._doc  # noqa: SLF001 - same


def _description(wording: Wording) -> bytes:
    title, author = title_of(wording), wording.document.seller.legal_name
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{wording.words.language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:fx="{_NAMESPACE}">
<fx:DocumentType>INVOICE</fx:DocumentType>
<fx:DocumentFileName>{FILE_NAME}</fx:DocumentFileName>
<fx:Version>1.0</fx:Version>
<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()
