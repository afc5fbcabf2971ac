//! Scripts: where statements end, and that what is put together comes apart again.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use migrations::DatabaseType::{self, Mongodb, Mysql, Postgresql};
use migrations::{join, split};
use proptest::prelude::*;

fn texts(text: &str, database_type: DatabaseType) -> Vec<String> {
    let pieces = split(text, database_type).unwrap();
    for piece in &pieces {
        if database_type != Mongodb {
            assert_eq!(piece.text, text[piece.span.clone()]);
        }
    }
    pieces.into_iter().map(|piece| piece.text).collect()
}

#[track_caller]
fn apart(database_type: DatabaseType, text: &str, expected: &[&str]) {
    assert_eq!(texts(text, database_type), expected, "{text}");
    let statements: Vec<String> = expected.iter().map(|&text| text.to_owned()).collect();
    assert_eq!(
        texts(&join(&statements, database_type), database_type),
        expected,
        "joined again: {text}"
    );
}

#[test]
fn semicolons_end_statements_and_nothing_else() {
    for database_type in [Postgresql, Mysql] {
        apart(database_type, "", &[]);
        apart(database_type, " ;; -- nothing\n;", &[]);
        apart(database_type, "SELECT 1", &["SELECT 1"]);
        apart(
            database_type,
            "SELECT 1;\r\nSELECT 2 ;",
            &["SELECT 1", "SELECT 2"],
        );
        apart(
            database_type,
            "INSERT INTO a VALUES ('x;y'); -- why; not\nSELECT 2 /* ; */; SELECT 3 -- end;",
            &[
                "INSERT INTO a VALUES ('x;y')",
                "-- why; not\nSELECT 2 /* ; */",
                "SELECT 3 -- end;",
            ],
        );
    }
    apart(
        Postgresql,
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN 1; END; $body$;\nSELECT E'\\';' ; SELECT \"a;b\"",
        &[
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN 1; END; $body$",
            "SELECT E'\\';'",
            "SELECT \"a;b\"",
        ],
    );
    apart(
        Mysql,
        "SELECT 'a\\';b'; SELECT `c;d`; # x;\nSELECT \"e;f\"; /*!50003 SELECT 1; SELECT 2 */",
        &[
            "SELECT 'a\\';b'",
            "SELECT `c;d`",
            "# x;\nSELECT \"e;f\"",
            "/*!50003 SELECT 1; SELECT 2 */",
        ],
    );
}

#[test]
fn bodies_of_postgresql_stay_whole() {
    for text in [
        "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT a; SELECT CASE WHEN a > 1 THEN 2 ELSE 3 END; END",
        "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES (1); DELETE FROM t WHERE x = CASE y WHEN 1 THEN 2 END; END",
        "CREATE RULE r AS ON DELETE TO t DO INSTEAD (UPDATE t SET gone = true WHERE id = old.id; NOTIFY gone)",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC END",
        "CREATE TRIGGER begin BEFORE INSERT ON t EXECUTE FUNCTION f()",
        "CREATE TABLE trigger (begin timestamptz, \"end\" timestamptz, event text)",
        "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f()",
        "DO $$ BEGIN PERFORM 1; END $$",
    ] {
        apart(Postgresql, &format!("{text};SELECT 1"), &[text, "SELECT 1"]);
    }
}

