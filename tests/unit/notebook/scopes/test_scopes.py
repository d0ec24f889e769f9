"""What one statement reads, binds and changes."""

from __future__ import annotations

import ast
import sys
from typing import Any

import pytest

from cellift.notebook.scopes.facts import Facts, Kind
from cellift.notebook.scopes.read import read_statement


def facts(source: str) -> Facts:
    (statement,) = ast.parse(source).body
    return read_statement(statement, lambda node: node.col_offset + 1)


def reads(source: str) -> set[str]:
    return set(facts(source).reads)


def deferred(source: str) -> set[str]:
    return {name for body in facts(source).bodies.values() for name in body.reads}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = x + y", {"x", "y"}),
        ("x += y", {"x", "y"}),
        ("a.b.c = v", {"a", "v"}),
        ("a[i] = v", {"a", "i", "v"}),
        ("for i in xs:\n    i.go()", {"xs"}),
        ("for i in xs:\n    total = total + i", {"xs", "total"}),
        ("with open(p) as f:\n    f.read()", {"open", "p"}),
        ("[x for x in xs if x > low]", {"xs", "low"}),
        ("[[y for y in x] for x in xs]", {"xs"}),
        ("{k: v for k, v in d.items()}", {"d"}),
        ("(y := f(z))", {"f", "z"}),
        ("[(last := x) for x in xs]", {"xs"}),
        ("if c:\n    x = 1\nelse:\n    x = x", {"c", "x"}),
        ("if c:\n    x = 1\n    x", {"c"}),
        ("try:\n    x = f()\nexcept E as e:\n    print(e)", {"f", "E", "print"}),
        ("try:\n    pass\nexcept E as e:\n    pass\nelse:\n    e", {"E", "e"}),
        ("match v:\n    case [a, *b] if a:\n        b\n    case {'k': c, **d}:\n        (c, d)", {"v"}),
        ("match v:\n    case Point(x=q):\n        q\n    case Color.RED:\n        pass", {"v", "Point", "Color"}),
        ("@dec\ndef f(a=d) -> r:\n    return free", {"dec", "d", "r"}),
        ("class C(Base, metaclass=M):\n    x = y\n    z = x", {"Base", "M", "y"}),
        ("class C:\n    x = 1\n    ys = [x for _ in xs]", {"xs", "x"}),
        ("class C:\n    y = y", {"y"}),
        ("f'{a!r:>{w}}'", {"a", "w"}),
        ("print(*a, **k)", {"print", "a", "k"}),
        ("del x", {"x"}),
        ("await g(x)", {"g", "x"}),
        ("df.query('v > @threshold')", {"df", "threshold"}),
        ("eval('p + q')", {"eval", "p", "q"}),
        ("x: 'Later' = v", {"Later", "v"}),
        ("lambda a, b=d: a + free", {"d", "free"}),
        ("global x", set()),
        ("import a.b as c, d.e", set()),
    ],
)  # fmt: skip
def test_reads(source: str, expected: set[str]) -> None:
    assert reads(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a, (b, *c) = v", {"a", "b", "c"}),
        ("import x.y", {"x"}),
        ("import x.y as z", {"z"}),
        ("from m import n as o", {"o"}),
        ("for i in xs:\n    j = i", {"i", "j"}),
        ("with f() as (a, b):\n    pass", {"a", "b"}),
        ("try:\n    a = 1\nexcept E as e:\n    b = 2", {"a", "b"}),
        ("[(w := x) for x in xs]", {"w"}),
        ("match v:\n    case {'a': p, **rest}:\n        pass\n    case [q, *r] | (q, r) as s:\n        pass",
         {"p", "rest", "q", "r", "s"}),
        ("class C:\n    inner = 1\n    def m(self):\n        local = 1", {"C"}),
        ("a.b = 1", set()),
        ("a[0] = 1", set()),
        ("x: int", set()),
    ],
)  # fmt: skip
def test_binds(source: str, expected: set[str]) -> None:
    assert set(facts(source).binds) == expected


