"""No verb of any route answers without a token, or against the authorizer's will."""

from __future__ import annotations

from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError

from test_openapi import cellift_routes, implemented, template

PLACES = {"{run_id}": "0190aaaa-0000-7000-8000-000000000000", "{task}": "load", "{name}": "plot.png"}
PLACES |= {"{connection}": "local", "{transfer_id}": "0" * 32}


def requests(web_app: Any, base_url: str) -> list[tuple[str, str]]:
    """A request for each verb of each route below ``/cellift/``."""
    found = []
    for pattern, handler in cellift_routes(web_app):
        path = template(pattern, base_url)
        for place, value in PLACES.items():
            path = path.replace(place, value)
        assert "{" not in path and "(" not in path
        found.extend((verb, path) for verb in sorted(implemented(handler)))
    return found


async def status(fetch: Any, verb: str, path: str, headers: dict[str, str] | None = None) -> int:
    body = "{}" if verb in {"POST", "PUT", "PATCH"} else None
    try:
        response = await fetch(path, method=verb, body=body, headers=headers, follow_redirects=False)
    except HTTPClientError as error:
        return int(error.code)
    return int(response.code)


@pytest.fixture
def lax_config(request: pytest.FixtureRequest, jp_server_config: dict[str, Any]) -> None:
    """Jupyter's default leaves it to each handler to ask who it is; then the decorators alone must hold."""
    jp_server_config["ServerApp"]["allow_unauthenticated_access"] = request.param


@pytest.mark.parametrize("lax_config", [False, True], indirect=True)
async def test_every_verb_of_every_route_needs_a_token(
    lax_config: None, jp_serverapp: Any, jp_fetch: Any, jp_base_url: str
) -> None:
    asked = requests(jp_serverapp.web_app, jp_base_url)
    assert len(asked) >= 10
    answers = {(verb, path): await status(jp_fetch, verb, path, {"Authorization": ""}) for verb, path in asked}
    assert set(answers.values()) <= {401, 403}, answers


async def test_a_cookie_without_the_xsrf_token_changes_nothing(
    jp_serverapp: Any, http_server_client: Any, jp_base_url: str
) -> None:
    token = jp_serverapp.identity_provider.token
    page = await http_server_client.fetch(f"{jp_base_url}api/status?token={token}")
    cookie = "; ".join(line.partition(";")[0] for line in page.headers.get_list("Set-Cookie"))

    def fetch(path: str, **options: Any) -> Any:
        return http_server_client.fetch(jp_base_url.rstrip("/") + path, **options)

    assert await status(fetch, "GET", "/cellift/api/runs", {"Cookie": cookie}) == 200
    for verb, path in requests(jp_serverapp.web_app, jp_base_url):
        if verb not in {"GET", "HEAD"}:
            assert await status(fetch, verb, path, {"Cookie": cookie}) == 403, (verb, path)


class NoCellift(Authorizer):
    """Allows everything but what is Cellift's, and remembers what it was asked."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012 - one per test, emptied by the fixture

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.asked.append((action, resource))
        return not resource.startswith("cellift")


@pytest.fixture
def denied_app(jp_server_config: dict[str, Any], jp_configurable_serverapp: Any) -> Any:
    NoCellift.asked.clear()
    jp_server_config["ServerApp"]["authorizer_class"] = NoCellift
    return jp_configurable_serverapp(config=jp_server_config)


@pytest.fixture
def jp_web_app(request: pytest.FixtureRequest) -> Any:
    """The application behind ``jp_fetch``: the denying one for the tests that ask for it."""
    name = "denied_app" if "denied_app" in request.fixturenames else "jp_serverapp"
    return request.getfixturevalue(name).web_app


async def test_every_verb_of_every_route_asks_the_authorizer(
    denied_app: Any, jp_base_url: str, http_server_client: Any
) -> None:
    token = {"Authorization": f"token {denied_app.identity_provider.token}"}
    for verb, path in requests(denied_app.web_app, jp_base_url):
        NoCellift.asked.clear()

        def fetch(path: str, **options: Any) -> Any:
            return http_server_client.fetch(jp_base_url.rstrip("/") + path, **options)

        assert await status(fetch, verb, path, token) == 403, (verb, path)
        resource = "cellift-data" if "/cellift/api/data/" in path else "cellift"
        assert NoCellift.asked == [("read" if verb in {"GET", "HEAD"} else "write", resource)], (verb, path)
