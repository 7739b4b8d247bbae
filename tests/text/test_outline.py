"""The points of a text are told from its prose, however people and their programs write lists."""

import pytest

from swarm.text.outline import outline, unwrapped

MARKS = (
    "+", "-", "*", "–", "—", "−", "●", "▪", "■", "◦", "○", "·", "•", "‣", "►", "✓", "\uf0b7", "1.", "12)", "1、",
    "１．", "1）", "(1)", "（3）", "a)", "(b)", "ii)", "一、", "（二）", "①", "٣.", "☐",
)  # fmt: skip
SPACES = {"a space": " ", "a tab": "\t", "no-break": "\u00a0", "ideographic": "\u3000"}


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_begins_a_point_whatever_space_stands_around_it(mark: str):
    for space in SPACES.values():
        text = f"Open it\n{space}{mark}{space}Find a site\n{mark}{space}Hire\nBy May."
        found = outline(text)
        assert (found.title, found.points) == ("Open it", ("Find a site", "Hire")), space
        assert found.prose == ("Open it", "By May.")


def test_marks_that_need_no_space_begin_a_point_without_one():
    text = "开一家面包店\n1、找地方\n２．雇两个面包师\n（3）买烤箱\n一、开业\n・掃除する\n1.開業\n•Find"
    assert outline(text).points == ("找地方", "雇两个面包师", "买烤箱", "开业", "掃除する", "開業", "Find")


NO_POINTS = (
    "2026. A year", "-5 degrees", "+49 30 123", "*Warm* bread", "**Bold**", "1.5 million euros", "2.5 hours", "--- ",
    "- - -", "* * *", "•••", "3、4人", "–", "-", "(2026) A year", "o no", "1:30 pm", "[x](http://a)", "#1 of all",
)  # fmt: skip


@pytest.mark.parametrize("line", NO_POINTS)
def test_what_only_resembles_a_mark_is_prose(line: str):
    assert outline(f"Open it\n{line}").points == ()


NESTED = {
    "two spaces": "- Hire\n  - nights\n  - days\n- Find",
    "a tab": "* Hire\n\t* nights\n\t* days\n* Find",
    "an ideographic space": "・Hire\n\u3000・nights\n\u3000・days\n・Find",
    "no-break spaces": "• Hire\n\u00a0\u00a0– nights\n\u00a0\u00a0– days\n• Find",
    "numbers": "1. Hire\n1.1 nights\n1.2. days\n2. Find",
    "letters": "1) Hire\n   a) nights\n   b) days\n2) Find",
    "Word": "•\tHire\no\tnights\no\tdays\n•\tFind",
    "all indented": "  - Hire\n      - nights\n      - days\n  - Find",
    "a blank line between": "- Hire:\n\n  - nights\n\n  - days\n\n- Find",
    "boxes": "- [ ] Hire\n  - [x] nights\n  - [ ] days\n- [X] Find",
}


@pytest.mark.parametrize("how", NESTED)
def test_sub_points_stay_with_their_point(how: str):
    assert outline("Open it\n" + NESTED[how]).points == ("Hire: nights; days", "Find")


def test_lines_that_go_on_below_a_point_belong_to_it():
    text = "- Find a site\n  near the station\n\n  with a yard\n- Hire\n  - nights\n    and days\n  paid well\nSoon."
    assert outline(text).points == (
        "Find a site near the station with a yard",
        "Hire: nights and days; paid well",
    )
    assert outline(text).prose == ("Soon.",)


@pytest.mark.parametrize("fence", ["```", "~~~", "````", "  ```"])
def test_fenced_code_is_prose_as_it_stands(fence: str):
    code = f"{fence}sh\n- no requirement\n\n1. nor this\n~~\n{fence}"
    found = outline(f"# Fix the build\n\n{code}\n\n- Real")
    assert "\n".join(found.prose) == f"# Fix the build\n{code}"
    assert (found.title, found.points) == ("Fix the build", ("Real",))


def test_code_that_never_ends_goes_on_to_the_end():
    assert outline("Fix\n```\n- a").points == ()


FRONTS = {
    "YAML": "---\ntitle: Open a bakery\nstatus: draft\ntags:\n  - a\n- b\n# note\n---\n\n",
    "quoted": '---\n"Title": "Open a bakery"\n...\n',
    "TOML": "+++\ntitle = 'Open a bakery'\n[extra]\n+++\n",
}


@pytest.mark.parametrize("kind", FRONTS)
def test_front_matter_is_dropped_and_its_title_used(kind: str):
    found = outline(FRONTS[kind] + "# Goal\n\nSell bread.\n- Find")
    assert (found.title, found.prose, found.points) == ("Open a bakery", ("# Goal", "Sell bread."), ("Find",))


def test_front_matter_without_a_title_leaves_the_title_to_the_text():
    assert outline("---\nstatus: draft\n---\nOpen it").title == "Open it"


@pytest.mark.parametrize("text", ["---\nOpen it, now\n---\nSoon", "---\ntitle: Open", "---\n---\nOpen it"])
def test_a_line_of_hyphens_alone_begins_no_front_matter(text: str):
    assert "".join(outline(text).prose) == text.replace("\n", "")


@pytest.mark.parametrize("text", ["", "\n \n", "---", "# ", "***\n===", "```\n```"])
def test_a_text_without_words_has_no_title(text: str):
    assert outline(text).title == ""


def test_every_line_can_be_a_point():
    text = "Find a site\n- [ ] Hire\n  two for nights\n\n3. Open"
    assert outline(text, every_line=True).points == ("Find a site", "Hire two for nights", "Open")


def test_breaks_go_within_paragraphs_and_stay_in_lists_and_code():
    text = "Sell\nbread.\n\nSoon\nor later:\n– warm\n1、 fresh\n```sh\na\nb\n```\nThe\nend"
    assert unwrapped(text) == "Sell bread.\n\nSoon or later:\n– warm\n1、 fresh\n```sh\na\nb\n```\nThe end"
