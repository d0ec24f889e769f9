"""An SQLite index over all runs, so that tables are quick.

The journals are the record; the index can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from cellift.runs import states
from cellift.runs.journal import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cellift.runs.model import ObjectUse, Summary
    from cellift.runs.objects import Use

INDEX = "index.sqlite"
VERSION = 2

_SCHEMA = """
CREATE TABLE runs (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, active INTEGER NOT NULL, notebook TEXT, words TEXT NOT NULL,
  journal INTEGER NOT NULL, summary TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX runs_by_state ON runs (state, id);
CREATE INDEX runs_by_notebook ON runs (notebook, id);
CREATE INDEX runs_active ON runs (id) WHERE active;
CREATE TABLE objects (uri TEXT, run TEXT, task TEXT, role TEXT, etag TEXT);
CREATE INDEX objects_by_uri ON objects (uri);
CREATE INDEX objects_by_run ON objects (run);
CREATE TABLE seen (folder TEXT PRIMARY KEY, modified INTEGER NOT NULL);
"""


class Index:
    """One connection to the index of a home folder. Not for several threads."""

    def __init__(self, home: Path) -> None:
        self._path = home / INDEX
        self._db = self._open()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def put(self, summary: Summary, journal: int, uses: Sequence[Use] = ()) -> None:
        """Insert or replace a run; ``journal`` is the number of journal bytes that ``summary`` was made from.

        ``uses`` are the objects of stores that it read and made.

        An older summary never replaces a newer one.
        """
        source = summary["source"]
        words = [summary["id"], summary["name"], source["notebook"] or "", summary["state"]]
        words += [f"{name}={value}" for name, value in summary["params"].items()]
        if summary["error"]:
            words += [summary["error"]["reason"], summary["error"]["type"] or "", summary["error"]["message"]]
        with self._db:
            done = self._db.execute(
                "INSERT INTO runs VALUES (?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET state=excluded.state,"
                " active=excluded.active, notebook=excluded.notebook, words=excluded.words, journal=excluded.journal,"
                " summary=excluded.summary WHERE excluded.journal >= journal",
                (
                    summary["id"],
                    summary["state"],
                    not states.is_terminal(summary["state"]),
                    _text(source["notebook"]),
                    _text("\n".join(words).casefold()),
                    journal,
                    json.dumps(summary, default=str),
                ),
            )
            if done.rowcount:
                self._db.execute("DELETE FROM objects WHERE run = ?", (summary["id"],))
                rows = [(_text(use.uri), summary["id"], use.task, use.role, use.etag) for use in uses]
                self._db.executemany("INSERT INTO objects VALUES (?,?,?,?,?)", rows)

    def drop(self, run_ids: Iterable[str]) -> None:
        """Forget runs."""
        gone = [(run_id,) for run_id in run_ids]
        with self._db:
            self._db.executemany("DELETE FROM runs WHERE id = ?", gone)
            self._db.executemany("DELETE FROM objects WHERE run = ?", gone)

    def ids(self) -> set[str]:
        """Ids of all runs in the index."""
        return {row[0] for row in self._db.execute("SELECT id FROM runs")}

    def active(self) -> dict[str, int]:
        """Runs that were not over when they were indexed -> journal bytes at that time."""
        return dict(self._db.execute("SELECT id, journal FROM runs WHERE active"))

    def seen(self) -> int:
        """Modification time (ns) of the folder of runs when its entries were last compared with the index."""
        row = self._db.execute("SELECT modified FROM seen WHERE folder = 'runs'").fetchone()
        return int(row[0]) if row else 0

    def set_seen(self, modified: int) -> None:
        """Note that the index has every run of the folder as of this modification time."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO seen VALUES ('runs', ?)", (modified,))

    def page(
        self, limit: int, before: str | None, wanted: Sequence[str], notebook: str | None, text: str | None
    ) -> list[Summary]:
        """Up to ``limit`` runs, newest first, with ids below ``before``; every given filter has to fit."""
        where: list[str] = []
        values: list[Any] = []
        if before is not None:
            where.append("id < ?")
            values.append(before)
        if wanted:
            where.append(f"state IN ({','.join('?' * len(wanted))})")
            values += wanted
        if notebook is not None:
            where.append("notebook = ?")
            values.append(_text(notebook))
        for word in (text or "").casefold().split():
            where.append("instr(words, ?)")
            values.append(_text(word))
        clause = f" WHERE {' AND '.join(where)}" if where else ""
        query = f"SELECT summary FROM runs{clause} ORDER BY id DESC LIMIT ?"  # noqa: S608 - only placeholders are built in
        return [json.loads(row[0]) for row in self._db.execute(query, (*values, limit))]

    def using(self, uris: Sequence[str], limit: int) -> list[ObjectUse]:
        """Who used an object that has one of these addresses, the newest run first."""
        marks = ",".join("?" * len(uris))
        query = (
            "SELECT objects.run, summary, task, role, etag FROM objects JOIN runs ON runs.id = objects.run"  # noqa: S608
            f" WHERE uri IN ({marks}) ORDER BY objects.run DESC, objects.rowid LIMIT ?"
        )
        rows = self._db.execute(query, (*map(_text, uris), limit))
        found: list[ObjectUse] = []
        for run, text, task, role, etag in rows:
            summary = json.loads(text)
            used: ObjectUse = {
                "run": run,
                "name": summary["name"],
                "task": task,
                "created": summary["created"],
                "role": role,
                "etag": etag,
            }
            found.append(used)
        return found

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect(str(self._path))
        except sqlite3.OperationalError:
            # No room, no right to write or a file system without locks: an index in memory serves as well, only slower.
            return self._connect(":memory:")
        except sqlite3.DatabaseError:
            self._remove_files()
            return self._connect(str(self._path))

    def _connect(self, path: str) -> sqlite3.Connection:
        if path != ":memory:":
            _make_private(path)
        db = sqlite3.connect(path, timeout=5, isolation_level="IMMEDIATE")
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                self._create(db)
            # Reads the pages that matter now, so that a damaged file is found here and not in the middle of a listing.
            db.execute("SELECT id FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        except BaseException:
            db.close()
            raise
        return db

    @staticmethod
    def _create(db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        # Another process may have made it while this one waited.
        if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            for (name,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
            ).fetchall():
                db.execute(f'DROP TABLE "{name}"')
            for statement in _SCHEMA.split(";"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.commit()

    def _remove_files(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)


def _make_private(path: str) -> None:
    """Make the file, readable by its owner only, if it is not there: parameters and errors are in it.

    SQLite gives the files beside it the same mode. A failure is SQLite's to report.
    """
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


@overload
def _text(text: str) -> str: ...
@overload
def _text(text: None) -> None: ...
def _text(text: str | None) -> str | None:
    """Text as the record has it: SQLite takes no lone surrogates, which file names that are no UTF-8 hold."""
    return None if text is None else encode(text).decode()
