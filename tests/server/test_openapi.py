"""The OpenAPI file and the routing table say the same; answers are held against it by every test's ``call``."""

from __future__ import annotations

import re
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator
from tornado.web import RequestHandler

from contract import FILE, Contract

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def cellift_routes(web_app: Any) -> list[tuple[str, type[RequestHandler]]]:
    """Path template and handler of every route below ``/cellift/`` in the application's routing table."""
    found = []
    for rule in web_app.default_router.rules:
        target_rules = getattr(rule.target, "rules", [])
        for inner in target_rules:
            pattern = getattr(getattr(inner, "matcher", None), "regex", None)
            if pattern is not None and "/cellift/" in pattern.pattern:
                found.append((pattern.pattern, inner.target))
    return found


def implemented(handler: type[RequestHandler]) -> set[str]:
    return {verb for verb in VERBS if getattr(handler, verb.lower()) is not RequestHandler._unimplemented_method}


def template(pattern: str, base_url: str) -> str:
    """``/a%40b/cellift/api/runs/(?P<run_id>…)$`` as ``/cellift/api/runs/{run_id}``."""
    path = "/" + pattern.removesuffix("$").removeprefix(base_url)
    return re.sub(r"\(\?P<(\w+)>(?:[^()]|\[[^\]]*\])*\)", r"{\1}", path)


def test_every_route_is_described_and_nothing_else(jp_serverapp: Any, jp_base_url: str, contract: Contract) -> None:
    routes = cellift_routes(jp_serverapp.web_app)
    served = {(verb, template(pattern, jp_base_url)) for pattern, handler in routes for verb in implemented(handler)}
    assert len(routes) >= 8
    assert served == contract.operations()


def test_the_file_is_valid_openapi_3_1(contract: Contract) -> None:
    errors = list(OpenAPIV31SpecValidator(contract.document, base_uri=FILE.as_uri()).iter_errors())
    assert errors == []
