//! What a person may see. The information schema leaves out what somebody has no right to, and does not say so: what is not known
//! to be seen whole is not compared.

use engines::Session;

use crate::rows::query;

/// The rights that somebody has on a whole database.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Rights {
    pub(super) triggers: bool,
    pub(super) events: bool,
    pub(super) routines: bool,
    /// Whether somebody may do more with tables than read them: only then MariaDB tells of foreign keys.
    pub(super) keys: bool,
}

/// Rights on tables that are more than to read them.
const TABLES: [&str; 13] = [
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "REFERENCES",
    "INDEX",
    "ALTER",
    "CREATE VIEW",
    "SHOW VIEW",
    "TRIGGER",
    "DELETE HISTORY",
    "DELETE VERSIONING ROWS",
];

/// Asks the server. Where it does not tell, nothing is known.
pub(super) async fn read(session: &mut dyn Session, database: &str, roles: bool) -> Rights {
    let active = if roles {
        let role = query(session, "SELECT CURRENT_ROLE()", &[]).await;
        let role = role.ok().and_then(|rows| rows.first()?.text(0));
        role.filter(|role| !role.is_empty() && role != "NONE")
    } else {
        None
    };
    let statement = match active {
        Some(roles) => format!("SHOW GRANTS FOR CURRENT_USER() USING {roles}"),
        None => "SHOW GRANTS".to_owned(),
    };
    let mut rights = Rights::default();
    for row in query(session, &statement, &[]).await.unwrap_or_default() {
        rights.grant(&row.name(0), database);
    }
    rights
}

impl Rights {
    /// Takes a line of `SHOW GRANTS` into account.
    fn grant(&mut self, line: &str, database: &str) {
        let Some((privileges, rest)) = line
            .strip_prefix("GRANT ")
            .and_then(|grant| grant.split_once(" ON "))
        else {
            return;
        };
        if !covers(rest, database) {
            return;
        }
        for privilege in privileges.split(',').map(str::trim) {
            let all = matches!(privilege, "ALL PRIVILEGES" | "ALL");
            self.keys |= all || TABLES.contains(&privilege);
            self.triggers |= all || privilege == "TRIGGER";
            self.events |= all || privilege == "EVENT";
            self.routines |= all
                || matches!(
                    privilege,
                    "EXECUTE" | "ALTER ROUTINE" | "CREATE ROUTINE" | "SHOW_ROUTINE"
                );
        }
    }
}

/// Whether what a grant is for holds the whole database: `*.*`, or a pattern with `.*`.
fn covers(target: &str, database: &str) -> bool {
    if target.starts_with("*.*") {
        return true;
    }
    let Some(quoted) = target.strip_prefix('`') else {
        return false;
    };
    let Some(end) = quoted.find("`.") else {
        return false;
    };
    let (pattern, rest) = quoted.split_at(end);
    rest.starts_with("`.* ") && matches(&pattern.replace("``", "`"), database)
}

/// Whether a name is of a pattern of `LIKE`, which grants have for databases.
fn matches(pattern: &str, name: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => name.is_empty(),
        Some('%') => {
            let rest = letters.as_str();
            let mut ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.any(|at| matches(rest, &name[at..]))
        }
        Some(letter) => {
            let mut others = name.chars();
            let Some(other) = others.next() else {
                return false;
            };
            let same = match letter {
                '_' => true,
                '\\' => letters.next() == Some(other),
                letter => letter == other,
            };
            same && matches(letters.as_str(), others.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> (bool, bool, bool) {
        let mut rights = Rights::default();
        for line in lines {
            rights.grant(line, "my_app");
        }
        (rights.triggers, rights.events, rights.routines)
    }

    #[test]
    fn grants_are_read() {
        for (lines, expected) in [
            (
                &["GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION"][..],
                (true, true, true),
            ),
            (
                &["GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*'"],
                (false, false, false),
            ),
            (
                &["GRANT SELECT, TRIGGER ON `my\\_app`.* TO `a`@`%`"],
                (true, false, false),
            ),
            (
                &["GRANT SELECT, EVENT, EXECUTE ON `my%`.* TO `a`@`%`"],
                (false, true, true),
            ),
            (
                &["GRANT TRIGGER ON `my_app`.`t` TO `a`@`%`"],
                (false, false, false),
            ),
            (
                &["GRANT TRIGGER ON `other`.* TO `a`@`%`"],
                (false, false, false),
            ),
            (
                &[
                    "GRANT `role` TO `a`@`%`",
                    "GRANT EXECUTE ON PROCEDURE `my_app`.`p` TO `a`@`%`",
                ],
                (false, false, false),
            ),
        ] {
            assert_eq!(of(lines), expected, "{lines:?}");
        }
    }
}
