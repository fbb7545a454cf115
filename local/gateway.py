"""Routes, authorizers and CORS that the emulator leaves out when it deploys an HTTP API.

API Gateway imports an API's OpenAPI body; the emulator stores the API without reading it. Here
the body is read from the stack's processed template and the same calls are made one by one.
Doing it again changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.environment import AwsClient, Json

_METHODS = {
    "get": "GET",
    "post": "POST",
    "patch": "PATCH",
    "put": "PUT",
    "delete": "DELETE",
    "x-amazon-apigateway-any-method": "ANY",
}


@dataclass(frozen=True)
class Route:
    """One route of the API: what it matches, whom it calls, who must have signed it."""

    key: str
    function_uri: str
    authorizer: str | None


def routes(body: Mapping[str, Any]) -> Iterator[Route]:
    """Every route of an OpenAPI body whose functions have been resolved."""
    authorizers = body.get("components", {}).get("securitySchemes", {})
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            required = [name for entry in operation.get("security", []) for name in entry]
            known = [name for name in required if name in authorizers]
            yield Route(
                key="$default" if path == "/$default" else f"{_METHODS[method]} {path}",
                function_uri=operation["x-amazon-apigateway-integration"]["uri"],
                authorizer=known[0] if known else None,
            )


def complete_api(client: AwsClient, api_id: str, body: Mapping[str, Any]) -> None:
    """Make the deployed API have what its body says, and nothing else."""
    authorizer_ids = _put_authorizers(client, api_id, body)
    integration_ids = _put_integrations(client, api_id, body)
    wanted = {route.key: route for route in routes(body)}
    existing = {item["RouteKey"]: item["RouteId"] for item in _items(client.get_routes, api_id)}
    for key in existing.keys() - wanted.keys():
        client.delete_route(ApiId=api_id, RouteId=existing[key])
    for key, route in wanted.items():
        settings: dict[str, Any] = {
            "Target": f"integrations/{integration_ids[route.function_uri]}",
            "AuthorizationType": "NONE",
        }
        if route.authorizer is not None:
            settings["AuthorizationType"] = "JWT"
            settings["AuthorizerId"] = authorizer_ids[route.authorizer]
        if key in existing:
            client.update_route(ApiId=api_id, RouteId=existing[key], **settings)
        else:
            client.create_route(ApiId=api_id, RouteKey=key, **settings)
    cors = body.get("x-amazon-apigateway-cors")
    if cors:
        client.update_api(
            ApiId=api_id,
            CorsConfiguration={
                f"{name[0].upper()}{name[1:]}": value for name, value in cors.items()
            },
        )


def _put_authorizers(client: AwsClient, api_id: str, body: Mapping[str, Any]) -> dict[str, str]:
    ids = {item["Name"]: item["AuthorizerId"] for item in _items(client.get_authorizers, api_id)}
    for name, scheme in body.get("components", {}).get("securitySchemes", {}).items():
        definition = scheme["x-amazon-apigateway-authorizer"]
        jwt = definition["jwtConfiguration"]
        settings = {
            "Name": name,
            "AuthorizerType": "JWT",
            "IdentitySource": [definition["identitySource"]],
            "JwtConfiguration": {"Issuer": jwt["issuer"], "Audience": jwt["audience"]},
        }
        if name in ids:
            client.update_authorizer(ApiId=api_id, AuthorizerId=ids[name], **settings)
        else:
            ids[name] = client.create_authorizer(ApiId=api_id, **settings)["AuthorizerId"]
    return ids


def _put_integrations(client: AwsClient, api_id: str, body: Mapping[str, Any]) -> dict[str, str]:
    ids = {
        item["IntegrationUri"]: item["IntegrationId"]
        for item in _items(client.get_integrations, api_id)
    }
    for uri in sorted({route.function_uri for route in routes(body)} - ids.keys()):
        created = client.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=uri,
            IntegrationMethod="POST",
            PayloadFormatVersion="2.0",
        )
        ids[uri] = created["IntegrationId"]
    return ids


def _items(listing: Callable[..., Json], api_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token: str | None = None
    for _ in range(20):
        page = listing(ApiId=api_id, **({"NextToken": token} if token else {}))
        found += page["Items"]
        token = page.get("NextToken")
        if not token:
            return found
    raise RuntimeError(f"the API {api_id} has more parts than anyone wrote")
