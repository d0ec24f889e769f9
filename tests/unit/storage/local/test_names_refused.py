from __future__ import annotations

import pytest

from cellift.storage.errors import BadNameError
from cellift.storage.local.names import check_bucket, check_key, is_bucket, is_key


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ab", "3 to 63 characters"),
        ("a" * 64, "3 to 63 characters"),
        ("Upper", "made of a-z"),
        ("end-", "made of a-z"),
        ("a..b", "two dots"),
        ("10.0.0.1", "IP address"),
        ("xn--abc", "for itself"),
        ("abc-s3alias", "for itself"),
    ],
)
def test_a_bucket_is_refused_with_the_rule(name: str, reason: str) -> None:
    with pytest.raises(BadNameError, match=reason):
        check_bucket(name)
    assert not is_bucket(name)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "it is empty"),
        ("a\\b", "use '/'"),
        ("a\udcffb", "valid Unicode"),
        ("a\x1bb", r"control character '\\x1b'"),
        ("a\x85b", r"control character '\\x85'"),
        ("é" * 513, "1024 bytes"),
        ("a//b", "is empty"),
        ("/a", "is empty"),
        ("a/../b", "'..' as a part"),
        ("./a", "'.' as a part"),
        ("é" * 128, "255 bytes"),
        (".rclone_temp_1", "rclone's"),
        ("a/.rclone_temp_1/b", "rclone's"),
    ],
)
def test_a_key_is_refused_with_the_rule(key: str, reason: str) -> None:
    with pytest.raises(BadNameError, match=reason):
        check_key(key)
    assert not is_key(key)


def test_the_segments_of_a_key() -> None:
    assert check_key("a/b/c") == ["a", "b", "c"]
    assert check_key("a/b/") == ["a", "b", ""]
