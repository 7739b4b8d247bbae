"""The teams, and the simulated models, as an OpenAI server."""

from typing import Annotated

import typer

from swarm.cli.arguments import option
from swarm.config import ensure_data_folder, read_settings
from swarm.errors import BadInput
from swarm.limits import Limits
from swarm.models.catalogue import load_catalogue, open_model
from swarm.serve import make_app
from swarm.serve import serve as serve_app
from swarm.serve.access import access_to
from swarm.serve.teams import Teams
from swarm.spec import Pace

MAX_PORT = 65_535


def serve(
    port: Annotated[int, typer.Option(help="Port on loopback; 0 picks a free one.")] = 8600,
    host: Annotated[
        str, typer.Option(help="Others than loopback want a token in ROLELESS_TOKEN.")
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A further name by which requests may call this machine.")
    ] = None,
    max_usd: Annotated[
        float | None, option("max_usd", "Most dollars of a team's run. Real models: 1 unless given.")
    ] = None,
    max_calls: Annotated[int | None, option("max_calls", "Most calls of a team's run.")] = None,
    pace: Annotated[Pace, option("pace")] = "instant",
) -> None:
    """Offer teams, and the simulated models, to any OpenAI client: http://127.0.0.1:8600/v1.

    A team is the model roleless/<protocol>-<agents>@<model>, such as roleless/sequential-8@sim/strong: the mission is
    the user's last message, the reply is what the team delivers, and the run is kept like any other.
    """
    if not 0 <= port <= MAX_PORT:
        raise BadInput(f"--port {port}: give a number from 0 to {MAX_PORT:,}")
    settings = read_settings()
    access = access_to(host, settings.serve_token, allow_host or ())
    ensure_data_folder(settings)
    simulated = [card.id for card in load_catalogue().values() if card.simulated]
    models = {name: open_model(name, settings, pace=pace) for name in simulated}
    teams = Teams(settings, Limits(usd=max_usd, calls=max_calls), pace)
    serve_app(host, port, make_app(models, teams, access))
