from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from cellift.runs.journal import JOURNAL, RESERVE, JournalReader, JournalWriter, allocate_reserve


def seqs(folder: Path) -> list[int]:
    return [event["seq"] for event in JournalReader(folder).read()]


def test_events_are_numbered_from_one_and_go_on_after_reopening(tmp_path: Path) -> None:
    first = JournalWriter(tmp_path)
    first.append("run.state", state="QUEUED")
    first.close()
    second = JournalWriter(tmp_path)
    second.append("run.state", state="RUNNING", sync=True)
    second.close()
    assert seqs(tmp_path) == [1, 2]


def test_torn_last_line_is_skipped_and_not_joined_with_the_next(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    writer.append("run.state", state="QUEUED")
    writer.close()
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b'{"seq":2,"time":"2026')
    assert seqs(tmp_path) == [1]
    writer = JournalWriter(tmp_path)
    writer.append("run.state", state="FAILED")
    writer.close()
    assert seqs(tmp_path) == [1, 2]


def test_reader_waits_for_the_rest_of_a_line(tmp_path: Path) -> None:
    reader = JournalReader(tmp_path)
    assert reader.read() == []
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b'{"seq":1,"type"')
        file.flush()
        assert reader.read() == []
        file.write(b':"x"}\n')
    assert [event["seq"] for event in reader.read()] == [1]
    assert reader.read() == []


def test_any_text_survives(tmp_path: Path) -> None:
    text = 'line\nbreak \u2028 "quote" \0 😀 日本'
    JournalWriter(tmp_path).append("warning", message=text)
    (event,) = JournalReader(tmp_path).read()
    assert event["message"] == text


def test_what_is_no_character_is_replaced_alone(tmp_path: Path) -> None:
    JournalWriter(tmp_path).append("warning", message="a\ud800b\udcffc\udcff 日😀")
    (event,) = JournalReader(tmp_path).read()
    assert event["message"] == "a\ufffdb\ufffdc\ufffd 日😀"


FILL = """
import resource, sys
from pathlib import Path
from cellift.runs.journal import JournalWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
writer = JournalWriter(Path(sys.argv[1]))
for number in range(80):
    writer.append("warning", message="x" * 250, number=number)
print(writer.on_reserve)
"""


def test_full_disk_sends_events_to_the_reserve(tmp_path: Path) -> None:
    allocate_reserve(tmp_path, 1)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path), "17000"], capture_output=True, text=True, env=env, check=True
    )
    assert done.stdout == "True\n"
    assert (tmp_path / JOURNAL).stat().st_size <= 17000
    assert seqs(tmp_path) == list(range(1, 81))
    # A later writer (guardian, repair) goes on behind them.
    JournalWriter(tmp_path).append("run.state", state="FAILED")
    assert seqs(tmp_path) == list(range(1, 82))


def test_full_reserve_is_an_error(tmp_path: Path) -> None:
    allocate_reserve(tmp_path, 1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, before[1]))
    try:
        writer = JournalWriter(tmp_path)
        with pytest.raises(OSError) as caught:
            for _ in range(100):
                writer.append("warning", message="x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.errno in (errno.ENOSPC, errno.EFBIG)


def test_reserve_has_room_for_the_end_of_every_task(tmp_path: Path) -> None:
    allocate_reserve(tmp_path, 1000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    (tmp_path / JOURNAL).write_bytes(b"\n" * 300)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, before[1]))
    try:
        writer = JournalWriter(tmp_path)
        # What stands in the reserve is overwritten, and the limit of this test would hinder that as well.
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        writer._open_reserve(0)
        for number in range(1000):
            writer.append("task.state", task=f"a-step-with-a-rather-long-name-{number}", state="SKIPPED", attempt=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(seqs(tmp_path)) == 1000


def test_unused_reserve_is_given_back(tmp_path: Path) -> None:
    allocate_reserve(tmp_path, 1)
    writer = JournalWriter(tmp_path)
    writer.append("run.state", state="SUCCEEDED")
    writer.release_reserve()
    writer.close()
    assert not (tmp_path / RESERVE).exists()
