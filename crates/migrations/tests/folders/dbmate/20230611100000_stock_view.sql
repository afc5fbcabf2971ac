-- migrate:up
CREATE VIEW cheap_products AS SELECT id, title FROM products WHERE price < 5;
CREATE RULE no_delete AS ON DELETE TO products DO INSTEAD (UPDATE products SET price = 0 WHERE id = old.id; NOTIFY gone);

-- migrate:down
DROP RULE no_delete ON products;
DROP VIEW cheap_products;
