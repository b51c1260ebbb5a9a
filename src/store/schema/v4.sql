-- Version 4: what operators have chosen to keep. Never edited once released: a change is a new version.

-- What a run left at a provider and an operator keeps, as JSON. until: seconds since the epoch; then it is told of again.
CREATE TABLE kept (
    kind  TEXT NOT NULL,
    id    TEXT NOT NULL,
    until INTEGER NOT NULL,
    kept  TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
