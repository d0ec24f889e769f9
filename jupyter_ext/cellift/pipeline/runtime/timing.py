"""``%time`` and ``%timeit``: the times of a statement, in IPython's words."""

from __future__ import annotations

import ast
import gc
import math
import re
import time
from typing import Any

_OPTION = re.compile(r"\s*-(?:([tcqo]+)|([nrpv])\s*(\S+))(?=\s|$)")
_TEMPLATE = """def inner(_it, _timer):
    setup
    _t0 = _timer()
    for _i in _it:
        stmt
    _t1 = _timer()
    return _t1 - _t0
"""


def clock() -> tuple[float, float, float]:
    """User and system seconds of this process, and the time."""
    try:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime, used.ru_stime, time.time()
    except ImportError:
        used_here = time.process_time()
        return used_here, 0.0, time.time()


def report(start: tuple[float, float, float]) -> None:
    """Print the times since ``start``."""
    user, system, wall = (end - begin for begin, end in zip(start, clock()))  # noqa: B905 - Python 3.9
    print(f"CPU times: user {words(user)}, sys: {words(system)}, total: {words(user + system)}")
    print(f"Wall time: {words(wall)}")


def words(seconds: float, precision: int = 3) -> str:
    """A time span for people."""
    if seconds >= 60:
        found, left = [], seconds
        for suffix, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
            value = int(left / length)
            if value > 0:
                left %= length
                found.append(f"{value}{suffix}")
            if left < 1:
                break
        return " ".join(found)
    order = min(-int(math.floor(math.log10(seconds)) // 3), 3) if seconds > 0 else 3
    return "%.*g %s" % (precision, seconds * (1, 1e3, 1e6, 1e9)[order], ("s", "ms", "μs", "ns")[order])


class TimeitResult:
    """What ``%timeit -o`` gives."""

    def __init__(self, loops: int, repeat: int, runs: list[float], precision: int) -> None:
        self.loops, self.repeat, self.all_runs, self._precision = loops, repeat, runs, precision
        self.timings = [seconds / loops for seconds in runs]
        self.best, self.worst, self.compile_time = min(self.timings), max(self.timings), 0.0

    @property
    def average(self) -> float:
        """The mean time of a loop."""
        return math.fsum(self.timings) / len(self.timings)

    @property
    def stdev(self) -> float:
        """The deviation of the runs."""
        mean = self.average
        return math.sqrt(math.fsum([(x - mean) ** 2 for x in self.timings]) / len(self.timings))

    def __str__(self) -> str:
        many = "" if self.loops == 1 else "s"
        runs = "" if self.repeat == 1 else "s"
        return (
            f"{words(self.average, self._precision)} ± {words(self.stdev, self._precision)} per loop "
            f"(mean ± std. dev. of {self.repeat} run{runs}, {self.loops:,} loop{many} each)"
        )

    def __repr__(self) -> str:
        return f"<TimeitResult : {self}>"


class _Fill(ast.NodeTransformer):
    def __init__(self, parts: dict[str, list[ast.stmt]]) -> None:
        self._parts = parts

    def visit_Expr(self, node: ast.Expr) -> Any:
        found = self._parts.get(node.value.id) if isinstance(node.value, ast.Name) else None
        return node if found is None else found or ast.parse("pass").body


def time_it(line: str, cell: Any, names: dict[str, Any]) -> Any:
    """``%timeit LINE`` and ``%%timeit LINE`` with a cell; the statement binds nothing."""
    options, flags, end = {"n": "0", "r": "7", "p": "3"}, "", 0
    while True:
        found = _OPTION.match(line, end)
        if found is None:
            break
        flags += found[1] or ""
        if found[2]:
            options[found[2]] = found[3]
        end = found.end()
    rest = line[end:].lstrip()
    if not rest and cell is None:
        return None
    parts = {
        "setup": [] if cell is None else ast.parse(rest).body,
        "stmt": ast.parse(rest if cell is None else cell).body,
    }
    tree = _Fill(parts).visit(ast.parse(_TEMPLATE))
    made: dict[str, Any] = {}
    exec(compile(ast.fix_missing_locations(tree), "<magic-timeit>", "exec", dont_inherit=True), names, made)
    timer = time.time if "t" in flags else time.process_time if "c" in flags else time.perf_counter

    def run(loops: int) -> float:
        import itertools

        collects = gc.isenabled()
        gc.disable()
        try:
            return float(made["inner"](itertools.repeat(None, loops), timer))
        finally:
            if collects:
                gc.enable()

    loops, repeat = int(options["n"]), int(options["r"])
    if loops == 0:
        for index in range(10):
            loops = 10**index
            if run(loops) >= 0.2:
                break
    result = TimeitResult(loops, repeat, [run(loops) for _ in range(repeat)], int(options["p"]))
    if "q" not in flags:
        if result.worst > 4 * result.best > 0 and result.worst > 1e-6:
            times = result.worst / result.best
            print(f"The slowest run took {times:0.2f} times longer than the fastest. ", end="")
            print("This could mean that an intermediate result is being cached.")
        print(result)
    return result if "o" in flags else None
