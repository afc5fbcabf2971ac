-- migrate:up
CREATE TABLE products (
  id serial PRIMARY KEY,
  title varchar(200) NOT NULL,
  price numeric(12, 2) NOT NULL CHECK (price >= 0)
);

-- What is shown first.
INSERT INTO products (title, price) VALUES ('Tea; green', 4.20), ('Coffee', 5);

-- migrate:down
DROP TABLE products;
