"""The schema of the history is told, version after version. SQL only; `swarm/history/file.py` applies it."""

MIGRATIONS = (
    """
    CREATE TABLE runs (
        run_id VARCHAR NOT NULL, started TIMESTAMP NOT NULL, status VARCHAR NOT NULL, reason VARCHAR,
        mission_id VARCHAR NOT NULL, mission_title VARCHAR NOT NULL, level VARCHAR,
        protocol VARCHAR NOT NULL, models VARCHAR NOT NULL, agents INTEGER NOT NULL,
        seed BIGINT NOT NULL, simulated BOOLEAN NOT NULL,
        judge VARCHAR, quality DOUBLE, mission_relevance INTEGER, unscored VARCHAR, depth INTEGER,
        active INTEGER NOT NULL, abstained INTEGER NOT NULL, directed_idle INTEGER NOT NULL,
        unparsed INTEGER NOT NULL, failed INTEGER NOT NULL, distinct_roles INTEGER NOT NULL,
        input_tokens BIGINT NOT NULL, cached_tokens BIGINT NOT NULL, output_tokens BIGINT NOT NULL,
        cost_usd DOUBLE, judge_cost_usd DOUBLE, duration_s DOUBLE NOT NULL,
        organization VARCHAR NOT NULL,
        model_names VARCHAR[] NOT NULL, body JSON NOT NULL USING COMPRESSION zstd,
        journal VARCHAR NOT NULL, first_offset BIGINT NOT NULL, next_offset BIGINT NOT NULL
    );
    CREATE TABLE turns (
        run_id VARCHAR NOT NULL, "index" INTEGER NOT NULL, seat INTEGER NOT NULL, round INTEGER NOT NULL,
        cue VARCHAR NOT NULL, action VARCHAR NOT NULL,
        role VARCHAR, role_normalised VARCHAR, reason VARCHAR,
        words INTEGER NOT NULL, characters INTEGER NOT NULL,
        builds_on INTEGER[] NOT NULL, reports_to INTEGER,
        input_tokens BIGINT NOT NULL, cached_tokens BIGINT NOT NULL, output_tokens BIGINT NOT NULL,
        cost_usd DOUBLE, started_s DOUBLE NOT NULL, ended_s DOUBLE NOT NULL,
        body JSON NOT NULL USING COMPRESSION zstd
    );
    CREATE TABLE deleted (run_id VARCHAR NOT NULL, journal VARCHAR NOT NULL);
    CREATE TABLE journals (
        path VARCHAR NOT NULL, position BIGINT NOT NULL, size BIGINT NOT NULL, damaged BIGINT[] NOT NULL
    );
    """,
    "ALTER TABLE runs ADD COLUMN imported VARCHAR",
    """
    ALTER TABLE runs ADD COLUMN experiment VARCHAR;
    ALTER TABLE runs ADD COLUMN options VARCHAR;
    ALTER TABLE runs ADD COLUMN shock VARCHAR;
    ALTER TABLE runs ADD COLUMN prompts VARCHAR;
    UPDATE runs SET options = body->'$.spec.options', prompts = body->>'$.spec.prompts';
    CREATE TABLE experiments (
        experiment_id VARCHAR NOT NULL, name VARCHAR NOT NULL, started TIMESTAMP NOT NULL,
        resumed TIMESTAMP NOT NULL, ended TIMESTAMP, status VARCHAR NOT NULL, reason VARCHAR,
        runs INTEGER NOT NULL, arms INTEGER NOT NULL, simulated BOOLEAN NOT NULL, expected_usd DOUBLE,
        last_seq BIGINT NOT NULL, grid JSON NOT NULL USING COMPRESSION zstd, terms JSON NOT NULL,
        journal VARCHAR NOT NULL
    );
    """,
    """
    UPDATE runs SET shock = shock || ' to ' || (body->>'$.spec.shock.model') WHERE shock = 'swap';
    UPDATE runs SET options = json_merge_patch(options::JSON, '{"remembers":true}')
        WHERE json_array_length(body->'$.spec.memory') > 0;
    """,
    """
    ALTER TABLE runs ADD COLUMN owner VARCHAR;
    UPDATE runs SET owner = coalesce(body->>'$.owner', 'local');
    """,
    # NULL where a journal was read by an older Roleless.
    """
    ALTER TABLE journals ADD COLUMN lines BIGINT;
    ALTER TABLE journals ADD COLUMN mark BIGINT;
    """,
    # A seat that revised its work was counted once for each role that it had taken on the way.
    """
    UPDATE runs SET distinct_roles = taken.roles FROM (
        SELECT run_id, count(DISTINCT role_normalised) AS roles FROM (
            SELECT run_id, role_normalised FROM turns WHERE action = 'contribute'
            QUALIFY "index" = max("index") OVER (PARTITION BY run_id, seat)
        ) GROUP BY run_id
    ) AS taken WHERE runs.run_id = taken.run_id AND distinct_roles <> taken.roles
    """,
    # Of measures whose definition has changed since the first; see `measure_again`.
    "CREATE TABLE IF NOT EXISTS editions (key VARCHAR PRIMARY KEY, edition INTEGER NOT NULL)",
    # Runs that delivered nothing against the will of their team had "finished"; why a call failed was not kept.
    """
    ALTER TABLE runs ADD COLUMN shortfall VARCHAR;
    ALTER TABLE runs ADD COLUMN as_run DOUBLE;
    CREATE TEMP TABLE ended AS
    SELECT run_id, trim(coalesce(body->>'$.deliverable', '')) = '' AS nothing, seats.*,
        len(list_filter(
            from_json(body->'$.asked_again', '[{"index": "INTEGER", "outcome": {"error": "VARCHAR"}}]'),
            lambda asked: asked.index IS NOT NULL AND asked.outcome.error IS NOT NULL
                AND NOT list_contains(coalesce(seats.taken, []), asked.index)
        )) > 0 AS unanswered,
        coalesce(body->>'$.protocol_ended' = 'true', false) AS complete
    FROM runs LEFT JOIN (
        SELECT run_id, list("index") AS taken,
            count(DISTINCT seat) FILTER (action = 'unparsed' AND cue <> 'intend') AS unreadable,
            count(DISTINCT seat) FILTER (action = 'failed' AND cue <> 'intend') AS without,
            count(DISTINCT seat) FILTER (action = 'contribute') AS gone,
            count(*) FILTER (action = 'failed' AND json_array_length(body->'$.calls') > 0) > 0 AS provider,
            arg_max(cue = 'plan' AND action <> 'plan', "index") AS planless
        FROM turns GROUP BY run_id
    ) AS seats USING (run_id)
    WHERE status <> 'running';
    UPDATE runs SET status = 'failed', reason = concat('nothing was delivered (agents: ', agents,
        if(unreadable > 0, '; unreadable: ' || unreadable, ''), if(without > 0, '; without a reply: ' || without, ''),
        if(gone > 0, '; gone with their work: ' || gone, ''), ')')
    FROM ended WHERE runs.run_id = ended.run_id AND status = 'finished' AND quality IS NULL AND nothing
        AND unreadable + without + gone > 0;
    UPDATE runs SET shortfall = CASE
        WHEN status IN ('stopped', 'limited') THEN status
        WHEN status = 'finished' AND quality IS NOT NULL THEN NULL
        WHEN status = 'finished' AND nothing THEN 'own'
        WHEN status = 'finished' THEN if(judge IS NULL, 'unjudged', 'judge')
        WHEN coalesce(provider, false) OR unanswered THEN 'provider'
        WHEN complete AND nothing OR coalesce(planless, false) THEN 'own'
        ELSE 'broken' END
    FROM ended WHERE runs.run_id = ended.run_id;
    UPDATE runs SET as_run = CASE
        WHEN shortfall IS NULL THEN quality WHEN shortfall = 'own' AND judge IS NOT NULL THEN 0.25 END
    WHERE status <> 'running';
    DROP TABLE ended;
    """,
    # A mission is what agents and judge see of it: as `Mission.content` hashes it.
    """
    ALTER TABLE runs ADD COLUMN mission_content VARCHAR;
    ALTER TABLE runs ADD COLUMN mission_family VARCHAR;
    UPDATE runs SET mission_content = sha256(concat_ws(chr(31), body->>'$.spec.mission.title',
        body->>'$.spec.mission.goal', body->'$.spec.mission.values', body->'$.spec.mission.requirements',
        body->'$.spec.mission.domains', body->'$.spec.mission.stakeholders', body->'$.spec.mission.unknowns'));
    """,
)
"""What makes each version of the schema of the one before; never edited after a release. There are no
indexes: at this size they cost more than they save."""
