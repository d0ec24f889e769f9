"""A Jupyter server with Cellift, a home of its own, and runs that are recorded as the engine records them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse


@pytest.fixture
def cellift_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "cellift-home"
    monkeypatch.setenv("CELLIFT_HOME", str(home))
    return home


@pytest.fixture
def jp_server_config(cellift_home: Path) -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"cellift": True, "jupyter_server_terminals": False},
            "allow_unauthenticated_access": False,
            # A defect at load must fail the test, not be logged.
            "reraise_server_extension_failures": True,
        }
    }


class Answer:
    """Status, headers and JSON of an answer; errors are answers too."""

    def __init__(self, response: HTTPResponse) -> None:
        self.status = response.code
        self.headers = response.headers
        self.body = response.body
        self.json: Any = None
        if response.body and response.headers.get("Content-Type", "").startswith("application/json"):
            self.json = json.loads(response.body)


Call = Callable[..., Awaitable[Answer]]


@pytest.fixture
def call(jp_fetch: Any) -> Call:
    """``await call("GET", "runs", limit=3)``; a body is given as ``json=`` (any JSON) or ``body=`` (text)."""

    async def _call(method: str, *parts: str, json_body: Any = None, body: Any = None, **query: Any) -> Answer:
        if json_body is not None:
            body = json.dumps(json_body)
        if body is None and method == "POST":
            body = ""
        try:
            response = await jp_fetch(
                "cellift", "api", *parts, method=method, body=body, params=query, request_timeout=60
            )
        except HTTPClientError as error:
            assert error.response is not None
            response = error.response
        return Answer(response)

    return _call


def notebook(*cells: str, kernel: str = "python3") -> dict[str, Any]:
    """A notebook with code cells; ``# step NAME`` as the first line of a cell marks it by metadata."""
    made = []
    for number, source in enumerate(cells):
        first, _, rest = source.partition("\n")
        metadata: dict[str, Any] = {}
        if first.startswith("# step "):
            metadata = {"cellift": {"step": first.removeprefix("# step ")}}
            source = rest
        made.append(
            {
                "cell_type": "code",
                "id": f"cell{number}",
                "metadata": metadata,
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
        )
    return {
        "cells": made,
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": kernel, "language": "python"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
