"""Blocks that only import and define may run again in every step that needs what they define."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.flow.copying import block_can_be_copied


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(): pass", True),
        ("@register\ndef f(): pass", False),
        ("import a", True),
        ("'remark'", True),
        ("print(1)", False),
        ("raise ValueError(f())", True),
        ("X = 1", True),
        ("X = a.b", True),
        ("X = load()", False),
        ("X.y = 1", False),
        ("while True: import a", False),
        ("if hasattr(a, 'b'):\n    import b\nelse:\n    b = None", True),
        ("if load():\n    import b", False),
        ("if a:\n    b = load()", False),
        ("if a:\n    import b\nelse:\n    b = load()", False),
        ("try:\n    import a\nexcept ImportError:\n    a = None\nelse:\n    pass\nfinally:\n    pass", True),
        ("try:\n    import a\nexcept ImportError:\n    a = load()", False),
        ("try:\n    import a\nfinally:\n    load()", False),
        ("try:\n    import a\nexcept ImportError:\n    raise RuntimeError('a is needed')", True),
        ("with catch_warnings():\n    warnings.simplefilter('ignore')\n    import a", True),
        ("with suppress(ImportError):\n    import a", True),
        ("with open('x') as f:\n    import a", False),
        ("with mine():\n    import a", False),
        ("with mine:\n    import a", False),
        ("with theirs():\n    import a", True),
        ("with suppress(ImportError):\n    a = load()", False),
    ],
)
def test_what_can_be_copied(source: str, expected: bool) -> None:
    [node] = ast.parse(source).body
    assert block_can_be_copied(node, {"mine", "suppress"}) is expected
