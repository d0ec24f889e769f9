"""``[runs] artifacts``: what steps make is uploaded, recorded by digest, and brought back."""

from __future__ import annotations

import io
import json
import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from cellift.api.handle import Run as Handle
from cellift.api.loading import CannotLoadError, load
from cellift.engine.artifact_place import ArtifactPlace, read_place
from cellift.engine.launch import cancel
from cellift.engine.stored_artifacts import bring_back, stored_files
from cellift.engine.upload_artifacts import sha256
from cellift.notebook.diagnostics import RefusedError
from cellift.runs import states
from cellift.runs.model import Run
from cellift.storage.connections.opening import open_store
from storage.kit import connect
from unit.engine.kit import SECONDS, Bench, step, task, wait_for


@pytest.fixture
def bucket(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bucket of the local tree that the setting names."""
    monkeypatch.setenv("CELLIFT_HOME", str(bench.home))
    monkeypatch.setenv("CELLIFT_RUNS_ARTIFACTS", "local/box/team/")
    open_store("local").make_bucket("box")
    return bench.home / "data" / "box"


def stored(run: Run, task_id: str) -> str | None:
    return next(one["stored"] for one in run["artifacts"] if one["task"] == task_id)


def test_a_place_is_a_bucket_and_maybe_a_folder() -> None:
    assert read_place("s/b") == read_place("s/b/") == ArtifactPlace("s", "b", "")
    assert read_place("s/b/x/y") == read_place("s/b/x/y/") == ArtifactPlace("s", "b", "x/y/")
    assert read_place("s/b/x").key("run", "a", 1, "values") == "x/run/a/values/"
    assert read_place("s/b").key("run", "a", 2, "values") == "run/a.2/values/"
    for text in ("s", "s/", "/b"):
        with pytest.raises(ValueError, match="names no bucket"):
            read_place(text)


@pytest.mark.parametrize(("text", "said"), [("local", "names no bucket"), ("nowhere/box", "There is no connection")])
def test_a_setting_that_is_no_place_is_refused_before_the_run(
    bench: Bench, bucket: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setenv("CELLIFT_RUNS_ARTIFACTS", text)
    with pytest.raises(RefusedError) as caught:
        bench.start(step("a", "x = 1"))
    (found,) = caught.value.diagnostics
    assert (found.code, said in found.message) == ("CL615", True)


def test_what_steps_make_is_in_the_store_when_the_run_is_over(bench: Bench, bucket: Path) -> None:
    run = bench.run(step("a", "x = {1: 'one'}", outputs=("x",)), step("b", "y = x", {"x": "a"}, outputs=("y",)))
    assert run["state"] == states.SUCCEEDED, run["error"]
    assert run["warnings"] == []
    for one in ("a", "b"):
        assert stored(run, one) == f"cellift://local/box/team/{run['id']}/{one}/values/"
        local = bench.store.folder(run["id"]) / "values" / one
        there = bucket / "team" / run["id"] / one / "values"
        names = {path.name for path in local.iterdir()}
        assert names == {path.name for path in there.iterdir()} != set()
        assert all((there / name).read_bytes() == (local / name).read_bytes() for name in names)
        files = stored_files(bench.store.events(run["id"]), one)["values"]["files"]
        assert {name: wanted["sha256"] for name, wanted in files.items()} == {
            name: sha256(local / name) for name in names
        }
    (use,) = bench.store.using("local", "box", f"team/{run['id']}/a/values/index.json")
    assert (use["run"], use["task"], use["role"]) == (run["id"], "a", "made")


def test_a_bucket_that_is_not_there_is_a_warning(bench: Bench, bucket: Path) -> None:
    bucket.rmdir()
    run = bench.run(step("a", "x = 1", outputs=("x",)))
    assert run["state"] == states.SUCCEEDED
    (warning,) = run["warnings"]
    assert (warning["code"], warning["task"]) == ("CL614", "a")
    assert warning["message"].startswith(
        "What step A made is only on this machine; it could not be uploaded to local/box"
    )
    assert stored(run, "a") is None


def test_a_step_that_failed_has_nothing_to_upload(bench: Bench, bucket: Path) -> None:
    run = bench.run(step("a", "x = 1\n1 / 0", outputs=("x",)))
    assert run["state"] == states.FAILED
    assert list(bucket.iterdir()) == []


def test_a_value_is_fetched_back_when_the_local_copy_is_gone(bench: Bench, bucket: Path) -> None:
    run = bench.run(step("a", "x = {1: 'one'}", outputs=("x",)))
    values = bench.store.folder(run["id"]) / "values" / "a"
    shutil.rmtree(values)
    assert Handle(run["id"], bench.store)["a"]["x"] == {1: "one"}
    assert not list(values.glob(".back-*"))
    shutil.rmtree(values)
    shutil.rmtree(bucket / "team")
    with pytest.raises(CannotLoadError, match="not on this machine any more, and cannot be fetched"):
        Handle(run["id"], bench.store)["a"]["x"]


def test_the_inputs_of_a_step_are_fetched_back_too(bench: Bench, bucket: Path) -> None:
    run = bench.run(step("a", "x = {1: 'one'}", outputs=("x",)), step("b", "1 / 0\nx", {"x": "a"}))
    shutil.rmtree(bench.store.folder(run["id"]) / "values" / "a")
    handle = Handle(run["id"], bench.store)
    namespace: dict[str, object] = {}
    load(handle, handle["b"], outputs=False, namespace=namespace)
    assert namespace["x"] == {1: "one"}


def test_what_is_not_as_recorded_is_never_read(bench: Bench, bucket: Path) -> None:
    run = bench.run(step("a", "x = {1: 'one'}", outputs=("x",)))
    values = bench.store.folder(run["id"]) / "values" / "a"
    shutil.rmtree(values)
    (there,) = (bucket / "team" / run["id"] / "a" / "values").glob("*.pickle*")
    content = bytearray(there.read_bytes())
    content[-2] ^= 1
    open_store("local").write("box", there.relative_to(bucket).as_posix(), io.BytesIO(bytes(content)))
    with pytest.raises(CannotLoadError, match="is not what the run has uploaded: its digest differs"):
        Handle(run["id"], bench.store)["a"]["x"]
    assert not (values / there.name).exists()


def test_a_recorded_name_leads_out_of_no_folder(bench: Bench, bucket: Path, tmp_path: Path) -> None:
    open_store("local").write("box", "x", io.BytesIO(b"1"))
    file = {"../../../out": {"bytes": 1, "sha256": "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"}}
    event = {"type": "artifact.stored", "task": "a", "attempt": 1, "name": "values"}
    bring_back(tmp_path / "run", [{**event, "uri": "cellift://local/box/y/../../../", "files": file}], "a")
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "out").exists()


def test_only_what_the_last_attempt_uploaded_counts() -> None:
    event = {"type": "artifact.stored", "task": "a", "name": "values", "files": {}}
    events = [
        {**event, "attempt": 1, "uri": "first"},
        {"type": "task.state", "task": "a", "attempt": 2},
        {**event, "attempt": 1, "uri": "late"},
    ]
    assert stored_files(events, "a") == {}
    assert stored_files([*events, {**event, "attempt": 2, "uri": "second"}], "a")["values"]["uri"] == "second"
    assert stored_files(events, "b") == {}


class Stuck(BaseHTTPRequestHandler):
    """A store that takes nothing."""

    over = Event()
    asked = Event()

    def do_PUT(self) -> None:
        self.asked.set()
        self.over.wait(SECONDS)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def test_cancel_ends_what_is_being_uploaded(bench: Bench, bucket: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Stuck) as server:
        Thread(target=server.serve_forever).start()
        connect(monkeypatch, server.server_port)
        monkeypatch.setenv("CELLIFT_RUNS_ARTIFACTS", "minio-env/box")
        launch = bench.start(step("a", "x = 1", outputs=("x",)))
        wait_for(Stuck.asked.is_set, "the upload has begun")
        wait_for(
            lambda: bench.store.load(launch.run_id)["reason"] == "Uploading what A made to minio-env/box.", "the reason"
        )
        cancel(bench.home, launch.run_id, wait=SECONDS)
        run = bench.store.load(launch.run_id)
        assert (run["state"], task(run, "a")["state"]) == (states.CANCELLED, states.SUCCEEDED)
        assert run["warnings"] == []
        spec = (launch.run_dir / "spec" / "launch.json").read_text()
        assert json.loads(spec)["artifacts"] == "minio-env/box"
        assert "something" not in spec + "".join(path.read_text() for path in (launch.run_dir / "tasks").glob("*.json"))
        Stuck.over.set()
        server.shutdown()
