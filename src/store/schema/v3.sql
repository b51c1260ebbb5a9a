-- Version 3: backups. Never edited once released: a change is a new version.

-- The backups of sites, as JSON. What lies at their place can be read back into here.
CREATE TABLE backups (
    id     TEXT PRIMARY KEY,
    domain TEXT NOT NULL,
    backup TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX backups_domain ON backups (domain);
