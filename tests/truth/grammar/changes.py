"""Changes in place: those that a source shows, and the same where no analysis sees them."""

from __future__ import annotations

from tests.truth.grammar.choices import Choices
from tests.truth.grammar.fitting import a_path, kind_of
from tests.truth.grammar.live import Live

_MOST = 12

_IN_PLACE: dict[str, tuple[str, ...]] = {
    "list": (
        "{p}.append({n})",
        "{p}.insert(0, {n})",
        "{p}.extend([{n}, {n}])",
        "{p}.reverse()",
        "{p}.clear()",
        "{p}.sort(key=str)",
        "{p}[0] = {n}",
        "{p} += [{n}]",
        "{p} *= 2",
        "del {p}[0]",
        "{p}[1:] = [{n}]",
        "{p}.pop()",
        "{p}[:0] = [{n}]",
        "{p}[0], {p}[-1] = {p}[-1], {p}[0]",
    ),
    "dict": (
        "{p}['z'] = {n}",
        "{p}.update(q={n})",
        "{p}.setdefault('w', []).append({n})",
        "{p}.pop('k', None)",
        "{p}.popitem()",
        "{p} |= {{'m': {n}}}",
        "{p}.clear()",
        "del {p}['k']",
    ),
    "set": ("{p}.add({n})", "{p}.discard(1)", "{p} |= {{{n}}}", "{p}.update([{n}])", "{p}.clear()", "{p} -= {{1}}"),
    "array": (
        "{p}[0] = {n}",
        "{p} += 1",
        "{p} *= 2",
        "{p}.fill({n})",
        "{p}.sort()",
        "np.add({p}, 1, out={p})",
        "{p}[{p} > 1] = {n}",
        "np.copyto({p}, {n})",
        "np.put({p}, [0], [{n}])",
        "{p}[..., 0] -= 1",
        "np.random.RandomState({n}).shuffle({p})",
        "{p}.flat[0] = {n}",
    ),
    "frame": (
        "{p}['z{n}'] = {n}",
        "{p}.loc[0, 'x'] = {n}",
        "{p}.insert(0, 'i{n}', {n})",
        "{p}.drop(columns='x', inplace=True)",
        "{p}.sort_values('x', inplace=True)",
        "{p}.columns = [c + '_' for c in {p}.columns]",
        "{p}.index.name = 'n{n}'",
        "{p}.rename(columns={{'x': 'X'}}, inplace=True)",
        "{p}['x'] += {n}",
        "{p}.attrs['q'] = {n}",
        "{p}.pop('x')",
        "del {p}['x']",
        "{p}.iloc[0, 0] = {n}",
        "{p}.at[0, 'x'] = {n}",
    ),
    "series": ("{p}[0] = {n}.0", "{p}.iloc[-1] = {n}.0", "{p}.name = 's{n}'", "{p} += 1", "{p}.loc[1] = {n}.0"),
    "deque": ("{p}.append({n})", "{p}.rotate(1)", "{p}.popleft()", "{p}.extendleft([{n}])", "{p}[0] = {n}"),
    "bytes": ("{p}[0] = 65 + {n}", "{p} += b'z'", "{p}.extend(b'q')", "{p}.reverse()", "{p}[:1] = b'xy'"),
    "rng": ("{p}.seed({n})", "{p}.random()", "{p}.shuffle([1, 2])"),
    "object": (
        "{p}.n = {n}",
        "{p}.n += {n}",
        "{p}.items.append({n})",
        "{p}.bump()",
        "{p}.bump().bump()",
        "{p}.extra = [{n}]",
        "{p}['key'] = {n}",
        "with {p}:\n    {p}.n -= 1",
        "{p}.register()",
        "{p}.keep({n})",
        "{p}.__dict__['n'] = {n}",
        "vars({p}).update(n={n})",
        "{p}.size = {n}",
        "setattr({p}, 'n', {n})",
        "del {p}.items[:1]",
    ),
}

