"""Profiles of Amazon's tools: ``~/.aws/credentials`` and ``~/.aws/config``, or the files that variables name.

AWS SDKs and Tools Reference, "Shared config and credentials files": in ``config`` a profile is ``[profile NAME]``, in
``credentials`` ``[NAME]``, which wins; ``default`` is bare in both.
"""

from __future__ import annotations

import configparser
import os
from dataclasses import replace
from pathlib import Path

from cellift.storage.connections.model import Connection
from cellift.storage.errors import StorageError
from cellift.storage.s3.endpoint import AMAZON, check_url
from cellift.storage.secret import keys

# Programs and sign-in pages that would have to be run to get keys.
_NOT_SUPPORTED = {
    "credential_process": "runs a program for its keys (credential_process)",
    "sso_session": "signs in by a browser (IAM Identity Center, SSO)",
    "sso_start_url": "signs in by a browser (IAM Identity Center, SSO)",
    "role_arn": "takes on a role (role_arn)",
    "web_identity_token_file": "trades a web identity token for keys",
}


def connections() -> list[Connection]:
    """All profiles. Those whose keys are not in the files are unusable, and say why."""
    profiles, problems = _profiles()
    found = [_connection(name, values) for name, values in profiles.items()]
    return [*found, *problems]


def of_profile(name: str) -> Connection:
    """One profile; unusable when there is none of this name."""
    profiles, _ = _profiles()
    if name in profiles:
        return _connection(name, profiles[name])
    return Connection(name, "AWS", unusable=f"There is no AWS profile {name!r} in {_credentials()} or {_config()}.")


def _credentials() -> Path:
    return Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()


def _config() -> Path:
    return Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()


def _profiles() -> tuple[dict[str, dict[str, str]], list[Connection]]:
    found: dict[str, dict[str, str]] = {}
    problems: list[Connection] = []
    for path, in_config in ((_config(), True), (_credentials(), False)):
        parser = configparser.RawConfigParser(strict=False, allow_no_value=True, default_section="\0")
        try:
            parser.read_string(path.read_text("utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError, configparser.Error):  # its text may be a line with a key
            problems.append(Connection("aws", str(path), unusable=f"{path} cannot be read as an INI file."))
            continue
        for section in parser.sections():
            name = section
            if in_config and section != "default":
                if not section.startswith("profile "):
                    continue  # [sso-session …], [services …]
                name = section.removeprefix("profile ").strip()
            values = {key: (value or "").strip() for key, value in parser.items(section)}
            found.setdefault(name, {"": str(path)}).update(values)
    return found, problems


def _connection(name: str, values: dict[str, str]) -> Connection:
    place = f"AWS profile in {values['']}"
    region = values.get("region", "")
    try:
        url = check_url(values.get("endpoint_url") or AMAZON)
    except StorageError as error:
        return Connection(name, place, unusable=f"{error} It is the endpoint_url of the AWS profile {name!r}.")
    found = Connection(name, place, url=url, region=region)
    if values.get("aws_access_key_id") and values.get("aws_secret_access_key"):
        pair = keys(values["aws_access_key_id"], values["aws_secret_access_key"], values.get("aws_session_token"))
        return replace(found, keys=pair)
    for key, what in _NOT_SUPPORTED.items():
        if values.get(key):
            reason = (
                f"The AWS profile {name!r} {what}, which is not supported. Get temporary keys with Amazon's own tool "
                "(`aws configure export-credentials --format env`) and set them as AWS_* variables."
            )
            return replace(found, unusable=reason)
    reason = f"The AWS profile {name!r} has no keys: aws_access_key_id and aws_secret_access_key are needed."
    return replace(found, unusable=reason)
