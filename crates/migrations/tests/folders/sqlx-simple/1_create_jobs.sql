CREATE TABLE jobs (id bigserial PRIMARY KEY, payload jsonb NOT NULL, run_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX jobs_due ON jobs (run_at) WHERE payload IS NOT NULL;
