"""Statements that make objects, give them more names, take parts of them, and put them into others."""

from __future__ import annotations

from tests.truth.grammar.choices import Choices
from tests.truth.grammar.fitting import a_name, a_path, has
from tests.truth.grammar.live import Live

_VALUES = (
    "5 'text' [1,2] [3,1,2] [] {'k':[1]} {'k':1,'z':2} {1,2} (1,[2]) [[1],[2]] [{'v':1},{'v':2}] None 2.5 "
    "np.arange(4.0) np.zeros((2,3)) np.arange(6).reshape(2,3) collections.deque([1,2,3]) bytearray(b'ab') "
    "collections.Counter('aab') collections.defaultdict(list) random.Random(3) [[0]*2]*2 [[]for_in_range(2)] "
    "collections.OrderedDict(x=1) iter([1,2,3,4]) itertools.count(2) frozenset({1}) np.array([[1],'x'],dtype=object)"
).split()
_FRAMES = (
    "pd.DataFrame({'x': [3, 1, 2], 'y': [1.0, 2.0, 3.0]})",
    "pd.DataFrame({'x': [3, 1], 'g': ['p', 'q']})",
    "pd.Series([1.0, 2.0, 3.0])",
)


def value(choices: Choices, live: Live) -> str | None:
    """A new object."""
    classes = [name for name in ("Box", "Node", "Tracked") if has(live, name)]
    if classes and choices.chance(30):
        return f"{a_name(choices)} = {choices.pick(classes)}()"
    if choices.chance(20):
        return f"{a_name(choices)} = {choices.pick(_FRAMES)}"
    text = choices.pick(_VALUES).replace("for_in_", " for _ in ")
    if choices.chance(15):
        return f"{a_name(choices)} = {a_name(choices)} = {text}"
    return f"{a_name(choices)} = {text}"


def alias(choices: Choices, live: Live) -> str | None:
    """Another name for an object, or for one that holds it."""
    path, other = a_path(choices, live), a_path(choices, live)
    if path is None or other is None:
        return None
    x, y = a_name(choices), a_name(choices)
    forms = [
        f"{x} = {path}",
        f"{x} = [{path}, {other}]",
        f"{x} = ({path}, {other})",
        f"{x} = {{'k': {path}, 'o': {other}}}",
        f"{x} = {path} if len(str({other})) > 9 else {other}",
        f"{x} = {path} or {other}",
        f"{x} = copy.copy({path})",
        f"{x} = copy.deepcopy({path})",
        f"{x}, {y} = {path}, {other}",
        f"{x} = {y} = {path}",
        f"print(len(str({x} := {path})) > 0)",
        f"for {x} in [{path}, {other}]:\n    pass",
        f"{x} = list([{path}])",
        f"{x} = next(iter([{path}, {other}]))",
        f"{x} = [v for v in [{path}] if True]",
        f"{x} = dict(k={path})",
        f"match [{path}, {other}]:\n    case [{x}, *_]:\n        pass",
        f"try:\n    {x} = {path}\nexcept KeyError as error:\n    {x} = None",
        f"{x} = functools.partial(print, {path})",
        f"{x} = max([{path}], key=id)",
        f"{x} = operator.itemgetter(0)([{path}])",
        f"{x} = {path}.copy() if hasattr({path}, 'copy') else {path}",
        f"{x} = sorted([{path}, {other}], key=lambda v: len(str(v)))",
    ]
    for function in ("same", "through", "swap"):
        if has(live, function):
            forms.append(
                f"{x} = {function}({'[' if function == 'swap' else ''}{path}{', 1]' if function == 'swap' else ''})"
            )
    if has(live, "each"):
        forms.append(f"{x} = list(each([{path}]))[0]")
    return choices.pick(forms)


