CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now(); -- it's the server's clock; not ours
    RETURN NEW;
END;
$$;

ALTER TABLE accounts ADD COLUMN updated_at timestamptz;

CREATE TRIGGER accounts_touch BEFORE UPDATE ON accounts
    FOR EACH ROW EXECUTE FUNCTION touch();

INSERT INTO accounts (email) VALUES ('support;desk@example.com')
