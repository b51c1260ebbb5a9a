-- Version 2: sagas and sites. Never edited once released: a change is a new version.

-- Where a run that can be taken back goes, as JSON; NULL for all others, and until it turns.
ALTER TABLE runs ADD COLUMN saga TEXT;

-- What is known of each step of such a run, in both directions, as JSON.
CREATE TABLE records (
    run    TEXT NOT NULL REFERENCES runs (id),
    step   INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

-- The sites, as JSON.
CREATE TABLE sites (
    domain TEXT PRIMARY KEY,
    site   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
