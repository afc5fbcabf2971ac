CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_user ON sessions (user_id);
