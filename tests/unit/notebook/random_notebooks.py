"""Random notebooks over a small grammar: aliases, changes in place, functions, branches, cut into steps at random."""

from __future__ import annotations

import random
from collections.abc import Callable

_NAMES = "abcd"
_SETUP = """a = 1
b = [2]
c = list('c')
d = str(4)
def f(v):
    return v
def g(v):
    return [v]
class K:
    v = 3
    def m(self):
        return a"""
_CHECK = "print(a, b, c, d, [x is y for x in (a, b, c, d) for y in (a, b, c, d) if isinstance(x, (list, dict))])"


def random_notebook(seed: int) -> list[str]:
    """Cell texts: a set-up, two to five steps of one to three statements, and a step that prints everything."""
    chance = random.Random(seed)
    cells = ["\n".join([_SETUP, *(_statement(chance) for _ in range(chance.randint(0, 3)))])]
    for number in range(chance.randint(2, 5)):
        body = "\n".join(_statement(chance) for _ in range(chance.randint(1, 3)))
        cells.append(f"%%step s{number}\n{body}")
    return [*cells, f"%%step last\n{_CHECK}"]


def _statement(chance: random.Random) -> str:
    x, y, z = (chance.choice(_NAMES) for _ in range(3))
    f, g = chance.choice("fg"), chance.choice("fg")
    n = chance.randint(0, 9)
    forms: list[Callable[[], str]] = [
        lambda: f"{x} = list('{chance.choice('pqr')}')",
        lambda: f"{x} = [{n}]",
        lambda: f"{x} = {n}",
        lambda: f"{x} = {y}",
        lambda: f"{x} = [{y}, {z}]",
        lambda: f"{x} = {{'k': {y}}}",
        lambda: f"{x}.append({n}) if isinstance({x}, list) else None",
        lambda: f"if isinstance({x}, list) and {x}:\n    {x}[0] = {n}",
        lambda: f"{x} = str({y})",
        lambda: f"print({x}, {y})",
        lambda: f"def {f}(v):\n    return [v, {y}]",
        lambda: f"def {f}(v={y}):\n    return v",
        lambda: f"def {f}(v):\n    if isinstance(v, list): v.append({n})\n    return str({y})",
        lambda: f"def {f}(v):\n    {y}.append(v) if isinstance({y}, list) else None\n    return 1",
        lambda: f"def {f}(v):\n    global {y}\n    {y} = v\n    return 2",
        lambda: f"def {f}(v):\n    return {g}(v) if {f!r} < {g!r} else v",
        lambda: f"{f} = lambda v: [{y}]",
        lambda: f"{x} = {f}({y})",
        lambda: f"{f}({y})",
        lambda: f"{x} = [{f}(i) for i in range(2)]",
        lambda: f"for {x} in ([1], [2]):\n    {x}.append(3)",
        lambda: f"for q in ({y} if isinstance({y}, list) else []):\n    if isinstance(q, list): q.append(5)",
        lambda: f"if len(str({y})) > 3:\n    {x} = [7]",
        lambda: f"if len(str({y})) > 300:\n    {x} = [7]",
        lambda: f"{x}, {y} = 1, [2]",
        lambda: f"{x}, {y} = {y}, {x}",
        lambda: f"{x} += {x} if isinstance({x}, (list, str)) and len(str({x})) < 200 else {x} and type({x})()",
        lambda: f"class K:\n    v = {y}\n    def m(self):\n        return {z}",
        lambda: f"{x} = str(K().m())",
        lambda: f"{x} = str(K().v)",
        lambda: f"try:\n    {x} = {y}[0]\nexcept Exception as e:\n    {x} = 'none'",
        lambda: f"{x} = ({x}, {y})",
        lambda: f"K.v = {y}",
        lambda: f"{x} = [w for w in str({y})][:3]",
        lambda: f"with open('/dev/null') as fh:\n    {x} = [{y}]",
    ]
    return chance.choice(forms)()
