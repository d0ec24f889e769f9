from __future__ import annotations

import io
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cellift.cli.__main__ import main
from cellift.config.paths import home_path
from cellift.runs.store import RunStore
from cellift.storage.local.tree import LocalTree

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def store(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalTree:
    """The local tree of the command line, with a bucket and some objects; the working directory is empty."""
    store = LocalTree(home / "data")
    store.make_bucket("bucket")
    for key, content in (("a.txt", b"one\ntwo\nthree\n"), ("d/1.csv", b"12"), ("d/e/2.csv", b"3456"), ("z", b"")):
        store.write("bucket", key, io.BytesIO(content))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return store


def keys(store: LocalTree) -> list[str]:
    return [one.key for one in store.page("bucket", recursive=True).objects]


def data(*words: str, code: int = 0) -> None:
    assert main(["data", *words]) == code


def as_json(capsys: Capture, *words: str, code: int = 0) -> Any:
    capsys.readouterr()
    data(*words, "--json", code=code)
    return json.loads(capsys.readouterr().out)


def test_ls_goes_from_connections_to_objects(store: LocalTree, capsys: Capture) -> None:
    assert [one["key"] for one in as_json(capsys, "ls")] == ["local/"]
    assert [one["key"] for one in as_json(capsys, "ls", "local")] == ["bucket/"]
    assert [one["key"] for one in as_json(capsys, "ls", "local/bucket")] == ["a.txt", "d/", "z"]
    for target in ("local/bucket/d", "local/bucket/d/"):
        assert [one["key"] for one in as_json(capsys, "ls", target)] == ["1.csv", "e/"]
    assert [one["key"] for one in as_json(capsys, "ls", "-r", "local/bucket/d")] == ["1.csv", "e/2.csv"]
    assert [one["key"] for one in as_json(capsys, "ls", "local/bucket/d/1")] == ["1.csv"]


def test_ls_as_json_tells_what_mc_tells(store: LocalTree, capsys: Capture) -> None:
    one, folder, _ = as_json(capsys, "ls", "local/bucket")
    found = store.stat("bucket", "a.txt")
    assert found.modified is not None
    time = found.modified.isoformat().replace("+00:00", "Z")
    assert one == {"key": "a.txt", "type": "file", "size": 14, "lastModified": time, "etag": found.etag}
    assert folder == {"key": "d/", "type": "folder"}


def test_ls_for_people(store: LocalTree, capsys: Capture) -> None:
    data("ls", "--summarize", "local/bucket")
    *lines, _, total, count = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines] == ["a.txt", "d/", "z"]
    assert "14 B" in lines[0]
    assert (total, count) == ("Total size: 14 B", "Total objects: 2")


def test_ls_of_nothing(store: LocalTree, capsys: Capture) -> None:
    store.make_bucket("empty")
    assert as_json(capsys, "ls", "local/empty") == []
    data("ls", "local/bucket/nothing", code=1)
    assert "Nothing in the bucket 'bucket' begins with 'nothing'" in capsys.readouterr().err
    data("ls", "local/none", code=1)
    assert "no bucket 'none'" in capsys.readouterr().err


