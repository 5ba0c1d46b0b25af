-- What the scripts share: the period and its days, the SLA's verdict, percent of none as null.
CREATE MACRO as_of() AS TIMESTAMPTZ '2026-06-01';
CREATE MACRO is_now(moment) AS moment >= TIMESTAMPTZ '2026-05-02';
CREATE VIEW period_days AS
SELECT DATE '2026-05-02' + place::INTEGER AS day FROM range(30) AS places (place);
-- Figures of known days as a list with one for each day of the period.
CREATE MACRO course(days, figures, nothing := NULL) AS list_transform(
    range(30),
    lambda place: coalesce(
        figures[list_position(days, DATE '2026-05-02' + place::INTEGER)], nothing
    )
);
CREATE MACRO pct(hits, n) AS 100.0 * hits / nullif(n, 0);
CREATE MACRO verdict(response_s, direction, started) AS CASE
    WHEN response_s <= 600 THEN 'met'
    WHEN response_s > 600 THEN 'not_met'
    WHEN direction <> 'inbound' THEN 'n/a'
    WHEN as_of() - started <= INTERVAL 10 MINUTE THEN 'pending'
    ELSE 'not_met'
END;