def part(choices: Choices, live: Live) -> str | None:
    """A part or a view of an object."""
    kind = choices.pick(("list", "dict", "array", "frame", "series", "object", "deque"))
    path = a_path(choices, live, kind)
    if path is None:
        return None
    x = a_name(choices)
    forms = {
        "list": [
            f"{x} = {path}[:]",
            f"{x} = {path}[0]",
            f"{x}, *{a_name(choices)} = {path}",
            f"{x} = {path}.pop()",
            f"{x} = list(reversed({path}))",
            f"{x} = {path}[1:]",
            f"{x} = dict(enumerate({path}))",
            f"{x} = {path} + [0]",
            f"{x} = tuple({path})",
        ],
        "dict": [
            f"{x} = {path}.get('k')",
            f"{x} = list({path}.values())",
            f"{x} = {path}.setdefault('s', [])",
            f"{x} = {{**{path}}}",
            f"{x} = {path}.pop('k')",
            f"for {x} in {path}.values():\n    pass",
            f"{x} = list({path}.items())",
        ],
        "array": [
            f"{x} = {path}[1:]",
            f"{x} = {path}.T",
            f"{x} = {path}.reshape(-1)",
            f"{x} = {path}.ravel()",
            f"{x} = {path}[::2]",
            f"{x} = {path}.copy()",
            f"{x} = np.asarray({path})",
            f"{x} = {path}[..., :1]",
            f"{x} = {path}.view()",
            f"{x} = {path} + 0",
            f"{x} = np.split({path}, 1)[0]",
            f"{x} = pd.Series({path}.ravel())",
            f"{x} = {path}.astype(float, copy=False)",
        ],
        "frame": [
            f"{x} = {path}.iloc[:, 0]",
            f"{x} = {path}.values",
            f"{x} = {path}.copy()",
            f"{x} = {path}[:1]",
            f"{x} = {path}.columns.tolist()",
            f"{x} = {path}.to_numpy()",
            f"{x} = {path}.T",
            f"{x} = {path}[{path}.iloc[:, 0] != 1]",
            f"{x} = {path}.rename(columns=str)",
            f"{x} = {path}.groupby({path}.columns[0])",
        ],
        "series": [f"{x} = {path}[:2]", f"{x} = {path}.values", f"{x} = {path}.to_frame('x')", f"{x} = {path}.copy()"],
        "object": [f"{x} = {path}.items", f"{x} = {path}.me()", f"{x} = {path}.__dict__", f"{x} = {path}.parent"],
        "deque": [f"{x} = {path}[0]", f"{x} = list({path})"],
    }
    return choices.pick(forms[kind])


def store(choices: Choices, live: Live) -> str | None:
    """An object goes into another one."""
    path = a_path(choices, live)
    holder = a_path(choices, live, "list", "dict", "object", "deque")
    if path is None or holder is None or path.startswith(holder) or holder.startswith(path):
        return None
    kept = live.value(holder)
    if isinstance(kept, list):
        forms = [
            "{h}.append({p})",
            "{h}.insert(0, {p})",
            "{h} += [{p}]",
            "{h}[0] = {p}",
            "{h}[:0] = [{p}]",
            "operator.setitem({h}, 0, {p})",
            "getattr({h}, 'append')({p})",
            "{h}.extend([{p}])",
        ]
        forms += ["put({h}, {p})"] if has(live, "put") else []
        forms += ["push({h}, {p})", "push(v={h}, what={p})"] if has(live, "push") else []
        forms += ["OPS['append']({h}, {p})"] if has(live, "OPS") else []
    elif isinstance(kept, dict):
        forms = [
            "{h}['p'] = {p}",
            "{h}.update(p={p})",
            "{h}.setdefault('s', {p})",
            "{h} |= {{'i': {p}}}",
            "operator.setitem({h}, 'p', {p})",
            "dict.__setitem__({h}, 'p', {p})",
        ]
    elif hasattr(kept, "append"):
        forms = ["{h}.append({p})", "getattr({h}, 'append')({p})"]
    else:
        forms = [
            "{h}.extra = {p}",
            "setattr({h}, 'extra', {p})",
            "{h}.items.append({p})",
            "{h}.keep({p})",
            "{h}['k'] = {p}",
            "vars({h})['extra'] = {p}",
            "{h}.parent = {p}",
        ]
    return choices.pick(forms).format(h=holder, p=path)
