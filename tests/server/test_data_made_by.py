"""Which runs read or made an object, through REST."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cellift.runs.store import RunStore


async def test_the_runs_that_read_an_object_are_told_by_its_key(data: Any, bucket: str, cellift_home: Path) -> None:
    await data.put(bucket, "a b/ü.csv", b"1,2")
    nobody = await data("GET", "connections/local/made-by", bucket=bucket, key="a b/ü.csv")
    assert (nobody.status, nobody.json) == (200, {"runs": []})
    read = {"name": "raw", "uri": "cellift://local/wine/a b/ü.csv", "etag": "e", "version": None}
    task = {"id": "load", "reads": [{**read, "bytes": 3, "checksums": {}}]}
    run = RunStore(cellift_home).create(name="demo", tasks=[task])
    run.release()
    (use,) = (await data("GET", "connections/local/made-by", bucket=bucket, key="a b/ü.csv")).json["runs"]
    assert (use["run"], use["name"], use["task"], use["role"], use["etag"]) == (run.run_id, "demo", "load", "read", "e")
    assert (await data("GET", "connections/local/made-by", bucket=bucket)).status == 400
