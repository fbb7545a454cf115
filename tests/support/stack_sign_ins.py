"""Sign-ins that a deployed stack must refuse: one that has expired, one for another application."""

from __future__ import annotations

import base64
import json
import time
from functools import cached_property

from local.identity import PASSWORD
from tests.support.deployed_stack import DeployedStack


class StrangeSignIns:
    """Tokens of one member, each right but for one thing; made when first asked for."""

    def __init__(self, stack: DeployedStack, member: str) -> None:
        self.stack = stack
        self.member = member

    @cached_property
    def elsewhere(self) -> str:
        """A good token, for an application whose audience the API does not take."""
        return self._signed_in(self._application("elsewhere", seconds=3600))

    @cached_property
    def expired(self) -> str:
        """A token that was good until its time had passed: nothing else refuses it."""
        client_id = self._application("short-lived", seconds=2)
        self._accept_audience(client_id)
        for _ in range(5):
            token = self._signed_in(client_id)
            answer = self.stack.call(
                "GET", "/v1/trainings", headers={"authorization": f"Bearer {token}"}
            )
            if answer.status == 200:
                break
        else:
            raise AssertionError("the short-lived token was never good")
        claims = token.split(".")[1]
        expires_at = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
        time.sleep(max(0.0, expires_at + 1 - time.time()))
        return token

    def _application(self, name: str, seconds: int) -> str:
        pool, pool_id = (
            self.stack.client("cognito-idp"),
            self.stack.deployment.outputs["UserPoolId"],
        )
        listed = pool.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)
        for client in listed["UserPoolClients"]:
            if client["ClientName"] == name:
                return str(client["ClientId"])
        made = pool.create_user_pool_client(
            UserPoolId=pool_id,
            ClientName=name,
            AccessTokenValidity=seconds,
            TokenValidityUnits={"AccessToken": "seconds"},
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        )
        return str(made["UserPoolClient"]["ClientId"])

    def _accept_audience(self, client_id: str) -> None:
        gateway, api_id = self.stack.client("apigatewayv2"), self.stack.deployment.outputs["ApiId"]
        (authorizer,) = gateway.get_authorizers(ApiId=api_id)["Items"]
        accepted = authorizer["JwtConfiguration"]
        if client_id not in accepted["Audience"]:
            gateway.update_authorizer(
                ApiId=api_id,
                AuthorizerId=authorizer["AuthorizerId"],
                JwtConfiguration={
                    **accepted,
                    "Audience": [*accepted["Audience"], client_id],
                },
            )

    def _signed_in(self, client_id: str) -> str:
        answer = self.stack.client("cognito-idp").admin_initiate_auth(
            UserPoolId=self.stack.deployment.outputs["UserPoolId"],
            ClientId=client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": self.member, "PASSWORD": PASSWORD},
        )
        return str(answer["AuthenticationResult"]["AccessToken"])
