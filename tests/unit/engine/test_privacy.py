"""What a run leaves on the disk, and who can read it."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from cellift.engine.launch import cancel
from unit.engine.kit import Bench, step

NAME = "BRINE_SHRIMP_KEY"
PRINT_DIGEST = f"""import hashlib, os
print(hashlib.sha256(os.environ[{NAME!r}].encode()).hexdigest())
n = 1
"""


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


@pytest.mark.parametrize("ending", ["", "\nraise ValueError('on purpose')"], ids=["succeeds", "fails"])
def test_values_of_the_environment_are_in_no_file(bench: Bench, ending: str) -> None:
    secret = os.urandom(16).hex()
    env = {**os.environ, NAME: secret}
    run = bench.run(step("a", PRINT_DIGEST + ending, outputs=("n",)), step("b", "n", {"n": "a"}), env=env)
    bench.store.list()
    # The step had it, so it was there to be stored.
    assert bench.log(run, "a").startswith(hashlib.sha256(secret.encode()).hexdigest())
    held = {path.name: path.read_bytes() for path in files_below(bench.home)}
    assert {"run.json", "journal.jsonl", "launch.json", "plan.json", "pipeline.yaml", "index.sqlite"} <= held.keys()
    assert [name for name, data in held.items() if secret.encode() in data] == []
    assert NAME.encode() in held["launch.json"], "names are kept"


def test_nobody_else_can_read_a_run(bench: Bench) -> None:
    # A home that was there before, made by somebody who did not think of it, and the most open umask.
    bench.home.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        bench.home.chmod(0o755)
        launch = bench.start(step("a", "import time\nopen('up', 'w').write('1\\n')\ntime.sleep(60)"))
        bench.file("up")
        bench.store.list()
    finally:
        os.umask(before)
    try:
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (bench.home, *bench.home.rglob("*"))}
        assert modes[launch.run_dir] == 0o700
        assert modes[launch.run_dir / "control.sock"] == 0o600
        # All that lies in the home itself: folders that let nobody in, files that nobody else reads.
        assert {path.name: oct(modes[path]) for path in bench.home.iterdir() if modes[path] & 0o077} == {}
        assert (bench.home / "index.sqlite").exists()
    finally:
        cancel(bench.home, launch.run_id, wait=30)


def test_a_new_home_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cellift.config.paths import home

    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "home"))
    before = os.umask(0)
    try:
        assert stat.S_IMODE(home().stat().st_mode) == 0o700
    finally:
        os.umask(before)


FORGE = """import hashlib, json, pathlib, pickle
folder = pathlib.Path({home!r}).glob("runs/*/values/a").__next__()
index = json.loads((folder / "index.json").read_text())
(group,) = index["groups"]
data = (folder / group["file"]).read_bytes().replace(b"honest", b"forged")
(folder / group["file"]).write_bytes(data)
group["digest"] = index["names"]["x"]["digest"] = "sha256:" + hashlib.sha256(data).hexdigest()
(folder / "index.json").write_text(json.dumps(index))
y = 1
"""


def test_a_step_unpickles_only_what_the_engine_recorded(bench: Bench) -> None:
    run = bench.run(
        step("a", "x = ['honest']", outputs=("x",)),
        step("b", "x\n" + FORGE.format(home=str(bench.home)), {"x": "a"}, outputs=("y",)),
        step("c", "print(x, y)", {"x": "a", "y": "b"}),
    )
    assert [one["state"] for one in run["tasks"]] == ["SUCCEEDED", "SUCCEEDED", "FAILED"]
    error = run["tasks"][2]["error"]
    assert error is not None
    assert error["code"] == "CL502"
    assert "is not what the step wrote" in error["message"]
