"""Messages of the invoice queue, and the use cases that they become."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from guichet.entry.taxpayers import corrected
from guichet.events import Actor, ActorKind
from guichet.invoices.batches import Batch
from guichet.invoices.ports import Candidate, CandidateKind
from guichet.invoices.progress import run_to_resume
from guichet.invoices.use_cases.correct_vat import CorrectVat
from guichet.invoices.use_cases.make_invoices import Made, make_invoices
from guichet.invoices.use_cases.note_progress import note_progress
from guichet.invoices.use_cases.plan_invoices import plan_invoices

if TYPE_CHECKING:
    from guichet.bootstrap import Container
    from guichet.invoices.invoice import Invoice
    from guichet.invoices.invoicing import Invoicing

type Body = Mapping[str, str]

_MESSAGES: Final = 10  # that the queue takes in one call
_ACTOR: Final = Actor(ActorKind.SYSTEM, "invoice_run", "invoice_run")


def scheduled_run(now: datetime) -> str:
    """The run of this quarter of an hour: a schedule that fires twice plans one run (BAD-12)."""
    return f"run_{now:%Y%m%dt%H}{now.minute // 15 * 15:02d}"


def due_run(container: Container) -> str:
    """The run of now; in its place one that got stuck, since what is due is the same for both."""
    now = container.clock.now()
    stuck = run_to_resume(now, container.billing.invoicing)
    return scheduled_run(now) if stuck is None else stuck.run_id


def invoices_message(
    entity: str, candidates: Sequence[Candidate], batch: Batch | None = None
) -> Body:
    """What `work` takes: of a run, by which it is counted once; or of none."""
    of = [[str(c.kind), c.account_id, c.currency, c.cart_id] for c in candidates]
    run = batch.run_id if batch else ""
    numbers = {"batch": f"{batch.planning}.{batch.number}"} if batch else {}
    return {"do": "invoices", "entity": entity, "run": run, **numbers, "of": json.dumps(of)}


def _batch_of(body: Body) -> Batch | None:
    planning, _, number = body.get("batch", "").partition(".")
    return Batch(body["run"], int(planning), int(number)) if number else None


def vat_messages(body: Body, container: Container) -> list[Body]:
    """A number was confirmed: a message for each series that may have charged VAT of it (TAX-3)."""
    return [{**body, "entity": each} for each in sorted(container.selling_entities.entities)]


def correct(body: Body, container: Container) -> list[Invoice]:
    """One series' invoices of the account; answers their credit notes."""
    command = CorrectVat(
        body["account"],
        body["entity"],
        body["number"],
        datetime.fromisoformat(body["at"]),
        _ACTOR,
    )
    return list(corrected(command, container).notes)


def plan(
    run_id: str,
    container: Container,
    send: Callable[[Sequence[Body]], None],
    has_time: Callable[[], bool],
) -> int:
    """Plan one run; answers how many candidates were passed on, ten messages a call."""
    return plan_invoices(
        run_id,
        _ACTOR,
        invoicing=container.billing.invoicing,
        pass_on=_Sender(send),
        has_time=has_time,
    )


class _Sender:
    """`PassOn`, as many messages a call as the queue takes."""

    def __init__(self, send: Callable[[Sequence[Body]], None]) -> None:
        self._send = send
        self._held: list[Body] = []

    def __call__(
        self, selling_entity: str, candidates: Sequence[Candidate], batch: Batch | None
    ) -> None:
        self._held.append(invoices_message(selling_entity, candidates, batch))
        if len(self._held) == _MESSAGES:
            self.finish()

    def finish(self) -> None:
        if self._held:
            self._send(self._held)
            self._held = []


def work(body: Body, container: Container) -> Made:
    """One message of a series."""
    invoicing, run_id = container.billing.invoicing, body["run"] or None
    candidates = [
        Candidate(CandidateKind(kind), account_id, body["entity"], currency, cart_id)
        for kind, account_id, currency, cart_id in json.loads(body["of"])
    ]
    made = _made(body["entity"], candidates, invoicing, run_id)
    batch = _batch_of(body)
    if batch is not None:
        looked_at, parked = len(candidates), len(made.parked)
        note_progress(batch, body["entity"], looked_at, parked, _ACTOR, invoicing=invoicing)
    return made


def _made(
    entity: str, candidates: Sequence[Candidate], invoicing: Invoicing, run_id: str | None
) -> Made:
    """Together; where that fails, each by itself, so that one that fails holds up none of the others.

    Raises:
        ExceptionGroup: of those that failed, once all were tried; the message comes again.
    """
    try:
        return make_invoices(entity, candidates, _ACTOR, invoicing=invoicing, run_id=run_id)
    except Exception:
        if len(candidates) == 1:
            raise
    made, failed = Made(), list[Exception]()
    for each in candidates:
        try:
            one = make_invoices(entity, [each], _ACTOR, invoicing=invoicing, run_id=run_id)
        except Exception as error:  # noqa: BLE001 - raised below, after the others
            failed.append(error)
        else:
            made.add(one)
    if failed:
        raise ExceptionGroup(f"invoices of {entity} failed", failed)
    return made
