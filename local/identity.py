"""Sign-ins on one machine: users of the pool that the template makes, and their tokens."""

from dataclasses import dataclass
from typing import Any

from local.deployment import Deployment

# The pool is the emulator's and the people are made up: a password that may be printed.
PASSWORD = "correct horse battery staple"  # noqa: S105


@dataclass(frozen=True)
class SignIn:
    """Who the identity provider says a member is: issuer and subject, nothing about roles."""

    email: str
    issuer: str
    subject: str


def ensure_sign_in(deployment: Deployment, email: str) -> SignIn:
    """The person's user in the pool, made with `PASSWORD` if there is none."""
    pool = deployment.client("cognito-idp")
    pool_id = deployment.outputs["UserPoolId"]
    try:
        user = pool.admin_get_user(UserPoolId=pool_id, Username=email)
        attributes = user["UserAttributes"]
    except pool.exceptions.UserNotFoundException:
        verified = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ]
        created = pool.admin_create_user(
            UserPoolId=pool_id, Username=email, UserAttributes=verified, MessageAction="SUPPRESS"
        )
        attributes = created["User"]["Attributes"]
        pool.admin_set_user_password(
            UserPoolId=pool_id, Username=email, Password=PASSWORD, Permanent=True
        )
    subject = next(item["Value"] for item in attributes if item["Name"] == "sub")
    return SignIn(email, deployment.outputs["TokenIssuer"], subject)


def bearer_token(deployment: Deployment, email: str) -> str:
    """A fresh access token, good for an hour; raises SystemExit for an unknown person."""
    pool = deployment.client("cognito-idp")
    try:
        answer: Any = pool.admin_initiate_auth(
            UserPoolId=deployment.outputs["UserPoolId"],
            ClientId=deployment.outputs["TokenAudience"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
        )
    except (pool.exceptions.UserNotFoundException, pool.exceptions.NotAuthorizedException) as error:
        raise SystemExit(f"nobody signs in as {email}: {error}") from error
    return str(answer["AuthenticationResult"]["AccessToken"])
