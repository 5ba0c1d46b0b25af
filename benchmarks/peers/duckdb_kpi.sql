-- Contact-centre metrics: counts of both periods, percentiles, and who came back.
CREATE VIEW timed AS
SELECT
    *,
    is_now(started_at) AS is_current,
    direction = 'inbound' AS inbound,
    coalesce(resolved, disposition = 'resolved') AS is_resolved,
    coalesce(handle_s, wait_s) AS lasted_s,
    answered AND talk_s IS NOT NULL AND (hold_s IS NOT NULL OR acw_s IS NOT NULL) AS split,
    CASE
        WHEN split THEN talk_s + coalesce(hold_s, 0) + coalesce(acw_s, 0)
        WHEN answered THEN coalesce(handle_s, talk_s)
    END AS aht_s
FROM interactions;

CREATE TABLE came_back AS
WITH arrivals AS (
    SELECT contact_id, topic, started_at AS arrived_at
    FROM interactions
    WHERE direction = 'inbound' AND contact_id IS NOT NULL
),
judged AS (
    SELECT contact_id, topic, started_at
    FROM interactions
    WHERE answered AND contact_id IS NOT NULL AND started_at + INTERVAL 7 DAY <= as_of()
)
SELECT
    is_now(j.started_at) AS is_current,
    count(*) AS judged_n,
    count(*) FILTER (
        coalesce(
            if(j.topic IS NULL, any_topic.arrived_at, least(same.arrived_at, unknown.arrived_at))
                > j.started_at + INTERVAL 7 DAY,
            true
        )
    ) AS stayed_away_n
FROM judged AS j
ASOF LEFT JOIN arrivals AS any_topic
    ON j.contact_id = any_topic.contact_id AND j.started_at < any_topic.arrived_at
ASOF LEFT JOIN arrivals AS same
    ON j.contact_id = same.contact_id
    AND j.topic = same.topic
    AND j.started_at < same.arrived_at
ASOF LEFT JOIN (FROM arrivals WHERE topic IS NULL) AS unknown
    ON j.contact_id = unknown.contact_id AND j.started_at < unknown.arrived_at
GROUP BY ALL;

CREATE TABLE totals AS
SELECT
    is_current,
    count(*) AS cases_n,
    count(*) FILTER (inbound) AS inbound_n,
    count(*) FILTER (direction = 'outbound') AS outbound_n,
    count(*) FILTER (direction = 'internal') AS internal_n,
    count(*) FILTER (answered) AS handled_n,
    count(csat) AS rated_n,
    sum(csat) AS csat_sum,
    count(*) FILTER (csat >= 4) AS top_n,
    count(*) FILTER (csat IS NOT NULL AND answered) AS rated_handled_n,
    count(*) FILTER (inbound AND NOT answered AND lasted_s <= 5) AS short_abandons_n,
    count(*) FILTER (inbound AND NOT answered) - short_abandons_n AS given_up_n,
    inbound_n - short_abandons_n AS offered_n,
    count(*) FILTER (answered AND is_resolved IS NOT NULL) AS known_n,
    count(*) FILTER (answered AND is_resolved) AS resolved_n,
    count(*) FILTER (is_resolved) AS resolved_all_n,
    count(transfers) FILTER (answered) AS routed_n,
    count(*) FILTER (answered AND transfers > 0) AS transferred_n,
    sum(aht_s) AS aht_sum,
    count(aht_s) AS aht_n,
    sum(talk_s) FILTER (split) AS talk_sum,
    sum(hold_s) FILTER (split) AS hold_sum,
    sum(acw_s) FILTER (split) AS after_sum,
    coalesce(sum(aht_s) FILTER (NOT split), 0) AS unsplit_sum,
    sum(acw_s) FILTER (answered) AS acw_sum,
    count(acw_s) FILTER (answered) AS acw_n,
    sum(first_response_s) FILTER (answered AND inbound) AS asa_sum,
    count(first_response_s) FILTER (answered AND inbound) AS asa_n,
    count(*) FILTER (call AND answered) AS answered_n,
    count(*) FILTER (call AND NOT answered) AS abandoned_n,
    count(*) FILTER (call AND answered AND first_response_s <= 20) AS within_n,
    count(*) FILTER (call AND NOT answered AND lasted_s <= 20) AS left_early_n,
    count(*) FILTER (call AND NOT answered AND lasted_s <= 5) AS short_n
FROM (SELECT *, inbound AND channel = 'voice' AS call FROM timed)
GROUP BY is_current;

