"""A notebook whose step reads from a real S3 server, and whose run keeps what it makes there."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from storage.rclone import Rclone

CELLS = (
    "%%step load --input raw=data:minio-env/steps/in/a.csv\nrows = [int(x) for x in open(raw).read().split(',')]",
    "%%step total --output n\nn = sum(rows)",
)


@pytest.fixture
def environment(rclone: Rclone, tmp_path: Path) -> dict[str, str]:
    """That of a user with keys in variables, and a home of their own."""
    named = {
        "MINIO_ENDPOINT": rclone.url,
        "MINIO_ACCESS_KEY": rclone.keys.key_id.reveal(),
        "MINIO_SECRET_KEY": rclone.keys.secret.reveal(),
        "CELLIFT_HOME": str(tmp_path / "home"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "CELLIFT_RUNS_ARTIFACTS": "minio-env/steps/kept",
    }
    return {**os.environ, **named}


def run(notebook: Path, env: dict[str, str], code: int = 0) -> Any:
    command = [sys.executable, "-m", "cellift", "run", str(notebook), "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_inputs_and_artifacts_on_a_real_server_and_no_key_in_the_record(
    rclone: Rclone, environment: dict[str, str], tmp_path: Path
) -> None:
    store = rclone.store()
    store.make_bucket("steps")
    store.write("steps", "in/a.csv", io.BytesIO(b"1,2,3"))
    cells = [
        {"cell_type": "code", "id": f"c{at}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for at, source in enumerate(CELLS)
    ]
    notebook = tmp_path / "work" / "nb.ipynb"
    notebook.parent.mkdir()
    spec = {"name": "python3", "display_name": "Python", "language": "python"}
    document = {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    notebook.write_text(json.dumps(document))
    done = run(notebook, environment)
    assert done["state"] == "SUCCEEDED" and done["warnings"] == []
    assert [output["preview"] for output in done["tasks"][1]["outputs"] if output["name"] == "n"] == ["6"]
    (read,) = done["tasks"][0]["reads"]
    assert (read["uri"], read["etag"]) == ("cellift://minio-env/steps/in/a.csv", store.stat("steps", "in/a.csv").etag)
    assert {one["stored"] for one in done["artifacts"]} == {
        f"cellift://minio-env/steps/kept/{done['id']}/{step}/values/" for step in ("load", "total")
    }
    folder = tmp_path / "home" / "runs" / done["id"]
    there = rclone.root / "steps" / "kept" / done["id"] / "load" / "values"
    assert {path.name for path in there.iterdir()} == {path.name for path in (folder / "values" / "load").iterdir()}
    shutil.rmtree(folder / "values" / "load")
    again = "import cellift; print(cellift.runs()[0]['load']['rows'])"
    shown = subprocess.run([sys.executable, "-c", again], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout == "[1, 2, 3]\n"
    secret = rclone.keys.secret.reveal().encode()
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert folder / "spec" / "launch.json" in files
    assert not [path for path in files if secret in path.read_bytes()]
    store.remove("steps", "in/a.csv")
    (refused,) = [one for one in run(notebook, environment, code=1) if one["severity"] == "error"]
    assert (refused["code"], refused["cell"]) == ("CL611", "c0")
