-- Version 1. Never edited once released: a change is a new version.

-- 'WHLS'
PRAGMA application_id = 1464355923;

-- Marks that move: change (counts changes to runs), audit_head (the audit log's last line and its hash), and how far the
-- history is rolled up.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('change', 0);

-- Processes that have the file open; one that closes it takes its row away.
CREATE TABLE openings (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    boot      TEXT NOT NULL,
    namespace TEXT NOT NULL,
    pid       INTEGER NOT NULL,
    started   INTEGER NOT NULL
) STRICT;

-- Which figures there are. AUTOINCREMENT, so that the number of a forgotten one never comes back with old points.
CREATE TABLE series (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   TEXT NOT NULL,
    node   TEXT NOT NULL,
    name   TEXT NOT NULL,
    metric TEXT NOT NULL,
    seen   INTEGER NOT NULL, -- seconds since the epoch, moved on every 15 min
    UNIQUE (kind, node, name, metric)
) STRICT;

-- Figures by time first: what is written together lies together, and the oldest goes in one piece.
-- at: seconds since the epoch, start of the bucket.
CREATE TABLE fine     (at INTEGER NOT NULL, series INTEGER NOT NULL, low REAL NOT NULL, mean REAL NOT NULL,
                       high REAL NOT NULL, PRIMARY KEY (at, series)) STRICT, WITHOUT ROWID;
CREATE TABLE minutes  (at INTEGER NOT NULL, series INTEGER NOT NULL, low REAL NOT NULL, mean REAL NOT NULL,
                       high REAL NOT NULL, PRIMARY KEY (at, series)) STRICT, WITHOUT ROWID;
CREATE TABLE quarters (at INTEGER NOT NULL, series INTEGER NOT NULL, low REAL NOT NULL, mean REAL NOT NULL,
                       high REAL NOT NULL, PRIMARY KEY (at, series)) STRICT, WITHOUT ROWID;
CREATE TABLE hours    (at INTEGER NOT NULL, series INTEGER NOT NULL, low REAL NOT NULL, mean REAL NOT NULL,
                       high REAL NOT NULL, PRIMARY KEY (at, series)) STRICT, WITHOUT ROWID;

-- Runs with their frozen plan. opening: the process that carries it out (its row above may be gone).
CREATE TABLE runs (
    id      TEXT PRIMARY KEY,
    plan    TEXT NOT NULL,
    state   TEXT NOT NULL,
    taken   INTEGER NOT NULL,
    ended   INTEGER,
    over    INTEGER NOT NULL,
    opening INTEGER NOT NULL,
    change  INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_taken ON runs (taken);
CREATE INDEX runs_change ON runs (change);
CREATE INDEX runs_open ON runs (id) WHERE over = 0;

CREATE TABLE steps (
    run   TEXT NOT NULL REFERENCES runs (id),
    step  INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

-- What steps printed. Apart from them because it is large, and old ones go.
CREATE TABLE outputs (
    run    TEXT NOT NULL REFERENCES runs (id),
    step   INTEGER NOT NULL,
    output TEXT NOT NULL,
    UNIQUE (run, step)
) STRICT;

-- What runs that are not over hold: no two runs change one object at the same time.
CREATE TABLE leases (
    object TEXT PRIMARY KEY,
    shown  TEXT NOT NULL,
    run    TEXT NOT NULL REFERENCES runs (id)
) STRICT;
CREATE INDEX leases_run ON leases (run);

-- The audit log. hash: SHA-256 of the hash before and this line's text.
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    line     TEXT NOT NULL,
    hash     BLOB NOT NULL,
    opening  INTEGER NOT NULL
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is never changed');
END;
CREATE TRIGGER audit_is_never_removed BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'no line of the audit log is ever removed');
END;
