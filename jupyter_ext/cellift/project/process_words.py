"""Calls and stores of the standard library and of well-known libraries that change the state of the process."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from cellift.project.changed_paths import without_items
from cellift.project.dotted import dotted_name

PATCHED = "state:patched"
"""Something that belongs to a library is another one since: repeated where it is a statement of its own."""

_BY_ROOT = {
    "os.environ": "state:environ",
    "os.putenv": "state:environ",
    "os.unsetenv": "state:environ",
    "dotenv": "state:environ",
    "os.chdir": "state:cwd",
    "sys.path": "state:sys.path",
    "warnings": "state:warnings",
    "locale": "state:locale",
    "logging": "state:logging",
    "decimal": "state:decimal",
    "numpy": "state:numpy",
    "pandas": "state:pandas",
    "matplotlib": "state:matplotlib",
    "seaborn": "state:matplotlib",
}
_CALLS = frozenset(
    "chdir putenv unsetenv load_dotenv filterwarnings simplefilter resetwarnings setlocale basicConfig setLevel "
    "disable addHandler removeHandler setcontext set_option reset_option set_printoptions seterr rc rcdefaults use "
    "set_theme set_style set_palette set_context append insert extend remove pop update setdefault clear".split()
)
_SEEDS = {
    "random.seed": ("state:random",),
    "random.setstate": ("state:random",),
    "numpy.random.seed": ("state:numpy.random",),
    "numpy.random.set_state": ("state:numpy.random",),
    "torch.manual_seed": ("state:torch",),
    "torch.random.manual_seed": ("state:torch",),
    "torch.cuda.manual_seed_all": ("state:torch",),
    "transformers.set_seed": ("state:random", "state:numpy.random", "state:torch"),
}


def process_state(node: ast.AST, imports: Mapping[str, str]) -> set[str]:
    """Names like ``state:environ`` of what one node changes; ``imports``: what imported names stand for."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Call):
        path = _full(node.func, imports)
        if path.rpartition(".")[2] in _CALLS:
            return {name for root, name in _BY_ROOT.items() if path == root or path.startswith(f"{root}.")}
    elif isinstance(node, (ast.Assign, ast.Delete)):
        targets = list(node.targets)
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    found: set[str] = set()
    for target in targets:
        if isinstance(target, (ast.Attribute, ast.Subscript)):
            path = _full(target, imports)
            found |= {name for root, name in _BY_ROOT.items() if path == root or path.startswith(f"{root}.")}
    return found


def patches(node: ast.AST, imports: Mapping[str, str]) -> set[str]:
    """Modules of whose functions, classes or variables one node sets an attribute: ``json.JSONEncoder.default = f``."""
    targets: list[ast.expr] = []
    if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
        targets = [node.value]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr"):
        targets = node.args[:1]
    found = set()
    for target in targets:
        root = (dotted_name(without_items(target)) or "").partition(".")[0]
        full = _full(node if isinstance(node, ast.Attribute) else target, imports)
        known = any(full == one or full.startswith(f"{one}.") for one in _BY_ROOT)
        own = any(isinstance(one, ast.Name) and one.id == "__name__" for one in ast.walk(target))
        if root in imports and not known and not own:  # of `sys.modules[__name__]` it is the module's own thing
            found.add(imports[root].partition(".")[0])
    return found


def registers(node: ast.AST, imports: Mapping[str, str]) -> str:
    """The module that keeps what it is given by one node: ``pandas.api.extensions.register_series_accessor("x")``."""
    path = _full(node.func if isinstance(node, ast.Call) else node, imports) if isinstance(node, ast.expr) else ""
    root, _, rest = path.partition(".")
    return root if rest.rpartition(".")[2].partition("_")[0] == "register" and root != "atexit" else ""


def seeds(node: ast.AST, imports: Mapping[str, str]) -> set[str]:
    """Global random generators that a call seeds."""
    return set(_SEEDS.get(_full(node.func, imports), ())) if isinstance(node, ast.Call) else set()


def _full(node: ast.expr, imports: Mapping[str, str]) -> str:
    """The dotted path in full: ``decimal.getcontext.prec`` of ``getcontext().prec``; empty when it starts elsewhere."""
    parts: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return ""
    if node.id not in imports:
        return ""
    return ".".join([imports[node.id], *reversed(parts)])