#[test]
fn bodies_of_mysql_stay_whole() {
    for text in [
        "CREATE PROCEDURE p() BEGIN DECLARE i INT DEFAULT 0; WHILE i < 3 DO SET i = i + 1; END WHILE; END",
        "CREATE PROCEDURE p(IN a INT)\nBEGIN\n  IF a THEN\n    IF a > 1 THEN SELECT 1; ELSEIF a > 2 THEN SELECT 2; ELSE SELECT 3; END IF;\n  END IF;\nEND",
        "CREATE PROCEDURE p() BEGIN CASE 1 WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; SELECT CASE WHEN 1 THEN IF(1, 2, 3) END; END",
        "CREATE PROCEDURE p() BEGIN l: LOOP SET @a = 1; LEAVE l; END LOOP l; REPEAT SET @a = @a + 1; UNTIL @a > 5 END REPEAT; SELECT REPEAT('x', 3); END",
        "CREATE DEFINER=`root`@`localhost` TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET NEW.a = 1",
        "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW IF NEW.a IS NULL THEN SET NEW.a = 1; SET NEW.b = 2; END IF",
        "CREATE TRIGGER t BEFORE UPDATE ON x FOR EACH ROW BEGIN IF NEW.a THEN SET NEW.b = IF(NEW.c, 1, 2); END IF; END",
        "CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN IF(a, 1, 2)",
        "CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET @e = 1; END; RETURN 1; END",
        "CREATE FUNCTION f(a INT) RETURNS INT COMMENT 'x' BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND SET @d = 1; RETURN 1; END",
        "CREATE EVENT IF NOT EXISTS e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END",
        "CREATE EVENT e ON SCHEDULE EVERY 1 HOUR DO DELETE FROM a",
        "CREATE PROCEDURE p() DROP TABLE IF EXISTS t",
        "CREATE PROCEDURE p() BEGIN DROP TABLE IF EXISTS t; CREATE TABLE IF NOT EXISTS t (a INT); END",
        "CREATE TABLE event (begin DATETIME, end DATETIME, `procedure` INT)",
        "CREATE TABLE trigger_log (event INT, begin DATETIME)",
        "BEGIN NOT ATOMIC SELECT 1; IF 1 THEN SELECT 2; END IF; END",
        "CREATE PACKAGE BODY p AS FUNCTION f RETURN INT AS BEGIN RETURN 1; END; END",
        "CREATE PROCEDURE p() BEGIN FOR i IN 1..3 DO SELECT i; END FOR; SELECT t.end, t.begin FROM t; END",
        "CREATE PROCEDURE p() l: BEGIN LEAVE l; END l",
    ] {
        apart(Mysql, &format!("{text};\nSELECT 1;"), &[text, "SELECT 1"]);
    }
}

#[test]
fn the_clients_delimiter_is_followed_and_left_out() {
    let text = "DROP PROCEDURE IF EXISTS p;\n\nDELIMITER $$\nCREATE PROCEDURE p()\nBEGIN\n  SELECT '$$';\n  -- $$ no\n  SELECT 1;\nEND$$\n\nCREATE PROCEDURE q() SELECT 1; $$\nDELIMITER ;\nSELECT 2;\ndelimiter //\nINSERT INTO a VALUES (1); INSERT INTO a VALUES (2)//\nDELIMITER ;\n";
    assert_eq!(
        texts(text, Mysql),
        [
            "DROP PROCEDURE IF EXISTS p",
            "CREATE PROCEDURE p()\nBEGIN\n  SELECT '$$';\n  -- $$ no\n  SELECT 1;\nEND",
            "CREATE PROCEDURE q() SELECT 1",
            "SELECT 2",
            "INSERT INTO a VALUES (1)",
            "INSERT INTO a VALUES (2)",
        ]
    );
    assert_eq!(
        texts(
            "CREATE TABLE t (\n  delimiter CHAR(1),\n  a INT\n);\nSELECT 1",
            Mysql
        )
        .len(),
        2
    );
    // A body that the reader takes for open is kept whole by a delimiter.
    let open = "CREATE PROCEDURE p() BEGIN SELECT 1".to_owned();
    let list = vec![open, "SELECT '//'".to_owned()];
    assert_eq!(texts(&join(&list, Mysql), Mysql), list);
}

#[test]
fn what_is_not_closed_is_told_with_its_place() {
    for (database_type, text, at) in [
        (Postgresql, "SELECT 1; SELECT 'a", 17),
        (Postgresql, "SELECT $$a", 7),
        (Postgresql, "SELECT (1; SELECT 2", 7),
        (Postgresql, "/* a", 0),
        (Mysql, "SELECT 1;\nSELECT `a", 17),
        (Mysql, "DELIMITER //\nSELECT 'é' //\nSELECT \"a", 35),
        (Mongodb, "[{\"a\": 1}, 5]", 11),
        (Mongodb, "{\"a\": 1}\n{\"b\": x}", 15),
        (Mongodb, "{\"a\": 1, \"a\": 2}", 0),
        (Mongodb, "  {}", 2),
        (Mongodb, "[{\"a\": 1}", 8),
    ] {
        let (message, place) = split(text, database_type).unwrap_err();
        assert_eq!(place, at, "{text}: {message}");
        assert!(message.ends_with('.'), "{message}");
    }
}

