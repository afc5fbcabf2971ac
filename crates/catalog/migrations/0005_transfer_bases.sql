-- What a product was when it was last exported or imported, field by field, as digests: what an import is compared with beside what is
-- here and what the file has. `fingerprint` is also in the exported file, so that it says which of these it was made from.
CREATE TABLE transfer_bases (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL,
    product_tag TEXT NOT NULL,
    at INTEGER NOT NULL,
    fields TEXT NOT NULL,
    UNIQUE (product_tag, fingerprint)
) STRICT;
