"""This file is where the command line is put together: `python -m swarm` does everything the dashboard does.

Exit codes: 0 finished, 1 failed, 2 bad input, 3 stopped or a limit reached. With `--json` a command prints one
JSON value and nothing else to standard output; remarks go to standard error.
"""

import sys
from dataclasses import asdict
from typing import Annotated, NoReturn

import typer

from swarm import cli_claims, cli_compare, cli_experiments, cli_history, cli_run, cli_team
from swarm.cli_arguments import Json, Pace
from swarm.errors import BadInput, SwarmError
from swarm.secrets import keys_in, without_values

app = typer.Typer(
    name="swarm",
    help="Roleless: compose a mission, watch a team organize itself, find it again.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> NoReturn:
    """Run the command line; every error a person can act upon is one sentence."""
    from swarm.config import fault_wanted, read_settings
    from swarm.faultpoint import arm
    from swarm.quiet import keep_out_of_logs, keep_out_of_tracebacks
    from swarm.terminal import remark

    arm(fault_wanted())
    secrets = read_settings().secret_values()
    keep_out_of_logs(secrets)
    try:
        if any(keys_in(argument) for argument in sys.argv):
            raise BadInput(
                "an argument looks like a key: arguments can be read by others and stay in the shell's history; "
                "keys belong in the environment"
            )
        if any("\udc80" <= letter <= "\udcff" for argument in sys.argv for letter in argument):
            raise BadInput("an argument is not valid UTF-8 text")
        app()
    except SwarmError as error:
        remark(without_values(f"error: {error}", secrets))
        raise SystemExit(2 if isinstance(error, BadInput) else 1) from None
    except Exception:
        # Not before: Typer puts a hook of its own there.
        keep_out_of_tracebacks(secrets)
        raise
    raise SystemExit(0)


def missions(as_json: Json = False) -> None:
    """List the missions of the library."""
    from swarm.config import read_settings
    from swarm.mission import load_library
    from swarm.terminal import print_json, print_missions

    library = load_library(read_settings().mission_folders)
    if as_json:
        print_json([asdict(mission) for mission in library.values()])
    else:
        print_missions(list(library.values()))


def models(as_json: Json = False) -> None:
    """List the catalogue and your own models: prices, context sizes, which keys are present (never their values)."""
    from swarm.config import read_settings
    from swarm.models.catalogue import known_models, present_keys
    from swarm.terminal import print_json, print_models

    settings = read_settings()
    cards = list(known_models(settings).values())
    present = {card.id: present_keys(card, settings) for card in cards}
    if as_json:
        print_json(
            [
                {**asdict(card), "keys_present": present[card.id], "simulated": card.simulated}
                for card in cards
            ]
        )
    else:
        print_models(cards, present)


def serve(
    port: Annotated[int, typer.Option(help="Port on loopback; 0 picks a free one.")] = 8600,
    host: Annotated[
        str, typer.Option(help="Others than loopback want a token in ROLELESS_TOKEN.")
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A further name by which requests may call this machine.")
    ] = None,
    max_usd: Annotated[
        float | None, typer.Option(help="Most dollars of a team's run. Real models: 1 unless given.")
    ] = None,
    max_calls: Annotated[int | None, typer.Option(help="Most calls of a team's run.")] = None,
    pace: Annotated[
        Pace, typer.Option(help="How much of simulated thinking time to wait for.")
    ] = Pace.instant,
) -> None:
    """Offer teams, and the simulated models, to any OpenAI client: http://127.0.0.1:8600/v1.

    A team is the model roleless/<protocol>-<agents>@<model>, such as roleless/sequential-8@sim/strong: the mission is
    the user's last message, the reply is what the team delivers, and the run is kept like any other.
    """
    from swarm.budget import Limits
    from swarm.config import ensure_data_folder, read_settings
    from swarm.models.catalogue import load_catalogue, open_model
    from swarm.serve import make_app
    from swarm.serve import serve as serve_app
    from swarm.serve.access import access_to
    from swarm.serve.teams import Teams

    settings = read_settings()
    access = access_to(host, settings.serve_token, allow_host or ())
    ensure_data_folder(settings)
    simulated = [card.id for card in load_catalogue().values() if card.simulated]
    models = {name: open_model(name, settings, pace=pace.value) for name in simulated}
    teams = Teams(settings, Limits(usd=max_usd, calls=max_calls), pace.value)
    serve_app(host, port, make_app(models, teams, access))


def doctor(as_json: Json = False) -> None:
    """Check what Roleless needs: Python, packages, data folder, keys by name, local servers, Chromium."""
    from swarm.config import read_settings
    from swarm.doctor import examine
    from swarm.terminal import print_findings, print_json

    findings = examine(read_settings())
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_findings(findings)
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


app.add_typer(cli_experiments.app)
app.add_typer(cli_team.app)
app.command()(cli_run.run)
app.command()(cli_run.resume)
app.command()(cli_run.stop)
app.command("list")(cli_history.list_runs)
app.command()(cli_history.show)
app.command()(cli_compare.compare)
app.command()(cli_claims.claims)
app.command()(cli_history.export)
app.command("import")(cli_history.import_file)
app.command()(cli_history.delete)
app.command()(missions)
app.command()(models)
app.command()(serve)
app.command()(cli_history.rebuild)
app.command()(doctor)
app.command(hidden=True)(cli_run.perform)
app.command("perform-experiment", hidden=True)(cli_experiments.perform_experiment)
