"""The text of a program that stands in for the step runner: the source of the step says what it reports.

Values are JSON files. The source runs with the inputs as names; ``changed``, ``read`` and ``written`` are what it
reports, and names in ``also`` are written besides the outputs.
"""

PROGRAM = r"""
import json, os, pathlib, signal, sys
given = sys.argv[2]
given = json.loads(pathlib.Path(given[1:]).read_text() if given.startswith("@") else given)
step = json.loads(given["inputs"]["parameterValues"]["cellift_step"])
folders = {by: given["inputs"]["artifacts"][key]["artifacts"][0]["uri"] for by, key in step["artifacts"].items()}
space = {"changed": [], "read": [], "written": [], "also": [], "later": step["later"], "rerun": step.get("rerun")}
for name, by in step["inputs"].items():
    space[name] = json.loads(pathlib.Path(folders[by], name).read_text())
task = pathlib.Path(os.environ["CELLIFT_TASK_DIR"])
space["note"] = lambda **line: (task / "files.jsonl").open("a").write(json.dumps(line) + "\n")
result = {"ok": True}
try:
    for part in step["code"]:
        exec(part["source"], space)
except Exception as error:
    kind = type(error).__name__
    result = {"ok": False, "error": {"reason": "Exception", "type": kind, "message": str(error)}}
target = pathlib.Path(given["outputs"]["artifacts"]["values"]["artifacts"][0]["uri"])
target.mkdir(parents=True, exist_ok=True)
assert not list(target.iterdir()), "what an earlier attempt wrote is gone"
result["outputs"] = []
for name in [*step["outputs"], *space["also"], *space["changed"]]:
    if name in space:
        (target / name).write_text(json.dumps(space[name]))
        kind = type(space[name]).__name__
        item = {"name": name, "type": kind, "preview": str(space[name]), "bytes": 1, "digest": "d", "file": name}
        result["outputs"].append(item)
if result["ok"]:
    result["changed"] = space["changed"]
result["files"] = {"read": space["read"], "written": space["written"]}
(task / "result.part").write_text(json.dumps(result))
(task / "result.part").rename(task / "result.json")
sys.exit(0 if result["ok"] else 1)
"""
