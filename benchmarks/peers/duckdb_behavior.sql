-- Behaviour totals: scores ranked by their counts, then points per agent and day.
CREATE TABLE judged AS
SELECT
    case_id,
    agent_id,
    team,
    started_at::DATE AS day,
    is_now(started_at) AS is_current,
    CASE
        WHEN direction = 'internal' THEN 'internal'
        WHEN transfers > 0
            OR (first_agent <> agent_id AND first_agent <> agent)
            OR (closed_by <> agent_id AND closed_by <> agent) THEN 'several_agents'
        WHEN channel = 'voice' AND recording IS NULL THEN 'not_recorded'
        WHEN handle_s <= 4 THEN 'too_short'
        WHEN agent_n = 0 AND customer_n = 0 THEN 'no_dialogue'
        WHEN agent_n = 0 OR customer_n = 0 THEN 'one_sided'
        WHEN agent_id IS NULL THEN 'no_agent'
        WHEN scored.case_id IS NULL THEN 'not_scored'
    END AS reason
FROM interactions
LEFT JOIN (
    SELECT
        case_id,
        count(*) FILTER (speaker = 'agent') AS agent_n,
        count(*) FILTER (speaker = 'customer') AS customer_n
    FROM transcripts
    GROUP BY case_id
) AS spoken USING (case_id)
LEFT JOIN (SELECT DISTINCT case_id FROM behaviors) AS scored USING (case_id);

CREATE TABLE cells AS
SELECT
    agent_id,
    team,
    day,
    is_current,
    behavior,
    if(behavior = 'inappropriate_action', -score, score) AS goodness,
    count(*) AS n
FROM behaviors
JOIN judged USING (case_id)
WHERE reason IS NULL
GROUP BY ALL;

CREATE TABLE indices AS
SELECT
    behavior,
    goodness,
    CASE
        WHEN 5 * place < total THEN 10
        WHEN 10 * place < 7 * total THEN 6
        WHEN 10 * place <= 13 * total THEN NULL
        WHEN 5 * place <= 9 * total THEN 4
        ELSE 0
    END AS worth
FROM (
    SELECT
        behavior,
        goodness,
        sum(sum(n)) OVER (PARTITION BY behavior) AS total,
        2 * total
            - 2 * (sum(sum(n)) OVER (PARTITION BY behavior ORDER BY goodness) - sum(n))
            - sum(n) AS place
    FROM cells
    GROUP BY behavior, goodness
);

CREATE TABLE points AS
SELECT
    agent_id,
    team,
    day,
    is_current,
    behavior,
    coalesce(sum(worth * n), 0) AS points,
    coalesce(sum(n) FILTER (worth IS NOT NULL), 0) AS counted_n
FROM cells
JOIN indices USING (behavior, goodness)
GROUP BY ALL;

CREATE TABLE interaction_counts AS
SELECT agent_id, team, count(*) AS n
FROM judged
WHERE reason IS NULL AND is_current
GROUP BY ALL;

CREATE TABLE totals AS
SELECT
    grouping(agent_id, team) AS level,
    agent_id,
    team,
    (sum(counted_n) FILTER (is_current))::BIGINT AS overall_n,
    10 * sum(points) FILTER (is_current) / nullif(sum(counted_n) FILTER (is_current), 0)
        AS overall_pct,
    10 * sum(points) FILTER (NOT is_current) / nullif(sum(counted_n) FILTER (NOT is_current), 0)
        AS overall_pct_previous
FROM points
GROUP BY GROUPING SETS ((), (agent_id), (team));

CREATE TABLE scored_cases AS
SELECT grouping(agent_id, team) AS level, agent_id, team, sum(n)::BIGINT AS interactions_n
FROM interaction_counts
GROUP BY GROUPING SETS ((), (agent_id), (team));

CREATE TABLE days AS
SELECT
    grouping(agent_id, team) AS level,
    agent_id,
    team,
    day,
    is_current,
    10 * sum(points) / nullif(sum(counted_n), 0) AS overall_pct,
    sum(counted_n)::BIGINT AS overall_n
FROM points
GROUP BY GROUPING SETS ((day, is_current), (agent_id, day, is_current), (team, day, is_current));

CREATE VIEW trend AS SELECT agent_id, day AS date, overall_pct, overall_n FROM days WHERE level = 1;

CREATE TABLE courses AS
SELECT level, agent_id, team, course(list(day), list(overall_pct)) AS overall_days
FROM days
WHERE is_current
GROUP BY ALL;

CREATE VIEW agents AS
SELECT t.* EXCLUDE (level, team), interactions_n, overall_days
FROM totals AS t
JOIN scored_cases AS s USING (level, agent_id)
JOIN courses AS c USING (level, agent_id)
WHERE level = 1;
CREATE VIEW teams AS
SELECT t.* EXCLUDE (level, agent_id), interactions_n, overall_days
FROM totals AS t
JOIN scored_cases AS s USING (level, team)
JOIN courses AS c USING (level, team)
WHERE level = 2;
CREATE VIEW team AS
SELECT t.* EXCLUDE (level, agent_id, team), interactions_n, overall_days
FROM totals AS t
JOIN scored_cases AS s USING (level)
JOIN courses AS c USING (level)
WHERE level = 3;

CREATE TABLE behavior_totals AS
SELECT
    grouping(agent_id, team) AS level,
    agent_id,
    team,
    behavior,
    sum(counted_n)::BIGINT AS n,
    10 * sum(points) / sum(counted_n) AS pct
FROM points
WHERE is_current
GROUP BY GROUPING SETS ((behavior), (agent_id, behavior), (team, behavior))
HAVING sum(counted_n) > 0;

CREATE VIEW agents_behaviors AS
SELECT agent_id, behavior, n, pct FROM behavior_totals WHERE level = 1;
CREATE VIEW teams_behaviors AS
SELECT team, behavior, n, pct FROM behavior_totals WHERE level = 2;
CREATE VIEW team_behaviors AS SELECT behavior, n, pct FROM behavior_totals WHERE level = 3;

CREATE VIEW left_out AS
SELECT reason, count(*) AS interactions_n
FROM judged
WHERE is_current AND reason IS NOT NULL
GROUP BY reason;
