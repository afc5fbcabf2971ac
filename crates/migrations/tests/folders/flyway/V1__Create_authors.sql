CREATE TABLE authors (id int PRIMARY KEY, pen_name text NOT NULL);
