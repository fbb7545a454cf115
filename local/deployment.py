"""The real template deployed into the emulator with the real tool, then completed."""

import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import boto3
import yaml
from botocore.config import Config

from local.environment import CREDENTIALS, AwsClient, tool_environment
from local.gateway import complete_api
from local.intrinsics import Intrinsics
from local.paths import BUILD_DIR, REGION, ROOT, SAM, STACK_NAME, machine_architecture

_ONE_TRY = Config(retries={"total_max_attempts": 1}, max_pool_connections=50)


def client(endpoint_url: str, service: str) -> AwsClient:
    """A client of the emulator; it never reaches a real account."""
    return boto3.client(  # type: ignore[call-overload]  # the service is a variable here
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=_ONE_TRY,
    )


@dataclass(frozen=True)
class Deployment:
    """A deployed stack: where it is and what its parts are called."""

    endpoint_url: str
    outputs: Mapping[str, str]

    @property
    def api_url(self) -> str:
        """Where the deployed API answers; paths start with /v1."""
        return f"{self.endpoint_url}/_aws/execute-api/{self.outputs['ApiId']}/$default"

    def client(self, service: str) -> AwsClient:
        return client(self.endpoint_url, service)

    @property
    def state_table(self) -> str:
        return self.outputs["StateTableName"]

    @property
    def journal_table(self) -> str:
        return self.outputs["JournalTableName"]


def parameters(front_door_url: str) -> dict[str, str]:
    """The template's parameters on one machine: our own simulators, a clock that can be moved."""
    return {
        "Environment": "local",
        "Architecture": machine_architecture(),
        "PublicBaseUrl": front_door_url,
        "AllowedOrigins": front_door_url,
        "ServePages": "false",  # the front door does
        "MailFrom": "no-reply@guichet.example",
        "StripeApiUrl": f"{front_door_url}/_stripe",
        "StripeLivemode": "false",
        "PayPalApiUrl": f"{front_door_url}/_paypal",
        "PayPalCertificateHosts": f"{front_door_url}/_paypal",
        "ViesUrl": f"{front_door_url}/_vies/rest-api",
        "TestClock": "on",
        "DeletionProtection": "false",
        "LogRetentionDays": "7",
    }


def fingerprint(values: Mapping[str, str]) -> str:
    """Changes when the build or a parameter does: what is deployed then is not current."""
    digest = hashlib.sha256(json.dumps(dict(values), sort_keys=True).encode())
    for path in sorted(BUILD_DIR.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(BUILD_DIR)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def deploy(endpoint_url: str, template: Path, values: Mapping[str, str]) -> Deployment:
    """`sam deploy` into the emulator, then routes, sign-in and CORS; safe to do again."""
    with _defaults_replaced(template, values) as own_template:
        _sam_deploy(endpoint_url, own_template, values)
    _complete(endpoint_url, values)
    _verify_sender(endpoint_url, values["MailFrom"])
    return find(endpoint_url)


@contextmanager
def _defaults_replaced(template: Path, values: Mapping[str, str]) -> Iterator[Path]:
    """A copy of the template whose defaults are the values.

    The emulator expands the API with the template's defaults, whatever the values given are.
    """
    content = yaml.safe_load(template.read_text())
    for name, value in values.items():
        content["Parameters"][name]["Default"] = value
    with NamedTemporaryFile("w", dir=template.parent, prefix=".deployed-", suffix=".json") as copy:
        json.dump(content, copy)
        copy.flush()
        yield Path(copy.name)


def _sam_deploy(endpoint_url: str, template: Path, values: Mapping[str, str]) -> None:
    command = [str(SAM), "deploy", "--template-file", str(template), "--stack-name", STACK_NAME]
    command += ["--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"]
    command += ["--no-fail-on-empty-changeset", "--no-progressbar", "--region", REGION]
    command += ["--parameter-overrides", *(f"{key}={value}" for key, value in values.items())]
    environment = tool_environment(AWS_ENDPOINT_URL=endpoint_url, SAM_CLI_POLL_DELAY="0.3")
    done = subprocess.run(  # noqa: S603  the command is ours alone
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"sam deploy failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def find(endpoint_url: str) -> Deployment:
    """The stack that is deployed in an emulator."""
    stack = client(endpoint_url, "cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][
        0
    ]
    return Deployment(
        endpoint_url, {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}
    )


def restart_streams(endpoint_url: str) -> None:
    """Make each stream mapping anew: after a restart the emulator delivers nothing to old ones.

    The new ones begin at the stream's oldest record that the emulator still has, so what
    was written while nobody listened is delivered, and some entries are delivered again.
    """
    functions = client(endpoint_url, "lambda")
    kept = (
        *("EventSourceArn", "StartingPosition", "BatchSize", "MaximumBatchingWindowInSeconds"),
        *("FilterCriteria", "BisectBatchOnFunctionError", "FunctionResponseTypes"),
        *("MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "DestinationConfig"),
    )
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        if ":dynamodb:" in mapping["EventSourceArn"]:
            functions.delete_event_source_mapping(UUID=mapping["UUID"])
            functions.create_event_source_mapping(
                FunctionName=mapping["FunctionArn"],
                **{name: mapping[name] for name in kept if name in mapping},
            )


def _complete(endpoint_url: str, values: Mapping[str, str]) -> None:
    stacks = client(endpoint_url, "cloudformation")
    described = stacks.get_template(StackName=STACK_NAME, TemplateStage="Processed")["TemplateBody"]
    template = json.loads(described) if isinstance(described, str) else described
    resources = stacks.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    intrinsics = _intrinsics(template, resources, values, client(endpoint_url, "lambda"))
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            body = intrinsics.resolve(resource["Properties"]["Body"])
            complete_api(client(endpoint_url, "apigatewayv2"), intrinsics.names[name], body)


def _intrinsics(
    template: Mapping[str, Any],
    resources: list[dict[str, Any]],
    values: Mapping[str, str],
    functions: AwsClient,
) -> Intrinsics:
    names: dict[str, Any] = {
        "AWS::NoValue": None,
        "AWS::Region": REGION,
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::AccountId": "000000000000",
        "AWS::StackName": STACK_NAME,
    }
    for name, parameter in template["Parameters"].items():
        names[name] = values.get(name, parameter.get("Default"))
    attributes: dict[str, str] = {}
    for resource in resources:
        names[resource["LogicalResourceId"]] = resource["PhysicalResourceId"]
        if resource["ResourceType"] == "AWS::Lambda::Function":
            described = functions.get_function(FunctionName=resource["PhysicalResourceId"])
            attributes[f"{resource['LogicalResourceId']}.Arn"] = described["Configuration"][
                "FunctionArn"
            ]
    return Intrinsics(names, attributes, template.get("Conditions", {}))


def _verify_sender(endpoint_url: str, address: str) -> None:
    client(endpoint_url, "ses").verify_email_identity(EmailAddress=address)
