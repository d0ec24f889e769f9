"""``runs``: start, list, show, cancel and remove. The work is done by the engine and the run store."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_escape, url_path_join
from tornado import web

from cellift.server.base import CelliftHandler
from cellift.server.environment import step_environment
from cellift.server.errors import ApiError
from cellift.server.paths import ContentsPaths
from cellift.server.service import Service

if TYPE_CHECKING:
    from cellift.runs.model import Run

_START_FIELDS = frozenset({"path", "content", "params", "step", "name", "kernel_name"})


class RunsHandler(CelliftHandler):
    """All runs of this user."""

    # Lists are refreshed by timers.
    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer one page of summaries, newest first: ``{runs, next}``."""
        query = self.query()
        limit = query.integer("limit", 50, low=1, high=500)
        states = _states(query.optional_text("state"))
        path = query.optional_text("notebook")
        notebook = str(self.service.paths.file(path)) if path else None
        page = await self.blocking(
            _list, self.service, limit, query.optional_text("cursor"), states, notebook, query.optional_text("q")
        )
        self.answer(page)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a run of the notebook in the body, as it is in the browser: 201 with the run."""
        fields = await self.body(_START_FIELDS)
        file = self.service.paths.file(fields.text("path"))
        content = fields.mapping("content")
        # What steps read from stores is looked at before the run.
        call = self.waiting if _reads_stores(content) else self.blocking
        run = await call(
            _start,
            self.service,
            content,
            file,
            params=fields.optional_mapping("params"),
            step=fields.optional_text("step"),
            name=fields.optional_text("name"),
            kernel_name=fields.optional_text("kernel_name"),
        )
        self.service.keepalive.begin()
        self.set_header("Location", url_path_join(self.base_url, "cellift", "api", "runs", url_escape(run["id"])))
        self.answer(run, 201)


class RunHandler(CelliftHandler):
    """One run, by id or by a prefix that no other run has."""

    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answer the run as it is now."""
        self.answer(await self.blocking(_show, self.service, run_id))

    @web.authenticated
    @authorized
    async def delete(self, run_id: str) -> None:
        """Remove the run with its logs and values: 204; 409 while it is going on."""
        await self.blocking(_remove, self.service, run_id)
        self.set_status(204)
        await self.finish()


class CancelHandler(CelliftHandler):
    """Ending a run early."""

    @web.authenticated
    @authorized
    async def post(self, run_id: str) -> None:
        """Ask the run's supervisor to end it: 202 with the run. Again, or when it is over, changes nothing."""
        self.answer(await self.blocking(_cancel, self.service, run_id), 202)


def whole_run(run: Run, service: Service) -> dict[str, Any]:
    """The run as REST gives it: with what its row in the list says of it, so that both say the same."""
    from cellift.runs import states
    from cellift.runs.reduce import summarise
    from cellift.runs.store import tree_size

    over = states.is_terminal(run["state"])
    row = summarise(run, tree_size(service.store().folder(run["id"])) if over else None)
    told = {"metric": row["metric"], "progress": row["progress"], "bytes": row["bytes"]}
    return {**with_path(run, service.paths), **told}


def with_path(run: Mapping[str, Any], paths: ContentsPaths) -> dict[str, Any]:
    """The run, or summary, with the contents path of its notebook, None when this server does not show it."""
    return {**run, "source": {**run["source"], "path": paths.contents(run["source"]["notebook"])}}


def _states(text: str | None) -> list[str] | None:
    """The states that a query names: comma separated, in any case; ``active`` stands for those that are not final."""
    if text is None:
        return None
    from cellift.runs import states

    named: set[str] = set()
    for part in text.upper().split(","):
        word = part.strip()
        if word == "ACTIVE":
            named |= states.ALL - states.TERMINAL
        elif word in states.ALL:
            named.add(word)
        else:
            known = ", ".join(sorted(states.ALL))
            raise ApiError(400, f"`state` {part.strip()!r} is not a state. Known are: active, {known}.")
    return sorted(named)


def _list(
    service: Service, limit: int, cursor: str | None, states: list[str] | None, notebook: str | None, text: str | None
) -> dict[str, Any]:
    with closing(service.store()) as store:
        page = store.list(limit=limit, cursor=cursor, state=states, notebook=notebook, text=text)
    return {"runs": [with_path(run, service.paths) for run in page["runs"]], "next": page["next"]}


def _show(service: Service, run_id: str) -> dict[str, Any]:
    store = service.store()
    return whole_run(store.load(store.resolve(run_id)), service)


def _remove(service: Service, run_id: str) -> None:
    with closing(service.store()) as store:
        store.remove(store.resolve(run_id))


def _cancel(service: Service, run_id: str) -> dict[str, Any]:
    store = service.store()
    whole = store.resolve(run_id)

    from cellift.engine import launch

    launch.cancel(service.home(), whole)
    return whole_run(store.load(whole), service)


def _start(
    service: Service,
    content: dict[str, Any],
    file: Path,
    *,
    params: dict[str, Any] | None,
    step: str | None,
    name: str | None,
    kernel_name: str | None,
) -> dict[str, Any]:
    from cellift.engine import launch

    if not file.parent.is_dir():
        raise ApiError(
            400, f"The notebook's folder {file.parent} does not exist. Save the notebook in a folder that does."
        )
    launched = launch.start_notebook(
        _with_kernel(content, kernel_name),
        str(file),
        home=service.home(),
        overrides=params,
        step=step,
        name=name,
        cwd=str(file.parent),
        env={**step_environment(), **service.endpoint.variables()},
    )
    return whole_run(service.store().load(launched.run_id), service)


def _reads_stores(content: Mapping[str, Any]) -> bool:
    """Whether a step may say that it reads an object of a store; what is no notebook is refused by the analysis."""
    cells = content.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        if not isinstance(cell, dict):
            continue
        source, metadata = cell.get("source", ""), cell.get("metadata")
        text = "".join(map(str, source)) if isinstance(source, list) else str(source)
        if "--input" in text.lstrip().partition("\n")[0]:
            return True
        ours = metadata.get("cellift") if isinstance(metadata, dict) else None
        options = ours.get("options") if isinstance(ours, dict) else None
        if isinstance(options, dict) and "input" in options:
            return True
    return False


def _with_kernel(content: dict[str, Any], kernel_name: str | None) -> dict[str, Any]:
    """The notebook with the kernel that its tab uses, which may be another one than the notebook names."""
    metadata = content.get("metadata") or {}
    if kernel_name is None or not isinstance(metadata, dict):  # what is no notebook is refused by the analysis
        return content
    named = metadata.get("kernelspec")
    if isinstance(named, dict) and named.get("name") == kernel_name:
        return content
    # The language of the other kernel says nothing about this one; nbformat wants a display name.
    return {**content, "metadata": {**metadata, "kernelspec": {"name": kernel_name, "display_name": kernel_name}}}
