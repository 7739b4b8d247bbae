"""Questions are asked in SQL, of a history that is open and fresh."""

from collections.abc import Collection

from duckdb import DuckDBPyConnection, DuckDBPyRelation
from pandas import DataFrame

from swarm.cell import options_as_kept
from swarm.errors import UnknownName, UnknownRun
from swarm.history.rows import COLUMNS, Damage, RunFilter, roles_from
from swarm.metrics.over_runs import RunRoles
from swarm.mission import Mission
from swarm.recording.record import Status
from swarm.spec import PastRole
from swarm.team import generic_roles

# Whether a process performs an unfinished run stands in no file: to $abandoned journals, none writes.
_MATCHING = """
    WITH shown AS (
        SELECT * EXCLUDE (body) REPLACE (
            CASE WHEN status = 'running' AND list_contains($abandoned::VARCHAR[], journal)
                THEN 'interrupted' ELSE status END AS status,
            CASE WHEN status = 'running' AND list_contains($abandoned::VARCHAR[], journal)
                THEN 'interrupted' ELSE shortfall END AS shortfall
        )
        FROM runs
    )
    SELECT * FROM shown
    WHERE ($text::VARCHAR IS NULL OR contains(lower(mission_title), lower($text))
            OR contains(lower(mission_id), lower($text)) OR contains(lower(run_id), lower($text))
            OR contains(lower(owner), lower($text)))
        AND (len($protocols::VARCHAR[]) = 0 OR list_contains($protocols::VARCHAR[], protocol))
        AND (len($models::VARCHAR[]) = 0 OR list_has_any($models::VARCHAR[], model_names))
        AND (len($statuses::VARCHAR[]) = 0 OR list_contains($statuses::VARCHAR[], status))
        AND ($simulated::BOOLEAN IS NULL OR simulated = $simulated)
        AND ($organization::VARCHAR IS NULL OR organization = $organization)
        AND ($experiment::VARCHAR IS NULL OR experiment = $experiment)
        AND (len($run_ids::VARCHAR[]) = 0 OR list_contains($run_ids::VARCHAR[], run_id))
        AND (len($agents::INTEGER[]) = 0 OR list_contains($agents::INTEGER[], agents))
        AND (len($levels::VARCHAR[]) = 0 OR list_contains($levels::VARCHAR[], level))
        AND (len($shocks::VARCHAR[]) = 0
            OR list_contains($shocks::VARCHAR[], split_part(coalesce(shock, 'none'), ' ', 1)))
        AND ($judge::VARCHAR IS NULL OR coalesce(judge, 'none') = $judge)
        AND ($prompts::VARCHAR IS NULL OR prompts = $prompts)
        AND (NOT $usual OR (imported IS NULL AND len(model_names) = 1
            AND (options = '{}' OR protocol = 'fixed_roles' AND options = $generic)))
"""
_UNFINISHED = """
    SELECT journal FROM runs WHERE status = 'running'
    UNION SELECT journal FROM experiments WHERE status = 'running'
"""
_RUN = "SELECT body, status, journal FROM runs WHERE run_id = $run_id"
_TURNS_OF_RUN = 'SELECT body FROM turns WHERE run_id = $run_id ORDER BY "index"'
_TURNS = """
    SELECT turns.* EXCLUDE (body), body->>'text' AS text
    FROM turns
    JOIN (SELECT unnest($ids::VARCHAR[]) AS run_id, unnest(range(len($ids))) AS place) USING (run_id)
    ORDER BY place, "index"
"""
_WAS_DELETED = "SELECT count(*) > 0 FROM deleted WHERE run_id = $run_id"
_NEAREST = """
    SELECT run_id FROM runs WHERE 2 * levenshtein(run_id, $run_id) <= length(run_id)
    ORDER BY levenshtein(run_id, $run_id), run_id LIMIT 1
"""
_PAST_ROLES = """
    WITH earlier AS (
        SELECT run_id, mission_title, started FROM runs
        WHERE organization = $organization AND simulated = $simulated AND status = 'finished'
            AND imported IS NULL
            AND NOT (mission_id = $mission_id AND mission_title = $mission_title)
        ORDER BY started DESC, run_id DESC LIMIT $missions
    )
    SELECT mission_title, seat, role FROM earlier JOIN turns USING (run_id)
    WHERE action = 'contribute'
    QUALIFY "index" = max("index") OVER (PARTITION BY run_id, seat) AND role IS NOT NULL
    ORDER BY started, run_id, "index"
"""
_ROLES = """
    WITH spoke AS (
        SELECT run_id, seat,
            max("index") FILTER (action = 'contribute') AS place,
            arg_max_null(role, "index") FILTER (action = 'contribute') AS role,
            max_by(action, "index") FILTER (action <> 'intend') AS at_last,
            bool_or(action IN ('plan', 'contribute')) AS delivered
        FROM turns SEMI JOIN wanted USING (run_id)
        GROUP BY run_id, seat
    ), summed AS (
        SELECT run_id,
            map(
                list(seat ORDER BY place) FILTER (role IS NOT NULL),
                list(role ORDER BY place) FILTER (role IS NOT NULL)
            ) AS roles,
            list(seat) FILTER (at_last = 'abstain' AND NOT delivered) AS sat_out
        FROM spoke GROUP BY run_id
    )
    SELECT run_id, started, mission_id, mission_title, protocol, models, agents, simulated, organization,
        coalesce(roles, MAP {}), coalesce(sat_out, [])
    FROM wanted LEFT JOIN summed USING (run_id)
    ORDER BY started, run_id
"""
_DAMAGES = "SELECT path, unnest(damaged) AS line FROM journals ORDER BY path, line"


