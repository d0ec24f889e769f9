"""The mutation run: each rule and guard, switched off, has to turn at least one test red.

``python -m tests.truth.mutation [MODULE ...]`` forks one process per mutant, which runs the unit tests of its room
until the first one fails. Those that survive must stand in ``survivors.txt``, with the reason; a line there that names
nothing any more is an error too.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import resource
import signal
import sys
import time
from pathlib import Path

from tests.truth.mutants import Mutant, find_mutants, switch_off

_HERE = Path(__file__).parent
_UNIT = _HERE.parent / "unit"
_SECONDS = 60
_MEMORY = 6 << 30

#: Room -> the folders of tests that guard it.
ROOMS = {
    "cellift.notebook": ("notebook",),
    "cellift.values": ("values",),
    "cellift.pipeline.runtime": ("pipeline", "runtime"),
}


def modules_of(room: str) -> list[str]:
    """The modules of a room."""
    package = importlib.import_module(room)
    return sorted(f"{room}.{found.name}" for found in pkgutil.iter_modules(package.__path__) if not found.ispkg)


def tests_for(module: str) -> list[str]:
    """The folders of the room's tests, the files that bear the module's name first."""
    room = max((room for room in ROOMS if module.startswith(room)), key=len)
    folders = [_UNIT / name for name in ROOMS[room] if (_UNIT / name).is_dir()]
    stem = module.rpartition(".")[2].strip("_")
    first = [str(path) for folder in folders for path in sorted(folder.glob(f"test_*{stem}*.py"))]
    rest = [str(path) for folder in folders for path in sorted(folder.glob("test_*.py")) if str(path) not in first]
    return first + rest


def is_killed(mutant: Mutant) -> bool:
    """Whether a test goes red with the mutant, in a process of its own."""
    child = os.fork()
    if child == 0:
        os._exit(_run_tests(mutant))
    _, status = os.waitpid(child, 0)
    return status != 0


def _run_tests(mutant: Mutant | None, module: str = "") -> int:
    """Exit status of pytest; 0 when all are green. A mutant that never ends is killed by the alarm."""
    import pytest

    signal.alarm(_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    if mutant is not None:
        switch_off(mutant)
        module = mutant.module
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests_for(module)]))


def listed() -> dict[str, str]:
    """Mutant -> why it may survive."""
    lines = (_HERE / "survivors.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("  # ", 1) for line in lines if line and not line.startswith("#"))


def main(wanted: list[str]) -> int:
    """Run all mutants of the wanted modules (default: of all rooms); 1 when one survives that is not listed."""
    modules = wanted or [module for room in ROOMS for module in modules_of(room)]
    mutants = [mutant for module in modules for mutant in find_mutants(module)]
    for module in {room: modules_of(room)[0] for room in ROOMS if any(m.startswith(room) for m in modules)}.values():
        child = os.fork()
        if child == 0:
            os._exit(_run_tests(None, module))
        if os.waitpid(child, 0)[1] != 0:
            print(f"The tests of {module} are red without a mutant.")
            return 1
    began = time.monotonic()
    survivors = _survivors(mutants)
    allowed = listed()
    new = [mutant for mutant in survivors if mutant.key not in allowed]
    keys = {mutant.key for mutant in survivors}
    gone = [key for key in allowed if key.split(":")[0] in modules and key not in keys]
    for mutant in new:
        print(f"survives: {mutant.key}")
    for key in gone:
        print(f"listed, but does not survive: {key}")
    counts = f"{len(mutants)} mutants in {len(modules)} modules, {len(survivors)} survive, {len(new)} not listed"
    print(f"{counts} ({time.monotonic() - began:.0f} s)")
    return 1 if new or gone else 0


def _survivors(mutants: list[Mutant]) -> list[Mutant]:
    """Those that no test notices, worked through by one process per core."""
    workers = max(1, len(os.sched_getaffinity(0)))
    readers = []
    for number in range(workers):
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(reader)
            alive = [index for index in range(number, len(mutants), workers) if not is_killed(mutants[index])]
            os.write(writer, b"".join(b"%d\n" % index for index in alive))
            os._exit(0)
        os.close(writer)
        readers.append(reader)
    found: list[int] = []
    for reader in readers:
        with os.fdopen(reader) as stream:
            found += [int(line) for line in stream]
        os.wait()
    return [mutants[index] for index in sorted(found)]


if __name__ == "__main__":
    sys.path[:0] = [str(_HERE.parent)]
    raise SystemExit(main(sys.argv[1:]))
