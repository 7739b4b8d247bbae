"""Whoever reads what others wrote needs time in proportion to its length, whatever it is."""

import time

import pytest

from tests.linear import FRAGMENTS, KB, READERS, read

FLOOR_S = 0.03
"""Less than this is too little to compare."""
THIRDS = {reader: FRAGMENTS[at % 3 :: 3] for at, reader in enumerate(READERS)}
"""Fragments that each reader meets at every commit; in the soak all readers meet all of them."""


def seconds(reader: str, fragment: str, size: int) -> float:
    """Of this thread on a processor, for a text of this size that is nothing but a fragment."""
    text = (fragment * (size // len(fragment) + 1))[:size]
    begun = time.thread_time()
    read(reader, text)
    return time.thread_time() - begun


def grows(reader: str, fragment: str, size: int, times: int) -> bool:
    """Whether so many times the text takes more than twice as many times as long; their square where it is quadratic.

    Another process can only make it seem slower, so the best of three decides.
    """
    for _ in range(3):
        long = seconds(reader, fragment, times * size)
        if long < FLOOR_S or long < 2 * times * seconds(reader, fragment, size):
            return False
    return True


def test_every_reader_meets_thirty_fragments():
    assert min(len(set(third)) for third in THIRDS.values()) >= 30


@pytest.mark.parametrize("reader", READERS)
def test_a_text_of_one_fragment_is_read_in_time_in_proportion_to_its_length(reader: str):
    assert [each for each in THIRDS[reader] if grows(reader, each, 8 * KB, 4)] == []
