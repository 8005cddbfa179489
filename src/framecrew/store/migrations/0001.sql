-- Version 1: jobs, their journal, who writes which files, and what people ask of running jobs.

CREATE TABLE jobs (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL,
    scene         TEXT    NOT NULL,
    renderer      TEXT    NOT NULL,
    patterns      TEXT    NOT NULL,             -- JSON array of the patterns and films it writes
    spec          TEXT    NOT NULL,             -- JSON form of the job spec
    status        TEXT    NOT NULL,
    wish          TEXT    NOT NULL,
    priority      INTEGER NOT NULL,
    created       REAL    NOT NULL,             -- seconds since 1970, as every moment here
    finished      REAL,
    owner_host    TEXT    NOT NULL,
    owner_pid     INTEGER NOT NULL,
    owner_started TEXT    NOT NULL,             -- tells a process from a later one with its number
    total         INTEGER NOT NULL DEFAULT 0,
    done          INTEGER NOT NULL DEFAULT 0,
    failed        INTEGER NOT NULL DEFAULT 0
);

-- AUTOINCREMENT: a number is never given twice, or a watcher that asks for what came after
-- its last number would miss events once a job has been forgotten.
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job    INTEGER REFERENCES jobs (id) ON DELETE CASCADE,   -- NULL: about the machine
    at     REAL    NOT NULL,
    kind   TEXT    NOT NULL,
    body   TEXT    NOT NULL
);

CREATE INDEX events_of_job ON events (job, number);

CREATE TABLE claims (
    path TEXT    PRIMARY KEY,
    job  INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX claims_of_job ON claims (job);

CREATE TABLE wishes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job    INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    verb   TEXT    NOT NULL,
    value  TEXT    NOT NULL,
    at     REAL    NOT NULL
);

CREATE INDEX wishes_of_job ON wishes (job);
