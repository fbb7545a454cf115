"""A service by boto3, for commands and tools: it knows profiles, sign-ins, roles and proxies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from guichet.adapters.aws.service import ServiceError, Shape
from guichet.adapters.http import NoAnswerError

CONFIG: Final = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=4,
)


class SdkService:
    """An `AwsService` on a client of boto3's, whose timeouts and tries are set where it is made.

    Raises:
        ParamValidationError: a mistake of the caller's, which boto3 finds before it sends.
    """

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3 makes its classes as it runs
        self._client = client

    def call(self, operation: str, request: Mapping[str, Any]) -> Shape:
        try:
            answer: Shape = getattr(self._client, xform_name(operation))(**request)
        except ClientError as error:
            raise _told(error) from error
        except ParamValidationError:
            raise
        except BotoCoreError as error:
            raise NoAnswerError(f"{type(error).__name__}: {error}") from error
        return answer


def sdk_service(name: str) -> SdkService:
    """The service by boto3's name for it, with the machine's own credentials."""
    return SdkService(boto3.client(name, config=CONFIG))  # type: ignore[call-overload]  # the name is a variable here


def _told(error: ClientError) -> ServiceError:
    answer: Shape = dict(error.response)
    told = answer.get("Error", {})
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return ServiceError(status, told.get("Code", ""), told.get("Message", ""), answer)
