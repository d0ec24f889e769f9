"""Connections through REST: found ones are listed, kept ones are set, and a secret never comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cellift.config.settings import config_path

KEYS = {"url": "http://127.0.0.1:9", "key_id": "canary-id-0001", "secret": "canary-secret-0002"}


async def test_the_local_tree_is_always_there(data: Any) -> None:
    found = (await data("GET", "connections")).json["connections"]
    assert [(one["name"], one["kind"], one["editable"]) for one in found] == [("local", "local", False)]


async def test_a_connection_is_kept_changed_and_forgotten(data: Any) -> None:
    made = (await data("PUT", "connections/lab", send=KEYS)).json
    assert made["editable"] and made["url"] == KEYS["url"] and not made["read_only"]
    changed = (await data("PUT", "connections/lab", send={"url": KEYS["url"], "read_only": True})).json
    assert changed["read_only"]
    assert changed["key_id"] == made["key_id"] != ""  # keys that are left out stay
    assert [one["name"] for one in (await data("GET", "connections")).json["connections"]] == ["local", "lab"]
    assert (await data("DELETE", "connections/lab")).status == 204
    assert [one["name"] for one in (await data("GET", "connections")).json["connections"]] == ["local"]


async def test_keys_are_not_handed_on_to_another_server(data: Any) -> None:
    await data("PUT", "connections/lab", send=KEYS)
    elsewhere = {"url": "http://127.0.0.1:10"}
    answer = await data("PUT", "connections/lab", send=elsewhere)
    assert answer.status == 400 and "another server" in answer.json["message"]
    assert (await data("PUT", "connections/lab", send={**KEYS, **elsewhere})).json["url"] == elsewhere["url"]


async def test_a_secret_is_kept_and_in_no_answer(data: Any, caplog: Any) -> None:
    answers = [await data("PUT", "connections/lab", send=KEYS)]
    kept = (config_path() / "connections.json").read_text()
    assert KEYS["secret"] in kept  # the canary is where it belongs
    answers.append(await data("GET", "connections"))
    answers.append(await data("GET", "connections/lab/buckets"))  # nobody listens there: an error
    answers.append(await data("PUT", "connections/lab", send={**KEYS, "url": "ftp://x"}))
    assert [one.status for one in answers] == [200, 200, 504, 400]
    for one in answers:
        assert KEYS["secret"].encode() not in one.body
    assert KEYS["secret"] not in caplog.text


async def test_what_is_no_connection_is_refused_with_the_reason(data: Any) -> None:
    for name, send, words in (
        ("local", KEYS, "already"),
        ("lab", {"url": "http://x:1"}, "key_id"),
        ("lab", {"url": "http://x:1", "key_id": "a"}, "belong together"),
        ("lab", {"url": "http://x:1", "anonymous": True, "key_id": "a", "secret": "b"}, "anonymous"),
        ("lab", {**KEYS, "url": "http://user:pass@x:1"}, "http"),
    ):
        answer = await data("PUT", f"connections/{name}", send=send)
        assert answer.status in {400, 409} and words in answer.json["message"], answer.json
    assert (await data("DELETE", "connections/nobody")).status == 404
    assert (await data("DELETE", "connections/local")).status == 409


async def test_what_is_set_elsewhere_is_not_changed_here(data: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    file = config_path() / "cellift.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[storage.team]\nurl = "http://127.0.0.1:9"\nanonymous = true\n')
    assert "team" in [one["name"] for one in (await data("GET", "connections")).json["connections"]]
    assert (await data("PUT", "connections/team", send=KEYS)).status == 409
    assert str(file) in (await data("DELETE", "connections/team")).json["message"]
