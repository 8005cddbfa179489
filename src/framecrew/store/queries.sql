-- Every statement of the store. A query starts at a line with its name between angle brackets
-- and a line of purpose, and ends at the next one.

-- <insert_job>
-- A new job; its id is the row's.
INSERT INTO jobs (name, scene, renderer, patterns, spec, status, wish, priority, created,
                  note, is_resumed, owner_host, owner_pid, owner_started)
VALUES (:name, :scene, :renderer, :patterns, :spec, :status, :wish, :priority, :created,
        :note, :is_resumed, :host, :pid, :started);

-- <adopt_job>
-- Another process goes on with a job that ended or was interrupted.
UPDATE jobs
   SET owner_host = :host, owner_pid = :pid, owner_started = :started,
       status = :status, finished = NULL
 WHERE id = :job;

-- <read_job>
-- One job.
SELECT * FROM jobs WHERE id = :job;

-- <list_jobs>
-- Jobs, newest first; `statuses` is a JSON array, NULL for all; `most` -1 for all.
SELECT * FROM jobs
 WHERE :statuses IS NULL OR status IN (SELECT value FROM json_each(:statuses))
 ORDER BY id DESC
 LIMIT :most;

-- <set_status>
-- How a job stands; counts that are NULL stay as they are, and progress is never less.
UPDATE jobs
   SET status = :status, finished = :finished,
       total = coalesce(:total, total),
       done = coalesce(:done, done),
       failed = coalesce(:failed, failed),
       progress = coalesce(max(:progress, progress), :progress, progress)
 WHERE id = :job;

-- <set_progress>
-- How far it has come; what was shown once is never less.
UPDATE jobs SET progress = coalesce(max(?1, progress), ?1) WHERE id = ?2;

-- <set_started>
-- Its first attempt began; later ones change nothing.
UPDATE jobs SET started = coalesce(started, :at) WHERE id = :job;

-- <set_note>
-- What a person writes about the job.
UPDATE jobs SET note = :note WHERE id = :job;

-- <set_wish>
-- What the person wants of the job now.
UPDATE jobs SET wish = :wish WHERE id = :job;

-- <set_priority>
-- Higher is sooner.
UPDATE jobs SET priority = :priority WHERE id = :job;

-- <delete_job>
-- The job with its events, claims and wishes.
DELETE FROM jobs WHERE id = :job;

-- <old_jobs>
-- Jobs that ended before a moment.
SELECT id FROM jobs
 WHERE finished IS NOT NULL AND finished < :before
   AND status IN (SELECT value FROM json_each(:statuses))
 ORDER BY id;

-- <last_number>
-- The highest event number ever given.
SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events';

-- <insert_event>
-- One event; numbers are given by the writer inside its transaction.
INSERT INTO events (number, job, at, kind, body) VALUES (?, ?, ?, ?, ?);

-- <events_of_job>
-- The next events of one job after a number, oldest first.
SELECT number, job, kind, body FROM events
 WHERE job = :job AND number > :after
 ORDER BY number
 LIMIT :most;

-- <events_of_all>
-- The next events of all jobs and the machine after a number, oldest first.
SELECT number, job, kind, body FROM events
 WHERE number > :after
 ORDER BY number
 LIMIT :most;

-- <claims_of_others>
-- What all other jobs say they write. Only jobs that are not over claim, so there are few.
SELECT claims.path, jobs.* FROM claims JOIN jobs ON jobs.id = claims.job
 WHERE claims.job <> :job;

-- <insert_claim>
-- From now on this job alone writes this path.
INSERT OR REPLACE INTO claims (path, job) VALUES (:path, :job);

-- <drop_claims>
-- The job writes nothing any more.
DELETE FROM claims WHERE job = :job;

-- <insert_wish>
-- A person asks something of a running job.
INSERT INTO wishes (job, verb, value, at) VALUES (:job, :verb, :value, :at);

-- <wishes_for>
-- What is asked of the jobs of one process, oldest first.
SELECT wishes.number, wishes.job, wishes.verb, wishes.value, wishes.at
  FROM wishes JOIN jobs ON jobs.id = wishes.job
 WHERE jobs.owner_host = :host AND jobs.owner_pid = :pid AND jobs.owner_started = :started
 ORDER BY wishes.number;

-- <delete_wish>
-- It has been taken.
DELETE FROM wishes WHERE number = :number;

-- <drop_wishes>
-- Nobody is there to grant them any more.
DELETE FROM wishes WHERE job = :job;