#[test]
fn commands_come_as_a_list_or_one_after_another() {
    let text = " [ {\"create\" : \"users\"}, {\"createIndexes\": \"users\", \"indexes\": [{\"key\": {\"b\": 1, \"a\": -1}, \"name\": \"x\"}]}]\n{\"insert\": \"users\", \"documents\": [{\"n\": 12345678901234567890123, \"d\": 0.10}]}";
    let pieces = split(text, Mongodb).unwrap();
    let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "{\"create\":\"users\"}",
            "{\"createIndexes\":\"users\",\"indexes\":[{\"key\":{\"b\":1,\"a\":-1},\"name\":\"x\"}]}",
            "{\"insert\":\"users\",\"documents\":[{\"n\":12345678901234567890123,\"d\":0.10}]}",
        ]
    );
    assert_eq!(&text[pieces[0].span.clone()], "{\"create\" : \"users\"}");
    assert!(text[pieces[2].span.clone()].starts_with("{\"insert\""));
    let list: Vec<String> = pieces.into_iter().map(|piece| piece.text).collect();
    let joined = join(&list, Mongodb);
    assert_eq!(
        joined.lines().take(3).collect::<Vec<_>>(),
        [
            "[",
            "  {\"create\": \"users\"},",
            "  {\"createIndexes\": \"users\", \"indexes\": [{\"key\": {\"b\": 1, \"a\": -1}, \"name\": \"x\"}]},",
        ]
    );
}

/// A statement that ends where it ends: pieces that hold everything that could mislead, none left open.
fn statement(mysql: bool) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("SELECT 1".to_owned()),
        Just("'a;''b'".to_owned()),
        Just("/* ; */".to_owned()),
        Just("-- x;\n".to_owned()),
        Just("(a, (b))".to_owned()),
        Just("é\u{1f600}".to_owned()),
        Just("begin end case if".to_owned()),
        Just(if mysql { "`;`" } else { "$x$;$x$ \";\"" }.to_owned()),
        "[a-z0-9_ ,=<>*+.\r\n\t]{0,12}",
    ];
    let body = prop_oneof![
        Just(if mysql {
            "CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END IF; END".to_owned()
        } else {
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN 1 THEN 2 END; END".to_owned()
        }),
        prop::collection::vec(piece, 0..8).prop_map(|pieces| format!("x {}", pieces.join(" "))),
    ];
    (body, prop::bool::ANY).prop_map(|(body, comment)| {
        let body = body.trim_end().to_owned();
        if comment {
            format!("{body} -- end")
        } else {
            body
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_joined_comes_apart(
        postgresql in prop::collection::vec(statement(false), 0..6),
        mysql in prop::collection::vec(statement(true), 0..6),
    ) {
        prop_assert_eq!(&texts(&join(&postgresql, Postgresql), Postgresql), &postgresql);
        prop_assert_eq!(&texts(&join(&mysql, Mysql), Mysql), &mysql);
    }

    #[test]
    fn any_text_is_split_or_refused_at_a_place_in_it(text in "([a-z '\"`(){};$#*/\\\\-]|BEGIN |END |CASE |DELIMITER |CREATE PROCEDURE |\n|\\[|,|:|é){0,40}") {
        for database_type in [Postgresql, Mysql, Mongodb] {
            match split(&text, database_type) {
                Ok(pieces) => {
                    let mut end = 0;
                    for piece in pieces {
                        prop_assert!(piece.span.start >= end && piece.span.end <= text.len());
                        prop_assert!(!piece.text.trim().is_empty());
                        end = piece.span.end;
                    }
                }
                Err((_, at)) => prop_assert!(text.is_char_boundary(at)),
            }
        }
    }
}
