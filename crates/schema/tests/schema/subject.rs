//! A database under test.

use connection_url::ConnectionUrl;
use engines::{Batch, CancellationToken, DatabaseType, Operation, Session, SessionOptions, engine};
use schema::{Change, Difference, Snapshot, compare, mend, same};
use serde_json::Value;

/// A connected database.
pub struct Subject {
    pub database_type: DatabaseType,
    pub session: Box<dyn Session>,
}

pub async fn open(url: &str, database_type: DatabaseType, read_only: bool) -> Subject {
    let url = ConnectionUrl::parse(url, Some(database_type)).unwrap();
    let options = SessionOptions {
        read_only,
        ..SessionOptions::default()
    };
    let session = engine(database_type)
        .connect(&url, &options, &CancellationToken::new())
        .await
        .unwrap();
    Subject {
        database_type,
        session,
    }
}

impl Subject {
    pub async fn read(&mut self) -> Snapshot {
        match schema::read(self.session.as_mut(), self.database_type).await {
            Ok(snapshot) => snapshot,
            Err(error) => panic!("{error:?}"),
        }
    }

    fn operation(&self, statement: &str) -> Operation {
        if self.database_type == DatabaseType::Mongodb {
            return Operation::Command(statement.to_owned());
        }
        Operation::Sql {
            statement: statement.to_owned(),
            parameters: Vec::new(),
        }
    }

    /// Runs a statement and gives its rows.
    pub async fn run(&mut self, statement: &str) -> Vec<Vec<Value>> {
        let operation = self.operation(statement);
        if let Err(error) = self.session.start(&operation).await {
            panic!("{statement}: {error:?}");
        }
        let mut batch = Batch::default();
        loop {
            match self.session.fetch(10_000, &mut batch).await {
                Ok(None) => {}
                Ok(Some(_)) => {
                    return serde_json::from_str(&format!("[{}]", batch.json())).unwrap();
                }
                Err(error) => panic!("{statement}: {error:?}"),
            }
        }
    }

    pub async fn run_all(&mut self, statements: &[&str]) {
        for statement in statements {
            self.run(statement).await;
        }
    }

    /// What statements make different, as lines. The difference is mended, made again and mended, each by what [`mend`] writes: the
    /// database is as it was then.
    pub async fn differs(&mut self, statements: &[&str]) -> Vec<String> {
        let before = self.read().await;
        self.run_all(statements).await;
        let after = self.read().await;
        let differences = compare(&before, &after);
        assert_eq!(
            differences.is_empty(),
            same(&before, &after),
            "{statements:?}"
        );
        assert_eq!(
            differences.is_empty(),
            before.fingerprint() == after.fingerprint(),
            "{statements:?}"
        );
        assert!(
            !differences.is_empty(),
            "nothing was noticed of {statements:?}"
        );
        self.mend(&before, &after).await;
        self.mend(&after, &before).await;
        self.mend(&before, &after).await;
        lines(&differences)
    }

    /// Makes the database, which is as `right`, as `left`.
    pub async fn mend(&mut self, left: &Snapshot, right: &Snapshot) {
        let mends = mend(self.database_type, left, right, &compare(left, right));
        for mend in &mends {
            assert!(!mend.statement.is_empty(), "not written: {:?}", mend.note);
            self.run(&mend.statement).await;
        }
        let statements: Vec<&str> = mends.iter().map(|it| it.statement.as_str()).collect();
        let now = self.read().await;
        let rest = lines(&compare(left, &now));
        assert_eq!(rest, Vec::<String>::new(), "after {statements:#?}");
    }
}

/// A difference in a line.
pub fn line(difference: &Difference) -> String {
    let change = match difference.change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
    };
    let key = &difference.key;
    let texts = match (&difference.left, &difference.right) {
        (Some(left), Some(right)) => format!("{left} → {right}"),
        (Some(text), None) | (None, Some(text)) => text.clone(),
        (None, None) => String::new(),
    };
    format!("{change} {} {}: {texts}", key.kind, key.name)
}

pub fn lines(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(line).collect()
}

/// Two readings that must be the same in every way.
#[track_caller]
pub fn assert_same(one: &Snapshot, other: &Snapshot) {
    assert_eq!(lines(&compare(one, other)), Vec::<String>::new());
    assert!(same(one, other));
    assert_eq!(one.fingerprint(), other.fingerprint());
}

/// Every object of a snapshot, a line for each attribute.
pub fn told(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for (key, object) in &snapshot.objects {
        text.push_str(&format!("{} {}\n", key.kind, key.name));
        for (attribute, value) in &object.attributes {
            text.push_str(&format!(
                "    {attribute}: {}\n",
                value.replace('\n', "\n        ")
            ));
        }
        for other in &object.needs {
            text.push_str(&format!("    needs {} {}\n", other.kind, other.name));
        }
    }
    text
}
