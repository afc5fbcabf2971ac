-- Claims one job.
CREATE FUNCTION claim() RETURNS SETOF jobs LANGUAGE sql AS $q$
  UPDATE jobs SET attempts = attempts + 1 WHERE id = (SELECT id FROM jobs ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *;
$q$;
