-- What the scripts share: the period, the SLA's verdict, and percent of none as null.
CREATE MACRO as_of() AS TIMESTAMPTZ '2026-06-01';
CREATE MACRO is_now(moment) AS moment >= TIMESTAMPTZ '2026-05-02';
CREATE MACRO pct(hits, n) AS 100.0 * hits / nullif(n, 0);
CREATE MACRO verdict(response_s, direction, started) AS CASE
    WHEN response_s <= 600 THEN 'met'
    WHEN response_s > 600 THEN 'not_met'
    WHEN direction <> 'inbound' THEN 'n/a'
    WHEN as_of() - started <= INTERVAL 10 MINUTE THEN 'pending'
    ELSE 'not_met'
END;
