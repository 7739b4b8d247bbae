"""A team of OpenClaw is read: its agents from openclaw.json, their roles from their workspaces.

Tokens, channels and the gateway are left alone, and only named.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from swarm.team import MAX_AGENTS
from swarm.teams.openclaw.entries import Agent, Chosen, agents_of, chosen, configurations
from swarm.teams.openclaw.leading import about_order, bound_of, callers_of, leader_of
from swarm.teams.openclaw.workspace import OTHER_FILES, ROLE_FILES, Workspace, in_folder, named_in, workspace
from swarm.teams.reading.blanks import without_blanks
from swarm.teams.reading.candidates import place
from swarm.teams.reading.choice import nearest
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenRole, GivenTeam, Note
from swarm.teams.reading.values import BadTeam, Data, mapping, unknown_keys

_READ = {"agents", "agent", "identity"}
_HOME = "~/.openclaw/workspace"
"""The folder in which OpenClaw's first agent works unless told otherwise."""


class _Member(NamedTuple):
    """An agent with all that makes its role."""

    agent: Agent
    model: Chosen
    workspace: Workspace | None


def read(files: Files) -> GivenTeam | None:
    """Read a team from its configuration and its workspaces; None when there is no configuration and no soul.

    Raises:
        BadTeam: names the file and the place.
    """
    found = configurations(files)
    if not found:
        return _souls(files)
    path, configuration = nearest(files, found, "configurations of OpenClaw")
    agents = agents_of(path, configuration)
    members = [_member(path, configuration, files, agent, agents) for agent in agents]
    callers = callers_of(path, configuration, agents)
    leader = leader_of(agents, callers, bound_of(configuration))
    members.sort(key=lambda member: member.agent.id != leader)
    return GivenTeam(
        name="OpenClaw team",
        roles=tuple(map(_role, members)),
        coordination="order" if leader is None else "leader",
        notes=(
            *_notes(path, configuration, files, members),
            *about_order(path, callers, leader, len(members)),
        ),
    )


def _souls(files: Files) -> GivenTeam | None:
    """Agents by their folders alone, each with a SOUL.md, in the order of names; None when there is none."""
    folders = [PurePosixPath(path).parent for path in files.named("SOUL.md")]
    if not folders:
        return None
    if len(folders) > MAX_AGENTS:
        raise BadTeam(
            f"{folders[0]}/SOUL.md", "", f"{len(folders)} agents; at most {MAX_AGENTS} can be tested"
        )
    names = [_called(files, folder) for folder in folders]
    roles = [
        GivenRole(without_blanks(name), background=in_folder(files, folder).background)
        for name, folder in zip(names, folders, strict=True)
    ]
    why = "openclaw.json, which says who leads and which models they have, is not among the files."
    order = "Agents work in the order of their folders' names, hearing all before them."
    return GivenTeam(
        name="OpenClaw team",
        roles=tuple(roles),
        notes=(
            Note("understood", f"{len(roles)} roles from folders with a SOUL.md"),
            Note("changed", "the order of work", f"{why} {order}"),
        ),
    )


def _called(files: Files, folder: PurePosixPath) -> str:
    """The name in a folder's IDENTITY.md, else the folder's."""
    told = named_in(files.texts.get((folder / "IDENTITY.md").as_posix(), ""))
    bare = folder.name.removeprefix("workspace-")
    if bare in ("workspace", "agent", "agents", ""):
        bare = folder.parent.name or bare
    return told or bare or "main"


def _member(path: str, configuration: Data, files: Files, agent: Agent, agents: Sequence[Agent]) -> _Member:
    defaults = _defaults(path, configuration)
    own = chosen(path, agent.place, agent.entry.model)
    model = own if own.model else chosen(path, "agents.defaults", defaults.get("model"))
    first = agent is agents[0] or bool(agent.entry.default)
    usual = defaults.get("workspace") or _HOME
    names = (
        agent.entry.workspace,
        f"workspace-{agent.id}",
        agent.id,
        usual if first and isinstance(usual, str) else None,
    )
    known = [name for name in names if name]
    return _Member(agent, model, workspace(files, known, alone=len(agents) == 1))


def _defaults(path: str, configuration: Data) -> Data:
    agents = mapping(path, "agents", configuration.get("agents") or {})
    return mapping(path, "agents.defaults", agents.get("defaults") or {})


def _role(member: _Member) -> GivenRole:
    entry = member.agent.entry
    presented = entry.identity.name if entry.identity else None
    theme = f"Character: {entry.identity.theme}" if entry.identity and entry.identity.theme else ""
    told = member.workspace.background if member.workspace else ""
    return GivenRole(
        without_blanks(entry.name or presented or member.agent.id),
        without_blanks(entry.description or ""),
        "\n\n".join(text for text in (without_blanks(theme), told) if text),
        member.model.model,
    )


def _notes(path: str, configuration: Data, files: Files, members: Sequence[_Member]) -> Iterator[Note]:
    yield Note("understood", f"{len(members)} roles from {path}")
    used = [file for member in members if member.workspace for file in member.workspace.used]
    if used:
        yield Note("understood", f"the background of roles from {len(set(used))} workspace files")
    if len(used) > len(set(used)):
        why = "Give each agent's files in folders called like the path of its workspace."
        yield Note("changed", "agents that share one folder of workspace files", why)
    bare = sum(member.workspace is None for member in members)
    if bare:
        why = f"Their roles are only names: give their {', '.join(ROLE_FILES)} in folders called like their workspaces."
        yield Note("changed", f"agents without workspace files ({bare})", why)
    others = Counter(file.rpartition("/")[2] for file in files.named(*OTHER_FILES))
    if others:
        counts = ", ".join(f"{name} ({count})" for name, count in others.items())
        yield Note("ignored", counts, "They tell of tools, users and past days, not of roles.")
    fallbacks = sum(member.model.fallbacks for member in members)
    if fallbacks:
        yield Note("ignored", f"{path}: fallback models ({fallbacks})", "Each agent has one model.")
    yield from _ignored_keys(path, configuration, members)


def _ignored_keys(path: str, configuration: Data, members: Sequence[_Member]) -> Iterator[Note]:
    keys = [place(key) for key in configuration if key not in _READ]
    if keys:
        why = "Tokens, channels, tools and the gateway are never kept or shown."
        yield Note("ignored", f"{path}: {', '.join(keys[:20])}", why)
    own: Counter[Any] = Counter(key for member in members for key in unknown_keys(member.agent.entry))
    if own:
        counts = ", ".join(f"{key} ({count})" for key, count in own.most_common(12))
        yield Note("ignored", f"{path}: agents' {counts}", "Tools, skills and sandboxes are not emulated.")
