-- Version 9: the autopilot. Never edited once released: a change is a new version.

-- A fix that was tried: which item and signal it was to close, who began it, and what was seen afterwards, as JSON.
-- begun: in seconds since the epoch; change: the number of its last change, by which other processes see it.
CREATE TABLE fixes (
    run    TEXT PRIMARY KEY,
    begun  INTEGER NOT NULL,
    change INTEGER NOT NULL,
    fix    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX fixes_by_change ON fixes (change);

-- Whether the autopilot is stopped: one row, as JSON, obeyed by every process.
CREATE TABLE autopilot (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    switch TEXT NOT NULL
) STRICT;
