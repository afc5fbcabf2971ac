CREATE INDEX CONCURRENTLY posts_slug ON posts (slug);