#: The same changes where no analysis can see them. ``{m}`` is a method, ``{n}`` its argument.
_METHODS = {
    "list": ("append", "insert2", "extend1", "reverse0", "pop0", "sort0", "remove"),
    "dict": ("update1", "clear0", "setdefault2", "popitem0"),
    "set": ("add", "discard", "clear0"),
    "deque": ("append", "rotate", "appendleft"),
    "bytes": ("append", "reverse0"),
    "array": ("fill", "sort0", "itemset2"),
    "object": ("bump0", "keep", "register0", "append"),
    "frame": ("drop_inplace",),
}
_UNSEEN = (
    "getattr({p}, '{half}' + '{rest}')({args})",
    "operator.methodcaller('{m}'{comma}{args})({p})",
    "call = {p}.{m}\ncall({args})",
    "exec('x.{m}({args})', {{'x': {p}}})",
    "(lambda v: v.{m}({args}))({p})",
    "list(map(lambda v: v.{m}({args}), [{p}]))",
    "functools.reduce(lambda v, _: (v.{m}({args}), v)[1], range(1), {p})",
    "{{'go': {p}.{m}}}['go']({args})",
    "next(iter([{p}])).{m}({args})",
    "[v.{m}({args}) for v in ({p},)]",
    "type({p}).{m}({p}{comma}{args})",
)
_UNSEEN_ITEMS = {
    "list": ("operator.setitem({p}, 0, {n})", "operator.iadd({p}, [{n}])", "operator.delitem({p}, 0)"),
    "dict": (
        "operator.setitem({p}, 'o', {n})",
        "operator.ior({p}, {{'r': {n}}})",
        "collections.deque([{p}])[0]['y'] = {n}",
    ),
    "set": ("operator.ior({p}, {{{n}}})",),
    "array": ("operator.setitem({p}, 0, {n})", "operator.iadd({p}, {n})", "np.put({p}, 0, {n})"),
    "bytes": ("operator.iadd({p}, b'o')", "memoryview({p})[0] = {n}"),
    "object": (
        "operator.attrgetter('items')({p}).append({n})",
        "object.__setattr__({p}, 'n', {n})",
        "{p}.__dict__.update(n={n})",
    ),
    "frame": ("operator.setitem({p}, 'o{n}', {n})", "getattr({p}, 'ins' + 'ert')(0, 'u{n}', {n})"),
    "series": ("operator.setitem({p}, 0, {n}.0)",),
    "rng": ("getattr({p}, 'rand' + 'om')()",),
    "deque": ("operator.setitem({p}, 0, {n})", "operator.iadd({p}, [{n}])"),
}
_ALL_KINDS = tuple(_IN_PLACE)


def change(choices: Choices, live: Live) -> str | None:
    """A change in place that the source shows."""
    path = a_path(choices, live, *_ALL_KINDS)
    return None if path is None else _changed(choices, live, path)


def _changed(choices: Choices, live: Live, path: str) -> str | None:
    found = live.value(path)
    kind = kind_of(found)
    if kind in ("list", "deque", "bytes") and len(found) > _MOST:
        return f"del {path}[2:]" if kind != "deque" else f"{path}.clear()"
    return choices.pick(_IN_PLACE[kind]).format(p=path, n=choices.number(0, 9))


def unseen(choices: Choices, live: Live) -> str | None:
    """A change in place that no analysis sees."""
    path = a_path(choices, live, *_ALL_KINDS)
    if path is None:
        return None
    kind = kind_of(live.value(path))
    n = choices.number(0, 9)
    if choices.chance(40) or kind not in _METHODS:
        return choices.pick(_UNSEEN_ITEMS[kind]).format(p=path, n=n)
    method = choices.pick(_METHODS[kind])
    if method == "drop_inplace":
        return f"getattr({path}, 'dr' + 'op')(0, inplace=bool({n + 1}))"
    count = int(method[-1]) if method[-1].isdigit() else -1
    method = method.rstrip("012")
    args = {0: "", 1: f"[{n}]" if kind == "list" else f"{{{n}: {n}}}", 2: f"0, {n}", -1: str(n)}[count]
    half = len(method) // 2
    return choices.pick(_UNSEEN).format(
        p=path, m=method, args=args, comma=", " if args else "", half=method[:half], rest=method[half:]
    )
