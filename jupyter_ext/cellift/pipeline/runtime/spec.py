"""What a step is given: KFP's executor input, and inside it the step itself as the parameter ``cellift_step``."""

from __future__ import annotations

import ast
import base64
import json
import os
import zlib
from typing import Any, NamedTuple

STEP_PARAMETER = "cellift_step"

# Where the launcher of Kubeflow Pipelines puts what has these addresses.
_MOUNTS = (("gs://", "/gcs/"), ("minio://", "/minio/"), ("s3://", "/s3/"))


class BadInputError(Exception):
    """The executor input is not one of a Cellift step."""


class Slice(NamedTuple):
    """Code of the notebook, verbatim: ``line`` is the place of its first line in cell ``cell`` (the ``number``-th)."""

    cell: str
    number: int
    line: int
    source: str
    file: str = ""
    """The file that the code stands in, where the cell runs one."""


class FilesFrom(NamedTuple):
    """A step above whose files this one gets: its place in the document, its name, and where the files are."""

    order: int
    name: str
    folder: str


class StepInput(NamedTuple):
    """One step, ready to run. Folders are local paths; ``parameters`` are final values."""

    name: str
    id: str
    code: tuple[Slice, ...]
    own: int
    """Slices from here on are the step's own cells; those before were copied from the set-up."""
    inputs: dict[str, str]
    """Name -> folder of the values in which it is."""
    parameters: dict[str, Any]
    outputs: tuple[str, ...]
    keep: tuple[str, ...]
    """Names that are results of the step, as far as they hold plain values when it is over."""
    folder: str
    """Where the step's values go."""
    uri: str
    output_file: str | None
    """Where the executor output goes, if anywhere."""
    later: frozenset[str]
    """Names that steps further down take from producers of ``inputs``."""
    meant: dict[str, str]
    """Those of them that several folders have, but no name of ``inputs``, and the folder whose object is meant."""
    held: frozenset[str]
    """Those of them that are there only because steps above may hold their objects, where no engine looks after it."""
    touched: frozenset[str]
    """Outputs and names of ``later`` that steps further down change in place."""
    together: bool
    """Whether names of ``later`` that its outputs hold have to be handed on with them."""
    seeded: tuple[str, ...]
    """``state:`` names of the generators that some step of the notebook seeds."""
    rerun: bool
    """Whether changes that the source does not show may be reported: who started the step puts them right."""
    repeated: frozenset[tuple[int, int]]
    """(number of the cell, line) of the statements whose text later steps repeat."""
    last: bool
    """Whether no step of the notebook comes after it."""
    takers: dict[str, str]
    """Output -> the first step that takes it, for messages."""
    modules: dict[str, str]
    """Path -> digest of the modules that travel with the step, ``data`` of the other files."""
    data: dict[str, str]
    packages: tuple[str, ...]
    """Pinned requirements; ``carried`` are those of the steps that made its inputs."""
    carried: tuple[str, ...]
    digests: dict[str, dict[str, str]]
    """Folder of ``inputs`` -> name -> digest that the engine recorded when the step that made it was over."""
    files: tuple[FilesFrom, ...]
    """In the order of the document; empty where all steps work in one folder."""
    files_folder: str
    """Where the files that the step writes go for later ones; empty where all steps work in one folder."""
    files_most: int
    """How many bytes of them; 0 when no later step asks for them."""
    files_hand_on: bool
    """Whether what it got of steps above goes there, too."""
    files_uri: str


