DROP TRIGGER accounts_touch ON accounts;
ALTER TABLE accounts DROP COLUMN updated_at;
DROP FUNCTION touch();
