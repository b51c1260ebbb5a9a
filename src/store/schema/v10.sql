-- Version 10: alerts. Never edited once released: a change is a new version.

-- The messages of all channels. id: channel, kind, incident and its opening, so that nothing is told twice; over: whether
-- nothing more is done about it; made: in milliseconds since the epoch; change: the number of its last change, by which
-- other processes see it; delivery: JSON.
CREATE TABLE outbox (
    id       TEXT PRIMARY KEY,
    over     INTEGER NOT NULL,
    made     INTEGER NOT NULL,
    change   INTEGER NOT NULL,
    delivery TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_by_change ON outbox (change);