def read_argument(argument: str) -> dict[str, Any]:
    """The executor input of ``--executor_input``: JSON, or ``@FILE`` with JSON in it."""
    try:
        if argument.startswith("@"):
            with open(argument[1:], encoding="utf-8") as file:
                found = json.load(file)
        else:
            found = json.loads(argument)
    except (OSError, ValueError) as error:
        raise BadInputError(f"the executor input cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise BadInputError("the executor input is no JSON object")
    return found


def read_step(text: str) -> dict[str, Any]:
    """The step that the parameter ``cellift_step`` tells of. Long code is ``packed``: base64 of zlib of JSON."""
    step: dict[str, Any] = json.loads(text)
    packed = step.pop("packed", None) if isinstance(step, dict) else None
    if packed is not None:
        try:
            step["code"] = json.loads(zlib.decompress(base64.b64decode(packed)))
        except zlib.error as error:
            raise ValueError(f"its packed code is damaged: {error}") from error
    return step


def parse(executor_input: dict[str, Any], exact: bool) -> StepInput:
    """Read an executor input; raises :class:`BadInputError`.

    ``exact``: parameters are as Python wrote them (the local engine). On a cluster every number travels as a double.
    """
    given = executor_input.get("inputs", {})
    values = given.get("parameterValues", {})
    if STEP_PARAMETER not in values:
        raise BadInputError(f"the executor input has no parameter {STEP_PARAMETER!r}")
    step = read_step(values[STEP_PARAMETER])
    folders = {}
    digests = {}
    for producer, key in step["artifacts"].items():
        artifact = _only(given.get("artifacts", {}), key, "input")
        folders[producer] = local_path(artifact)
        recorded = artifact.get("metadata", {}).get("digests")
        if recorded is not None:
            digests[folders[producer]] = dict(recorded)
    outputs = executor_input.get("outputs", {})
    target = _only(outputs.get("artifacts", {}), "values", "output")
    carried = {} if exact else step.get("carried_files", {})
    has_files = not exact and "files" in outputs.get("artifacts", {})
    handed = _only(outputs.get("artifacts", {}), "files", "output") if has_files else {}
    rerun = bool(step.get("rerun", False))
    held = frozenset(() if rerun else step.get("held", ()))
    return StepInput(
        name=step["step"],
        id=step["id"],
        code=tuple(
            Slice(item["cell"], item["number"], item["line"], item["source"], item.get("file", ""))
            for item in step["code"]
        ),
        own=step["own"],
        inputs={name: folders[producer] for name, producer in step["inputs"].items()},
        parameters={name: _parameter(step["defaults"][name], name, values, exact) for name in step["params"]},
        outputs=tuple(step["outputs"]),
        keep=tuple(step.get("keep", ())),
        later=frozenset(step.get("later", ())) | held,
        meant={name: folders[producer] for name, producer in step.get("meant", {}).items()},
        held=held,
        rerun=rerun,
        touched=frozenset(step.get("touched", ())),
        together=bool(step.get("together", False)),
        seeded=tuple(step.get("seeded", ())),
        folder=local_path(target),
        uri=str(target.get("uri", "")),
        output_file=outputs.get("outputFile") or None,
        repeated=frozenset((number, line) for number, line in step.get("repeated", ())),
        last=bool(step.get("last", False)),
        takers=dict(step.get("takers", {})),
        modules=dict(step.get("modules", {})),
        data=dict(step.get("data", {})),
        packages=(*step.get("packages", ()), *step.get("installs", ())),
        carried=tuple(step.get("carried", ())),
        digests=digests,
        files=tuple(
            FilesFrom(one["order"], one["name"], local_path(_only(given.get("artifacts", {}), one["key"], "input")))
            for one in carried.get("take", ())
        ),
        files_folder=local_path(handed) if handed else "",
        files_most=int(carried.get("most", 0)),
        files_hand_on=bool(carried.get("hand_on")),
        files_uri=str(handed.get("uri", "")),
    )


def local_path(artifact: dict[str, Any]) -> str:
    """The folder of an artifact on this machine, as KFP's launcher mounts it; plain paths and ``file://`` are local."""
    custom = artifact.get("customPath") or artifact.get("custom_path")
    if custom:
        return str(custom)
    uri = str(artifact.get("uri") or artifact.get("path") or "")
    for scheme, mount in _MOUNTS:
        if uri.startswith(scheme):
            return mount + uri[len(scheme) :]
    if uri.startswith("file://"):
        return uri[len("file://") :]
    if os.path.isabs(uri):
        return uri
    raise BadInputError(f"the artifact address {uri!r} has no local folder")


def _only(artifacts: dict[str, Any], key: str, kind: str) -> dict[str, Any]:
    found = artifacts.get(key, {}).get("artifacts", [])
    if len(found) != 1:
        raise BadInputError(f"the executor input has no {kind} artifact {key!r}")
    artifact: dict[str, Any] = found[0]
    return artifact


def _parameter(declared: dict[str, Any], name: str, values: dict[str, Any], exact: bool) -> Any:
    """The value of a parameter with exactly the type that the notebook gives it."""
    kind = declared["type"]
    default = literal(declared["value"])
    given = values.get(declared.get("key", name))
    if given is None:
        return default
    if kind == "none":
        # It has no type of its own, so any value comes as JSON text.
        try:
            return json.loads(given) if isinstance(given, str) else given
        except ValueError:
            return given
    if kind == "text":
        # Text or None: in quotes, `null`, or as somebody typed it.
        try:
            read = json.loads(given)
        except (TypeError, ValueError):
            return given
        return read if read is None or isinstance(read, str) else given
    if not exact and _same_as_doubles(given, default):
        return default
    if kind == "int" and isinstance(given, float) and given.is_integer():
        return int(given)
    if kind == "float" and isinstance(given, int) and not isinstance(given, bool):
        return float(given)
    return given


def _same_as_doubles(given: Any, default: Any) -> bool:
    """Whether ``default`` may have become ``given`` on a way on which numbers are doubles and 1.0 is written 1."""
    if isinstance(given, (int, float)) and isinstance(default, (int, float)):
        if isinstance(given, bool) or isinstance(default, bool):
            return given is default
        try:
            return float(given) == float(default) and not (isinstance(given, float) and abs(default) < 2**53)
        except OverflowError:
            return given == default
    if isinstance(given, list) and isinstance(default, list):
        return len(given) == len(default) and all(map(_same_as_doubles, given, default))
    if isinstance(given, dict) and isinstance(default, dict):
        return given.keys() == default.keys() and all(_same_as_doubles(given[key], default[key]) for key in given)
    return type(given) is type(default) and bool(given == default)


def literal(text: str) -> Any:
    """The value of a Python literal in which ``nan`` and ``inf`` may occur."""
    tree = ast.parse(text, mode="eval")
    return _literal(tree.body)


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Name) and node.id in ("nan", "inf"):
        return float(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_literal(node.operand)
    if isinstance(node, ast.List):
        return [_literal(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_literal(item) for item in node.elts)
    if isinstance(node, ast.Dict):
        keys = [_literal(key) for key in node.keys if key is not None]
        return dict(zip(keys, map(_literal, node.values)))  # noqa: B905 - strict= is newer than the oldest Python here
    return ast.literal_eval(node)
