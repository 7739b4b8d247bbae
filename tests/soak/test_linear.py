"""Long texts of one fragment are read in time in proportion to their length: 60 kB against a megabyte."""

import pytest

from tests.linear import FRAGMENTS, KB, READERS
from tests.security.test_linear import grows

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("reader", READERS)
def test_a_long_text_of_one_fragment_is_read_in_time_in_proportion_to_its_length(reader: str):
    assert [fragment for fragment in FRAGMENTS if grows(reader, fragment, 60 * KB, 16)] == []
