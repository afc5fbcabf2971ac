ALTER TABLE posts ADD COLUMN slug text;
UPDATE posts SET slug = lower(body) WHERE slug IS NULL;
