"""What a customer has to agree to before their bank account is debited (COL-10)."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.collection.authorizations import AuthorizationText, authorization_text
from guichet.collection.collecting import Collecting
from guichet.collection.offering import chosen_entity
from guichet.languages import Language
from guichet.payments.stored_method import DebitScheme


def show_authorization(
    scheme: DebitScheme,
    selling_entity: str | None,
    language: Language,
    member: Member,
    *,
    collecting: Collecting,
) -> AuthorizationText:
    """The version in force, with seller and customer named.

    Raises:
        NotAllowed: no role or grant includes it.
        Invalid: `selling_entity_unknown`.
        Conflict: `billing_address_missing`, and no seller is named.
    """
    member.reach(Permission.READ_PAYMENT_METHODS)
    profile = collecting.records.profile(member.account_id)
    entity = chosen_entity(selling_entity, profile, collecting.entities)
    return authorization_text(scheme, language, seller=entity.legal_name, customer=profile.company)
