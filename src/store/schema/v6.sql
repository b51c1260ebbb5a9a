-- Version 6: the queue of runs on sites. Never edited once released: a change is a new version.

-- Runs on sites whose process drives them, or has them wait for their turn, by when they were taken on. turn: 1 when it has
-- come. wants: what is taken with it, as JSON.
CREATE TABLE queue (
    run   TEXT PRIMARY KEY REFERENCES runs (id),
    taken INTEGER NOT NULL,
    turn  INTEGER NOT NULL,
    wants TEXT NOT NULL
) STRICT, WITHOUT ROWID;
