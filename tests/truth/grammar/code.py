"""Statements that call, define, loop, delete, and leave state that has no name."""

from __future__ import annotations

from tests.truth.grammar.changes import change, unseen
from tests.truth.grammar.choices import Choices
from tests.truth.grammar.fitting import NAMES, a_name, a_path, has
from tests.truth.grammar.live import Live
from tests.truth.grammar.objects import alias, store, value


def by_function(choices: Choices, live: Live) -> str | None:
    """A call of a function of the notebook's own that changes something."""
    path = a_path(choices, live)
    n, x = choices.number(0, 9), a_name(choices)
    forms = []
    if has(live, "note"):
        forms += [f"note({n})", f"{x} = LOG", "print(note('s'), LOG)"]
    if has(live, "memo"):
        forms += [f"{x} = memo({n % 3})", f"memo({n % 3}).append({n})", "print(MEMO)"]
    if has(live, "gather"):
        forms += [f"print(gather({n}))", f"{x} = gather({n})"]
    if has(live, "counter"):
        forms += ["tick = counter()"] + (["print(tick())", "print(tick() + tick())"] if has(live, "tick") else [])
    if has(live, "holder"):
        forms += ["add = holder()"] + ([f"print(add({n}))", f"{x} = add({n})"] if has(live, "add") else [])
        forms += [f"add({path})"] if has(live, "add") and path else []
    if has(live, "logged") and has(live, "same"):
        forms += (
            ["same = logged(same)"]
            if not hasattr(live.module.__dict__["same"], "calls")
            else ["print(same(1), same.calls)"]
        )
    lists = live.paths("list")
    if lists:
        target = choices.pick(lists)
        if has(live, "push"):
            forms += [f"push({target}, {n})", f"{x} = push({target})", f"list(map(push, [{target}]))"]
        if has(live, "OPS"):
            forms += [f"OPS['append']({target}, {n})", f"OPS['pop']({target}, 0)"]
        forms += [f"grow = {target}.append", f"shrink = lambda: {target}.pop() if {target} else None"]
        forms += [
            f"random.Random({n}).shuffle({target})",
            f"for v in list({target})[:2]:\n    if isinstance(v, list):\n        v.append({n})",
        ]
    if has(live, "grow"):
        forms += [f"grow({n})", f"any(map(grow, [{n}]))"]
    if has(live, "shrink"):
        forms += ["shrink()"]
    if path and has(live, "change"):
        forms += [f"change({path})", f"for v in [{path}]:\n    change(v)", f"[change(v) for v in ({path},)]"]
    iterators = [name for name in live.names() if hasattr(live.module.__dict__[name], "__next__")]
    if iterators:
        forms += [f"print(next({choices.pick(iterators)}, None))", f"{x} = next({choices.pick(iterators)}, None)"]
    if has(live, "Node"):
        forms += ["print(Node.made, Node.count)", f"Node.made.append({n})", f"Node.count = {n}", f"{x} = Node.made"]
    if has(live, "Tracked"):
        forms += ["print(Tracked.note())", f"Tracked.total = {n}"]
    return choices.pick(forms) if forms else None


def _in_loop(target: str, n: int) -> list[str]:
    return [f"for v in list({target})[:2]:\n    if isinstance(v, list):\n        v.append({n})"]


def code(choices: Choices, live: Live) -> str | None:
    """Functions and classes that are defined, or defined again, in a step."""
    path = a_path(choices, live)
    target = a_path(choices, live, "list")
    n, x = choices.number(0, 9), a_name(choices)
    forms = ["def same(v):\n    return v", "def push(v, what=2):\n    v.insert(0, what)\n    return v"]
    if path is not None:
        forms += [
            f"def give():\n    return {path}",
            f"def fresh(v={path}):\n    return v",
            f"give = lambda: [{path}]",
            f"def rebind():\n    global {x}\n    {x} = {path}\n    return 1",
        ]
    if target is not None:
        forms += [
            f"def add_to():\n    {target}.append({n})\n    return {target}",
            f"def add_to(v=0):\n    v = {target}\n    v += [{n}]\n    return v",
        ]
    if has(live, "Box"):
        forms += [
            f"class Box2(Box):\n    def bump(self):\n        self.n += {n}\n        return self",
            f"Box.rate = {n}",
        ]
    for function in ("give", "fresh", "add_to"):
        if has(live, function):
            forms += [f"{x} = {function}()", f"print(len(str({function}())) > 0)"]
    if has(live, "rebind"):
        forms += ["rebind()", "print(rebind())"]
    if has(live, "Box2"):
        forms += [f"{x} = Box2({n})"]
    return choices.pick(forms)


def flow(choices: Choices, live: Live) -> str | None:
    """A change or an alias under a condition, in a loop, in a handler."""
    made = choices.pick((change, alias, store, unseen, value))(choices, live)
    if made is None:
        return None
    indented = made.replace("\n", "\n    ")
    tested = a_path(choices, live) or "1"
    forms = [
        f"if len(str({tested})) > {choices.number(0, 20)}:\n    {indented}",
        f"for _ in range({choices.number(0, 2)}):\n    {indented}",
        f"try:\n    {indented}\nexcept Exception as error:\n    print(type(error).__name__)",
        f"with open(os.devnull):\n    {indented}",
        f"turns = 0\nwhile turns < 2:\n    turns += 1\n    {indented}",
    ]
    return choices.pick(forms)


def removal(choices: Choices, live: Live) -> str | None:
    """A name goes."""
    names = [name for name in live.names() if name in NAMES]
    return f"del {choices.pick(names)}" if len(names) > 2 else None


def hidden(choices: Choices, live: Live) -> str | None:
    """State that has no name: generators, environment, files, attributes of modules."""
    n, path = choices.number(0, 9), a_path(choices, live, "list")
    forms = [
        f"random.seed({n})",
        "random.seed(5)\nprint(random.randint(0, 99))",
        f"np.random.seed({n})\nprint(np.random.rand(2).round(3))",
        f"os.environ['OWN_MARK'] = '{n}'",
        "print(os.environ.get('OWN_MARK'))",
        f"with open('own.txt', 'a') as file:\n    file.write('{n}')",
        "print(os.path.exists('own.txt') and open('own.txt').read())",
        f"string.own_mark = {n}",
        "print(getattr(string, 'own_mark', None))",
    ]
    if path is not None:
        forms += [f"string.own_list = {path}", "print(getattr(string, 'own_list', None))"]
    return choices.pick(forms)
