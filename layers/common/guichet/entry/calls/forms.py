"""Papers of who sells: list them, download one (TAX-6)."""

from __future__ import annotations

from typing import Final

from guichet.adapters.selling.packaged import PackagedForms
from guichet.entry.calls.signed_in import SIGN_IN, SignedInCalls
from guichet.entry.http import Text, answered, file_answered, route
from guichet.entry.models.forms import FormAnswer, FormsAnswer
from guichet.subscriptions.use_cases.read_forms import list_forms, read_form

FORMS: Final = "/v1/forms"


class FormCalls(SignedInCalls):
    """One method a call."""

    @route(
        "GET",
        FORMS,
        "List the forms of the company that sells to this customer",
        who=SIGN_IN,
        answers=FormsAnswer,
    )
    def list_forms(self) -> Text:
        sender = self._sender()
        entity, forms = list_forms(sender.member, carts=sender.held.billing.carts)
        items = [FormAnswer.of(form, entity, in_force=current) for form, current in forms]
        return answered(FormsAnswer(items=items))

    @route(
        "GET",
        f"{FORMS}/<form_id>",
        "Download a form",
        who=SIGN_IN,
        media_type="application/pdf",
    )
    def read_form(self, form_id: str) -> Text:
        sender = self._sender()
        carts = sender.held.billing.carts
        content = read_form(sender.member, form_id, carts=carts, files=PackagedForms())
        return file_answered(content, "application/pdf", f"{form_id}.pdf")
