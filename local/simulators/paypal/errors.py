"""What the simulated PayPal answers when it does not do as asked."""

from types import MappingProxyType

from local.simulators.errors import BuyerRefusedError, LostAnswerError
from local.simulators.paypal.shapes import Json

__all__ = ["BuyerRefusedError", "LostAnswerError", "PayPalError", "malformed", "no_such", "refused"]

# name and message of each status, as the published schemas have them
_NAMES = MappingProxyType(
    {
        400: (
            "INVALID_REQUEST",
            "Request is not well-formed, syntactically incorrect, or violates schema.",
        ),
        401: (
            "AUTHENTICATION_FAILURE",
            (
                "Authentication failed due to missing authorization header, or invalid "
                "authentication credentials."
            ),
        ),
        403: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
        404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
        409: (
            "RESOURCE_CONFLICT",
            "The server has detected a conflict while processing this request.",
        ),
        415: (
            "UNSUPPORTED_MEDIA_TYPE",
            "The server does not support the request payload's media type.",
        ),
        422: (
            "UNPROCESSABLE_ENTITY",
            (
                "The requested action could not be performed, semantically incorrect, or failed "
                "business validation."
            ),
        ),
        429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
        500: ("INTERNAL_SERVER_ERROR", "An internal server error occurred."),
        503: ("SERVICE_UNAVAILABLE", "Service Unavailable."),
    }
)
_DECIMALS = "If the currency supports decimals, only two decimal place precision is supported."
DESCRIPTIONS = MappingProxyType(
    {
        "AGREEMENT_ALREADY_CANCELLED": "The requested agreement is already canceled.",
        "CANNOT_BE_ZERO_OR_NEGATIVE": f"Must be greater than zero. {_DECIMALS}",
        "CAPTURE_FULLY_REFUNDED": "The capture has already been fully refunded",
        "COMPLIANCE_VIOLATION": "Transaction is declined due to compliance violation.",
        "CONSENT_NEEDED": "CONSENT_NEEDED",
        "DECIMAL_PRECISION": _DECIMALS,
        "DECIMALS_NOT_SUPPORTED": (
            "Currency does not support decimals. Please refer to "
            "https://developer.paypal.com/docs/api/reference/currency-codes/ for more information."
        ),
        "DUPLICATE_INVOICE_ID": (
            "Duplicate Invoice ID detected. To avoid a potential duplicate transaction your "
            "account setting requires that Invoice Id be unique for each transaction."
        ),
        "INSTRUMENT_DECLINED": (
            "The instrument presented  was either declined by the processor or bank, or it can't "
            "be used for this payment."
        ),
        "INVALID_ACCOUNT_STATUS": "Account validations failed for the user.",
        "INVALID_CURRENCY_CODE": (
            "Currency code is invalid or is not currently supported. Please refer "
            "https://developer.paypal.com/api/rest/reference/currency-codes/ for list of "
            "supported currency codes."
        ),
        "INVALID_PARAMETER_SYNTAX": (
            "The value of a field does not conform to the expected format."
        ),
        "INVALID_PARAMETER_VALUE": "A parameter value is not valid.",
        "INVALID_PLATFORM_FEES_ACCOUNT": (
            "The specified platform_fees payee account is either invalid or account setup is "
            "incomplete.Please work with your PayPal Account Manager to enable this option for "
            "your account."
        ),
        "INVALID_PLATFORM_FEES_AMOUNT": (
            "The platform_fees amount cannot be greater than order amount."
        ),
        "INVALID_RESOURCE_ID": (
            "Specified resource ID does not exist. Please check the resource ID and try again."
        ),
        "INVALID_STRING_LENGTH": "The value of a field is either too short or too long",
        "MALFORMED_REQUEST_JSON": "The request JSON is not well formed.",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": (
            "You have exceeded the maximum number of payment attempts."
        ),
        "MISSING_REQUIRED_PARAMETER": "A required parameter is missing.",
        "MULTI_CURRENCY_ORDER": (
            "Multiple differing values of currency_code are not supported. Entire Order request "
            "must have the same currency_code."
        ),
        "ORDER_ALREADY_CAPTURED": (
            "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed."
        ),
        "ORDER_NOT_APPROVED": (
            "Payer has not yet approved the Order for payment. Please redirect the payer to the "
            "'rel':'approve' url returned as part of the HATEOAS links within the Create Order "
            "call or provide a valid `payment_source` in the request."
        ),
        "PAYEE_ACCOUNT_INVALID": (
            "Payee account specified is invalid. Please check the `payee.email_address` or "
            "`payee.merchant_id` specified and try again. Ensure that either  "
            "`payee.merchant_id` or `payee.email_address` is specified."
        ),
        "PAYEE_ACCOUNT_RESTRICTED": "The merchant account is restricted.",
        "PAYPAL_REQUEST_ID_REQUIRED": (
            "A PayPal-Request-Id is required if you are trying to process payment for an Order. "
            "Please specify a PayPal-Request-Id or Create the Order without a 'payment_source' "
            "specified."
        ),
        "PENDING_CAPTURE": (
            "Cannot initiate a refund as the capture is pending. Capture is typically pending "
            "when the payer has funded the transaction using e-check/bank funded."
        ),
        "PERMISSION_DENIED": (
            "You do not have permission to access or perform operations on this resource."
        ),
        "PLATFORM_FEES_NOT_SUPPORTED": (
            "The API Caller is not enabled to process transactions by specifying 'platform_fees'. "
            "Please work with your PayPal Account Manager to enable this option for your account."
        ),
        "PLATFORM_FEE_EXCEEDED": (
            "Platform fee amount specified exceeds the amount that is available for refund. You "
            "can only refund up to the available platform fee amount. This error is also returned "
            "when no platform_fee was specified or was zero when the payment was captured."
        ),
        "PREVIOUS_REQUEST_IN_PROGRESS": (
            "A previous request on this resource is currently in progress. Please wait for "
            "sometime and try again. It is best to space out the initial and the subsequent "
            "request(s) to avoid receiving this error."
        ),
        "REFUND_AMOUNT_EXCEEDED": (
            "The refund amount must be less than or equal to the capture amount that has not yet "
            "been refunded."
        ),
        "REFUND_CAPTURE_CURRENCY_MISMATCH": "Refund must be in the same currency as the capture",
        "REFUND_FAILED_INSUFFICIENT_FUNDS": (
            "Capture could not be refunded due to insufficient funds. Please check to see if you "
            "have sufficient funds in your PayPal account or if the bank account linked to your "
            "PayPal account is verified and has sufficient funds."
        ),
        "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK": (
            "The refund was refused: a chargeback was filed for this capture."
        ),
        "REFUND_NOT_ALLOWED": "Capture cannot be refunded.",
        "REFUND_TIME_LIMIT_EXCEEDED": (
            "You are over the time limit to perform a refund on this capture"
        ),
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED": (
            "The payer account cannot be used for this transaction."
        ),
        "SETUP_TOKEN_NOT_APPROVED": "The payer has not approved the setup token.",
        "TOKEN_ALREADY_VAULTED": "The setup token has been used.",
        "TRANSACTION_DISPUTED": (
            "Partial refunds cannot be offered at this time because there is an open case on this "
            "transaction. Visit the PayPal Resolution Center to review this case."
        ),
        "TRANSACTION_REFUSED": "The request was refused.",
    }
)


