"""A planned run becomes a run's recipe, and where it is checked that all of them can be played."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import fmean
from typing import Self

from swarm.config import Settings
from swarm.engine.compose import NO_JUDGE, compose, current_wording, default_judge, form_for
from swarm.engine.estimate import estimate
from swarm.engine.run import play
from swarm.engine.wish import Wish
from swarm.errors import BadInput, UnknownName
from swarm.grid import BUDGET, NO_SHOCK, Grid, Planned, Terms
from swarm.mission import Mission
from swarm.models.card import ModelCard
from swarm.models.catalogue import card_of, cost_nothing
from swarm.prompts.render import mission_text
from swarm.recording.events import Event, ExperimentStarted, RunFinished
from swarm.shock import Shock
from swarm.spec import Form, Option, PastRole, RunSpec
from swarm.team import make_team
from swarm.written import listed

MISSIONS_REHEARSED = 5
"""Of many missions, so many stand for all when prices are foretold: the shortest, the longest and some between."""
MISSIONS_TRIED = 12
"""Of many missions, so many stand for all when it is asked how many tokens a team uses."""
MOST_TRIED = 64
"""Agents of a team whose tokens are tried; larger ones are foretold, which takes less time."""
LEAST_TOKENS = 1_000
"""One agent may always use so many."""


@dataclass(frozen=True)
class Recipes:
    """Makes the recipes of one experiment, the same whenever they are made."""

    grid: Grid
    settings: Settings
    judge: str | None = None
    """As `compose` takes it."""
    memory: Mapping[str, tuple[PastRole, ...]] = field(default_factory=dict[str, tuple[PastRole, ...]])
    """What an organization remembers, by mission id."""

    @classmethod
    def begun(cls, started: ExperimentStarted, settings: Settings) -> Self:
        """Those of an experiment that was begun before.

        Raises:
            BadInput: when the prompts or the simulated models have changed since.
        """
        recipes = cls(started.grid, settings, started.judge or NO_JUDGE, started.memory)
        if started.prompts != current_wording(started.simulated, recipes.form):
            changed = "the prompts or the simulated models" if started.simulated else "the prompts"
            raise BadInput(
                f"{changed} have changed since the experiment was begun: its runs would not say the same; give it "
                "another name and run it anew"
            )
        return recipes

    def of(self, planned: Planned) -> RunSpec:
        """The recipe of one run.

        Raises:
            BadInput: for anything unknown, out of range, mixed or unaffordable.
        """
        grid, arm = self.grid, self.grid.arms[planned.arm]
        return compose(
            Wish(
                planned.mission,
                protocol=arm.way.protocol,
                options=self._options(planned.arm),
                agents=arm.agents,
                models=(arm.models,),
                judge=self.judge or grid.judge or self.default_judge[0],
                seed=planned.seed,
                limits=grid.limits,
                pace=grid.pace,
                organization=grid.organization or grid.id,
                shock=shock_of(grid, arm.shock),
                form=self.form,
            ),
            self.settings,
            remember=self._remember,
        )

    def _options(self, arm: int) -> Mapping[str, Option]:
        options, team = self.grid.arms[arm].way.options, self.grid.team_of(arm)
        return options if team is None else {**options, BUDGET: max(LEAST_TOKENS, self._tokens[team])}

    @cached_property
    def _tokens(self) -> dict[int, int]:
        """Tokens of the arms whose tokens others are given."""
        teams = {self.grid.team_of(arm) for arm in range(len(self.grid.arms))} - {None}
        return {team: self.expected_tokens(team) for team in teams if team is not None}

    def expected_tokens(self, arm: int) -> int:
        """Tokens, input and output, that the agents of a run of an arm are expected to use, on average over missions.

        Missions that an extension added are left out, so that no run depends on one.
        """
        unjudged = replace(self, judge=NO_JUDGE)
        places = representative(self.grid.missions[: self.grid.begun_with], MISSIONS_TRIED)
        return round(fmean(unjudged.tokens_of(place, arm) for place in places))

    def tokens_of(self, place: int, arm: int) -> int:
        """Tokens of the first run of a mission, by its place, in an arm: foretold, or of simulated models, tried."""
        spec = self.of(self.grid.planned(self.grid.first_run(place, arm)))
        cards = {name: card_of(name, self.settings) for name in spec.models}
        if len(spec.team) <= MOST_TRIED and all(card.simulated for card in cards.values()):
            return tokens_tried(replace(spec, pace="instant"))
        foretold = estimate(spec, cards).expected
        return foretold.input_tokens + foretold.output_tokens

    @cached_property
    def form(self) -> Form:
        """How much is asked of answers, the same in all arms: answers to other questions are never compared."""
        return form_for(self._cards)

    @cached_property
    def default_judge(self) -> tuple[str | None, tuple[str, ...]]:
        """The judge of all runs where none is named: of another family than every arm, or a warning that it is not.

        Were it chosen arm by arm, two arms would have different judges, or one of them a judge of its own family. None
        where simulated and real models are mixed, which is refused elsewhere.
        """
        if len({card.simulated for card in self._cards}) > 1:
            return None, ()
        judge, warnings = default_judge(self._cards, self.settings)
        return judge.id, warnings

    @property
    def warnings(self) -> tuple[str, ...]:
        """Say in a sentence whose kin the judge is; empty when it is a stranger to all arms, or simulated."""
        named = self.judge or self.grid.judge
        if named is None:
            return self.default_judge[1]
        judge = None if named == NO_JUDGE else card_of(named, self.settings)
        kin = [card.id for card in self._cards if judge and card.family == judge.family]
        if not judge or judge.simulated or not kin:
            return ()
        return (f"The judge {named} is of the same family as {listed(kin)}: it may favour its own kind.",)

    @property
    def warnings_later(self) -> tuple[str, ...]:
        """The same of an experiment that was played, some of whose models may not be known here any more."""
        try:
            return self.warnings
        except UnknownName as error:
            return (f"Whose family the judge is of cannot be told: {error}.",)

    @property
    def _cards(self) -> list[ModelCard]:
        """All models that sit in a team, or are swapped in."""
        arms = self.grid.arms
        models = [model for arm in arms for model in make_team([arm.models], arm.agents).models]
        swapped = [self.grid.shock_model] if self.grid.shock_model else []
        return [card_of(model, self.settings) for model in dict.fromkeys([*models, *swapped])]

    def _remember(self, organization: str, mission: Mission, simulated: bool) -> tuple[PastRole, ...]:
        return self.memory.get(mission.id, ())


def representative(missions: Sequence[Mission], most: int = MISSIONS_REHEARSED) -> list[int]:
    """Places of missions that stand for all: evenly spread by length, the shortest and the longest among them."""
    by_length = sorted(range(len(missions)), key=lambda place: len(mission_text(missions[place])))
    if len(by_length) <= most:
        return by_length
    return [by_length[round(step * (len(by_length) - 1) / (most - 1))] for step in range(most)]


def tokens_tried(spec: RunSpec) -> int:
    """Tokens that a run of simulated models uses, from playing it: nobody keeps it, and it costs nothing."""

    async def played() -> Event:
        return [event async for event in play(spec, run_id="tried")][-1]

    # Whoever asks may be in an event loop of its own, in which no other can be run.
    with ThreadPoolExecutor(1) as aside:
        ending = aside.submit(lambda: asyncio.run(played())).result()
    assert isinstance(ending, RunFinished)
    return ending.spent.tokens


def shock_of(grid: Grid, kind: str) -> Shock | None:
    """The shock of an arm; None when nothing happens.

    Raises:
        UnknownName: for a shock nobody knows.
    """
    return None if kind == NO_SHOCK else Shock.named(kind, grid.shock_model if kind == "swap" else None)


def models_of(recipes: Recipes) -> tuple[str, ...]:
    """Every model that is asked in an experiment, judges included."""
    first = (recipes.grid.first_run(0, arm) for arm in range(len(recipes.grid.arms)))
    return tuple(
        dict.fromkeys(name for number in first for name in recipes.of(recipes.grid.planned(number)).models)
    )


def checked(recipes: Recipes, terms: Terms | None) -> bool:
    """Make sure that every arm can be played with every mission; say whether its models are simulated.

    Args:
        recipes: of its runs.
        terms: under which it shall be performed; None when it is only planned.

    Raises:
        BadInput: when one cannot, when simulated and real models are mixed, or when real money has no limit.
    """
    kinds: set[bool] = set()
    for number in _telling(recipes.grid):
        spec = recipes.of(recipes.grid.planned(number))
        kinds |= {card_of(model, recipes.settings).simulated for model in spec.team.models}
    if len(kinds) > 1:
        raise BadInput(
            "the grid mixes simulated and real models: such runs are never compared; make two experiments"
        )
    simulated = kinds.pop()
    if terms and terms.max_usd is None and not cost_nothing(models_of(recipes), recipes.settings):
        raise BadInput(
            "this experiment spends real money and has no limit: give max_usd, the most dollars of all its runs"
        )
    return simulated


def _telling(grid: Grid) -> list[int]:
    """Runs that tell whether all can be played: every arm once, and every mission under every shock.

    Composing all of them would take minutes where shocks strike large teams, and whether a mission can be played
    depends on nothing but the shock.
    """
    arms = range(len(grid.arms))
    smallest = [
        min((arm for arm in arms if grid.arms[arm].shock == shock), key=lambda arm: grid.arms[arm].agents)
        for shock in grid.shocks
    ]
    rest = (grid.first_run(place, arm) for place in range(1, len(grid.missions)) for arm in smallest)
    return [*arms, *rest]
