-- Version 2: what a daemon keeps of its jobs, and what people write about them.

ALTER TABLE jobs ADD COLUMN note TEXT NOT NULL DEFAULT '';
-- 1: a daemon goes on with it by itself after whatever ended the one before.
ALTER TABLE jobs ADD COLUMN is_resumed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN started REAL;
ALTER TABLE jobs ADD COLUMN progress REAL;
