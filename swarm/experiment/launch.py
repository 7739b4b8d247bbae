"""The process that performs an experiment, started."""

from swarm.config import Settings, ensure_data_folder
from swarm.engine.launch import is_running, start_performer
from swarm.errors import RunBusy
from swarm.experiment.perform import begun_already
from swarm.grid import EXPERIMENT, Experiment
from swarm.recording.journal import journal_of


def launch_experiment(experiment: Experiment, settings: Settings, *, resumed: bool = False) -> str:
    """Start a process that performs an experiment, or what is left of one; returns its id once it has begun.

    Args:
        experiment: what is played, under what terms from now on.
        settings: where to keep it.
        resumed: whether it was begun before.

    Raises:
        RunBusy: when it is being performed.
        SwarmError: when the process ended without beginning, with what it said.
    """
    ensure_data_folder(settings)
    experiment_id = experiment.grid.id
    if is_running(experiment_id, settings):
        raise RunBusy(f"the experiment {experiment.grid.name!r} is being performed")
    journal = journal_of(experiment_id, settings)
    if not resumed and journal.exists() and journal.stat().st_size:
        raise RunBusy(begun_already(experiment.grid))
    how = ["--resume"] if resumed else []
    start_performer(["perform-experiment", *how], EXPERIMENT.dump_json(experiment), settings, experiment_id)
    return experiment_id
