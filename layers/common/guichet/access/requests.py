"""What rules leave to a representative, and how a refusal says what to ask for (ACC-6)."""

from __future__ import annotations

from enum import StrEnum

from guichet.access.membership import Account
from guichet.errors import FieldError, Refusal


class RequestKind(StrEnum):
    """What is asked of a representative."""

    CANCEL = "cancel"
    DOWNGRADE = "downgrade"
    REMOVE = "remove"
    FREQUENCY = "frequency"
    REACTIVATE = "reactivate"
    REFUND = "refund"
    DISPUTE = "dispute"
    INVOICE_QUESTION = "invoice_question"
    EXEMPTION = "exemption"
    DEBIT_AUTHORIZATION = "debit_authorization"
    OTHER = "other"


class AskRepresentative(Refusal):
    """Right in form, but not done online: `request_kind` is what to ask a representative for.

    `representative` is the name of the account's own, where it has one.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        rule: str | None = None,
        errors: tuple[FieldError, ...] = (),
        request_kind: RequestKind = RequestKind.OTHER,
        representative: str | None = None,
    ) -> None:
        super().__init__(code, detail, rule=rule, errors=errors)
        self.request_kind = request_kind
        self.representative = representative


def ask_representative(
    kind: RequestKind,
    detail: str,
    *,
    account: Account | None = None,
    code: str = "ask_representative",
    rule: str | None = "ACC-6",
) -> AskRepresentative:
    """The refusal that offers a request of this kind.

    Args:
        kind: what to ask for.
        detail: one English sentence: why this isn't done online.
        account: whose representative is named.
        code: a code of its own, where the reason has one.
        rule: the rule that leaves it to a representative.
    """
    named = account.representative if account is not None else None
    return AskRepresentative(
        code,
        detail,
        request_kind=kind,
        representative=None if named is None else named.name,
        rule=rule,
    )