def matching(
    connection: DuckDBPyConnection, where: RunFilter, abandoned: Collection[str], *also: str
) -> DuckDBPyRelation:
    """The runs a filter means, in the columns of RunRow and others behind; unfinished ones may be interrupted."""
    parameters = {
        "text": where.text or None,
        "protocols": list(where.protocols),
        "models": list(where.models),
        "statuses": list(where.statuses),
        "simulated": where.simulated,
        "organization": where.organization,
        "experiment": where.experiment,
        "run_ids": list(where.run_ids),
        "agents": list(where.agents),
        "levels": list(where.levels),
        "shocks": list(where.shocks),
        "judge": where.judge,
        "prompts": where.prompts,
        "usual": where.usual,
        "generic": options_as_kept({"roles": generic_roles()}),
        "abandoned": list(abandoned),
    }
    return connection.sql(_MATCHING, params=parameters).project(", ".join((*COLUMNS, *also)))


def ordered(runs: DuckDBPyRelation, order: tuple[str, bool]) -> DuckDBPyRelation:
    """Runs in the order of a column, the greatest first if wanted; missing values last, equals by id.

    Raises:
        UnknownName: for a column that RunRow has not.
    """
    column, descending = order
    if column not in COLUMNS:
        raise UnknownName("column", column, COLUMNS)
    direction = "DESC" if descending else "ASC"
    return runs.order(f"{column} {direction} NULLS LAST, run_id {direction}")


def unfinished(connection: DuckDBPyConnection) -> set[str]:
    """The journals of runs that have not ended."""
    return {journal for (journal,) in connection.execute(_UNFINISHED).fetchall()}


def find_run(connection: DuckDBPyConnection, run_id: str) -> tuple[str, Status, str]:
    """A run's body, status and journal.

    Raises:
        UnknownRun: when there is none, or it was deleted; names the nearest id.
    """
    rows = connection.execute(_RUN, {"run_id": run_id}).fetchall()
    if not rows:
        raise _unknown(connection, run_id)
    return rows[0]


def turns_of(connection: DuckDBPyConnection, run_id: str) -> list[str]:
    """The bodies of a run's turns, in the order of speaking."""
    return [body for (body,) in connection.execute(_TURNS_OF_RUN, {"run_id": run_id}).fetchall()]


def turns_frame(connection: DuckDBPyConnection, runs: DuckDBPyRelation) -> DataFrame:
    """All turns of some runs: runs in their order, turns in the order of speaking."""
    ids = [run_id for (run_id,) in runs.project("run_id").fetchall()]
    return connection.execute(_TURNS, {"ids": ids}).df()


def past_roles(
    connection: DuckDBPyConnection, organization: str, mission: Mission, simulated: bool, missions: int
) -> tuple[PastRole, ...]:
    """The roles of the last finished runs of other missions; each seat's last contribution counts."""
    sought: dict[str, object] = {
        "organization": organization,
        "simulated": simulated,
        "mission_id": mission.id,
        "mission_title": mission.title,
        "missions": missions,
    }
    return tuple(PastRole(*row) for row in connection.execute(_PAST_ROLES, sought).fetchall())


def roles(runs: DuckDBPyRelation, limit: int) -> list[RunRoles]:
    """The roles of the newest of some runs that finished here, the earliest first; imported ones are of others."""
    newest = ordered(runs.filter("status = 'finished' AND imported IS NULL"), ("started", True)).limit(limit)
    found = newest.query("wanted", _ROLES)
    assert found is not None
    return [roles_from(cells) for cells in found.fetchall()]


def damages(connection: DuckDBPyConnection) -> list[Damage]:
    """Unreadable lines, by journal."""
    return [Damage(*row) for row in connection.execute(_DAMAGES).fetchall()]


def _unknown(connection: DuckDBPyConnection, run_id: str) -> UnknownRun:
    if connection.execute(_WAS_DELETED, {"run_id": run_id}).fetchall()[0][0]:
        return UnknownRun(f"run {run_id!r} was deleted")
    nearest = connection.execute(_NEAREST, {"run_id": run_id}).fetchall()
    guess = f" Did you mean {nearest[0][0]!r}?" if nearest else ""
    return UnknownRun(f"no run {run_id!r}.{guess} `python -m swarm list` shows them")
