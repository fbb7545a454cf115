"""An entity's papers, as customers see them (TAX-6)."""

from __future__ import annotations

from datetime import date

from guichet.catalogue.selling import Form, SellingEntity
from guichet.entry.fields import Answer


class FormAnswer(Answer):
    """One paper; `in_force` is true of the newest of its kind."""

    form_id: str
    form: str
    effective_from: date
    in_force: bool
    selling_entity: str
    seller: str

    @classmethod
    def of(cls, form: Form, entity: SellingEntity, *, in_force: bool) -> FormAnswer:
        return cls(
            form_id=form.form_id,
            form=form.kind,
            effective_from=form.effective_from,
            in_force=in_force,
            selling_entity=entity.entity_id,
            seller=entity.legal_name,
        )


class FormsAnswer(Answer):
    """All, newest first."""

    items: list[FormAnswer]
