"""The commands by name: each is loaded when it is called, and `--help` reads one line of it."""

import ast
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from swarm.errors import BadInput
from swarm.text.numbers import decimal, whole

Table = Mapping[str, "str | Mapping[str, str]"]
"""Name -> a function of a file of this folder, such as "run.stop", or the commands of a group."""

COMMANDS: Table = {
    "run": "run.run",
    "resume": "run.resume",
    "stop": "run.stop",
    "list": "history.list_runs",
    "show": "history.show",
    "compare": "compare.compare",
    "claims": "claims.claims",
    "export": "exchange.export",
    "import": "exchange.import_file",
    "delete": "history.delete",
    "missions": "catalogue.missions",
    "models": "catalogue.models",
    "serve": "serve.serve",
    "rebuild": "history.rebuild",
    "doctor": "doctor.doctor",
    "experiment": {
        "plan": "experiment.plan",
        "run": "experiment.run",
        "resume": "experiment.resume",
        "extend": "experiment.extend",
        "status": "experiment.status",
        "stop": "experiment.stop",
        "results": "experiment.results",
        "list": "experiment.list_experiments",
    },
    "team": {
        "import": "team.import_team",
        "test": "team.try_team",
        "verdict": "team.verdict",
        "export": "team.export",
    },
}
"""In the order in which help lists them."""
GROUPS = {
    "experiment": "Plan a grid of runs, see its price and what it can show, perform it, read the answer.",
    "team": "Should I drop my roles? Import a team of another framework, test it, take the better set-up home.",
}
"""Help of each group, in a sentence."""
HIDDEN: Table = {"perform": "perform.perform", "perform-experiment": "perform.perform_experiment"}
"""Commands that the dashboard calls."""


class LazyGroup(TyperGroup):
    """Commands whose files are imported when one of them is called."""

    def __init__(self, *, table: Table = COMMANDS, unlisted: Table = HIDDEN, **attributes: Any) -> None:
        """Know the names alone; those unlisted can be called too."""
        super().__init__(**attributes)
        self._table = {**table, **unlisted}
        self.commands = {name: TyperCommand(name) for name in table}

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """Return what help shows of a command; None when there is none of this name."""
        place = self._table.get(cmd_name)
        return TyperCommand(cmd_name, help=help_of(cmd_name, place)) if place else None

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is called, loaded, and its arguments."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(name, self._table[name]) if name else None, rest


def help_of(name: str, place: str | Table) -> str:
    """Return what help says of a command or a group, without importing it."""
    if not isinstance(place, str):
        return GROUPS[name]
    file, function = place.split(".")
    code = ast.parse((Path(__file__).parent / f"{file}.py").read_text(encoding="utf-8")).body
    found = next(node for node in code if isinstance(node, ast.FunctionDef) and node.name == function)
    return ast.get_docstring(found) or ""


def load(name: str, place: str | Table) -> Any:
    """Import a command; a group of commands imports its own when they are called."""
    if not isinstance(place, str):
        return LazyGroup(name=name, help=GROUPS[name], table=place, unlisted={}, no_args_is_help=True)
    file, function = place.split(".")
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(getattr(import_module(f"swarm.cli.{file}"), function))
    command = typer.main.get_command(alone)
    for parameter in command.params:
        _read_plainly(parameter)
    return command


def _read_plainly(parameter: Any) -> None:
    """Let a parameter that is a number take what people write as one; Python takes "1_0", "٣" and "inf" as well."""
    read = {int: whole, float: decimal}.get(parameter.type_descriptor.annotation)
    if read is None:
        return
    process = parameter.process_value

    def plainly(context: Any, value: Any) -> Any:
        try:
            return process(context, read(value) if isinstance(value, str) else value)
        except ValueError as error:
            raise BadInput(f"{parameter.opts[0]} {value[:40]!r}: {error}") from error

    # Where Typer looks for it.
    parameter.__dict__["process_value"] = plainly
