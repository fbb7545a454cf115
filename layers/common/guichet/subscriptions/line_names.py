"""What products, plans and lines are called in a reader's language (SUB-1)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.catalogue.catalogue import Names, Product
from guichet.catalogue.ports import Catalogues
from guichet.languages import DEFAULT_LANGUAGE, closest_language
from guichet.ledger.billable import BillableLine, LineKind
from guichet.subscriptions.mails import ToldLine
from guichet.subscriptions.subscription import Subscription


@dataclass(frozen=True, slots=True)
class LineNames:
    """Names as the version of the catalogue that was billed by has them."""

    catalogues: Catalogues
    tag: str  # BCP 47

    def product(self, subscription: Subscription) -> str:
        return self._said(self._product_of(subscription).names)

    def plan(self, subscription: Subscription) -> str:
        return self._said(self._product_of(subscription).plan(subscription.terms.plan_id).names)

    def line(self, line: BillableLine) -> ToldLine:
        product = self.catalogues.version(line.catalogue_version).product(line.product_id)
        return ToldLine(
            product=self._said(product.names),
            item=self._said(_names(product, line.kind, line.item)),
            kind=line.kind,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            period=line.period,
            is_credit=line.is_credit,
            share=line.share,
            discount=line.discount,
        )

    def _product_of(self, subscription: Subscription) -> Product:
        version = self.catalogues.version(subscription.catalogue_version)
        return version.product(subscription.product_id)

    def _said(self, names: Names) -> str:
        return names.get(closest_language(self.tag)) or names[DEFAULT_LANGUAGE]


def _names(product: Product, kind: LineKind, item: str) -> Names:
    match kind:
        case LineKind.PLAN:
            return product.plan(item).names
        case LineKind.ADD_ON | LineKind.RENTAL | LineKind.ONE_OFF:
            return product.add_on(item).names
        case LineKind.USAGE:
            return product.metered[item].names
        case LineKind.FEE:
            return next(fee.names for fee in product.fees if fee.fee_id == item)
