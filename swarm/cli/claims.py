"""The command about the paper's claims."""

from pathlib import Path
from typing import Annotated

import typer

from swarm.claims.file import Claim, ClaimBook, claim_book
from swarm.claims.gaps import limited, missing, priced
from swarm.claims.judging import judge_claims
from swarm.claims.report import plain, summary
from swarm.cli.arguments import Json, write_file
from swarm.cli.terminal import print_json, remark
from swarm.cli.terminal.claims import print_claim, print_claims
from swarm.cli.terminal.experiments import print_plan
from swarm.config import Settings, read_settings
from swarm.errors import BadInput, UnknownName
from swarm.experiment.file import experiment_toml
from swarm.history.store import History
from swarm.mission import load_library


def claims(
    group: Annotated[str | None, typer.Option(help="Only claims of this group, such as protocols.")] = None,
    claim: Annotated[
        str | None, typer.Option(help="One claim in full, by its id: the list of all shows them.")
    ] = None,
    missing: Annotated[
        Path | None, typer.Option(help="Write the experiment that --claim still needs into this file.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="For --missing: the model to run.", show_default="the simulated one")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold the paper's claims against your runs: supported, contradicted or undetermined; simulated and real apart."""
    book, settings = claim_book(), read_settings()
    history = History(settings)
    if missing:
        if not claim:
            raise BadInput("--missing needs --claim ID: an experiment is about one claim")
        _write_missing(book.claim(claim), model, missing, settings, history)
        return
    wanted = {each.id for each in _chosen(book, group, claim)}
    judged = [each for each in judge_claims(history.cells()) if each.claim.id in wanted]
    if as_json:
        remarks = {name: [each._asdict() for each in getattr(book, name)] for name in _REMARKS}
        sums = {kind: summary(judged, simulated=kind == "simulated") for kind in ("simulated", "real")}
        print_json({"summary": sums, "claims": list(plain(judged)), **remarks})
    elif claim:
        print_claim(judged[0], load_library(settings.mission_folders))
    else:
        print_claims(judged, book)


_REMARKS = ("untestable", "contradictions", "undefined")


def _chosen(book: ClaimBook, group: str | None, claim: str | None) -> list[Claim]:
    if claim:
        return [book.claim(claim)]
    wanted = None if group is None else group.strip().casefold()
    if group is not None and wanted not in {each.casefold() for each in book.groups}:
        raise UnknownName("group", group, book.groups)
    return [each for each in book.claims if wanted in (None, each.group.casefold())]


def _write_missing(claim: Claim, model: str | None, path: Path, settings: Settings, history: History) -> None:
    experiment = missing(claim, history.cells(), load_library(settings.mission_folders), model)
    if experiment is None:
        remark(
            f"nothing is missing: the claim {claim.id!r} has a verdict, or no run of this model could bring one"
        )
        return
    foretold = priced(experiment, settings)
    experiment = limited(experiment, foretold)
    write_file(path, experiment_toml(experiment).encode())
    print_plan(experiment, foretold, ())
    remark(f"wrote {path}; perform it by `python -m swarm experiment run {path}`")