def test_a_hostile_name_cannot_reach_the_terminal(
    store: LocalTree, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The local tree refuses controls; what turns writing around it cannot refuse, as it is part of languages.
    store.write("bucket", "\u202egpj.exe", io.BytesIO(b"x"))
    for words in (["ls", "local/bucket"], ["find", "local/bucket"], ["tree", "-f", "local/bucket"]):
        data(*words)
        out = capsys.readouterr().out
        assert "\u202e" not in out and "\\u202egpj.exe" in out
    assert [one["key"] for one in as_json(capsys, "ls", "local/bucket")][-1] == "\u202egpj.exe"


def test_mb_and_rb(store: LocalTree, capsys: Capture) -> None:
    data("mb", "local/new", "local/newer")
    data("mb", "local/new", code=1)
    data("mb", "--ignore-existing", "local/new")
    data("rb", "local/new")
    data("rb", "local/bucket", code=1)
    assert "not empty" in capsys.readouterr().err
    assert len(keys(store)) == 4
    data("rb", "--force", "local/bucket")
    assert [one.name for one in store.buckets()] == ["newer"]


def test_cp_up_down_and_within(store: LocalTree, capsys: Capture) -> None:
    Path("up.csv").write_bytes(b"up")
    data("cp", "up.csv", "local/bucket")
    data("cp", "local/bucket/up.csv", "local/bucket/copy/")
    data("cp", "local/bucket/copy/up.csv", "./down.csv")
    assert Path("down.csv").read_bytes() == b"up"
    assert capsys.readouterr().err.splitlines() == [
        "up.csv -> local/bucket/up.csv",
        "local/bucket/up.csv -> local/bucket/copy/up.csv",
        "local/bucket/copy/up.csv -> down.csv",
    ]


def test_cp_recursive_takes_all_and_the_ages_narrow_it(store: LocalTree, home: Path, capsys: Capture) -> None:
    os.utime(home / "data" / "bucket" / "d" / "1.csv", (0, 0))
    data("cp", "--recursive", "--newer-than", "1h", "local/bucket/d/", "./new")
    data("cp", "--recursive", "--older-than", "1h", "local/bucket/d/", "./old")
    assert (Path("new/e/2.csv").read_bytes(), Path("new/1.csv").exists()) == (b"3456", False)
    assert (Path("old/1.csv").read_bytes(), Path("old/e").exists()) == (b"12", False)
    os.utime("old/1.csv", (0, 0))
    data("cp", "-r", "--newer-than", "1h", "./old", "local/bucket/x")
    assert "Nothing to copy." in capsys.readouterr().err


def test_cp_tells_each_that_failed_and_goes_on(store: LocalTree, capsys: Capture) -> None:
    Path("d").mkdir()
    Path("d/good").write_text("x")
    Path("d/back\\slash").write_text("x")
    found = as_json(capsys, "cp", "-r", "./d/", "local/bucket/new", code=1)
    assert {one["source"]: one["status"] for one in found} == {"d/good": "success", "d/back\\slash": "error"}
    assert "a backslash" in next(one["error"] for one in found if one["status"] == "error")
    assert "new/good" in keys(store)


def test_cp_to_a_bucket_that_is_not_there_stops_at_once(store: LocalTree, capsys: Capture) -> None:
    Path("d").mkdir()
    for number in range(200):
        Path(f"d/{number}").write_text("x")
    data("cp", "-r", "./d", "local/none", code=1)
    assert capsys.readouterr().err.count("no bucket 'none'") == 1


def test_attributes_are_refused_where_none_are_kept(store: LocalTree, capsys: Capture) -> None:
    Path("up.csv").write_bytes(b"up")
    data("cp", "--attr", "a=1", "up.csv", "local/bucket", code=1)
    assert "metadata" in capsys.readouterr().err
    assert "up.csv" not in keys(store)


def test_mv_removes_what_it_has_copied(store: LocalTree, capsys: Capture) -> None:
    data("mv", "--recursive", "local/bucket/d", "./here")
    assert Path("here/d/e/2.csv").read_bytes() == b"3456"
    assert keys(store) == ["a.txt", "z"]
    data("mv", "local/bucket/a.txt", "local/bucket/b.txt")
    assert keys(store) == ["b.txt", "z"]
    data("mv", "local/bucket/z", "local/bucket/z", code=1)
    assert keys(store) == ["b.txt", "z"]


def test_rm_of_one_object(store: LocalTree, capsys: Capture) -> None:
    assert as_json(capsys, "rm", "local/bucket/a.txt") == ["local/bucket/a.txt"]
    data("rm", "local/bucket/a.txt", code=1)
    assert "no object 'a.txt'" in capsys.readouterr().err
    data("rm", "local/bucket/d", code=1)
    assert "give --recursive" in capsys.readouterr().err
    assert keys(store) == ["d/1.csv", "d/e/2.csv", "z"]


def test_rm_recursive_shows_the_plan_and_asks(
    store: LocalTree, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for answer, code, left in (("n\n", 1, 4), ("", 1, 4), ("y\n", 0, 2)):
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        data("rm", "--recursive", "local/bucket/d", code=code)
        assert "Remove 2 objects (6 B) below local/bucket/d? [y/N]" in capsys.readouterr().err
        assert len(keys(store)) == left


def test_rm_recursive_with_nobody_to_ask_needs_force(
    store: LocalTree, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    data("rm", "-r", "local/bucket/d", code=2)
    data("rm", "-r", "--dry-run", "local/bucket/d")
    assert len(keys(store)) == 4
    assert as_json(capsys, "rm", "-r", "--force", "local/bucket/d") == [
        "local/bucket/d/1.csv",
        "local/bucket/d/e/2.csv",
    ]
    data("rm", "-r", "--force", "--older-than", "1h", "local/bucket")
    assert keys(store) == ["a.txt", "z"]
    data("rm", "-r", "--force", "local/bucket")
    assert keys(store) == []


def test_all_buckets_of_a_connection_take_a_word_of_their_own(store: LocalTree, capsys: Capture) -> None:
    store.make_bucket("other")
    store.write("other", "x", io.BytesIO(b"1"))
    data("rm", "-r", "--force", "local", code=2)
    assert "give --dangerous when that is meant" in capsys.readouterr().err
    data("rb", "--force", "local", code=2)
    data("rb", "--dangerous", "local", code=2)
    data("rm", "--dangerous", "--force", "local", code=2)  # not recursive
    assert len(keys(store)) == 4
    found = as_json(capsys, "rm", "-r", "--dangerous", "--dry-run", "local")
    names = ("bucket/a.txt", "bucket/d/1.csv", "bucket/d/e/2.csv", "bucket/z", "other/x")
    assert found == [f"local/{name}" for name in names]
    data("rm", "-r", "--dangerous", "local", code=2)  # nobody to ask
    assert "5 objects" in capsys.readouterr().err
    data("rm", "-r", "--dangerous", "--force", "--older-than", "1h", "local")
    assert len(keys(store)) == 4
    data("rm", "-r", "--dangerous", "--force", "local")
    assert keys(store) == [] and [one.name for one in store.buckets()] == ["bucket", "other"]
    store.write("other", "x", io.BytesIO(b"1"))
    data("rb", "--dangerous", "--force", "local")
    assert store.buckets() == []


def test_rm_recursive_removes_no_name_that_only_begins_alike(store: LocalTree) -> None:
    store.write("bucket", "d2/x", io.BytesIO())
    data("rm", "-r", "--force", "local/bucket/d")
    assert keys(store) == ["a.txt", "d2/x", "z"]


def test_stat(store: LocalTree, capsys: Capture) -> None:
    (one,) = as_json(capsys, "stat", "local/bucket/a.txt")
    assert (one["name"], one["size"], one["contentType"]) == ("local/bucket/a.txt", 14, "text/plain")
    data("stat", "local/bucket/a.txt", "local/bucket")
    out = capsys.readouterr().out
    assert "Size          14 B (14 bytes)" in out and "Name  local/bucket/\n" in out
    data("stat", "local/bucket/none", code=1)


def test_stat_tells_which_runs_read_or_made_the_object(store: LocalTree, capsys: Capture) -> None:
    assert as_json(capsys, "stat", "local/bucket/a.txt")[0]["runs"] == []
    read = {"name": "raw", "uri": "cellift://local/bucket/a.txt", "version": None, "bytes": 14, "checksums": {}}
    etag = store.stat("bucket", "a.txt").etag
    runs = RunStore(home_path())
    for name, then in (("first\x1b[31m", "another"), ("second", etag)):
        runs.create(name=name, tasks=[{"id": "load", "reads": [{**read, "etag": then}]}]).release()
    used = as_json(capsys, "stat", "local/bucket/a.txt")[0]["runs"]
    assert [(use["name"], use["task"], use["role"]) for use in used] == [
        ("second", "load", "read"),
        ("first\x1b[31m", "load", "read"),
    ]
    data("stat", "local/bucket/a.txt")
    second, first = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Read by")]
    assert f"run {used[0]['run']} (second), step load" in second and "another object" not in second
    assert "(first\\x1b[31m)" in first and first.endswith(", when it was another object")


def test_cat_and_head_put_out_bytes(store: LocalTree, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    store.write("bucket", "binary", io.BytesIO(b"\x00\xff\r\n\x1b"))
    for words, wanted in (
        (["cat", "local/bucket/binary"], b"\x00\xff\r\n\x1b"),
        (["cat", "local/bucket/d/1.csv", "local/bucket/d/e/2.csv"], b"123456"),
        (["cat", "--offset", "8", "local/bucket/a.txt"], b"three\n"),
        (["cat", "--tail", "6", "local/bucket/a.txt"], b"three\n"),
        (["cat", "--tail", "600", "local/bucket/a.txt"], b"one\ntwo\nthree\n"),
        (["cat", "local/bucket/z"], b""),
        (["head", "-n", "2", "local/bucket/a.txt"], b"one\ntwo\n"),
        (["head", "-n", "0", "local/bucket/a.txt"], b""),
        (["head", "local/bucket/a.txt"], b"one\ntwo\nthree\n"),
        (["head", "-n", "1", "local/bucket/d/1.csv"], b"12"),
    ):
        done = subprocess.run([sys.executable, "-m", "cellift", "data", *words], capture_output=True, check=True)
        assert (done.stdout, done.stderr) == (wanted, b""), words


def test_cat_to_a_terminal_writes_out_what_it_would_obey(store: LocalTree) -> None:
    store.write("bucket", "evil", io.BytesIO("ü\x1b[2J\tx\n".encode()))
    reading, terminal = pty.openpty()
    subprocess.run([sys.executable, "-m", "cellift", "data", "cat", "local/bucket/evil"], stdout=terminal, check=True)
    os.close(terminal)
    assert os.read(reading, 1000).decode() == "ü\\x1b[2J\tx\r\n"
    os.close(reading)


def test_du_sums_up_to_a_depth(store: LocalTree, capsys: Capture) -> None:
    whole = {"prefix": "local/bucket", "size": 20, "objects": 4}
    d, e = (
        {"prefix": "local/bucket/d", "size": 6, "objects": 2},
        {"prefix": "local/bucket/d/e", "size": 4, "objects": 1},
    )
    assert as_json(capsys, "du", "local/bucket") == [whole]
    assert as_json(capsys, "du", "-d", "1", "local/bucket") == [d, whole]
    assert as_json(capsys, "du", "-r", "local/bucket") == [e, d, whole]
    assert as_json(capsys, "du", "local/bucket/d") == [d]
    data("du", "local/bucket/d")
    assert capsys.readouterr().out.split() == ["6", "B", "2", "objects", "local/bucket/d"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], ["a.txt", "d/1.csv", "d/e/2.csv", "z"]),
        (["--name", "*.csv"], ["d/1.csv", "d/e/2.csv"]),
        (["--path", "*/d/*", "--larger", "3"], ["d/e/2.csv"]),
        (["--regex", "/[0-9]"], ["d/1.csv", "d/e/2.csv"]),
        (["--smaller", "1B"], ["z"]),
        (["--maxdepth", "1"], ["a.txt", "z"]),
        (["--maxdepth", "2"], ["a.txt", "d/1.csv", "z"]),
        (["--older-than", "1h"], []),
        (["--newer-than", "1h", "--name", "z"], ["z"]),
    ],
)
def test_find(store: LocalTree, capsys: Capture, words: list[str], wanted: list[str]) -> None:
    data("find", "local/bucket", *words)
    assert capsys.readouterr().out.splitlines() == [f"local/bucket/{key}" for key in wanted]
    assert [one["key"] for one in as_json(capsys, "find", "local/bucket", *words)] == [
        f"local/bucket/{key}" for key in wanted
    ]


def test_tree(store: LocalTree, capsys: Capture) -> None:
    data("tree", "--files", "local/bucket")
    assert capsys.readouterr().out.splitlines() == [
        "local/bucket",
        "├─ a.txt",
        "├─ d",
        "│  ├─ 1.csv",
        "│  └─ e",
        "│     └─ 2.csv",
        "└─ z",
    ]
    data("tree", "local/bucket/d")
    assert capsys.readouterr().out.splitlines() == ["local/bucket/d", "└─ e"]
    assert [one["key"] for one in as_json(capsys, "tree", "-d", "1", "local/bucket")] == ["d/"]


def test_the_tree_of_a_connection_begins_with_its_buckets(store: LocalTree, capsys: Capture) -> None:
    store.make_bucket("other")
    store.write("other", "d/x", io.BytesIO(b"1"))
    data("tree", "local")
    assert capsys.readouterr().out.splitlines() == [
        "local",
        "├─ bucket",
        "│  └─ d",
        "│     └─ e",
        "└─ other",
        "   └─ d",
    ]
    data("tree", "-d", "1", "local")
    assert capsys.readouterr().out.splitlines() == ["local", "├─ bucket", "└─ other"]
    nodes = [one["key"] for one in as_json(capsys, "tree", "local")]
    assert nodes == ["bucket/", "bucket/d/", "bucket/d/e/", "other/", "other/d/"]
    assert [one["key"] for one in as_json(capsys, "tree", "-d", "1", "local")] == ["bucket/", "other/"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cp", "local/bucket/a.txt"], "where to"),
        (["cat", "./a"], "path of this machine"),
        (["find", "local/bucket", "--exec", "rm {}"], "a shell would obey them"),
        (["mirror", "--watch", ".", "local/bucket"], "call mirror again"),
        (["get", "./a", "./b"], "path of this machine"),
        (["get", "local/bucket/a.txt", "local/bucket/b.txt"], "get copies to this machine"),
        (["put", "./a", "./b"], "path of this machine"),
        (["put", "local/bucket/a.txt", "local/bucket/b.txt"], "put copies from this machine"),
        (["cp", "--attr", "x", "./a", "local/bucket"], "is no such pair"),
        (["cp", "--attr", "a=1;A=2", "./a", "local/bucket"], "names a twice"),
        (["cp", "--attr", "Cache-Control=no-store", "./a", "local/bucket"], "this header is not set here"),
        (["cat", "local/bucket"], "is a bucket"),
        (["cat", "local"], "names no bucket"),
        (["cat", "--tail", "1", "--offset", "1", "local/bucket/a.txt"], "excludes --offset"),
        (["cat", "--offset", "-1", "local/bucket/a.txt"], "at least 0"),
        (["head", "-n", "-1", "local/bucket/a.txt"], "at least 0"),
        (["mb", "local/bucket/key"], "more than a bucket"),
        (["find", "local/bucket", "--larger", "much"], "--larger much: "),
        (["find", "local/bucket", "--regex", "["], "--regex [: "),
        (["rm", "-r", "--older-than", "long", "local/bucket"], "--older-than long: "),
        (["ls", "-r", "local"], "needs a bucket"),
        (["ls", ""], "empty"),
    ],
)
def test_wrong_usage_is_told(store: LocalTree, capsys: Capture, words: list[str], said: str) -> None:
    data(*words, code=2)
    out, err = capsys.readouterr()
    assert (out, said in err) == ("", True), err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--insecure", "ls", "local"], "--insecure is not here: certificates are always checked"),
        (["ls", "--insecure", "local"], "--insecure is not here"),
        (["cp", "-a", "./a", "local/bucket"], "-a is not here: objects keep no owner"),
        (["cp", "--enc-c", "x=y", "./a", "local/bucket"], "--enc-c is not here"),
        (["cp", "--storage-class", "COLD", "./a", "local/bucket"], "--storage-class is not here"),
        (["mb", "--with-lock", "local/new"], "--with-lock is not here"),
        (["ls", "--rewind", "7d", "local/bucket"], "--rewind is not here"),
        (["rm", "--incomplete", "local/bucket/a"], "--incomplete is not here"),
        (["mirror", "--exclude-bucket", "x", "./a", "local/bucket"], "--exclude-bucket is not here"),
    ],
)
def test_flags_of_mc_that_are_not_here_say_why(store: LocalTree, capsys: Capture, words: list[str], said: str) -> None:
    data(*words, code=2)
    assert said in capsys.readouterr().err


