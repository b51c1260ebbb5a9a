-- Version 5: what providers said last, and what was counted of sites. Never edited once released: a change is a new version.

-- One document for each thing a provider told of, as JSON, so that a restart and a console without a network show what
-- was known last. shelf: subscription, invoice, movement, servers, quota; mark: how far a source has read.
CREATE TABLE said (
    shelf TEXT NOT NULL,
    id    TEXT NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (shelf, id)
) STRICT, WITHOUT ROWID;

-- Visits and requests of sites. length: of the stretch in seconds, an hour or a day; at: its beginning in seconds since
-- the epoch; tally: the counts as JSON.
CREATE TABLE counts (
    site   TEXT NOT NULL,
    length INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    tally  TEXT NOT NULL,
    PRIMARY KEY (site, length, at)
) STRICT, WITHOUT ROWID;

-- Who visited a site on a day: SHA-256 with the day's salt, so that a visitor is counted once and never known. With the
-- day the salt goes, and then nobody can tell any more who it was.
CREATE TABLE visitors (
    day     INTEGER NOT NULL,
    site    TEXT NOT NULL,
    visitor BLOB NOT NULL,
    PRIMARY KEY (day, site, visitor)
) STRICT, WITHOUT ROWID;

CREATE TABLE salts (
    day  INTEGER PRIMARY KEY,
    salt BLOB NOT NULL
) STRICT;