@pytest.mark.parametrize(
    ("source", "certain"),
    [
        ("x = 1", True),
        ("if c:\n    x = 1", False),
        ("if c:\n    x = 1\nelse:\n    x = 2", True),
        ("if c:\n    x = 1\nelse:\n    raise E", True),
        ("for x in xs:\n    pass", False),
        ("while c:\n    x = 1", False),
        ("try:\n    x = 1\nexcept E:\n    pass", False),
        ("try:\n    x = 1\nexcept E:\n    x = 2", True),
        ("try:\n    pass\nexcept E:\n    x = 1", False),
        ("try:\n    pass\nfinally:\n    x = 1", True),
        ("with f():\n    x = 1", True),
        ("with contextlib.suppress(E):\n    x = 1", False),
        ("match v:\n    case 1:\n        x = 1", False),
        ("match v:\n    case 1:\n        x = 1\n    case _:\n        x = 2", True),
        ("c and (x := 1)", False),
    ],
)
def test_a_binding_that_a_branch_may_pass_by_is_not_certain(source: str, certain: bool) -> None:
    assert facts(source).binds["x"].certain is certain


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(a, *, b=1, **k):\n    c = a\n    return c + b + free(k)", {"free"}),
        ("def f():\n    def g():\n        return x + y\n    x = 1\n    return g", {"y"}),
        ("def f():\n    global counter\n    counter = counter + 1", {"counter"}),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = x + 1", set()),
        ("def f():\n    import os\n    for i in os.listdir(where):\n        print(i)", {"where", "print"}),
        ("def f():\n    return [x for x in xs if (w := x)] + [w]", {"xs"}),
        ("class C:\n    limit = 1\n    def m(self):\n        return limit", {"limit"}),
        ("class C:\n    def m(self):\n        return __class__", {"__class__"}),
        ("f = lambda v: v + k", {"k"}),
        ("def f():\n    try:\n        pass\n    except E as e:\n        return e", {"E"}),
    ],
)
def test_what_a_body_reads_counts_when_it_is_called(source: str, expected: set[str]) -> None:
    assert deferred(source) == expected
    assert not expected & reads(source)


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("a.b[0].c = 1", {"a"}),
        ("a['k'] += 1", {"a"}),
        ("del a[0]", {"a"}),
        ("a += [1]", {"a"}),
        ("a.items.append(1)", {"a"}),
        ("df.drop(columns='x', inplace=True)", {"df"}),
        ("df.drop(columns='x', inplace=False)", set()),
        ("np.add(a, b, out=c)", {"c"}),
        ("random.shuffle(deck)", {"deck"}),
        ("heapq.heappush(heap, item)", {"heap"}),
        ("next(it)", {"it"}),
        ("Pipeline([scaler, model]).fit(X)", {"scaler", "model"}),
        ("a.setdefault(k, []).append(1)", {"a"}),
        ("[a, b][0].append(1)", {"a", "b"}),
        ("sorted(a)", set()),
        ("a.copy().append(1)", set()),
        ("model.predict(X)", set()),
    ],
)
def test_changes_in_place(source: str, changed: set[str]) -> None:
    assert set(facts(source).changes) - {"np", "random", "heapq"} == changed


def test_a_function_tells_which_parameters_and_globals_it_changes() -> None:
    body = facts("def f(a, b, c):\n    d = a\n    d.append(1)\n    log.append(c)\n    b = []\n    return b").bodies["f"]
    assert set(body.changed_parameters) == {"a"}
    assert set(body.changes) == {"log"}


def test_a_function_tells_whose_object_it_gives_back() -> None:
    body = facts("def f(a, b):\n    c = [a]\n    if b:\n        return shared\n    return c").bodies["f"]
    assert body.returns == {"a", "shared"}


@pytest.mark.parametrize(
    ("source", "shares"),
    [
        ("b = a", {"b": {"a"}}),
        ("b = a.column", {"b": {"a"}}),
        ("b = {'k': [a]}", {"b": {"a"}}),
        ("opt = Adam(model.parameters())", {"opt": {"model"}}),
        ("m = clf.fit(X, y)", {"m": {"clf"}}),
        ("for row in zip(a, b):\n    pass", {"row": {"a", "b"}}),
        ("rows = [r for r in table]", {"rows": {"table"}}),
        ("b = a + c", {}),
        ("n = len(a)", {}),
        ("total = sum(v for v in a)", {}),
    ],
)
def test_names_that_may_share_an_object(source: str, shares: dict[str, set[str]]) -> None:
    made_outside = {"a", "b", "model", "clf", "table"}
    found = {name: sources & made_outside for name, sources in facts(source).shares.items()}
    assert found == shares


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("x = 1", Kind.CONSTANT),
        ("x = -1.5", Kind.CONSTANT),
        ("x = [1, {'a': (2,)}]", Kind.CONSTANT),
        ("x = N * 2", Kind.CONSTANT),
        ("x = f'{base}/data'", Kind.CONSTANT),
        ("x = N", Kind.DATA),
        ("x = load()", Kind.DATA),
        ("x = lambda: 1", Kind.FUNCTION),
        ("x = namedtuple('x', 'a b')", Kind.CLASS),
        ("x, y = Enum('E', 'x y')", Kind.DATA),
        ("import x", Kind.IMPORT),
        ("try:\n    import x\nexcept ImportError:\n    x = None", Kind.IMPORT),
    ],
)
def test_kind_of_a_binding(source: str, kind: Kind) -> None:
    assert facts(source).binds["x"].kind is kind


