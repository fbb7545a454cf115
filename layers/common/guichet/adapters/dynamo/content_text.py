"""An invoice's content as one short text: what all contents say alike is not stored with each.

A write unit is a kilobyte, and contents are kept for ever. Each names the words that it was compressed
by; words are never changed, or what was stored with them could not be read: better ones get a number.
"""

from __future__ import annotations

import base64
import zlib
from types import MappingProxyType
from typing import Final

from guichet.adapters.dynamo import items

# As contents are written, the most usual last: what is nearer is referred to in fewer bits.
_FIRST_WORDS: Final = (
    '"sentence":"reverse_charge","export","reason":"","tax_class":"electronic","telecom","category":"'
    '"AE","E","Z","G","K","kind":"credit_note","usage","add_on","rental","one_off","fee","of_invoice":"inv_'
    '"is_credit":true,"discount":{"amount_minor":"currency":"EUR","GBP","CAD","AUD","name":"VAT","GST","HST",'
    '"Sales tax","country":"FR","DE","IT","ES","PT","NL","IE","GB","CA","AU","language":"de","it","es",'
    '"pt","nl","fr","en","tax_status":"exempt","frequency":"yearly","refers_to":{"number":"issued_on":"'
    '"settlement":"account_credit","is_collected":true,"notes":["vat_number":"registration":["phone":"+'
    '{"invoice_id":"inv_2026","account_id":"acc_","tax_status":"computed","lines":[{"line":{'
    '"subscription_id":"sub_","product_id":"telephony","webinar","kind":"plan","item":"starter","plus",'
    '"quantity":1,"unit_price":"30.00","amount":{"amount_minor":9000,"currency":"USD"},"period":{"start":'
    '"2026-01-01","end":"2026-02-01"},"bill_on":"2026-01-01","tax_class":"standard",'
    '"catalogue_version":"2026-01","is_credit":false,"share":"","discount":null,"of_invoice":""},'
    '"net_minor":9000,"bears":[0]},{"line":{"subscription_id":"sub_'
    '"}],"bearings":[{"name":"","percent":"20","category":"S","tax_class":"standard","country":"FR","region":'
    '"","sentence":null,"reason":""}],"bearings":[{"name":"","percent":"0","category":"O",'
    '"tax_class":"standard","country":"US","region":"NY","sentence":null,"reason":""}],"document":{'
    '"kind":"invoice","number":"US-I-000001","series":"US-I","issued_on":"2026-01-01","language":"en",'
    '"currency":"USD","seller":{"entity_id":"us","legal_name":"","address":["1  Street","City"],'
    '"country":"US","vat_number":null,"registration":[],"email":"","phone":""},"buyer":{"account_id":"acc_'
    '"company":" Inc. Ltd. GmbH SARL","address":{"line1":"","city":"","country":"US","line2":"",'
    '"region":"NY","postal_code":""},"vat_number":null,"contact_name":"","email":"office@.com"},'
    '"lines":[{"product":"Webinars","item":"Starter","kind":"plan","quantity":1,"unit_price":"30.00",'
    '"net_minor":9000,"tax_class":"standard","period":{"start":"2026-01-01","end":"2026-02-01"},"share":"",'
    '"discount_minor":0,"bears":[0]},{"product":"'
    '"}],"taxes":[{"name":"","percent":"0","category":"O","tax_class":"standard","base_minor":9000,'
    '"amount_minor":0,"region":"","sentence":null,"reason":""}],"subtotal_minor":9000,"tax_minor":0,'
    '"total_minor":9000,"credit_applied_minor":0,"paid_minor":0,"due_on":"2026-01-31","period":{"start":'
    '"2026-01-01","end":"2026-02-01"},"is_collected":false,"remittance":{"currency":"USD",'
    '"effective_from":"2026-01-01","beneficiary":"","bank":" Bank","bank_address":"","account_number":"",'
    '"iban":"","bic":"","routing_wire":"","routing_ach":"","chips":"","sort_code":"","bsb":"",'
    '"institution":"","transit":"","cheque_address":", PO Box "},"payment_reference":"US-I-000001",'
    '"disputable_until":"2026-01-16","refers_to":null,"settlement":null,"notes":[],"template":1}}'
)
WORDS: Final = MappingProxyType({"1": _FIRST_WORDS.encode()})
_NEWEST: Final = "1"


def packed_content(text: str) -> str:
    """The text by the newest words, with their number in front."""
    packer = zlib.compressobj(level=9, zdict=WORDS[_NEWEST])
    held = packer.compress(text.encode()) + packer.flush()
    return f"{_NEWEST}:{base64.b64encode(held).decode()}"


def unpacked_content(stored_text: str) -> str:
    """The text again.

    Raises:
        KeyError: by words that are not known here.
        zlib.error: by others than it says.
    """
    number, mark, held = stored_text.partition(":")
    if not mark:
        return items.unpacked(stored_text)  # by itself, as contents once were
    unpacker = zlib.decompressobj(zdict=WORDS[number])
    return (unpacker.decompress(base64.b64decode(held)) + unpacker.flush()).decode()