CREATE TABLE metrics AS
SELECT is_current, unnest([
    {metric: 'csat_pct', value: pct(top_n, rated_n), n: rated_n},
    {metric: 'csat_mean', value: csat_sum / nullif(rated_n, 0), n: rated_n},
    {metric: 'csat_response_pct', value: pct(rated_handled_n, handled_n), n: handled_n},
    {metric: 'fcr_pct', value: pct(stayed_away_n, judged_n), n: judged_n},
    {metric: 'aht_s', value: aht_sum / nullif(aht_n, 0), n: aht_n},
    {metric: 'acw_s', value: acw_sum / nullif(acw_n, 0), n: acw_n},
    {metric: 'asa_s', value: asa_sum / nullif(asa_n, 0), n: asa_n},
    {metric: 'abandonment_pct', value: pct(given_up_n, offered_n), n: offered_n},
    {
        metric: 'service_level_pct',
        value: pct(within_n, answered_n + abandoned_n),
        n: answered_n + abandoned_n
    },
    {metric: 'resolution_pct', value: pct(resolved_n, known_n), n: known_n},
    {metric: 'resolved_of_all_pct', value: pct(resolved_all_n, cases_n), n: cases_n},
    {metric: 'transfer_pct', value: pct(transferred_n, routed_n), n: routed_n},
    {metric: 'cases_n', value: cases_n::DOUBLE, n: NULL},
    {metric: 'handled_n', value: handled_n::DOUBLE, n: NULL},
    {metric: 'inbound_n', value: inbound_n::DOUBLE, n: NULL},
    {metric: 'outbound_n', value: outbound_n::DOUBLE, n: NULL},
    {metric: 'internal_n', value: internal_n::DOUBLE, n: NULL},
    {metric: 'abandoned_n', value: given_up_n::DOUBLE, n: NULL},
    {metric: 'short_abandons_n', value: short_abandons_n::DOUBLE, n: NULL},
    {metric: 'resolved_n', value: resolved_n::DOUBLE, n: NULL}
], recursive := true)
FROM totals
JOIN came_back USING (is_current);

CREATE VIEW summary AS
SELECT metric, now.value, now.n, before.value AS previous
FROM (FROM metrics WHERE is_current) AS now
LEFT JOIN (FROM metrics WHERE NOT is_current) AS before USING (metric);

CREATE VIEW parts AS
SELECT is_current, unnest([
    {part: 'talk', part_s: talk_sum / aht_n, part_share_pct: pct(talk_sum, aht_sum)},
    {part: 'hold', part_s: hold_sum / aht_n, part_share_pct: pct(hold_sum, aht_sum)},
    {part: 'after', part_s: after_sum / aht_n, part_share_pct: pct(after_sum, aht_sum)},
    {part: 'unsplit', part_s: unsplit_sum / aht_n, part_share_pct: pct(unsplit_sum, aht_sum)}
], recursive := true), aht_n AS part_n
FROM totals;

CREATE VIEW handling AS
SELECT part, now.part_s, now.part_n, now.part_share_pct, before.part_s AS part_s_previous
FROM (FROM parts WHERE is_current) AS now
LEFT JOIN (FROM parts WHERE NOT is_current) AS before USING (part);

CREATE VIEW variants AS
SELECT is_current, unnest([
    {variant: 'abandons-hurt', hits: within_n, n: answered_n + abandoned_n},
    {variant: 'abandons-help', hits: within_n + left_early_n, n: answered_n + abandoned_n},
    {variant: 'abandons-ignored', hits: within_n, n: answered_n},
    {variant: 'early-abandons-out', hits: within_n, n: answered_n + abandoned_n - left_early_n},
    {variant: 'short-abandons-help', hits: within_n + short_n, n: answered_n + abandoned_n},
    {variant: 'short-abandons-out', hits: within_n, n: answered_n + abandoned_n - short_n}
], recursive := true)
FROM totals;

CREATE VIEW service_level AS
SELECT
    variant,
    pct(now.hits, now.n) AS service_level_pct,
    now.n AS service_level_n,
    pct(before.hits, before.n) AS service_level_pct_previous
FROM (FROM variants WHERE is_current) AS now
LEFT JOIN (FROM variants WHERE NOT is_current) AS before USING (variant);

CREATE MACRO distribution(value) AS {
    quantiles: quantile_cont(value, [0.5, 0.9, 0.95]),
    min_s: min(value),
    max_s: max(value),
    mean_s: avg(value),
    times_n: count(value)
};

CREATE TABLE percentiles AS
SELECT
    measure,
    d.quantiles[1] AS p50_s,
    d.quantiles[2] AS p90_s,
    d.quantiles[3] AS p95_s,
    d.min_s,
    d.max_s,
    d.mean_s,
    d.times_n
FROM (
    SELECT
        distribution(aht_s) AS handle,
        distribution(if(inbound, wait_s, NULL)) AS wait,
        distribution(if(answered AND inbound, first_response_s, NULL)) AS first_response,
        distribution(if(answered, talk_s, NULL)) AS talk,
        distribution(if(answered, hold_s, NULL)) AS hold,
        distribution(if(answered, acw_s, NULL)) AS acw
    FROM timed
    WHERE is_current
) UNPIVOT (d FOR measure IN (handle, wait, first_response, talk, hold, acw));
