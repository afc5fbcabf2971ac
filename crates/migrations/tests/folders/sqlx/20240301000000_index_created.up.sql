-- no-transaction
CREATE INDEX CONCURRENTLY accounts_created ON accounts (created_at);
