"""A team's verdict becomes a report that opens anywhere: one HTML file, no network, no server."""

from collections.abc import Iterator, Sequence

from swarm.comparison.finding import remarks
from swarm.comparison.rows import Row, measure_rows, statistic_rows
from swarm.export.page import Node, node, table
from swarm.export.report import as_page, picture_scripts
from swarm.grid import Experiment
from swarm.teams.trial.arms import team_name
from swarm.teams.trial.described import about_the_arms
from swarm.teams.trial.sentences import (
    EMULATION,
    SIMULATED_NOTE,
    advice,
    further,
    sentence,
    unsettled,
    winners,
)
from swarm.teams.trial.verdict import TeamVerdict


def as_report(found: TeamVerdict, experiment: Experiment, warnings: Sequence[str] = ()) -> bytes:
    """One self-contained HTML file, with warnings; readable without JavaScript, which only draws the figure."""
    from swarm.figures.embedded import drawing
    from swarm.figures.forest import forest_figure

    scripts = picture_scripts()
    body = node("body", *_opening(found, warnings), *_figure(), *_tables(found), *_played(experiment))
    data = drawing(forest_figure(found.comparison))
    body.append(node("script", data, id="figure-1", type="application/json"))
    body.extend(node("script", text) for text in scripts)
    mark = "SIMULATED: " if found.simulated else ""
    return as_page(f"{mark}Drop the roles of {found.team}?", body, scripts)


def _opening(found: TeamVerdict, warnings: Sequence[str]) -> Iterator[Node]:
    mark = [node("span", "SIMULATED", class_="badge mark")] if found.simulated else []
    yield node("header", node("div", *mark), node("h1", f"Drop the roles of {found.team}?"))
    yield node("p", sentence(found), class_="story")
    yield node("p", node("strong", advice(found)))
    yield node("p", EMULATION, class_="notice")
    if found.simulated:
        yield node("p", SIMULATED_NOTE, class_="notice")
    lines = [
        *winners(found),
        *unsettled(found),
        *further(found),
        *remarks(found.comparison),
        *warnings,
    ]
    yield node("ul", *(node("li", line) for line in lines))


def _figure() -> Iterator[Node]:
    alt = "Differences in quality from your roles, each with its 95 % interval."
    title = node("strong", "Difference in quality from your roles")
    caption = node("figcaption", title, " Right of the line is better.")
    without = node("p", "The picture needs JavaScript. All it shows is told in words.", class_="notice")
    missing = node("noscript", without)
    place = node("div", role="img", aria_label=alt, data_figure="figure-1")
    yield node("section", node("h2", "Picture"), missing, node("figure", caption, place))


def _tables(found: TeamVerdict) -> Iterator[Node]:
    groups = found.comparison.groups
    names = [group.name for group in groups]
    yield node("section", node("h2", "The arms"), _rows(measure_rows(groups, found.measures), names))
    against = [each.group.name for each in found.comparison.contrasts]
    statistics = _rows(statistic_rows(found.comparison), against)
    yield node("section", node("h2", "Statistics, against your roles"), statistics)


def _rows(rows: tuple[Row, ...], names: list[str]) -> Node:
    return table(("", *names, "What it means"), [(row.name, *row.values, row.meaning) for row in rows])


def _played(experiment: Experiment) -> Iterator[Node]:
    grid = experiment.grid
    yield node("section", node("h2", "What was played"), *(node("p", line) for line in about_the_arms(grid)))
    missions = [node("li", mission.title) for mission in grid.missions]
    yield node("section", node("h2", "Missions"), node("ol", *missions))
    yield node("footer", f"Experiment {grid.id} of the team {team_name(grid)}.")
