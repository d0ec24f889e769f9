"""Files that steps share without saying so."""

from cellift.engine.file_order import Clash, FileUse, clashes, leftovers, too_early

FILE = frozenset({"data.csv"})


def test_a_reader_that_began_before_the_writer_was_done_has_to_run_again():
    uses = {"w": FileUse(1, 5, written=FILE), "r": FileUse(4, 6, read=FILE)}
    assert too_early(["w", "r"], uses) == {"r": {"w": "data.csv"}}
    assert clashes(["w", "r"], uses) == []


def test_a_reader_that_began_afterwards_saw_the_file():
    assert too_early(["w", "r"], {"w": FileUse(1, 5, written=FILE), "r": FileUse(5, 6, read=FILE)}) == {}


def test_an_earlier_step_that_read_what_a_later_one_had_written_is_a_clash():
    read = {"a": FileUse(3, 6, read=FILE), "b": FileUse(1, 2, written=FILE)}
    assert clashes(["a", "b"], read) == [Clash("a", "b", "data.csv")]
    assert too_early(["a", "b"], read) == {}


def test_of_two_steps_that_write_a_file_the_later_one_of_the_document_writes_last():
    wrote = {"a": FileUse(3, 6, written=FILE), "b": FileUse(1, 2, written=FILE)}
    assert too_early(["a", "b"], wrote) == {"b": {"a": "data.csv"}}
    assert clashes(["a", "b"], wrote) == []


def test_what_a_discarded_attempt_wrote_may_have_been_read():
    uses = {"a": FileUse(3, 6, read=FILE), "b": FileUse(7, 8)}
    assert clashes(["a", "b"], uses, {"b": [FileUse(1, 2, written=FILE)]}) == [Clash("a", "b", "data.csv")]


def test_what_only_a_discarded_attempt_wrote_is_left_over_unless_somebody_wrote_it_again():
    discarded = {"b": [FileUse(1, 2, written=FILE)]}
    assert leftovers({"b": FileUse(3, 4)}, discarded) == [("b", "data.csv")]
    assert leftovers({"b": FileUse(3, 4, written=FILE)}, discarded) == []
    assert leftovers({"b": FileUse(3, 4), "c": FileUse(5, 6, written=FILE)}, discarded) == []
    before = {"a": FileUse(0, 1, written=FILE), "b": FileUse(3, 4)}
    assert leftovers(before, discarded) == [("b", "data.csv")], "what a wrote is written over"


def test_the_order_of_the_document_is_no_clash():
    uses = {"a": FileUse(1, 2, read=FILE, written=FILE), "b": FileUse(2, 3, written=FILE)}
    assert clashes(["a", "b"], uses) == []


def test_steps_that_use_different_files_have_nothing_to_do_with_each_other():
    uses = {"a": FileUse(1, 5, written=FILE), "b": FileUse(1, 5, read=frozenset({"b.csv"}), written=frozenset({"c"}))}
    assert (too_early(["a", "b"], uses), clashes(["a", "b"], uses)) == ({}, [])
