from __future__ import annotations

import io

from cellift.storage.local.tree import LocalTree


def test_a_token_of_another_prefix_is_a_place_in_the_order_all_the_same(tree: LocalTree) -> None:
    for key in ("a/1", "b/1", "b/2", "c/1"):
        tree.write("bucket", key, io.BytesIO())
    token = tree.page("bucket", "b/", limit=1).next
    for recursive in (False, True):
        assert tree.page("bucket", "a/", token=token, recursive=recursive) == ([], [], None)
        assert [one.key for one in tree.page("bucket", "c/", token=token, recursive=recursive).objects] == ["c/1"]
