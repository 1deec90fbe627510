"""Votes and statements from their files: both layouts, the last vote, and the line at fault."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multaqa.engine.opinion import OpinionError, gather, read_groups, read_statements, read_votes

HEAD = b"participant,statement,vote,modified_s\n"


def columns(rows):
    return [rows.participant.tolist(), rows.statement.tolist(), rows.vote.tolist()]


def test_both_layouts_are_read():
    own = read_votes([HEAD + b"3,1,1,100\n4,2,-1,90\n"], moments=True)
    exported = read_votes(
        [b"timestamp,datetime,comment-id,voter-id,vote\n100,Mon Jun 22,1,3,1\n90,Mon Jun 22,2,4,-1\n"],
        moments=True,
    )

    assert columns(own) == columns(exported) == [[3, 4], [1, 2], [1, -1]]
    assert own.moment.tolist() == exported.moment.tolist() == [100, 90]


rows_of_votes = st.lists(
    st.tuples(
        st.integers(0, 10**12), st.integers(0, 9999), st.sampled_from([-1, 0, 1]), st.integers(0, 10**13)
    ),
    min_size=1,
    max_size=40,
)


@given(rows_of_votes, st.integers(1, 50), st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_any_numbers_in_any_blocks_are_read_as_they_stand(rows, block, newline, ended):
    lines = [",".join(map(str, row)).encode() for row in rows]
    source = newline.join([HEAD.strip(), *lines]) + (newline if ended else b"")
    pieces = [source[low : low + block] for low in range(0, len(source), block)]

    found = read_votes(pieces, moments=True)

    assert columns(found) == [[row[at] for row in rows] for at in range(3)]
    assert found.moment.tolist() == [row[3] for row in rows]


def test_quotes_blank_lines_a_byte_order_mark_and_empty_moments_are_read():
    source = b'\xef\xbb\xbfparticipant,statement,vote,modified_s\n"1",2,1,\n\n3,4,0,\n'

    found = read_votes([source], moments=True)

    assert columns(found) == [[1, 3], [2, 4], [1, 0]]
    assert found.moment.tolist() == [0, 0]
    assert read_votes([HEAD + b"1,2,1,\n3,4,0,\n"], moments=True).moment.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        (b"", 1, "the file is empty"),
        (b"person,statement,vote\n1,1,1\n", 1, "there is no column participant"),
        (HEAD + b"1,1,1,5\n1,2\n", 3, "there are 2 values instead of 4"),
        (HEAD + b"1,1,1,5\n1,2,1,5,6\n", 3, "there are 5 values instead of 4"),
        (HEAD + b"1,1,1,5\n1,2,1,5\nx,2,1,5\n", 4, "participant must be a whole number, not 'x'"),
        (HEAD + b"1,1,2,5\n", 2, "vote must be 1, 0 or -1, not '2'"),
        (HEAD + b"1,1,,5\n", 2, "vote must be 1, 0 or -1, not ''"),
        (HEAD + b"1,1,1,5\n1,1.5,1,5\n", 3, "statement must be a whole number, not '1.5'"),
        (HEAD + b"1,1,1,soon\n", 2, "timestamp must be a whole number, not 'soon'"),
        (HEAD + b"1,1,1,5\n1,\xff,1,5\n", 3, "this is not UTF-8 text"),
    ],
)
def test_the_line_at_fault_is_named(source, line, said):
    with pytest.raises(OpinionError) as wrong:
        read_votes([source], moments=True)

    assert wrong.value.values["line"] == line
    assert said in str(wrong.value)


def test_the_line_is_counted_across_blocks():
    source = HEAD + b"1,1,1,5\n" * 500 + b"1,1,7,5\n"

    with pytest.raises(OpinionError) as wrong:
        read_votes([source[low : low + 64] for low in range(0, len(source), 64)], moments=False)

    assert wrong.value.values["line"] == 502


def test_a_file_of_a_head_alone_holds_no_votes():
    with pytest.raises(OpinionError, match="there are no votes"):
        read_votes([HEAD], moments=True)


def test_statements_say_what_is_out_and_what_is_meta():
    found = read_statements(
        'statement,moderated,is_meta,text\n7,1,,"one,\ntwo"\n8,-1,,\n9,,true,who\n10,0,0,\n'
    )

    assert found.ids.tolist() == [7, 8, 9, 10]
    assert found.moderated_out.tolist() == [8]
    assert found.meta.tolist() == [9]
    assert found.meta_known
    assert found.text[7] == "one,\ntwo"
    assert not read_statements("statement,moderated,is_meta\n1,1,\n").meta_known


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("comment,moderated\n1,1\n", 1, "there is no column statement"),
        ("statement,moderated\n1,1\n1,1\n", 3, "statement 1 is listed twice"),
        ("statement,moderated\n1,5\n", 2, "moderated must be 1, 0 or -1, not 5"),
        ("statement,moderated\n1\n", 2, "there are 1 values instead of 2"),
    ],
)
def test_a_wrong_line_of_statements_is_named(source, line, said):
    with pytest.raises(OpinionError) as wrong:
        read_statements(source)

    assert (wrong.value.values["line"], said in str(wrong.value)) == (line, True)


def test_groups_are_read_under_either_name():
    assert read_groups("participant,group\n4,0\n5,2\n") == {4: 0, 5: 2}
    assert read_groups("voter-id,group-id\n4,0\n5,\n") == {4: 0}
    with pytest.raises(OpinionError, match="participant 4 is listed twice"):
        read_groups("participant,group\n4,0\n4,1\n")
    with pytest.raises(OpinionError, match="a group is 0 or more, not -1"):
        read_groups("participant,group\n4,-1\n")


def test_the_last_vote_counts():
    conversation = gather(participant=[1, 1, 2], statement=[5, 5, 5], vote=[1, -1, 0], moment=[20, 10, 5])

    assert conversation.vote.tolist() == [1, 0]
    assert conversation.arrival.tolist() == [1, 0]
    in_file_order = gather(participant=[1, 1, 2], statement=[5, 5, 5], vote=[1, -1, 0])
    assert in_file_order.vote.tolist() == [-1, 0]


def test_far_ids_and_unvoted_statements_keep_their_place():
    conversation = gather(
        participant=np.array([10**12, 3]), statement=[8, 6], vote=[1, -1], statements=[1, 6, 8, 9]
    )

    assert conversation.participants.tolist() == [3, 10**12]
    assert conversation.statements.tolist() == [1, 6, 8, 9]
    assert conversation.column.tolist() == [1, 2]
    assert conversation.vote.tolist() == [-1, 1]
    with pytest.raises(OpinionError, match="there are no votes"):
        gather(participant=[], statement=[], vote=[])