def test_flags_before_the_command_count_for_it(store: LocalTree, capsys: Capture) -> None:
    data("--json", "--no-color", "ls", "local/bucket")
    assert [one["key"] for one in json.loads(capsys.readouterr().out)] == ["a.txt", "d/", "z"]
    Path("up.csv").write_bytes(b"up")
    data("--quiet", "cp", "up.csv", "local/bucket")
    data("mirror", "-q", "local/bucket/d", "./down")
    assert capsys.readouterr().err == ""
    data("cp", "--quiet", "up.csv", "local/none", code=1)
    assert "no bucket 'none'" in capsys.readouterr().err


def test_an_unknown_connection_is_told_with_what_there_is(store: LocalTree, capsys: Capture) -> None:
    data("ls", "plya/bucket", code=1)
    assert "There is no connection 'plya'. There are: local." in capsys.readouterr().err


def test_ctrl_c_ends_a_copy_and_leaves_nothing(store: LocalTree, home: Path) -> None:
    os.mkfifo("pipe")
    # As from a terminal: a background job of a script would ignore Ctrl-C.
    words = [
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from cellift.cli.__main__ import"
    ]
    words[0] += " main; raise SystemExit(main(['data', 'cp', './pipe', 'local/bucket/new']))"
    with subprocess.Popen([sys.executable, "-c", *words], stderr=subprocess.PIPE) as process:
        with Path("pipe").open("wb", buffering=0) as pipe, pytest.raises(BrokenPipeError):
            for number in range(1000):  # the copy would go on as long as something comes
                pipe.write(bytes(1 << 20))
                if number == 3:
                    process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "Stopped." in process.stderr.read().decode()
    assert process.returncode == 130
    assert "new" not in keys(store)
    assert list((home / "data" / ".staging").iterdir()) == []


def test_a_listing_loads_no_client_of_servers_and_no_pool(store: LocalTree) -> None:
    code = (
        "import sys\n"
        "from cellift.cli.__main__ import main\n"
        "main(['data', 'ls', 'local/bucket'])\n"
        "print(*[n for n in ('minio', 'urllib3', 'concurrent.futures', 'hashlib', 'rich', 'cellift.notebook', "
        "'cellift.engine', 'cellift.runs.store', 'mimetypes.types') if n in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "\n"
