"""What was made in code is read as a crew: who it is, what it does, in what order. The code is followed, never run."""

from collections.abc import Mapping

from swarm.teams.crewai.bound import Bound, Code, Rows
from swarm.teams.crewai.follower import AGENTS, TASKS, CrewFollower, decorated
from swarm.teams.crewai.models import model_of
from swarm.teams.crewai.naming import likeliest, names_of, nearest, shown, words
from swarm.teams.python.texts import blank
from swarm.teams.python.values import External, Listed, Made, Table, Unknown, as_text
from swarm.teams.reading.values import BadTeam

_TEXTS = ("role", "goal", "backstory", "description", "expected_output", "name")
_OF_CREWS = {"agents", "tasks", "process", "manager_agent", "manager_llm", "name"}
_BOUND = {*_TEXTS, "config", "llm", "agent", "context"}


class Reading:
    """Reads one crew."""

    def __init__(self, follower: CrewFollower, made: Made | None, agents: Rows, tasks: Rows) -> None:
        self._follower = follower
        self._made = made
        all_made = follower.made
        self._all = {"agent": [each for each in all_made if each.kind in AGENTS]}
        self._all["task"] = [each for each in all_made if each.kind in TASKS]
        path = made.path if made else self._all["agent"][0].path
        self._rows = {"agent": nearest(agents, path), "task": nearest(tasks, path)}
        self._names: dict[tuple[object, ...], str] = {}
        self._code = Code(path)
        self._paths: set[str] = set()
        self._receiver = follower.receivers.get(id(made)) if made else None

    def code(self) -> Code:
        """What the crew binds."""
        said = self._made.said if self._made else {}
        self._title(said)
        agents = self._items("agent", said.get("agents"))
        self._code.agents += [name for each in agents if (name := self._agent(each))]
        self._take_process(said)
        for each in self._items("task", said.get("tasks")):
            self._take_task(each)
        self._code.agents = list(dict.fromkeys(self._code.agents))
        self._code.tasks = list(dict.fromkeys(self._code.tasks))
        self._code.ignored.update(set(said) - _OF_CREWS)
        self._code.inputs = dict(self._made.inputs) if self._made else {}
        used = {self._code.path, *(path for path in self._paths)}
        self._code.either = {path: lines for path, lines in self._follower.either.items() if path in used}
        return self._code

    def _title(self, said: Mapping[str, object]) -> None:
        kind = self._receiver.kind if self._receiver else None
        based = kind is not None and any(
            next(decorated(kind, each), None) for each in ("agent", "task", "crew")
        )
        title = words(kind.name) if kind and based else ""
        self._code.title = as_text(said.get("name")) or title
        names = self._made.names if self._made else []
        own = likeliest([name for name in names if name != "crew"])
        self._code.name = ".".join(filter(None, (kind.name if kind else "", own or ("" if kind else "crew"))))

    def _items(self, kind: str, value: object) -> list[object]:
        """What a crew lists; all that there is where nobody can follow that."""
        if isinstance(value, Table):
            value = Listed([*value.rows.values()])
        if isinstance(value, Listed):
            flat = [
                inner
                for each in value.items
                for inner in (each.items if isinstance(each, Listed) else [each])
            ]
            return [each for each in flat if each is not None]
        if self._made is None:
            return [*self._all[kind]]
        if value is None:
            return []
        self._code.unclear.add(self._made.line)
        rows = self._rows[kind]
        if rows is not None and rows.rows:
            self._code.by_name.append(f"all {kind}s")
            return [Unknown(key, (key,)) for key in rows.rows]
        return self._without_a_list(kind, value)

    def _without_a_list(self, kind: str, value: object) -> list[object]:
        assert self._made is not None
        if kind == "task":
            self._code.lost_tasks = True
            return []
        where = f"line {self._made.line}"
        what = f"the crew's agents are taken from {shown(value)}, which cannot be followed"
        raise BadTeam(
            self._made.path, where, f"{what}: give the file that makes them, or an agents.yaml beside it"
        )

    def _take_process(self, said: Mapping[str, object]) -> None:
        process = said.get("process")
        name = process.last if isinstance(process, External) else as_text(process)
        self._code.led = name == "hierarchical"
        if process is not None and name not in ("hierarchical", "sequential") and self._made:
            self._code.unclear.add(self._made.line)
        manager = said.get("manager_agent")
        if manager is not None and self._code.led:
            self._code.manager = self._agent(manager)
        model = said.get("manager_llm")
        self._code.manager_model = model_of(model)
        if model is not None and self._code.manager_model is None and self._made:
            self._code.unclear.add(self._made.line)

    def _agent(self, value: object) -> str:
        """The name of an agent.

        Raises:
            BadTeam: when nobody can follow who it is.
        """
        if isinstance(value, Made):
            return self._known("agent", value)
        found = self._by_name("agent", value)
        if found:
            return found
        path, line = (self._made.path, self._made.line) if self._made else (self._code.path, 0)
        what = f"an agent of the crew is {shown(value)}, which cannot be followed"
        raise BadTeam(
            path, f"line {line}", f"{what}: give the file that makes it, or an agents.yaml beside it"
        )

    def _take_task(self, value: object) -> None:
        name = self._known("task", value) if isinstance(value, Made) else self._by_name("task", value)
        if name:
            self._code.tasks.append(name)
        else:
            self._code.lost_tasks = True

    def _by_name(self, kind: str, value: object) -> str:
        """The name of what is in the YAML file, or made elsewhere in the code, under the name of a value; or empty."""
        names = list(names_of(value))
        rows = self._rows[kind]
        row = next((name for name in names if rows and name in rows.rows), None)
        if row is not None and rows is not None:
            self._code.by_name.append(row)
            entry = rows.rows[row]
            return self._add(
                (kind, row), row, Bound(row, rows.path, entry.rows if isinstance(entry, Table) else {})
            )
        made = next((each for name in names for each in self._all[kind] if name in each.names), None)
        return self._known(kind, made) if made else ""

    def _known(self, kind: str, made: Made) -> str:
        """The name of an agent or a task; those that are made alike at one place are the same."""
        mark = (kind, id(made))
        if mark not in self._names:
            self._names[mark] = ""
            self._paths.add(made.path)
            bound = self._bound(kind, made)
            alike = (kind, id(made.node), bound.key, *sorted(bound.texts.items()))
            self._names[mark] = self._add(alike, likeliest(made.names) or kind, bound)
        return self._names[mark]

    def _add(self, mark: tuple[object, ...], name: str, bound: Bound) -> str:
        if mark not in self._names:
            number, stem = 1, name
            while name in self._code.bound:
                number += 1
                name = f"{stem}_{number}"
            self._names[mark] = name
            self._code.bound[name] = bound
        return self._names[mark]

    def _bound(self, kind: str, made: Made) -> Bound:
        said = self._said(kind, made)
        row = self._row(kind, made, said)
        texts = {
            name: text
            for name in _TEXTS
            if said.get(name) is not None and (text := self._text(kind, said[name], name)) is not None
        }
        self._code.ignored.update(set(said) - _BOUND)
        self._check_role(kind, made, said, texts)
        return Bound(
            row.key if row else None,
            row.path if row else "",
            row.rows if row else {},
            texts,
            self._model(made, said.get("llm"), row),
            self._agent_of_task(made, said.get("agent")) if kind == "task" else None,
            self._context(made, said["context"]) if kind == "task" and "context" in said else None,
        )

    def _check_role(
        self, kind: str, made: Made, said: Mapping[str, object], texts: Mapping[str, str]
    ) -> None:
        """Refuse an agent whose role nobody can tell: it would be played as somebody else."""
        value = said.get("role")
        if (
            kind == "agent"
            and isinstance(value, Unknown | External)
            and texts.get("role", blank(value)) == blank(value)
        ):
            what = f"the role of an agent is {shown(value)}, which cannot be followed"
            raise BadTeam(
                made.path, f"line {made.line}", f"{what}: give the file that makes the crew as well"
            )

    def _said(self, kind: str, made: Made) -> Mapping[str, object]:
        config = made.said.get("config")
        plain = config.rows if isinstance(config, Table) and config.key is None else {}
        return {**plain, **made.said, **({"config": made.spread[0]} if made.spread else {})}

    def _row(self, kind: str, made: Made, said: Mapping[str, object]) -> Table | None:
        """The entry of a YAML file that configures an agent or a task; by name, where the code cannot be followed."""
        config = said.get("config")
        if isinstance(config, Table):
            return config if config.key is not None else None
        open_ones = [value for name in _TEXTS if (value := said.get(name)) is not None]
        if config is None and open_ones:
            return self._told_alike(kind, said)
        rows = self._rows[kind]
        told = isinstance(config, Unknown) and config.keys
        own = [] if told else [inner for name in made.names for inner in names_of(Unknown(name))]
        names = [*names_of(config), *own]
        key = next((name for name in names if rows and isinstance(rows.rows.get(name), Table)), None)
        found = rows.rows[key] if rows and key else None
        self._code.by_name += [key] if key and not told else []
        if found is None and (config is not None or not open_ones):
            raise self._not_configured(kind, made, rows)
        return found if isinstance(found, Table) else None

    def _told_alike(self, kind: str, said: Mapping[str, object]) -> Table | None:
        """The entry whose own words are said, which the code took out of it one by one."""
        rows = self._rows[kind]
        for name in ("role", "description"):
            value = said.get(name)
            key = next(reversed(value.keys[:-1]), "") if isinstance(value, Unknown) else ""
            text = as_text(value)
            for other, row in rows.rows.items() if rows and (key or text) else ():
                if isinstance(row, Table) and (
                    other == key or (text and as_text(row.rows.get(name)) == text)
                ):
                    return Table({}, other, row.path)
        return None

    def _not_configured(self, kind: str, made: Made, rows: Table | None) -> BadTeam:
        name = likeliest(made.names) or kind
        called = name if len(name) <= 60 else kind
        if rows is not None:
            return BadTeam(rows.path, "", f"has no {kind} for {called}, which {made.path} makes")
        fault = f"the texts of the {kind} {called} are in a YAML file: give config/{kind}s.yaml as well"
        return BadTeam(made.path, f"line {made.line}", fault)

    def _text(self, kind: str, value: object, name: str) -> str | None:
        """A text as it is written; a blank where only whoever starts the code would tell."""
        text = as_text(value)
        if text is None and isinstance(value, Unknown):
            key = next((each for each in reversed(value.keys[:-1])), None)
            rows = self._rows[kind]
            row = rows.rows.get(key) if rows and key else None
            text = as_text(row.rows.get(value.keys[-1])) if isinstance(row, Table) else None
            return blank(value) if text is None else text
        return text

    def _model(self, made: Made, llm: object, row: Table | None) -> str | None:
        llm = row.rows.get("llm") if llm is None and row else llm
        receiver = self._follower.receivers.get(id(made))
        if isinstance(llm, str) and receiver and llm.isidentifier():
            method = next((each for each in decorated(receiver.kind, "llm") if each.name == llm), None)
            llm = self._follower.enter(method, receiver, [], {}) if method else llm
        found = model_of(llm)
        if found is None and llm is not None:
            self._code.unclear.add(made.line)
        return found or (model_of(row.rows.get("llm")) if row else None)

    def _agent_of_task(self, made: Made, value: object) -> str | None:
        if value is None:
            return None
        if isinstance(value, str):
            return value
        found = self._known("agent", value) if isinstance(value, Made) else self._by_name("agent", value)
        if not found:
            what = f"a task is given to {shown(value)}, who cannot be followed"
            raise BadTeam(
                made.path, f"line {made.line}", f"{what}: give the file that makes the crew as well"
            )
        self._code.agents += [found] if self._made is None or not self._code.led else []
        return found

    def _context(self, made: Made, value: object) -> tuple[str, ...] | None:
        if value is None:
            return ()
        items = value.items if isinstance(value, Listed) else [value]
        names = [
            self._known("task", each) if isinstance(each, Made) else self._by_name("task", each)
            for each in items
        ]
        if all(names):
            return tuple(names)
        self._code.unclear.add(made.line)
        return None
