"""Whoever reads what others wrote needs time in proportion to its length, whatever it is."""

import time

import pytest

from tests.linear import FRAGMENTS, KB, READERS, read

FLOOR_S = 0.02
"""Less than this is too little to compare."""


def seconds(reader: str, fragment: str, size: int) -> float:
    """Of the processor, for a text of this size that is nothing but a fragment."""
    text = (fragment * (size // len(fragment) + 1))[:size]
    begun = time.process_time()
    read(reader, text)
    return time.process_time() - begun


def grows(reader: str, fragment: str, size: int) -> bool:
    """Whether four times the text takes more than eight times as long; sixteen times where it is quadratic."""
    for _ in range(3):
        long = seconds(reader, fragment, 4 * size)
        if long < FLOOR_S or long < 8 * seconds(reader, fragment, size):
            return False
    return True


@pytest.mark.parametrize("reader", READERS)
def test_a_text_of_one_fragment_is_read_in_time_in_proportion_to_its_length(reader: str):
    assert [fragment for fragment in FRAGMENTS if grows(reader, fragment, 6 * KB)] == []


@pytest.mark.soak
@pytest.mark.parametrize("reader", READERS)
def test_a_long_text_of_one_fragment_is_read_in_time_in_proportion_to_its_length(reader: str):
    assert [fragment for fragment in FRAGMENTS if grows(reader, fragment, 60 * KB)] == []
