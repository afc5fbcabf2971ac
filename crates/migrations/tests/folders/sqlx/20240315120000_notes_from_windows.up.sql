CREATE TABLE notes (
    id int PRIMARY KEY,
    body text
);
COMMENT ON TABLE notes IS 'two
lines';
