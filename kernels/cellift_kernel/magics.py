"""Registration of the magics, and their completions."""

from __future__ import annotations

from typing import Any

from cellift_kernel.data_magic import ACTIONS as DATA_ACTIONS
from cellift_kernel.data_magic import DataMagic
from cellift_kernel.pipeline_magic import ACTIONS as PIPELINE_ACTIONS
from cellift_kernel.pipeline_magic import PipelineMagic
from cellift_kernel.runs_magic import ACTIONS as RUNS_ACTIONS
from cellift_kernel.runs_magic import RunsMagic
from cellift_kernel.step_magic import run_step, take_step_line

_COMPLETIONS = {"%pipeline": PIPELINE_ACTIONS, "%runs": RUNS_ACTIONS, "%data": DATA_ACTIONS}


def register(shell: Any) -> None:
    """Add the magics to *shell*; replace those of an earlier loading, whose endpoint goes on."""
    data = _remove(shell) or DataMagic()
    # %%step is taken off before the cell is run, so that everything is as without it: display, tracebacks, await.
    shell.input_transformers_cleanup.append(take_step_line)
    # For cells that are called by name: get_ipython().run_cell_magic("step", …), as exported scripts have it.
    shell.register_magic_function(lambda line, cell: run_step(shell, line, cell), "cell", "step")
    pipeline = PipelineMagic()
    shell.register_magic_function(pipeline, "line", "pipeline")
    shell.register_magic_function(RunsMagic(), "line", "runs")
    shell.register_magic_function(data, "line", "data")
    for key, actions in _COMPLETIONS.items():
        shell.set_hook("complete_command", _completer(actions), str_key=key)


def unregister(shell: Any) -> None:
    """Remove the magics from *shell*, if they are there, and end what they started in this kernel."""
    if (data := _remove(shell)) is not None:
        data.close()


def _remove(shell: Any) -> DataMagic | None:
    """Remove the magics; the one of data, if it was there."""
    transforms = shell.input_transformers_cleanup
    transforms[:] = [one for one in transforms if one is not take_step_line]
    magics = shell.magics_manager.magics
    data = magics["line"].pop("data", None)
    for kind, name in (("cell", "step"), ("line", "pipeline"), ("line", "runs")):
        magics[kind].pop(name, None)
    for key in _COMPLETIONS:
        shell.strdispatchers["complete_command"].strs.pop(key, None)
    return data if isinstance(data, DataMagic) else None


def _completer(actions: tuple[str, ...]) -> Any:
    def complete(_shell: Any, event: Any) -> list[str]:
        # Only the word after the magic is one of ours; what follows are ids, files and options.
        words = event.line[: len(event.line) if not event.symbol else -len(event.symbol)].split()
        return list(actions) if len(words) == 1 else []

    return complete
