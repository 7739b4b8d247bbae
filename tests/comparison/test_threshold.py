"""For each model: keep roles, drop them, no difference, or not enough runs; and where the one becomes the other."""

import re
from dataclasses import replace

import pytest

from swarm.cell import options_as_kept
from swarm.comparison.threshold import advice_in_words, model_cases, threshold_in_words
from swarm.errors import BadInput
from swarm.figures.threshold import threshold_figure
from swarm.team import generic_roles
from tests.comparison.test_comparison import arm, cell

BASE = (0.5, 0.6, 0.55, 0.5, 0.62, 0.57, 0.51)


def model(
    name: str,
    capability: float,
    change: float,
    *,
    agents: int = 8,
    missions: int = 7,
    simulated: bool = False,
):
    """Runs of a model whose quality changes by `change` with free roles, a little more on some missions."""
    given = [BASE[n % len(BASE)] + capability - 0.55 for n in range(missions)]
    free = [mean + change + 0.004 * (n % 3) for n, mean in enumerate(given)]
    rest = {"models": f"sim/{name} ×{agents}", "agents": agents, "simulated": simulated}
    return [*arm("fixed_roles", *given, **rest), *arm("sequential", *free, **rest)]


def test_models_are_advised_by_what_free_roles_change():
    middle = model("middle", 0.55, 0.0, missions=56)
    cells = [*model("weak", 0.5, -0.1), *middle, *model("strong", 0.7, 0.1)]
    cases = model_cases(cells)
    assert [(case.model, case.advice) for case in cases] == [
        ("sim/weak", "keep"), ("sim/middle", "either"), ("sim/strong", "drop"),
    ]  # fmt: skip
    assert "between sim/weak (quality 0.51 with given roles) and sim/strong (0.71)" in threshold_in_words(
        cases
    )
    assert "drop the roles" in advice_in_words(cases[2])


def test_nobody_is_advised_by_simulated_models():
    cases = model_cases(
        [*model("weak", 0.5, -0.1, simulated=True), *model("strong", 0.7, 0.1, simulated=True)]
    )
    said = " ".join([threshold_in_words(cases), *map(advice_in_words, cases)])
    assert said.startswith("In rehearsal: ")
    assert not re.search("drop the roles|keep the roles", said, re.IGNORECASE)


def test_a_small_change_is_none_only_when_bad_losses_would_have_shown():
    [few] = model_cases(model("middle", 0.55, 0.0))
    assert few.contrast.verdict == "better"
    assert few.advice == "unknown"
    assert "loses 0.15 or more on up to 35% of missions is not excluded" in advice_in_words(few)


def test_too_few_missions_are_no_advice():
    [case] = model_cases(model("strong", 0.7, 0.1, missions=5))
    assert case.advice == "unknown"
    assert "not enough runs" in advice_in_words(case)
    assert "too few for a verdict" in advice_in_words(case)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((0.0, 0.0), "no threshold can be told"),
        ((0.1, 0.1), "No model here does better with given roles"),
        ((-0.1, -0.1), "No model here gains from free roles"),
        ((0.1, -0.1), "Capability alone does not order these models"),
    ],
)
def test_what_verdicts_do_not_show_is_not_told(changes, said):
    weak, strong = changes
    cases = model_cases([*model("weak", 0.5, weak), *model("strong", 0.7, strong)])
    assert said in threshold_in_words(cases)


def test_models_without_both_kinds_of_roles_are_left_out():
    cells = [*model("weak", 0.5, -0.1), *arm("sequential", *BASE, models="sim/strong ×8")]
    assert [case.model for case in model_cases(cells)] == ["sim/weak"]
    with pytest.raises(BadInput):
        model_cases([cell("m0", 0.5, 0.6, protocol="shared")])


def test_the_figure_shows_every_model_and_that_it_is_simulated():
    cells = [*model("weak", 0.5, -0.1, simulated=True), *model("strong", 0.7, 0.1, simulated=True)]
    cases = model_cases(cells)
    spec = str(threshold_figure(cases, margin=0.03).to_dict())
    assert all(
        word in spec
        for word in ("sim/weak", "sim/strong", "SIMULATED", "Given roles did better", "Free roles did better")
    )


def test_every_mark_is_at_its_own_models_quality_and_change_and_up_means_free_roles():
    cases = model_cases([*model("weak", 0.5, -0.1), *model("strong", 0.7, 0.1)])
    figure = threshold_figure(cases, margin=0.03)
    drawn = {trace.text[0].strip(): (trace.x[0], trace.y[0]) for trace in figure.data}
    assert drawn == {case.model: (case.capability, case.contrast.difference.difference) for case in cases}
    assert drawn["sim/weak"][1] < 0 < drawn["sim/strong"][1]
    said = {note.text: note.y for note in figure.layout.annotations}
    assert (said["free roles better"], said["given roles better"]) == (0.99, 0.01)


def roles(*names: str) -> str:
    return options_as_kept({"roles": names})


def test_given_roles_are_the_usual_ones_where_there_are_several_lists():
    generic = options_as_kept({"roles": generic_roles()})
    good = arm("fixed_roles", *(mean + 0.3 for mean in BASE), options=roles("Analyst", "Boss"))
    usual = arm("fixed_roles", *BASE, options=generic)
    free = arm("sequential", *(mean - 0.1 + 0.004 * (n % 3) for n, mean in enumerate(BASE)))
    [case] = model_cases([*good, *usual, *free])
    assert (case.contrast.group.name, case.contrast.reference.name) == ("Sequential", "Fixed roles")
    assert case.advice == "keep"


def test_a_list_of_ones_own_is_taken_when_it_is_the_only_one():
    own = arm("fixed_roles", *BASE, options=roles("Analyst", "Boss"))
    free = arm("sequential", *(mean + 0.1 + 0.004 * (n % 3) for n, mean in enumerate(BASE)))
    [case] = model_cases([*own, *free])
    assert case.advice == "drop"
    other = arm("fixed_roles", *BASE, options=roles("Cook", "Boss"))
    with pytest.raises(BadInput, match="none of them is the usual one"):
        model_cases([*own, *other, *free])
    with pytest.raises(BadInput, match="run both on the same missions"):
        model_cases([*own, *other[:0]])


def test_a_mixed_team_keeps_its_name():
    mixed = {"models": "sim/strong ×2, sim/weak ×6"}
    [case] = model_cases([*arm("fixed_roles", *BASE, **mixed), *arm("sequential", *BASE[::-1], **mixed)])
    assert case.model == "sim/strong ×2, sim/weak ×6"


def test_an_experiment_that_may_stop_early_asks_for_more_before_it_says_either():
    cells = model("middle", 0.55, 0.0, missions=56)
    [case] = model_cases(cells)
    p = case.contrast.difference.p_alike
    [strict] = model_cases(cells, alpha=p / 2)
    assert case.advice == "either"
    assert strict.advice != "either"


def test_the_name_of_a_model_is_drawn_as_it_is_written():
    hostile = replace(model_cases(model("weak", 0.5, -0.1))[0], model="<b>x/<u>y")
    drawn = threshold_figure([hostile], margin=0.03)
    words = [text for trace in drawn.data for text in (*(trace.text or ()), *(trace.hovertext or ()))]
    assert words
    assert not [text for text in words if "<u>" in text or "&lt;u&gt;" not in text]
