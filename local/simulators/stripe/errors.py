"""What the simulated Stripe answers when it does not do as asked, and how an answer gets lost."""

from local.simulators.errors import BuyerRefusedError, LostAnswerError
from local.simulators.stripe.shapes import Json

__all__ = [
    "BuyerRefusedError",
    "LostAnswerError",
    "StripeError",
    "invalid",
    "no_access",
    "no_such",
]


class StripeError(Exception):
    """An error answer in Stripe's shape.

    `validation` marks refusals made before an endpoint's execution begins: those are not kept
    under an idempotency key (docs.stripe.com/api/idempotent_requests). `told` is what else the error
    says, such as the intent that a declined charge leaves behind.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        validation: bool = False,
        headers: dict[str, str] | None = None,
        told: Json | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param
        self.kind = kind
        self.validation = validation
        self.headers = headers or {}
        self.told = told or {}

    def body(self) -> Json:
        error: Json = {"message": self.message, "type": self.kind, **self.told}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param is not None:
            error["param"] = self.param
        return {"error": error}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> StripeError:
    """A refusal of the parameters, made before anything is executed."""
    return StripeError(message, param=param, code=code, validation=True)


def no_such(kind: str, object_id: str, param: str = "id") -> StripeError:
    return StripeError(
        f"No such {kind}: '{object_id}'",
        status=404,
        code="resource_missing",
        param=param,
        validation=True,
    )


def no_access(account_id: str) -> StripeError:
    """What a platform gets for an account that never was connected, or no longer is."""
    return StripeError(
        f"The provided key does not have access to account '{account_id}' (or that account does "
        "not exist). Application access may have been revoked.",
        status=403,
        code="account_invalid",
        validation=True,
    )
