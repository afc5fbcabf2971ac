//! The questions to PostgreSQL's catalogs, which everybody may read. They hold for versions 12 to 18.
//!
//! What belongs to an extension is the extension's, and is left out; so is what the server made for another object (the
//! indexes and triggers behind constraints, what a partition has from its table). `{theirs}` stands for the schemas that are not the
//! system's, `{own}` for what no extension brought.

/// Settings that change how definitions are written, and what they are while a schema is read. With an empty search path every name
/// has its schema.
pub(super) const SETTINGS: [(&str, &str); 8] = [
    ("search_path", "pg_catalog"),
    ("quote_all_identifiers", "off"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "1"),
    ("bytea_output", "hex"),
    ("xmloption", "content"),
];

const THEIRS: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// A statement with what stands for others written out.
pub(super) fn whole(query: &str) -> String {
    query.replace("{theirs}", THEIRS)
}

pub(super) const SCHEMAS: &str = "SELECT n.nspname FROM pg_namespace n WHERE {theirs}
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')";

pub(super) const EXTENSIONS: &str = "SELECT e.extname, n.nspname FROM pg_extension e
    JOIN pg_namespace n ON n.oid = e.extnamespace";

/// Tables, views and the like.
pub(super) const RELATIONS: &str = "SELECT c.oid, n.nspname, c.relname, c.relkind::text, c.relpersistence::text,
        c.relrowsecurity, c.relforcerowsecurity, c.relreplident::text,
        (SELECT ic.relname FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
            WHERE c.relreplident = 'i' AND i.indrelid = c.oid AND i.indisreplident),
        (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) o),
        CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
        CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
        (SELECT json_agg(json_build_array(pn.nspname, p.relname) ORDER BY h.inhseqno)::text FROM pg_inherits h
            JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE h.inhrelid = c.oid),
        CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
        fs.srvname,
        (SELECT string_agg(quote_ident(o.option_name) || ' ' || quote_literal(o.option_value), ', ' ORDER BY o.option_name)
            FROM pg_options_to_table(f.ftoptions) o),
        CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_foreign_table f ON f.ftrelid = c.oid LEFT JOIN pg_foreign_server fs ON fs.oid = f.ftserver
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't' AND {theirs}
        AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')";

/// Columns of tables. An identity column comes with the properties of its sequence.
pub(super) const COLUMNS: &str = "SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attidentity::text, a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid),
        CASE WHEN co.oid IS NOT NULL THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,
        a.attinhcount > 0, a.attnum,
        CASE WHEN a.attidentity <> '' THEN (SELECT json_build_array(s.seqstart::text, s.seqincrement::text, s.seqmin::text,
                s.seqmax::text, s.seqcache::text, s.seqcycle, format_type(s.seqtypid, NULL))::text
            FROM pg_depend o JOIN pg_sequence s ON s.seqrelid = o.objid
            WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass AND o.refobjid = a.attrelid
                AND o.refobjsubid = a.attnum AND o.deptype = 'i') END
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        LEFT JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
        LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped AND {theirs}
    ORDER BY a.attrelid, a.attnum";

/// Indexes that no constraint brought and no index of a partitioned table.
pub(super) const INDEXES: &str = "SELECT i.indexrelid, i.indrelid, ic.relname, pg_get_indexdef(i.indexrelid), i.indisvalid
    FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm') AND NOT ic.relispartition AND {theirs}
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))";

/// Constraints of tables. That a column is not null is said with the column, also where version 18 has a constraint for it.
pub(super) const CONSTRAINTS: &str = "SELECT k.oid, k.conrelid, k.conname, k.contype::text, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0 AND k.coninhcount = 0 AND {theirs}";

/// Functions and procedures, and aggregates by what they are made of.
pub(super) const FUNCTIONS: &str = "SELECT p.oid, n.nspname, p.proname, oidvectortypes(p.proargtypes), p.prokind::text,
        CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
        CASE WHEN p.prokind = 'a' THEN format_type(p.prorettype, NULL) END,
        g.aggtransfn::text, format_type(g.aggtranstype, NULL), nullif(g.aggfinalfn::oid, 0)::regproc::text, g.agginitval,
        nullif(g.aggcombinefn::oid, 0)::regproc::text
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
    WHERE {theirs}
        AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))";

