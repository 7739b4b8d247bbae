"""Pages keep what outlives a rerun: one function for each key of session and URL."""

import time
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import streamlit as st

from swarm.engine.run import new_run_id
from swarm.grid import Experiment
from swarm.models.local import LocalServer
from swarm.text.numbers import is_whole

Link: TypeAlias = dict[str, tuple[str, ...]]
"""The parameters of a URL, each with its values."""
LINKS_SEEN = 4
LONGEST_NUMBER = 6


def shown_run() -> str | None:
    """The run the URL names."""
    return st.query_params.get("run")


def show_run(run_id: str) -> None:
    """Go to a run's page."""
    st.switch_page("../run/page.py", query_params={"run": run_id})


def compose_with(model: str) -> None:
    """Go to Compose, with this model for every seat."""
    st.switch_page("../compose/page.py", query_params={"model": model})


def shown_experiment() -> str | None:
    """The experiment the URL names."""
    return st.query_params.get("experiment")


def show_experiment(experiment_id: str) -> None:
    """Go to an experiment."""
    st.switch_page("../experiments/page.py", query_params={"experiment": experiment_id})


def plan_experiment(experiment: Experiment) -> None:
    """Go to the plan of an experiment that is not in the form: its price first, then the button that begins it."""
    st.session_state["experiment_planned"] = experiment
    st.switch_page("../experiments/page.py")


def planned_experiment() -> Experiment | None:
    """The experiment that is planned so; None when there is none."""
    return st.session_state.get("experiment_planned")


def forget_plan() -> None:
    """It was begun, or nobody wants it."""
    st.session_state.pop("experiment_planned", None)


def shown_team() -> str | None:
    """The kept team that the URL names."""
    return st.query_params.get("team")


def show_team(team_id: str) -> None:
    """Go to a team that was imported."""
    st.switch_page("../drop_my_roles/page.py", query_params={"team": team_id})


def keep_input_sets(sets: Sequence[Mapping[str, str]]) -> None:
    """Remember the values that came with the files of a team, a mission each."""
    st.session_state["team_input_sets"] = tuple(sets)


def input_sets() -> tuple[Mapping[str, str], ...]:
    """Those that came with the last team; empty when none did."""
    return st.session_state.get("team_input_sets", ())


def keep_team_choices(names: Sequence[str]) -> None:
    """Keep the names of the teams of which one must be chosen; none when that is done."""
    st.session_state["team_choices"] = tuple(names)


def team_choices() -> tuple[str, ...]:
    """Names of the teams in the files that were handed over, when there are several."""
    return st.session_state.get("team_choices", ())


def show_team_test(experiment_id: str) -> None:
    """Go to the test of a team."""
    st.switch_page("../drop_my_roles/page.py", query_params={"experiment": experiment_id})


def next_run_id() -> str:
    """The id of this session's next run: the same until it is used, so that two clicks start one run."""
    if "next_run_id" not in st.session_state:
        st.session_state["next_run_id"] = new_run_id()
    return st.session_state["next_run_id"]


def use_up_run_id(run_id: str) -> None:
    """Forget the next run's id, once that run is on screen."""
    if st.session_state.get("next_run_id") == run_id:
        del st.session_state["next_run_id"]


def shown_pair() -> tuple[str, ...]:
    """The runs that the URL sets side by side; empty when it names none."""
    return tuple(st.query_params.get_all("pair"))


def show_pair(pair: tuple[str, str]) -> None:
    """Set two runs side by side on this page."""
    st.query_params.from_dict({"pair": [*pair]})
    st.rerun()


def leave_pair() -> None:
    """Show this page without the pair: the menu keeps a page's parameters when it leads to the same page."""
    st.query_params.clear()
    st.rerun()


def next_pair() -> tuple[str, str]:
    """The ids of this session's next pair of runs: the same until they are used, as `next_run_id`."""
    if "next_pair" not in st.session_state:
        st.session_state["next_pair"] = (new_run_id(), new_run_id())
    return st.session_state["next_pair"]


def use_up_pair(pair: tuple[str, ...]) -> None:
    """Forget the next pair's ids, once those runs are on screen."""
    if st.session_state.get("next_pair") == pair:
        del st.session_state["next_pair"]


def is_stopping(run_id: str) -> bool:
    """Say whether this session asked a run to stop that has not ended yet."""
    return f"stopping_{run_id}" in st.session_state


def mark_stopping(run_id: str) -> None:
    """Remember that a run was asked to stop."""
    st.session_state[f"stopping_{run_id}"] = True