class PayPalError(Exception):
    """An error answer in PayPal's shape.

    `kept` marks refusals that PayPal made while it processed a payment: a repeat under the same
    PayPal-Request-Id gets them again.
    """

    def __init__(
        self,
        status: int,
        issue: str | None = None,
        *,
        field: str | None = None,
        value: str | None = None,
        links: list[Json] | None = None,
        headers: dict[str, str] | None = None,
        kept: bool = False,
    ) -> None:
        super().__init__(f"{status} {issue}")
        self.status = status
        self.issue = issue
        self.field = field
        self.value = value
        self.links = links or []
        self.headers = headers or {}
        self.kept = kept

    def body(self, debug_id: str) -> Json:
        name, message = _NAMES[self.status]
        body: Json = {"name": name, "message": message, "debug_id": debug_id}
        if self.issue is not None:
            detail = {"issue": self.issue, "description": DESCRIPTIONS.get(self.issue, self.issue)}
            if self.field is not None:
                detail["field"] = self.field
                detail["location"] = "body"
            if self.value is not None:
                detail["value"] = self.value
            body["details"] = [detail]
        body["links"] = [*self.links, *self._information()]
        return body

    def _information(self) -> list[Json]:
        if self.issue is None:
            return []
        address = f"https://developer.paypal.com/docs/api/orders/v2/#error-{self.issue}"
        return [{"href": address, "rel": "information_link", "method": "GET"}]


def malformed(issue: str, field: str | None = None, value: str | None = None) -> PayPalError:
    """A refusal of the request's form."""
    return PayPalError(400, issue, field=field, value=value)


def refused(issue: str, field: str | None = None, value: str | None = None) -> PayPalError:
    """A refusal of what the request asks for."""
    return PayPalError(422, issue, field=field, value=value)


def no_such() -> PayPalError:
    return PayPalError(404, "INVALID_RESOURCE_ID")