@pytest.mark.parametrize(
    ("source", "writes"),
    [("open(p, 'w')", True), ("open(p, mode='a')", True), ("open(p)", False), ("open(p, encoding='latin-1')", False)],
)
def test_files_are_written_by_the_mode_they_are_opened_with(source: str, writes: bool) -> None:
    assert facts(source).writes_files is writes


def test_places_are_lines_and_columns_of_the_use() -> None:
    use = facts("y = [\n    1,\n    x]").reads["x"]
    assert (use.line, use.column) == (3, 5)


# --- against Python's own compiler

SNIPPETS = [
    "x = 1", "x += 1", "print(x); ", "a = b = c", "a, b = b, a", "del q",
    "import os.path as p", "from m import a, b as c",
    "def f(x, y=z): return x + w", "def f():\n global g\n g = 1", "def f():\n a = 1\n def h(): return a + b\n return h",
    "class A(B):\n c = d\n e = c\n def m(self, v=c): return f", "[i for i in xs]", "{k: v for k, v in m if k > t}",
    "(i * j for i in xs for j in ys)", "[y := 1, y ** 2]", "[(n := i) for i in xs]", "lambda a: a + b",
    "for i, j in xs:\n k = i\nelse:\n l = k", "while a:\n b = a", "with a as b, c as d:\n e = b",
    "try:\n a = b\nexcept C:\n d = e\nelse:\n f = a\nfinally:\n g = h", "if a:\n b = 1\nelif c:\n d = 2",
    "match p:\n case {'a': b, **c}: d = b\n case [e, *f]: g = e\n case K(x=h): i = h\n case None: pass",
    "assert a, b", "raise E from f", "f'{a:{b}}'", "a[b:c].d = e", "a.b += c",
    "async def f():\n async for x in y: await z(x)",
    "def f(*a: t, **k: u) -> r: return a, k", "@d(e)\nclass C: pass", "x: int = y", "global zz", "print(*a, sep=b)",
    "def f():\n try: pass\n except E as e: return e", "a if b else c", "not a and b or c", "(yield_ := a)[b]",
]  # fmt: skip


def _bytecode(code: Any, *, top: bool = True) -> tuple[set[str], set[str]]:
    """Names that a code object and all code in it store globally, and that they load globally."""
    import dis

    stores: set[str] = set()
    loads: set[str] = set()
    in_class = not top and "__module__" in code.co_names and "__qualname__" in code.co_names
    for instruction in dis.get_instructions(code):
        name = instruction.argval
        if instruction.opname == "STORE_GLOBAL" or (instruction.opname == "STORE_NAME" and not in_class):
            stores.add(name)
        elif instruction.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            loads.add(name)
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            inner_stores, inner_loads = _bytecode(constant, top=False)
            stores |= inner_stores
            loads |= inner_loads
    return stores, loads


@pytest.mark.parametrize("source", SNIPPETS)
def test_agrees_with_the_bytecode(source: str) -> None:
    found = facts(source.rstrip("; "))
    code = compile(source, "<s>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    stores, loads = _bytecode(code)
    hidden = {"__annotations__", "__module__", "__qualname__", "__static_attributes__", "__firstlineno__", "__name__",
              "__conditional_annotations__", "__classdict__", "__class__"}  # fmt: skip
    handler_names = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ExceptHandler)}
    ours = set(found.binds) | {name for body in found.bodies.values() for name in body.binds}
    ours |= {"x"} if source == "x += 1" else set()  # a use and a change, which Python stores like an assignment
    assert ours == stores - hidden - handler_names
    read = set(found.reads) | {name for body in found.bodies.values() for name in body.reads}
    # Every read of ours is a load of Python's; Python also loads what the statement has bound itself, and class names.
    assert read <= loads | set(found.deletes)
    in_classes = {n.id for c in ast.walk(ast.parse(source)) if isinstance(c, ast.ClassDef) for n in ast.walk(c)
                  if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}  # fmt: skip
    assert loads - read <= ours | hidden | in_classes | handler_names


if sys.version_info >= (3, 12):

    def test_type_parameters_are_names_of_their_own() -> None:
        assert reads("def f[T: Bound](x: T) -> list[T]:\n    return [x]") <= {"Bound", "list"}
        assert "X" in facts("type X = Later").binds


def test_an_inner_function_that_fills_a_list_of_its_own_gives_nothing_that_remembers() -> None:
    inner = "    def inner(xs):\n        seen = []\n        [seen.append(x) for x in xs]\n        return seen"
    assert facts(f"def f():\n{inner}\n    return inner").bodies["f"].gives_stateful is False
