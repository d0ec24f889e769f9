"""Run one step: what the bootstrap text calls, and what a warm interpreter may call in a forked process.

A warm interpreter makes these modules from the bootstrap text, so that the environment of the user needs nothing of
ours, and forks once for each step. The child either runs the text again as ``__main__`` with the step's arguments in
``sys.argv``, or calls the functions::

    exec(compile(BOOTSTRAP, "<cellift>", "exec"), {"__name__": "cellift_warm"})
    from _cellift.pipeline.runtime import api
    ...                                   # import what the set-up imports
    if os.fork() == 0:
        ...                               # redirect descriptors 1 and 2, chdir, set the environment
        api.finish(api.run_step(executor_input))
"""

from __future__ import annotations

import io
import os
import re
import sys
import time
from types import ModuleType
from typing import Any, NoReturn

from ...values import CannotCrossError, ValuesError, is_plain_value, watch_sizes, write
from . import shipped
from .carried_files import CarriedFiles, enter_own_folder
from .cells import Cells, Piece, mark_classes
from .display import Display
from .file_guard import FileGuard
from .hooks import install
from .import_prints import PRINTED
from .inputs import Inputs
from .interpreter_settings import set_home
from .local_modules import module_states, restore
from .module_guard import ModuleGuard, watch_imports
from .muting import muted
from .process_state import GENERATORS, IMPORTS, StateStaysError, make_changes, stays
from .result import success, write_executor_output, write_result
from .spec import BadInputError, StepInput, parse, read_argument
from .state_guard import IMPORT, OTHER, REPEATED, StateGuard
from .temporary import keep_temporary
from .tracebacks import describe, place
from .value_guard import ChangedError, ValueGuard

_MOST_MESSAGE = 2000
_LONGEST_EXIT = 10.0
_MOST_TRACEBACK = 8000

TASK_DIR = "CELLIFT_TASK_DIR"
"""Environment variable: the folder in which the local engine expects ``result.json``."""


def main(arguments: list[str]) -> NoReturn:
    """``--executor_input JSON`` or ``--executor_input @FILE``; ends the process with 0, 1 (failed) or 2 (usage)."""
    if len(arguments) != 2 or arguments[0] != "--executor_input":
        sys.stderr.write("usage: --executor_input JSON | --executor_input @FILE\n")
        finish(2)
    try:
        # Whatever the locale made of the bytes: the launcher wrote UTF-8.
        executor_input = read_argument(os.fsencode(arguments[1]).decode("utf-8"))
    except (BadInputError, UnicodeDecodeError) as error:
        sys.stderr.write(f"cellift: {error}\n")
        finish(2)
    finish(run_step(executor_input))


def run_step(executor_input: dict[str, Any], task_dir: str | None = None) -> int:
    """Run the step of ``executor_input`` in this process, which must run no other; gives the exit code.

    ``result.json`` goes to ``task_dir``, by default the environment's ``CELLIFT_TASK_DIR``, if either is given. The
    caller ends the process with :func:`finish`.
    """
    if task_dir is None:
        task_dir = os.environ.get(TASK_DIR)
    try:
        step = parse(executor_input, exact=task_dir is not None)
    except (BadInputError, KeyError, TypeError, ValueError) as error:
        message = f"The step cannot start: {type(error).__name__}: {error}."
        _say(f"cellift: {message}\n")
        return _finished(task_dir, {"ok": False, "error": _error("Refused", error, message)})
    _as_fresh_process()
    files = FileGuard(task_dir) if task_dir is not None and step.rerun else None
    run = _StepRun(step, files)
    try:
        if files is not None:
            files.start()
        result = run.go()
    except BaseException as error:  # noqa: BLE001 - also sys.exit() and Ctrl-C end a step with a record
        failure = run.explain(error)
        _say(failure["traceback"])
        # The log has all of it; the record is read whole, again and again.
        failure["message"] = _shortened(failure["message"], _MOST_MESSAGE)
        failure["traceback"] = _shortened(failure["traceback"], _MOST_TRACEBACK)
        result = {"ok": False, "error": failure, "display": run.display.items}
    if files is not None:
        result["files"] = files.used()
    return _finished(task_dir, result)


def finish(code: int) -> NoReturn:
    """End the process now: exit handlers run, threads that the notebook left running do not keep it alive.

    Pools of workers end in handlers that ``threading`` calls, before those of ``atexit``.
    """
    import atexit
    import threading

    def give_up() -> None:
        time.sleep(_LONGEST_EXIT)
        _say(f"cellift: the exit handlers did not end within {_LONGEST_EXIT} s; the step ends without them\n")
        os._exit(code)

    threading.Thread(target=give_up, daemon=True).start()
    try:
        for end in reversed(getattr(threading, "_threading_atexits", ())):
            end()
        atexit._run_exitfuncs()
    except BaseException as error:  # noqa: BLE001 - the step is over and recorded, also when a handler calls sys.exit()
        _say(f"cellift: an exit handler failed ({type(error).__name__}: {_text(error)})\n")
    _say("")
    os._exit(code)


