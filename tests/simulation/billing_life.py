"""A life in which an account buys, pays and changes subscriptions, while months pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.seam import Delete
from guichet.adapters.selling.packaged import packaged_selling_entities
from guichet.bootstrap import Container
from guichet.bootstrap_billing import BillingParts
from guichet.catalogue.ports import Catalogues
from guichet.configuration import load_billing_policy, load_collection_policy
from guichet.entry.invoicing import due_run, plan, work
from guichet.registration.mails import MailKind
from guichet.registration.outbox import BillingMail, DueKind, DueWork
from guichet.subscriptions.ports import Taxes
from tests.simulation.kills import Calls
from tests.simulation.life import Life
from tests.simulation.outside import Body
from tests.simulation.processes import FellError
from tests.support.taxing import LastingTaxes
from tests.support.world import START

# Read once for all processes.
_CATALOGUES: Final = packaged_catalogues()
_ENTITIES: Final = packaged_selling_entities()
_POLICY: Final = load_billing_policy()
_COLLECTION: Final = load_collection_policy()
_QUARTER: Final = timedelta(minutes=15)
_WRITTEN: Final = frozenset({*MailKind, *BillingMail})


@dataclass
class BillingLife(Life):
    """Renewals come without end, so that a story says on which day it is over."""

    watched_write: str = "/CART#"
    taxes: Taxes | None = None  # in place of the packaged tables

    def parts(self, calls: Calls) -> Container:
        return self.with_catalogues(super().parts(calls))

    def with_catalogues(self, made: Container) -> Container:
        """Billing's parts with the catalogue that was read already."""
        given: Catalogues = _CATALOGUES
        made.selling_entities = _ENTITIES
        made.billing = BillingParts(
            made,
            given_catalogues=given,
            given_taxes=self.taxes or LastingTaxes(made, given),
            given_policy=_POLICY,
            given_collection_policy=_COLLECTION,
        )
        return made

    # -- the invoice run ------------------------------------------------------------------------

    def invoices(self) -> bool:
        return self._work(self.invoice_queue, self._invoice)

    def _invoice(self, body: Body, parts: Container) -> None:
        if body["do"] == "plan":
            self._plan(body["run"], parts)
        else:
            work(body, parts)

    def _plan(self, run_id: str, parts: Container) -> None:
        plan(
            run_id,
            parts,
            lambda bodies: self._send(self.invoice_queue, list(bodies)),
            lambda: True,
        )

    def upkeep(self) -> None:
        """The run of the minute, and of the quarter of an hour where something may be invoiced."""
        super().upkeep()
        now = self.world.clock.now()
        is_quarter = now == self._quarter(now)
        if is_quarter and self.world.parts.outbox.due(DueKind.INVOICE, now=now, limit=1):
            self.scheduled()

    def scheduled(self) -> None:
        """The schedule's wake-up."""
        try:
            self.process(lambda parts: self._plan(due_run(parts), parts))
        except FellError:
            return  # the next one finds it

    def looked_at(self, work: DueWork) -> datetime:
        if work.kind is not DueKind.INVOICE:
            return work.due_at
        soon = self.world.clock.now() + timedelta(microseconds=1)
        return self._quarter(max(work.due_at, soon))

    @staticmethod
    def _quarter(moment: datetime) -> datetime:
        """The next full quarter of an hour, or this moment, if it is one."""
        hour = moment.replace(minute=0, second=0, microsecond=0)
        return hour + -((hour - moment) // _QUARTER) * _QUARTER

    def mails(self, effect_id: str, parts: Container) -> None:
        """What no letter is written for yet is told by its name alone."""
        names = self._mails_of(effect_id)
        if names <= _WRITTEN:
            super().mails(effect_id, parts)
            return
        for name in sorted(names):
            key = f"{effect_id.replace('#', ':')}:{name}"
            self.calls.watch("mail", key, partial(self.mail.taken.append, ("", key)))
        parts.dynamo.delete(Delete("state", keys.effect_named(effect_id)))

    def _mails_of(self, effect_id: str) -> frozenset[str]:
        item = self.world.dynamo.get("state", keys.effect_named(effect_id)) or {}
        mails = item.get("mails", [])
        assert isinstance(mails, list)
        return frozenset(str(each) for each in mails)

    def run_to(self, day: int) -> None:
        """Until so many days after the beginning, whatever happened on the way."""
        self._run_until(START + timedelta(days=day))

    def run_until(self, moment: datetime) -> None:
        self._run_until(moment)

    def sleep(self, **parts: float) -> None:
        """Nothing of ours runs for a while; what comes then finds everything late."""
        self.world.clock.advance(**parts)
        self.upkeep()
        self.background()
