"""The papers of who sells to an account: W-9, the authorization of debits (TAX-6)."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.catalogue.ports import FormFiles
from guichet.catalogue.selling import Form, SellingEntity
from guichet.errors import not_found
from guichet.period import local_day
from guichet.subscriptions.carts import Carts


def list_forms(
    member: Member, *, carts: Carts
) -> tuple[SellingEntity, tuple[tuple[Form, bool], ...]]:
    """Of the entity that serves the billing country: newest first, and whether each is in force.

    Raises:
        NotAllowed: the member may not see what is sold.
    """
    member.reach(Permission.READ_CATALOGUE)
    address = carts.records.profile(member.account_id).billing_address
    entity = carts.entities.for_country(address.country if address else "")
    return entity, entity.forms_until(local_day(carts.clock.now(), entity.time_zone))


def read_form(member: Member, form_id: str, *, carts: Carts, files: FormFiles) -> bytes:
    """The PDF, also of an entity that sold to the account before, or sells one product to it.

    Raises:
        NotAllowed: the member may not see what is sold.
        NotFound: no entity has such a form, or not yet.
    """
    member.reach(Permission.READ_CATALOGUE)
    for entity in carts.entities.entities.values():
        begun = entity.forms_until(local_day(carts.clock.now(), entity.time_zone))
        if form_id in {form.form_id for form, _ in begun}:
            return files.content(form_id)
    raise not_found("form")
