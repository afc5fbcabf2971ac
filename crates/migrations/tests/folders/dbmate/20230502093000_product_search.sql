-- Search, by words of the title.

-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY products_words ON products USING gin (to_tsvector('english', title));

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY products_words;
