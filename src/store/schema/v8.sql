-- Version 8: what needs attention. Never edited once released: a change is a new version.

-- The open signals, so that the next process knows since when each is open. id: what tells it from others; signal: JSON.
CREATE TABLE signals (
    id     TEXT PRIMARY KEY,
    signal TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What operators did with items. at: when it was last changed, in seconds since the epoch; change: see meta.
CREATE TABLE marks (
    item    TEXT PRIMARY KEY,
    mark    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    opening INTEGER NOT NULL,
    change  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX marks_by_change ON marks (change);

-- Notes and reports. note: NULL for one that is gone, until every process has seen that.
CREATE TABLE notes (
    id      TEXT PRIMARY KEY,
    note    TEXT,
    at      INTEGER NOT NULL,
    opening INTEGER NOT NULL,
    change  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notes_by_change ON notes (change);

-- What became of items. state: open or over after it, empty where it changes neither; at in milliseconds.
CREATE TABLE happenings (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    item      TEXT NOT NULL,
    state     TEXT NOT NULL,
    happening TEXT NOT NULL,
    opening   INTEGER NOT NULL,
    change    INTEGER NOT NULL
) STRICT;
CREATE INDEX happenings_by_item ON happenings (item, id);
CREATE INDEX happenings_by_change ON happenings (change);

-- Which items were seen to while others stood above them, and the weights that were learnt from it; body: NULL when they
-- were given up again.
CREATE TABLE choices (
    id   INTEGER PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
CREATE TABLE weights (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    body    TEXT,
    opening INTEGER NOT NULL,
    change  INTEGER NOT NULL
) STRICT;
