"""The OpenAPI file as a judge of real answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

PACKAGE = Path(__file__).parents[2] / "jupyter_ext" / "cellift"
FILE = PACKAGE / "server" / "openapi.yaml"


class Contract:
    """Finds the operation of a request, and validates what came back."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        schema = json.loads((PACKAGE / "runs" / "run.schema.json").read_text(encoding="utf-8"))
        # Resolves "#/components/…" and "../runs/run.schema.json" as a reader of the file would.
        self._registry: Registry[Any] = Registry().with_resources(
            [
                ("file:///cellift/server/openapi.yaml", Resource(self.document, DRAFT202012)),
                ("file:///cellift/runs/run.schema.json", Resource({**schema, "$id": ""}, DRAFT202012)),
            ]
        )

    def operations(self) -> set[tuple[str, str]]:
        """Every ``(METHOD, path template)``."""
        return {
            (method.upper(), path)
            for path, item in self.document["paths"].items()
            for method in item
            if method in {"get", "put", "post", "delete", "patch", "head", "options"}
        }

    def check(self, method: str, path: str, status: int, headers: Mapping[str, str], body: Any) -> None:
        """Fail unless the answer is one that the file describes."""
        template, operation = self._operation(method, path)
        if operation is None:
            return  # a path that does not exist is not ours to describe
        responses = operation["responses"]
        assert status >= 400 or str(status) in responses, f"{method} {template} does not describe {status}"
        pointer = f"#/paths/{template.replace('~', '~0').replace('/', '~1')}/{method.lower()}/responses/"
        key = str(status) if str(status) in responses else "default"
        found = self._resolve(responses[key])
        if "application/json" not in found.get("content", {}):
            assert body is None or "*/*" in found.get("content", {}), f"{method} {template} {status} has no JSON body"
            return
        assert headers["Content-Type"].startswith("application/json"), f"{pointer}{key}"
        where = found["content"]["application/json"]["schema"]
        schema = {"$ref": self._absolute(where["$ref"])}
        Draft202012Validator(schema, registry=self._registry).validate(body)

    def schema(self, name: str) -> Draft202012Validator:
        """A validator of a component."""
        reference = self._absolute(f"#/components/schemas/{name}")
        return Draft202012Validator({"$ref": reference}, registry=self._registry)

    def _operation(self, method: str, path: str) -> tuple[str, dict[str, Any] | None]:
        for template, item in self.document["paths"].items():
            # The last parameter of a path may hold slashes (a display file's name).
            pattern = re.sub(r"\{\w+\}$", "[^/].*" if "/files/" in template else "[^/]+", template)
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path) and method.lower() in item:
                return template, item[method.lower()]
        return path, None

    def _resolve(self, item: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in item:
            return item
        found: Any = self.document
        for part in item["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return dict(found)

    @staticmethod
    def _absolute(reference: str) -> str:
        if reference.startswith("#"):
            return f"file:///cellift/server/openapi.yaml{reference}"
        return reference.replace("../runs/", "file:///cellift/runs/")
