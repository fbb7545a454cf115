"""Whom the emulator's API lets in, and what it leaves out of a deployed API.

API Gateway's rules: "Control access to HTTP APIs with JWT authorizers in API Gateway".
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local.environment import Json
from tests.integration.emulator.conftest import Cloud

AUDIENCE: Final = "guichet"
_KEY_ID: Final = "key-1"
_CODE = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event["requestContext"])}
"""


class Issuer:
    """An OpenID Connect issuer on this machine; it signs whatever it is asked to."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        keys = {"keys": [public | {"kid": _KEY_ID, "alg": "RS256", "use": "sig"}]}
        issuer = self

        class Documents(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                discovery = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
                answer = keys if self.path == "/keys" else discovery
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Documents)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def token(self, key: rsa.RSAPrivateKey | None = None, **claims: Json) -> str:
        """A good token but for the claims given; None leaves a claim out."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "s", "iat": now, "exp": now + 600}
        merged = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(merged, key or self._key, "RS256", headers={"kid": _KEY_ID})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.close()


@pytest.fixture
def api_url(cloud: Cloud, issuer: Issuer) -> str:
    """An API with one route, `GET /`, for tokens of the issuer."""
    gateway = cloud.client("apigatewayv2")
    function = cloud.client("lambda").get_function(FunctionName=cloud.function(_CODE))
    api_id = gateway.create_api(Name="tried", ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=function["Configuration"]["FunctionArn"],
        PayloadFormatVersion="2.0",
    )
    authorizer = gateway.create_authorizer(
        ApiId=api_id,
        Name="member",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer.url, "Audience": [AUDIENCE]},
    )
    gateway.create_route(
        ApiId=api_id,
        RouteKey="GET /",
        Target=f"integrations/{integration['IntegrationId']}",
        AuthorizationType="JWT",
        AuthorizerId=authorizer["AuthorizerId"],
    )
    gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    return f"{cloud.endpoint_url}/_aws/execute-api/{api_id}/$default/"


def test_a_good_token_comes_in_and_its_claims_reach_the_function(
    api_url: str, issuer: Issuer
) -> None:
    status, body = _get(api_url, issuer.token(sub="member-1"))

    assert status == 200
    claims = json.loads(body)["authorizer"]["jwt"]["claims"]
    assert claims["sub"] == "member-1"
    assert claims["iss"] == issuer.url


def test_an_access_token_names_its_client_where_others_name_an_audience(
    api_url: str, issuer: Issuer
) -> None:
    """Cognito's access tokens have `client_id` and no `aud`."""
    good, _ = _get(api_url, issuer.token(aud=None, client_id=AUDIENCE))
    bad, _ = _get(api_url, issuer.token(aud=None, client_id="another"))

    assert (good, bad) == (200, 401)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": int(time.time()) - 5}, id="expired"),
        pytest.param({"nbf": int(time.time()) + 600}, id="not yet good"),
        pytest.param({"aud": "another"}, id="for another audience"),
        pytest.param({"aud": None}, id="for nobody"),
        pytest.param({"iss": "https://issuer.example"}, id="from another issuer"),
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused_acc_5(
    api_url: str, issuer: Issuer, claims: Mapping[str, Json]
) -> None:
    status, _ = _get(api_url, issuer.token(**claims))

    assert status == 401


def test_a_token_that_somebody_else_signed_is_refused_acc_5(api_url: str, issuer: Issuer) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    status, _ = _get(api_url, issuer.token(key=stranger))

    assert status == 401


def test_a_request_without_a_token_is_refused_acc_5(api_url: str) -> None:
    status, _ = _get(api_url, None)

    assert status == 401


def test_gap_a_token_that_never_expires_is_let_in(api_url: str, issuer: Issuer) -> None:
    """API Gateway requires `exp`."""
    status, _ = _get(api_url, issuer.token(exp=None))

    assert status == 200, "a token without an end is refused: the gap is cured"


def test_gap_every_caller_seems_to_be_this_machine_or_its_front_door(
    api_url: str, issuer: Issuer
) -> None:
    _, body = _get(api_url, issuer.token(), {"x-forwarded-for": "203.0.113.9"})

    assert json.loads(body)["http"]["sourceIp"] == "127.0.0.1"


def test_gap_an_api_that_is_deployed_with_a_body_has_no_routes(cloud: Cloud) -> None:
    """So `local/gateway.py` makes them; on AWS they come from the body."""
    body = {
        "openapi": "3.0.1",
        "info": {"title": "tried", "version": "1"},
        "paths": {"/here": {"get": {"responses": {}}}},
    }
    template = {
        "Resources": {
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}},
        },
        "Outputs": {"ApiId": {"Value": {"Ref": "Api"}}},
    }
    api_id = _deployed(cloud, "gap-body", template)["ApiId"]

    routes = cloud.client("apigatewayv2").get_routes(ApiId=api_id)["Items"]

    assert routes == [], "the body is read: the gap is cured"


def test_gap_sam_expands_an_api_with_the_defaults_whatever_the_parameters_are(
    cloud: Cloud,
) -> None:
    """So `local/deployment.py` deploys a copy whose defaults are the values."""
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Origins": {"Type": "String", "Default": "the default"}},
        "Resources": {
            "Api": {
                "Type": "AWS::Serverless::HttpApi",
                "Properties": {
                    "CorsConfiguration": {"AllowOrigins": [{"Ref": "Origins"}]},
                    "DefinitionBody": {
                        "openapi": "3.0.1",
                        "info": {"title": "tried", "version": "1"},
                        "paths": {},
                    },
                },
            }
        },
        "Outputs": {"ApiId": {"Value": {"Ref": "Api"}}},
    }
    _deployed(cloud, "gap-defaults", template, Origins="the value")

    processed = cloud.client("cloudformation").get_template(
        StackName="gap-defaults", TemplateStage="Processed"
    )["TemplateBody"]

    assert "the default" in json.dumps(processed["Resources"]), "the gap is cured"


def _deployed(
    cloud: Cloud, name: str, template: Mapping[str, Json], **parameters: str
) -> dict[str, str]:
    stacks = cloud.client("cloudformation")
    stacks.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    stacks.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def _get(
    url: str, token: str | None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    sent = dict(headers or {})
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, headers=sent)  # noqa: S310 - our own emulator
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - same
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