def _say(text: str) -> None:
    """Write to the log, after what was printed. The notebook may have closed or replaced either stream."""
    for stream, words in ((sys.stdout, ""), (sys.stderr, text)):
        try:
            stream.write(words)
            stream.flush()
        except Exception:  # noqa: BLE001, S112 - there is no place left to say it; the result tells the error
            continue


def _shortened(text: str, most: int) -> str:
    """``text`` without its middle when it is longer than ``most`` characters."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n[{len(text) - 2 * half:,} characters are left out]\n{text[-half:]}"


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a class of the notebook; as tracebacks put it
        return "<exception str() failed>"


def _finished(task_dir: str | None, result: dict[str, Any]) -> int:
    try:
        write_result(task_dir, result)
    except OSError as error:
        _say(f"cellift: the result of the step could not be written: {error}\n")
        return 1
    return 0 if result["ok"] else 1


def _as_fresh_process() -> None:
    """What a process that was forked from a warm interpreter has to catch up on, and what all steps have alike."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Logs are UTF-8 in every locale, and nothing that can be printed in a notebook fails here.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", write_through=True)
    # NumPy's legacy generator, when it is imported already, was filled before the fork: each step would draw the same
    # numbers, and nobody has seeded it. Seeds of the notebook come later. Python's `random` renews itself in a forked
    # child. torch is left alone: it starts from one fixed seed in every process, so in the notebook too.
    numpy_random: Any = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


