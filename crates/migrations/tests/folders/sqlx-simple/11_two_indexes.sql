-- no-transaction
CREATE INDEX CONCURRENTLY jobs_a ON jobs (attempts);
CREATE INDEX CONCURRENTLY jobs_b ON jobs (run_at, attempts);
