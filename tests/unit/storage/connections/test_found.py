"""Where connections are found, and which of one name counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cellift.config.settings import load_settings
from cellift.storage.connections import kept
from cellift.storage.connections.listing import connections
from cellift.storage.connections.model import Connection
from cellift.storage.secret import keys

PAIR = keys("kept-id", "kept-secret")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def settings(user: Path, text: str) -> None:
    write(user / ".config" / "cellift" / "cellift.toml", text)


def mc(user: Path, **aliases: dict[str, Any]) -> None:
    write(user / ".mc" / "config.json", json.dumps({"version": "10", "aliases": aliases}))


def shown(one: Connection) -> tuple[str, str, str | None]:
    pair = one.keys
    return one.url, pair.key_id.reveal() if pair else "", pair.token.reveal() if pair and pair.token else None


def test_without_anything_there_is_the_local_tree(user: Path) -> None:
    (one,) = connections().values()
    assert (one.name, one.kind, one.unusable) == ("local", "local", "")


def test_aliases_of_mc_with_their_tokens_and_without_its_examples(user: Path) -> None:
    mc(
        user,
        play={"url": "https://play.example:9000/", "accessKey": "id", "secretKey": "s", "sessionToken": "t"},
        open={"url": "http://open.example", "accessKey": "", "secretKey": "", "path": "on"},
        s3={
            "url": "https://s3.amazonaws.com",
            "accessKey": "YOUR-ACCESS-KEY-HERE",
            "secretKey": "YOUR-SECRET-KEY-HERE",
        },
    )
    found = connections()
    assert list(found) == ["local", "play", "open"]
    assert shown(found["play"]) == ("https://play.example:9000", "id", "t")
    assert found["open"].anonymous and found["open"].path_style is True
    assert found["play"].found == str(user / ".mc" / "config.json")


def test_aliases_of_mc_in_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MC_HOST_team", "https://the%2Fid:the%3Asecret@minio.example:9000")
    found = connections()["team"]
    assert shown(found) == ("https://minio.example:9000", "the/id", None)
    assert found.keys and found.keys.secret.reveal() == "the:secret"


def test_aws_profiles_with_regions_endpoints_and_tokens(user: Path) -> None:
    write(
        user / ".aws" / "credentials",
        "[default]\naws_access_key_id = a\naws_secret_access_key = b%c\n"
        "[team]\naws_access_key_id = d\naws_secret_access_key = e\naws_session_token = f\n",
    )
    write(
        user / ".aws" / "config",
        "[default]\nregion = eu-west-1\n[profile team]\nendpoint_url = http://minio:9000\n"
        "[sso-session x]\nsso_region = y\n",
    )
    found = connections()
    assert list(found) == ["local", "default", "team"]
    assert (shown(found["default"]), found["default"].region) == (("https://s3.amazonaws.com", "a", None), "eu-west-1")
    assert found["default"].keys and found["default"].keys.secret.reveal() == "b%c"
    assert shown(found["team"]) == ("http://minio:9000", "d", "f")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("credential_process = /bin/print-keys", "runs a program for its keys"),
        ("sso_session = work", "signs in by a browser"),
        ("role_arn = arn:aws:iam::1:role/x", "takes on a role"),
        ("region = eu-west-1", "has no keys"),
    ],
)
def test_a_profile_whose_keys_are_not_in_the_files_says_why(user: Path, line: str, says: str) -> None:
    write(user / ".aws" / "config", f"[profile work]\n{line}\n")
    assert says in connections()["work"].unusable


def test_variables_of_minio_and_of_amazon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIO_ENDPOINT", "minio.example:9000")
    monkeypatch.setenv("MINIO_ACCESS_KEY", "m")
    monkeypatch.setenv("MINIO_SECRET_KEY", "s")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "t")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    found = connections()
    assert shown(found["minio-env"]) == ("https://minio.example:9000", "m", None)
    assert shown(found["aws-env"]) == ("https://s3.amazonaws.com", "a", "t")
    assert found["aws-env"].region == "eu-north-1"
    monkeypatch.setenv("MINIO_SECURE", "false")
    assert connections()["minio-env"].url == "http://minio.example:9000"
    monkeypatch.delenv("MINIO_ENDPOINT")
    assert "MINIO_ENDPOINT is not set" in connections()["minio-env"].unusable


@pytest.mark.parametrize(
    ("key_id", "secret"), [("accesskey", "secretkey"), ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
)
def test_a_mounted_secret(user: Path, monkeypatch: pytest.MonkeyPatch, key_id: str, secret: str) -> None:
    folder = user / "mounted"
    write(folder / key_id, "the-id\n")
    write(folder / secret, "the-secret\n")
    monkeypatch.setenv("CELLIFT_SECRETS", str(folder))
    assert "has no file `url`" in connections()["mounted"].unusable
    settings(user, f"[storage.kfp]\nurl = 'http://minio:9000'\nkeys = 'folder:{folder}'\n")
    assert shown(connections()["kfp"]) == ("http://minio:9000", "the-id", None)
    write(folder / "url", "http://other:9000\n")
    assert shown(connections()["mounted"]) == ("http://other:9000", "the-id", None)
    (folder / secret).unlink()
    assert "has no keys" in connections()["mounted"].unusable


def test_a_table_of_the_settings_takes_its_keys_from_where_it_says(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mc(user, team={"url": "https://minio.example", "accessKey": "mc-id", "secretKey": "s"})
    write(user / ".aws" / "credentials", "[work]\naws_access_key_id = aws-id\naws_secret_access_key = b\n")
    settings(
        user,
        "[storage.a]\nurl = 'https://one.example/'\nkeys = 'mc:team'\nread_only = true\n"
        "[storage.b]\nprofile = 'work'\nregion = 'eu-west-1'\n"
        "[storage.c]\nurl = 'https://open.example'\nanonymous = true\nca = 'ca.pem'\n"
        "[storage.d]\nurl = 'https://kept.example'\n"
        "[storage.e]\nurl = 'https://x.example'\nkeys = 'vault:x'\n",
    )
    found = connections()
    assert (shown(found["a"]), found["a"].read_only) == (("https://one.example", "mc-id", None), True)
    assert (shown(found["b"]), found["b"].region) == (("https://s3.amazonaws.com", "aws-id", None), "eu-west-1")
    assert found["c"].keys is None and not found["c"].unusable
    assert found["c"].ca == str(user / ".config" / "cellift" / "ca.pem")
    assert "cellift data alias set d" in found["d"].unusable
    assert "begins with one of env, folder, mc" in found["e"].unusable
    kept.keep("d", "https://kept.example", PAIR)
    assert shown(connections()["d"]) == ("https://kept.example", "kept-id", None)
    settings(user, "[storage.d]\nurl = 'https://elsewhere.example'\n")
    assert "kept for https://kept.example, not for https://elsewhere" in connections()["d"].unusable


def test_the_first_of_a_name_keeps_it_and_no_other_is_hidden(user: Path) -> None:
    alias = {"url": "http://mc.example", "accessKey": "i", "secretKey": "s"}
    mc(user, local=alias, team=alias, mine=alias)
    write(user / ".aws" / "credentials", "[team]\naws_access_key_id = d\naws_secret_access_key = e\n")
    settings(user, "[storage.mine]\nurl = 'http://mine.example'\nanonymous = true\n")
    kept.keep("own", "http://own.example", PAIR)
    found = connections()
    assert list(found) == ["local", "mine", "own", "local@mc", "team", "mine@mc", "team@aws"]
    assert found["local"].kind == "local" and found["mine"].url == "http://mine.example"


def test_names_that_no_target_can_have_are_changed(user: Path) -> None:
    write(user / ".aws" / "credentials", "[a/b c]\naws_access_key_id = d\naws_secret_access_key = e\n")
    assert list(connections()) == ["local", "a-b-c"]


def test_files_that_are_broken_are_told_without_their_content(user: Path) -> None:
    write(user / ".mc" / "config.json", '{"aliases": canary-word')
    write(user / ".aws" / "credentials", "canary-word")
    found = connections()
    assert "cannot be read" in found["mc"].unusable and "cannot be read" in found["aws"].unusable
    assert "canary-word" not in repr(found)


def test_keys_are_not_read_from_the_settings_and_their_values_not_repeated(user: Path) -> None:
    settings(user, "[storage.a]\nurl = 'http://a.example'\nsecret_key = 'canary-word'\nurll = 'x'\nregion = 5\n")
    problems = [str(one) for one in load_settings().problems]
    file = user / ".config" / "cellift" / "cellift.toml"
    assert problems == [
        f"{file}:3: storage.a.secret_key is left out: keys are not read from this file, which is copied and shared. "
        "Remove the line, and give them to: cellift data alias set a",
        f"{file}:4: there is no setting storage.a.urll; it has no effect. Near it: url.",
        f"{file}:5: storage.a.region (the region that requests are signed for) must be a text; left out",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[storage]\nurl = 'http://x'\n", ":2: storage.url is no table"),
        ("[storage.local]\nurl = 'http://x'\n", ":2: [storage.local] is left out"),
        ("[storage.'a/b']\nurl = 'http://x'\n", "[storage.'a/b'] is left out: a name has"),
    ],
)
def test_tables_that_are_no_connection_are_reported(user: Path, text: str, says: str) -> None:
    settings(user, text)
    (problem,) = load_settings().problems
    assert says in str(problem)
    assert list(connections()) == ["local"]


def test_a_table_of_the_user_replaces_that_of_the_system_as_a_whole(
    user: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from cellift.config import settings as module

    system = tmp_path / "system.toml"
    system.write_text("[storage.a]\nurl = 'http://system'\nprofile = 'x'\n[storage.b]\nurl = 'http://b'\n")
    monkeypatch.setattr(module, "SYSTEM_FILE", system)
    settings(user, "[storage.a]\nurl = 'http://user'\n")
    found = load_settings().storage
    assert (dict(found["a"].values), found["b"].values["url"]) == ({"url": "http://user"}, "http://b")


def test_a_projects_file_adds_no_connection(user: Path) -> None:
    write(user / "cellift.toml", "[storage.evil]\nurl = 'http://evil.example'\n")
    assert list(connections()) == ["local"]
