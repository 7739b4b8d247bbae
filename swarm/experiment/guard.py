"""The guard that decides, run by run, whether an experiment goes on: prices, failures, a clear answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from swarm.experiment.past import Outcome
from swarm.grid import Grid, Terms
from swarm.recording.events import ExperimentEnding

PRICE_CHECKED_AFTER = 0.01
"""Share of the runs after which prices are compared with those foretold; at least one block."""
TOO_DEAR = 2.0
"""It stops when the first runs cost more than so many times what was foretold."""
FAILED_IN_A_ROW = 5
"""It stops when so many runs in a row could not go on: so will the next. Failures of teams are results."""


@dataclass(frozen=True, slots=True)
class Halt:
    """The reason why no further run is begun."""

    status: ExperimentEnding
    reason: str


@dataclass(slots=True)
class Guard:
    """Watches the outcomes of one performance of an experiment."""

    grid: Grid
    terms: Terms
    expected_by_arm: Sequence[float | None]
    """Dollars of one run of each arm; None when unknown. Empty when prices are not checked, as of simulated runs."""
    outcomes: dict[int, Outcome] = field(default_factory=dict[int, Outcome])
    """All that are done so far, by number; those of earlier performances included."""
    ended: set[int] = field(default_factory=set[int])
    """All that ended, done or not, or were deleted."""
    halt: Halt | None = None
    _failed: int = 0
    _price_checked: bool = False
    _looked_at: int = 0
    _complete: int = 0

    def note(self, outcome: Outcome) -> None:
        """Take note of a run that ended, and halt the experiment if need be."""
        self._failed = self._failed + 1 if outcome.status == "failed" and not outcome.done else 0
        self.ended.add(outcome.number)
        if outcome.done:
            self.outcomes[outcome.number] = outcome
        self.halt = self.halt or self._failures(outcome)
        self.review()

    def review(self) -> None:
        """Halt the experiment if what has finished so far says so."""
        self.halt = self.halt or self._price() or self._answer()

    def _failures(self, outcome: Outcome) -> Halt | None:
        if self._failed < FAILED_IN_A_ROW:
            return None
        return Halt("failed", f"{self._failed} runs in a row failed, the last because: {outcome.reason}")

    def _price(self) -> Halt | None:
        """Compare the first runs with what was foretold for them, once."""
        enough = max(len(self.grid.arms), round(PRICE_CHECKED_AFTER * self.grid.size))
        # Where a provider did not say what a call took, our upper estimate says nothing of its prices.
        known = [outcome for outcome in self.outcomes.values() if not outcome.spent.estimated]
        if self._price_checked or not self.expected_by_arm or len(known) < enough:
            return None
        self._price_checked = True
        if self.terms.accept_price:
            return None
        spent = sum(outcome.spent.cost_usd or 0.0 for outcome in known)
        foretold = sum(self.expected_by_arm[self._arm(outcome.number)] or 0.0 for outcome in known)
        if not foretold or spent <= TOO_DEAR * foretold:
            return None
        return Halt(
            "dear",
            f"the first {len(known)} runs cost ${spent:.4f}, {spent / foretold:.1f} times the ${foretold:.4f} "
            "that was foretold; resume it with --accept-price to go on all the same",
        )

    def _answer(self) -> Halt | None:
        """Look at the answer when it is time to, if it may end early."""
        if not self.terms.stop_when_clear or not self.grid.comparisons:
            return None
        from swarm.stats.sequential import LOOKS, look_after  # SciPy takes long to load, and few want it here

        complete, planned = self._complete_blocks(), self.grid.repeats * self.grid.begun_with
        for blocks in range(self._looked_at + 1, complete + 1):
            look = look_after(blocks, planned)
            if look and look < len(LOOKS) and self._is_clear(look, blocks):
                return Halt(
                    "clear",
                    f"the answer was clear after {blocks} of {planned} blocks (a block is one "
                    "mission, once in every arm); runs that had begun by then were finished",
                )
        self._looked_at = complete
        return None

    def _is_clear(self, look: int, blocks: int) -> bool:
        from swarm.errors import BadInput
        from swarm.stats.paired import compare
        from swarm.stats.sequential import clear

        try:
            found = [
                compare(self._sample(arm, blocks), self._sample(reference, blocks), margin=self.terms.margin)
                for arm, reference in self.grid.comparisons
            ]
        except BadInput:
            return False  # too few missions yet
        return clear(found, look)

    def _sample(self, arm: int, blocks: int) -> dict[str, list[float]]:
        """Qualities of an arm in the first blocks, by mission."""
        sample: dict[str, list[float]] = {}
        for block in range(blocks):
            number = block * len(self.grid.arms) + arm
            if number in self.outcomes and (quality := self.outcomes[number].quality) is not None:
                sample.setdefault(str(self.grid.spot(block)[1]), []).append(quality)
        return sample

    def _complete_blocks(self) -> int:
        """Count the complete blocks from the first on. What did not finish is not waited for."""
        arms = len(self.grid.arms)
        while self._complete < self.grid.blocks and all(
            self._complete * arms + arm in self.ended for arm in range(arms)
        ):
            self._complete += 1
        return self._complete

    def _arm(self, number: int) -> int:
        return number % len(self.grid.arms)
