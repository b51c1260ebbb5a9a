-- Version 7: who does what is done by itself, and schedules. Never edited once released: a change is a new version.

-- The one process that runs schedules and goes on with what was left. since, beat: milliseconds since the epoch; one whose
-- opening is gone, or that has not beaten for long, holds nothing.
CREATE TABLE executor (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    opening INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    pid     INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    beat    INTEGER NOT NULL
) STRICT;

-- What became of each schedule, as JSON. opening: the process that carries out a turn of it now.
CREATE TABLE schedules (
    name    TEXT PRIMARY KEY,
    opening INTEGER,
    record  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
