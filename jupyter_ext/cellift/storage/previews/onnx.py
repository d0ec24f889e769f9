"""ONNX models (onnx.proto): what they take and give, and what they are made of; weights are passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cellift.storage.previews.api import Preview, Sample
from cellift.storage.previews.protobuf import Field, fields, numbers, text
from cellift.storage.previews.windows import EnoughError, Window

# TensorProto.DataType
_TYPES = (
    "undefined float32 uint8 int8 uint16 int16 int32 int64 string bool float16 float64 uint32 uint64 complex64 "
    "complex128 bfloat16 float8e4m3fn float8e4m3fnuz float8e5m2 float8e5m2fnuz uint4 int4 float4e2m1"
).split()
_MOST_FIELDS = 200_000
_SHOWN = 100
_DEPTH = 6


class Onnx:
    """A model, or its beginning where it is too large to be jumped through."""

    def fits(self, sample: Sample, head: bytes) -> bool:
        """By its name; the first field of a model is its version."""
        return sample.name.endswith(".onnx") and head[:1] == b"\x08"

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """Versions, inputs and outputs with their shapes, and the number of nodes by operator."""
        model = _Model(Window(sample, head))
        why = model.read()
        if not model.is_one:
            raise ValueError(why or "it has no graph")
        note = "An ONNX model; its weights were not fetched."
        return Preview("facts", f"{note} {why}".strip(), True, facts=model.facts())


class _Model:
    """What was found until now: whatever ends the reading, that can be shown."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._left = _MOST_FIELDS
        self._versions: dict[str, str] = {}
        self._opsets: list[str] = []
        self._ends: dict[str, list[tuple[str, str]]] = {"input": [], "output": []}
        self._operators: Counter[str] = Counter()
        self._weights: dict[str, None] = {}
        self._count = self._values = 0
        self._remarks: list[tuple[str, str]] = []
        self._graphs = 0

    @property
    def is_one(self) -> bool:
        return "IR version" in self._versions and self._graphs > 0

    def read(self) -> str:
        """Read it; returns why it ended early, or nothing."""
        try:
            for field in self._fields(0, self._window.size):
                self._model_field(field)
        except EnoughError:
            return "It is too large to look through: this is what its beginning says."
        except ValueError as error:
            return f"It is damaged or cut off ({error}): this is what its beginning says."
        return ""

    def facts(self) -> list[tuple[str, str]]:
        facts = list(self._versions.items())
        if self._opsets:
            facts.append(("opset", ", ".join(self._opsets)))
        # Before version 4 of the format, weights are among the inputs.
        inputs = [pair for pair in self._ends["input"] if pair[0] not in self._weights]
        for what, pairs in (("input", inputs), ("output", self._ends["output"])):
            facts += [(f"{what} {name}", shape) for name, shape in pairs[:_SHOWN]]
        facts.append(("nodes", str(self._operators.total())))
        facts += [(f"  {name}", str(count)) for name, count in self._operators.most_common(_SHOWN)]
        if self._count:
            tensors = "1 tensor" if self._count == 1 else f"{self._count} tensors"
            facts.append(("weights", f"{tensors}, {self._values:,} values"))
        return facts + self._remarks[:_SHOWN]

    def _fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields of a message; there is an end to all of them together."""
        for field in fields(self._window, start, end):
            self._left -= 1
            if self._left < 0:
                raise EnoughError
            yield field

    def _model_field(self, field: Field) -> None:
        if field.number == 1 and field.value is not None:
            self._versions["IR version"] = str(field.value)
        elif field.number == 5 and field.value is not None:
            self._versions["model version"] = str(field.value)
        elif field.value is not None:
            return
        elif field.number in (2, 3, 4):
            name = {2: "producer", 3: "producer version", 4: "domain"}[field.number]
            if found := text(self._window, field):
                self._versions[name] = found
        elif field.number == 7:
            self._graphs += 1
            for inner in self._fields(field.start, field.end):
                self._graph_field(inner)
        elif field.number == 8 and len(self._opsets) < _SHOWN:
            parts = self._parts(field)
            domain = text(self._window, parts[1]) if 1 in parts else ""
            version = parts[2].value if 2 in parts else None
            self._opsets.append(f"{domain or 'ai.onnx'} {'' if version is None else version}".strip())
        elif field.number == 14 and len(self._remarks) < _SHOWN:
            parts = self._parts(field)
            if 1 in parts:
                value = text(self._window, parts[2], 500) if 2 in parts else ""
                self._remarks.append((text(self._window, parts[1]), value))

    def _graph_field(self, field: Field) -> None:
        if field.value is not None:
            return
        if field.number == 1:
            self._node(field)
        elif field.number == 2:
            self._versions["graph"] = text(self._window, field)
        elif field.number == 5:
            self._weight(field)
        elif field.number in (11, 12):
            ends = self._ends["input" if field.number == 11 else "output"]
            if len(ends) < 10 * _SHOWN:
                parts = self._parts(field)
                name = text(self._window, parts[1]) if 1 in parts else ""
                ends.append((name, self._type(parts[2], _DEPTH) if 2 in parts else ""))

    def _node(self, field: Field) -> None:
        operator = domain = ""
        for inner in self._fields(field.start, field.end):
            if inner.value is None and inner.number == 4:
                operator = text(self._window, inner, 100)
            elif inner.value is None and inner.number == 7:
                domain = text(self._window, inner, 100)
        name = f"{domain}.{operator}" if domain not in ("", "ai.onnx") else operator
        if name in self._operators or len(self._operators) < 10 * _SHOWN:
            self._operators[name] += 1
        else:
            self._operators["(others)"] += 1

    def _weight(self, field: Field) -> None:
        values = 1
        for inner in self._fields(field.start, field.end):
            if inner.number == 1:
                for one in numbers(self._window, inner):
                    values *= one
                    if values > 1 << 60:
                        raise ValueError("a tensor has more values than can be")
            elif inner.number == 8 and inner.value is None:
                if len(self._weights) < 10 * _SHOWN:
                    self._weights[text(self._window, inner)] = None
                break  # the values are what comes behind the name
        self._count += 1
        self._values += values

    def _parts(self, field: Field) -> dict[int, Field]:
        """The fields of a small message, by number; the last of each."""
        return {} if field.value is not None else {one.number: one for one in self._fields(field.start, field.end)}

    def _type(self, field: Field, depth: int) -> str:
        """A TypeProto as people write it: ``float32 batch x 3 x 224 x 224``."""
        parts = self._parts(field) if depth else {}
        for number, what in ((1, ""), (8, "sparse ")):
            if number in parts:
                return what + self._tensor(parts[number])
        for number, what in ((4, "sequence"), (9, "optional")):
            if number in parts:
                inner = self._parts(parts[number])
                return f"{what} of {self._type(inner[1], depth - 1) if 1 in inner else 'anything'}"
        if 5 in parts:
            inner = self._parts(parts[5])
            key = _type_name(inner[1].value if 1 in inner else None)
            return f"map of {key} to {self._type(inner[2], depth - 1) if 2 in inner else 'anything'}"
        return "of another type"

    def _tensor(self, field: Field) -> str:
        parts = self._parts(field)
        name = _type_name(parts[1].value if 1 in parts else None)
        if 2 not in parts:
            return f"{name}, of any shape"
        dimensions: list[str] = []
        if parts[2].value is None:
            for one in self._fields(parts[2].start, parts[2].end):
                if one.number == 1 and len(dimensions) < 32:
                    inner = self._parts(one)
                    if 1 in inner and inner[1].value is not None:
                        dimensions.append(str(inner[1].value))
                    else:
                        dimensions.append((text(self._window, inner[2], 50) if 2 in inner else "") or "?")
        return f"{name} {' x '.join(dimensions) or '(one value)'}"


def _type_name(number: int | None) -> str:
    return _TYPES[number] if number is not None and number < len(_TYPES) else "unknown"
