"""The access token that PayPal gives us for our client id: fetched when needed, kept while it is good."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Final

from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.adapters.paypal.errors import may_repeat, read_problem
from guichet.payments.ports import ProviderUnavailableError

_MARGIN_SECONDS: Final = 300.0  # a call that begins with a good token must not end with a bad one


class NoTokenNowError(Exception):
    """PayPal's token endpoint says later; its answer tells when."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__("no token now")
        self.response = response


class Tokens:
    """One token per worker. `client_secrets`: the next is used where PayPal refuses the first.

    A worker's clock may stand still while it is frozen, and a token does not cover a seller who
    consented after it was given: the caller forgets a token that was refused, and fetches once more.
    """

    def __init__(
        self,
        http: Http,
        *,
        api_url: str,
        client_id: str,
        client_secrets: Sequence[str],
        elapsed: Callable[[], float],
    ) -> None:
        self._http = http
        self._url = f"{api_url.rstrip('/')}/v1/oauth2/token"
        self._client_id = client_id
        self._client_secrets = tuple(client_secrets)
        self._elapsed = elapsed
        self._held: tuple[str, float] | None = None

    def held(self) -> str | None:
        """The token, if it is good for a while yet."""
        held = self._held
        return held[0] if held is not None and self._elapsed() < held[1] else None

    def forget(self) -> None:
        self._held = None

    def fetch(self, timeout_seconds: Callable[[], float]) -> str:
        """Ask for a new token, with each secret until one is accepted.

        Raises:
            NoAnswerError: no answer.
            NoTokenNowError: an answer after which the same may be asked again.
            ProviderUnavailableError: no secret is accepted; an operator mends that.
        """
        response: HttpResponse | None = None
        for secret in self._client_secrets:
            asked_at = self._elapsed()
            response = self._http.send(self._request(secret, timeout_seconds()))
            if response.status == 200:
                return self._kept(response, asked_at)
            if response.status != 401:
                break
        if response is None:
            raise ProviderUnavailableError("there is no client secret for PayPal")
        problem = read_problem(response)
        if may_repeat(problem):
            raise NoTokenNowError(response)
        raise ProviderUnavailableError(
            f"no token: {problem}", retry_after_seconds=problem.retry_after_seconds
        )

    def _request(self, secret: str, timeout_seconds: float) -> HttpRequest:
        basic = b64encode(f"{self._client_id}:{secret}".encode()).decode()
        headers = {
            "Authorization": f"Basic {basic}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return HttpRequest(
            "POST", self._url, headers, b"grant_type=client_credentials", timeout_seconds
        )

    def _kept(self, response: HttpResponse, asked_at: float) -> str:
        try:
            found = json.loads(response.body)
            token, seconds = found["access_token"], found["expires_in"]
        except (ValueError, TypeError, KeyError) as error:
            raise ProviderUnavailableError("PayPal's token can't be read") from error
        if not isinstance(token, str) or not token or type(seconds) is not int:
            raise ProviderUnavailableError("PayPal's token can't be read")
        self._held = (token, asked_at + seconds - min(_MARGIN_SECONDS, seconds / 2))
        return token