/// Triggers that a person made. Version 12 has no `tgparentid`, and marks what it gives to partitions as internal.
pub(super) const TRIGGERS: &str = "SELECT t.oid, t.tgrelid, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled::text
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND coalesce(to_jsonb(t) ->> 'tgparentid', '0') = '0' AND {theirs}";

/// Sequences that no identity column has, and whose they are.
pub(super) const SEQUENCES: &str = "SELECT c.oid, n.nspname, c.relname, format_type(s.seqtypid, NULL), s.seqstart::text,
        s.seqincrement::text, s.seqmin::text, s.seqmax::text, s.seqcache::text, s.seqcycle, o.refobjid, o.attname,
        c.relpersistence::text
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN LATERAL (SELECT o.refobjid, a.attname FROM pg_depend o
            JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
            WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass
                AND o.deptype = 'a' LIMIT 1) o ON true
    WHERE c.relpersistence <> 't' AND {theirs}
        AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i'))";

/// Enumerations, domains, composite types and ranges. Tables have types too; those are not told of.
pub(super) const TYPES: &str = "SELECT t.oid, n.nspname, t.typname, t.typtype::text,
        (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid),
        CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END, t.typnotnull,
        CASE WHEN t.typtype = 'd' THEN pg_get_expr(t.typdefaultbin, 0) END,
        (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname) FROM pg_collation co
            JOIN pg_namespace cn ON cn.oid = co.collnamespace JOIN pg_type b ON b.oid = t.typbasetype
            WHERE t.typtype = 'd' AND co.oid = t.typcollation AND t.typcollation <> b.typcollation),
        (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                || CASE WHEN a.attcollation <> at.typcollation
                    THEN (SELECT ' COLLATE ' || quote_ident(cn.nspname) || '.' || quote_ident(co.collname) FROM pg_collation co
                        JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) ELSE '' END,
                E',\\n' ORDER BY a.attnum)
            FROM pg_attribute a JOIN pg_type at ON at.oid = a.atttypid
            WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
        (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid), t.typrelid
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c')) AND {theirs}
        AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')";

/// The checks of domains.
pub(super) const DOMAIN_CHECKS: &str = "SELECT k.oid, k.contypid, k.conname, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE k.contype = 'c' AND {theirs}";

pub(super) const POLICIES: &str = "SELECT p.oid, p.polrelid, p.polname, p.polcmd::text, p.polpermissive,
        (SELECT string_agg(CASE WHEN r.role = 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(r.role)) END, ', '
            ORDER BY CASE WHEN r.role = 0 THEN '' ELSE pg_get_userbyid(r.role)::text END) FROM unnest(p.polroles) AS r (role)),
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {theirs}";

/// Rules, but for the one that makes a view a view.
pub(super) const RULES: &str = "SELECT r.oid, r.ev_class, r.rulename, pg_get_ruledef(r.oid), r.ev_enabled::text
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN' AND {theirs}";

pub(super) const EVENT_TRIGGERS: &str = "SELECT t.evtname, t.evtevent,
        (SELECT string_agg(quote_literal(g), ', ' ORDER BY g) FROM unnest(t.evttags) g), t.evtfoid::regproc::text, t.evtenabled::text
    FROM pg_event_trigger t
    WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid AND e.deptype = 'e')";

/// What needs what: by class, id and column. A view's needs are those of the rule that makes it one. Ids below 16384 are the system's.
pub(super) const NEEDS: &str = "SELECT DISTINCT d.classid::regclass::text,
        CASE d.classid WHEN 'pg_attrdef'::regclass THEN f.adrelid
            WHEN 'pg_rewrite'::regclass THEN CASE WHEN r.rulename = '_RETURN' THEN r.ev_class ELSE d.objid END ELSE d.objid END,
        CASE d.classid WHEN 'pg_attrdef'::regclass THEN f.adnum ELSE d.objsubid END,
        coalesce(r.rulename = '_RETURN', false), d.refclassid::regclass::text, d.refobjid, d.refobjsubid
    FROM pg_depend d LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
        LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    WHERE d.deptype = 'n' AND d.objid >= 16384 AND d.refobjid >= 16384 AND d.classid IN ('pg_class'::regclass, 'pg_proc'::regclass,
            'pg_type'::regclass, 'pg_attrdef'::regclass, 'pg_rewrite'::regclass, 'pg_constraint'::regclass, 'pg_policy'::regclass,
            'pg_trigger'::regclass)
        AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)";
