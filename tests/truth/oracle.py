"""The oracle: a notebook as a local pipeline must print what it prints from top to bottom, or be refused.

By hand: ``python -m tests.truth.oracle FILE.cells[:NAME] ...`` prints a verdict for each case;
``notebooks/FILE.py[:CUT]`` is a whole notebook.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tests.truth.cuts import EVERY_CELL, cut_notebook
from tests.truth.percent import Case, read_cases

_IN_ORDER = Path(__file__).with_name("in_order.py")
_SECONDS = 120.0
_TIMES = re.compile(r"(CPU times|Wall time): |.* per loop \(mean ± |<Figure size .* Axes>$")
_ADDRESS = re.compile(r"\b0x[0-9a-f]+")
_TIME = re.compile(r"^(CPU times|Wall time): .*|\b[\d.e+]+ [nuµμm]?s ± .*")
_WARNED = re.compile(r"^\S.*:\d+: \w*Warning: .*\n(  \S.*\n)?", re.MULTILINE)  # and the line of code that it is about
_FIGURE = re.compile(r"<Figure size .* Axes>$")  # shown as a picture by a front end, and by a step

Verdict = Literal["equal", "refused", "different", "failed", "no case"]


@dataclass(frozen=True)
class Outcome:
    """``verdict`` and the evidence: ``codes`` of the errors when refused, ``detail`` for people."""

    verdict: Verdict
    codes: tuple[str, ...] = ()
    detail: str = ""


def judge(case: Case) -> Outcome:
    """Run the case both ways, each in a folder of its own."""
    first, second = _in_order(case, 1), _in_order(case, 2)
    if first["error"] != second["error"] or any(
        _lines(text) != _lines(second["printed"].get(cell, "")) for cell, text in first["printed"].items()
    ):
        return Outcome("no case", detail="the notebook gives something else each time")
    with tempfile.TemporaryDirectory(prefix="truth-", ignore_cleanup_errors=True) as folder:
        notebook = _lay_out(case, Path(folder))
        ran = _run(["run", str(notebook), "--json"], folder)
        try:
            document: Any = json.loads(ran.stdout)
        except ValueError:
            return Outcome("failed", detail=f"exit {ran.returncode}: {ran.stdout[-500:]}{ran.stderr[-1500:]}")
        if isinstance(document, list):
            codes = tuple(dict.fromkeys(item["code"] for item in document if item["severity"] == "error"))
            told = "\n".join(f"{item['code']} {item['message']}" for item in document if item["severity"] == "error")
            return Outcome("refused" if codes else "failed", codes, told)
        return _compare(case, first, document, Path(folder))


def _compare(case: Case, expected: dict[str, Any], run: dict[str, Any], folder: Path) -> Outcome:
    error = run.get("error") or {}
    if expected["error"] is None and run["state"] != "SUCCEEDED":
        code = error.get("code") or ""
        told = f"{error.get('type')}: {error.get('message')}"
        return Outcome("refused" if code.startswith("CL") else "failed", (code,) if code else (), told)
    if expected["error"] is not None and run["state"] == "SUCCEEDED":
        return Outcome("different", detail=f"the notebook raises {expected['error']}, the run succeeds")
    differences = []
    for task in run["tasks"]:
        if task["kind"] == "setup" or not task["cells"] or task["state"] != "SUCCEEDED":
            continue
        if any(cell not in expected["printed"] for cell in task["cells"]):
            continue  # the notebook stopped above; the run failed as well, and what was independent went on
        log = folder / "home" / "runs" / run["id"] / "logs" / f"{task['id']}.{task['attempt']}.log"
        wanted = "".join(expected["printed"].get(cell, "") for cell in task["cells"])
        got = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        if _lines(wanted) != _lines(got):
            differences.append(f"step {task['name']}:\n--- notebook\n{wanted}--- pipeline\n{got}")
    return Outcome("different" if differences else "equal", detail="\n".join(differences))


def _lines(text: str) -> list[str]:
    """What counts: warnings go to the log as well, but not to standard output; addresses and times are of a process."""
    found = [_TIME.sub("…", _ADDRESS.sub("0x…", line)) for line in _WARNED.sub("", text).splitlines()]
    return [line for line in found if line.strip() and "Warning" not in line and not _FIGURE.match(line)]


def _in_order(case: Case, kernel: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="truth-", ignore_cleanup_errors=True) as folder:
        notebook = _lay_out(case, Path(folder))
        asked = {"folder": folder, "notebook": notebook.name, "environment": _environment(folder)}
        status, _, answer = _ask(kernel, json.dumps(asked)).partition(" ")
        if status != "0":
            raise AssertionError(f"the notebook cannot be run: {json.loads(answer)[-2000:]}")
        found: dict[str, Any] = json.loads(answer)
        return found


def _ask(kernel: int, line: str) -> str:
    process = _kernel(kernel)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    if not select.select([process.stdout], [], [], _SECONDS)[0]:
        os.killpg(process.pid, signal.SIGKILL)
        _kernel.cache_clear()
        raise AssertionError(f"the notebook takes more than {_SECONDS:.0f} s")
    return process.stdout.readline()


@cache
def _kernel(number: int) -> subprocess.Popen[str]:
    """A process that forks for each notebook. Two of them have nothing in common by chance, such as addresses."""
    return subprocess.Popen(
        [sys.executable, str(_IN_ORDER)],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _lay_out(case: Case, folder: Path) -> Path:
    for name, text in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    notebook = folder / "case.ipynb"
    notebook.write_text(json.dumps(case.notebook()), encoding="utf-8")
    return notebook


def _run(arguments: list[str], folder: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cellift.cli", *arguments]
    return subprocess.run(
        command, cwd=folder, env=_environment(folder), capture_output=True, text=True, timeout=_SECONDS, check=False
    )


def _environment(folder: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "HOME": folder,
        "IPYTHONDIR": f"{folder}/ipython",
        "CELLIFT_HOME": f"{folder}/home",
        "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", f"{tempfile.gettempdir()}/truth-matplotlib"),
    }


def _named(path: Path, name: str) -> list[Case]:
    if path.suffix == ".py":
        return [cut_notebook(path, int(name or EVERY_CELL))]
    return [case for case in read_cases(path) if name in ("", case.name)]


def main(paths: list[str]) -> int:
    """Judge the named cases; 1 when any is different, failed, or not as it expects."""
    bad = 0
    wanted = [path.partition(":") for path in paths]
    for case in (case for path, _, name in wanted for case in _named(Path(path), name)):
        outcome = judge(case)
        expected = f"refused {case.refused}" if case.refused else "equal"
        seen = " ".join([outcome.verdict, *outcome.codes])
        fine = seen == expected or (outcome.verdict == "refused" and case.refused in outcome.codes)
        bad += not fine
        print(f"{'ok ' if fine else 'BAD'} {case.name}: {seen}" + ("" if fine else f" (expected {expected})"))
        if not fine:
            print("    " + outcome.detail.replace("\n", "\n    "))
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
