from __future__ import annotations

import copy
import json
import logging
import pickle
from collections.abc import Callable
from dataclasses import asdict

import pytest

from cellift.storage.connections.model import Connection
from cellift.storage.secret import Secret, keys

CANARY = "canary-9f3c"


@pytest.mark.parametrize("show", [repr, str, format, "{}".format, "%s".__mod__])
def test_no_way_of_showing_it_shows_it(show: Callable[[object], str]) -> None:
    for holder in (Secret(CANARY), keys(CANARY, CANARY, CANARY), Connection("a", "b", keys=keys(CANARY, CANARY))):
        assert CANARY not in show(holder) + show([holder])
    assert f"{Secret(CANARY):>40}" == "…"


def test_it_is_not_pickled_and_not_written_as_json() -> None:
    for holder in (Secret(CANARY), keys(CANARY, CANARY), Connection("a", "b", keys=keys(CANARY, CANARY))):
        with pytest.raises(TypeError):
            pickle.dumps(holder)
        with pytest.raises(TypeError):
            json.dumps(holder)
        assert CANARY not in json.dumps(holder, default=str)
    assert CANARY not in json.dumps(Connection("a", "b", keys=keys(CANARY, CANARY)).to_dict())


def test_it_is_not_in_logs_and_has_no_dictionary(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("x").warning("%s %r", Secret(CANARY), keys(CANARY, CANARY))
    assert CANARY not in caplog.text
    with pytest.raises(TypeError):
        vars(Secret(CANARY))
    with pytest.raises(TypeError):
        hash(Secret(CANARY))


def test_it_is_copied_and_compared_and_given_to_who_asks() -> None:
    one = Secret(CANARY)
    assert copy.deepcopy(one) is one and one == Secret(CANARY) and one != Secret("other") and one != CANARY
    assert one.reveal() == CANARY
    assert asdict(keys("a", CANARY))["secret"] == one


@pytest.mark.parametrize(("key_id", "masked"), [("AKIAIOSFODNN7EXAMPLE", "AKIA…"), ("minio", "m…"), ("ab", "…")])
def test_of_a_key_id_the_beginning_is_shown(key_id: str, masked: str) -> None:
    assert keys(key_id, "s").masked == masked