class _StepRun:
    """One step while it runs: its namespace, what it shows, and where it is."""

    def __init__(self, step: StepInput, files: FileGuard | None) -> None:
        self._step = step
        self._files = files
        self._module = ModuleType("__main__")
        self._namespace: dict[str, Any] = self._module.__dict__
        resizes = any("resize" in part.source for part in step.code)
        self._values = ValueGuard(
            step.later, step.touched, step.inputs, self._namespace, step.rerun, step.together, resizes, step.meant
        )
        self._inputs = Inputs(step.inputs, self._namespace, step.digests, self._values)
        self._guard: StateGuard | None = None
        self._modules = ModuleGuard()
        self._now: Piece | None = None
        self._marked: set[str] = set()
        self._repeats = False
        self._shell: Any = None
        self._carried: CarriedFiles | None = None
        self.display = Display(step.folder)

    def go(self) -> dict[str, Any]:
        """Run the code, write the values, give the result."""
        step = self._step
        cells = Cells(step.code, step.own)
        if not os.environ.get(TASK_DIR):
            enter_own_folder()
        if step.packages or step.carried:
            shipped.install_for(step)
        shipped.unpack(step.modules, step.data)
        if step.files or step.files_folder:
            self._carried = CarriedFiles(step)
            self._carried.take()
        self._inputs.mentioned = cells.mentions
        self._inputs.sized = any("getsizeof" in part.source for part in step.code)
        if self._inputs.sized:
            watch_sizes()
        self._become_main()
        install(self.display)
        if any("get_ipython" in part.source for part in step.code):
            from .magics import begin, current

            self._shell = begin(self._namespace, self.display)
            self._get_ipython = self._namespace["get_ipython"] = current
        self._namespace.update(step.parameters)
        set_home(os.getcwd())
        watch_imports(self._modules)
        # Imports that are copied from above look there; what changed it is imported where they have run.
        for name, found in self._inputs.states(("state:sys.path",)).items():
            make_changes(name, {**found, IMPORTS: ((), ())})
        started = time.perf_counter()
        cells.run(
            self._namespace,
            self._before,
            self.display.show_last,
            lambda _: self.display.end_of_cell(),
            self._shell,
            lambda piece: muted(self.display, not piece.own),
        )
        seconds = time.perf_counter() - started
        self.display.figures()
        self._mark_classes()
        self._now = None
        states = self._guarded().end()
        self._inputs.bind(step.outputs)
        outputs = {name: self._namespace[name] for name in step.outputs if name in self._namespace}
        kept_by_modules = module_states(step.outputs)
        changed = self._values.changed({**outputs, **kept_by_modules}, step.outputs)
        changed.update(module_states(changed.keys() & step.inputs.keys()))
        if not step.last:
            keep_temporary()
            self._watch_modules(False)  # the last statement may be one that later steps have too
            modules = {**self._modules.sharing({**outputs, **changed}), **self._modules.found()}
            changed.update({**states.unseen, **{name: modules[name] for name in modules if name not in step.outputs}})
        elif step.rerun:  # that it drew tells the engine to let it draw after the steps above
            told = (*GENERATORS, PRINTED)
            changed.update({name: state for name, state in states.unseen.items() if name in told})
        if not step.rerun:
            changed.pop(PRINTED, None)  # nobody could be told
        missed = {*changed, *step.held.intersection(self._values.spent)}
        if missed and not step.rerun:
            raise ChangedError(sorted(missed))
        for name, found in {**states.declared, **states.unseen}.items():
            what = stays(name, found)
            if what is not None and not step.last:
                raise StateStaysError(name, what)
        outputs.update(states.declared)
        outputs.update(changed)
        outputs.update(kept_by_modules)
        kept = {name: self._namespace[name] for name in step.keep if is_plain_value(self._namespace.get(name))}
        try:
            index = write(step.folder, outputs, self.display.items, kept)
        except CannotCrossError as error:
            if error.name in states.unseen or error.name in states.declared:
                raise StateStaysError(error.name, f"a {error.member_type}") from error
            error.needed_by(step.takers.get(error.name))
            raise
        write_executor_output(step, index, self._carried.give() if self._carried is not None else {})
        return success(index, seconds, sorted(changed), self._values)

    def explain(self, error: BaseException) -> dict[str, Any]:
        """The error of the run record: ``{reason, type, message, cell, line, traceback, code?}``."""
        step = self._step
        cell, line = place(error, step.code)
        text = describe(error, step.name)
        message = _text(error)
        unbound = self._inputs.why_unbound(message) if isinstance(error, NameError) else None
        reason = "Exception"
        if isinstance(error, ValuesError):
            reason = "Refused"
            where = "at its end"
            if self._now is not None:
                cell, line = self._now.part.cell, self._now.line
                where = f"at cell {self._now.part.number}, line {line}"
            elif step.code:
                cell = step.code[-1].cell
            text = f"{error.code}: {error}\n  (in step {step.name}, {where})\n"
        elif isinstance(error, SystemExit):
            reason = "Exited"
            message = (
                f"The step called sys.exit({'' if error.code is None else repr(error.code)}). A notebook stops there, "
                "so the steps that follow do not run."
            )
            text = f"{text.rstrip()}\n{message}\n"
        # From the text: the attribute `name` is newer than Python 3.9.
        elif isinstance(error, NameError) and re.search(r"'_{1,3}'", message):
            reason, message = "Refused", "The step has shown no value yet; `_` does not come from another step."
        elif isinstance(error, NameError) and any(f"'{name}'" in message for name in self._inputs.missing):
            message += " (the step that should have made it ended without it)"
        elif unbound is not None:
            reason, error, message = "Refused", unbound, _text(unbound)
        found = _error(reason, error, message)
        found.update(cell=cell, line=line, traceback=text)
        if isinstance(error, SystemExit):
            found["code"] = "CL512"
        if reason == "Refused" and isinstance(error, NameError):
            found["code"] = "CL205"
        return found

    def _mark_classes(self) -> None:
        if self._now is not None:
            mark_classes(self._now, self._namespace, self._marked)

    def _before(self, piece: Piece) -> None:
        self._mark_classes()
        self._now = piece
        self.display.cell = piece.part.cell
        repeated = piece.own and (piece.part.number, piece.line) in self._step.repeated
        if piece.own:
            guard = self._guarded()
            if self._files is not None:
                self._files.own(not repeated)
            if self._carried is not None:
                self._carried.begin()
            if self._inputs.waiting:
                guard.next(IMPORT)  # to read a value may import what its class is from
        if self._shell is not None:
            self._shell.quiet = not piece.own
            # What is imported from IPython knows no session here.
            self._namespace["get_ipython"] = self._get_ipython
        if self._inputs.waiting:
            with muted(self.display):  # what is imported for it was imported further up in the notebook
                self._inputs.before(piece)
        if piece.own:
            modules = piece.imports
            self._guarded().next(REPEATED if repeated else IMPORT if modules else OTHER, modules)
            self._watch_modules(repeated)
            self._modules.only_imports = bool(modules)

    def _watch_modules(self, repeated: bool) -> None:
        """Before an own statement; ``repeated``: later steps have it too."""
        if self._repeats:
            self._modules.start()
        elif repeated:
            self._modules.settle()
        else:
            self._modules.note_imports()
        self._repeats = repeated

    def _guarded(self) -> StateGuard:
        """The guard of the state; it starts just before the first own statement."""
        if self._guard is None:
            step = self._step
            states = self._inputs.states()
            with muted(self.display, True):  # nobody sees the import
                restore(states)
            self._guard = StateGuard(states, step.outputs, step.seeded)
            self._guard.start()
            self._modules.start()
            self._modules.handed = states
        return self._guard

    def _become_main(self) -> None:
        import builtins

        self._namespace["__builtins__"] = builtins
        self._namespace["open"] = builtins.open  # IPython's own; what is put into `builtins` changes it for libraries
        # The module of the bootstrap stays alive: modules of ours were made by its code.
        self._namespace_before = sys.modules.get("__main__")
        sys.modules["__main__"] = self._module
        sys.argv = [""]


def _error(reason: str, error: BaseException, message: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "reason": reason,
        "type": type(error).__name__,
        "message": message,
        "cell": None,
        "line": None,
        "traceback": f"{message}\n",
    }
    code = getattr(error, "code", None)
    if isinstance(code, str) and code.startswith("CL"):
        found["code"] = code
    return found