def forget_stopping(run_id: str) -> None:
    """Forget so, once it has ended: it may be resumed and stopped again."""
    st.session_state.pop(f"stopping_{run_id}", None)


def deletions() -> int:
    """Count the runs this session has deleted: in keys of widgets, so that no choice outlives its run."""
    return st.session_state.get("deletions", 0)


def tell_deleted(mission: str) -> None:
    """Remember that a run was deleted, to say so once."""
    st.session_state["deletions"] = deletions() + 1
    st.session_state["deleted_mission"] = mission


def just_deleted() -> str | None:
    """The mission of the run deleted a moment ago."""
    return st.session_state.pop("deleted_mission", None)


def keep_servers(found: tuple[LocalServer, ...]) -> None:
    """Remember the model servers that answered on this machine."""
    st.session_state["local_servers"] = found


def found_servers() -> tuple[LocalServer, ...] | None:
    """Those that answered when this session last looked; None when it has not."""
    return st.session_state.get("local_servers")


def new_link() -> Link | None:
    """Read the URL when it has just led here; None when this page has written or read it before."""
    link = {name: tuple(st.query_params.get_all(name)) for name in st.query_params}
    seen: tuple[Link, ...] = st.session_state.get("links_seen", ())
    # A rerun that was asked for before the browser heard of the last link still brings an older one.
    if link in seen:
        return None
    st.session_state["links_seen"] = (*seen, link)[-LINKS_SEEN:] if link else ()
    return link


def write_link(link: Link) -> None:
    """Write what is chosen into the URL, so that the URL leads to the same view."""
    seen: tuple[Link, ...] = st.session_state.get("links_seen", ())
    if link not in seen[-1:]:
        st.session_state["links_seen"] = (*seen, link)[-LINKS_SEEN:]
        st.query_params.from_dict({name: [*values] for name, values in link.items()})


def seconds_without_news(run_id: str, last_seq: int) -> float:
    """Seconds since this session first saw a run's latest event: what a running clock has to add."""
    news = f"news_{run_id}"
    seen = st.session_state.get(news)
    if seen is None or seen[0] != last_seq:
        seen = st.session_state[news] = (last_seq, time.monotonic())
    return time.monotonic() - seen[1]


def picture_format() -> str:
    """The format that the camera button of figures saves: "png" or "svg"."""
    return st.session_state.get("picture_format_kept", "png")


def keep_picture_format(chosen: str) -> None:
    """Remember what the camera button saves."""
    st.session_state["picture_format_kept"] = chosen


def shown_moment() -> int | None:
    """The moment that the URL names, which keeps up with the replay; None when it names none."""
    said = st.query_params.get("moment", "")
    return int(said) if is_whole(said) and len(said) <= LONGEST_NUMBER else None


def unfolded(run_id: str) -> tuple[str, ...]:
    """The groups of a run's role graph that were unfolded by a click."""
    return st.session_state.get(f"unfolded_{run_id}", ())


def unfold(run_id: str, group: str) -> None:
    """Remember that a group was unfolded."""
    st.session_state[f"unfolded_{run_id}"] = (*unfolded(run_id), group)


def fold_all(run_id: str) -> None:
    """Forget what was unfolded."""
    st.session_state[f"unfolded_{run_id}"] = ()


def chosen(key: str) -> int | None:
    """The number of the point that was clicked last in a figure, by the figure's key."""
    return st.session_state.get(f"chosen_{key}")


def choose(key: str, number: int | None) -> None:
    """Remember the point that was clicked; None for none."""
    st.session_state[f"chosen_{key}"] = number


def click(key: str, number: int | None) -> None:
    """A point was clicked: choose it, or let go of it when it was chosen; None lets go as well."""
    choose(key, None if number == chosen(key) else number)
    st.session_state[f"clicked_{key}"] = number


def take_click(key: str) -> int | None:
    """The point that was clicked a moment ago, once."""
    return st.session_state.pop(f"clicked_{key}", None)


def heeded_seat(run_id: str) -> int | None:
    """The seat that a run's transcript was last asked for by a click in a figure."""
    return st.session_state.get(f"heeded_seat_{run_id}")


def heed_seat(run_id: str, seat: int | None) -> None:
    """Remember so: a click is heeded once, and does not overrule what is chosen later."""
    st.session_state[f"heeded_seat_{run_id}"] = seat


def is_new(key: str, value: object) -> bool:
    """Say whether something, such as an upload, is not what this session saw under that name before."""
    seen = st.session_state.get(f"seen_{key}")
    st.session_state[f"seen_{key}"] = value
    return seen != value
