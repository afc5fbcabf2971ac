//! An action in two environments, on real servers.

use serde_json::{Value, json};
use workbench::{ActionCompareRequest, RowComparison};

use crate::bench::{Act, Bench, bench, input};
use crate::servers;

async fn compare(
    bench: &Bench,
    action: &str,
    sides: (&str, &str),
    values: Value,
    key: &[&str],
) -> Result<RowComparison, workbench::AppError> {
    let request = ActionCompareRequest {
        run_id: "compare".to_owned(),
        action_id: action.to_owned(),
        left: sides.0.to_owned(),
        right: sides.1.to_owned(),
        input: input(&values),
        key: key.iter().map(|one| (*one).to_owned()).collect(),
    };
    bench.workbench.action_compare(request).await
}

fn shown(rows: &impl serde::Serialize) -> String {
    serde_json::to_string(rows).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_environments_row_by_row() {
    let (left, right) = (servers::postgres(&[]), servers::postgres(&[]));
    let bench = bench().await;
    let envs = [
        ("dev", left.url()),
        ("stg", right.url()),
        ("prd", "postgresql://a@127.0.0.1:1/d".to_owned()),
    ];
    let envs = envs.each_ref().map(|(slug, url)| (*slug, url.as_str()));
    let database = bench.database("postgresql", &envs).await;
    for server in [&left, &right] {
        server.sql("CREATE TABLE t (id int, name text, n numeric)");
    }
    left.sql("INSERT INTO t VALUES (1, 'same', 0.1), (2, 'left', 2), (3, 'x', 12345678901234567890.1), (5, NULL, 5)");
    right.sql("INSERT INTO t VALUES (5, '', 5), (4, 'right', 4), (1, 'same', 0.1), (3, 'x', 12345678901234567890.2)");
    let read = "SELECT id, name, n FROM t WHERE id < {{most:INTEGER}} ORDER BY name";
    let action = bench.action(&database, Act::read(read)).await;
    let compared = compare(&bench, &action, ("dev", "stg"), json!({"most": 9}), &[])
        .await
        .unwrap();
    assert_eq!(
        (compared.key.as_slice(), compared.same),
        (["id".to_owned()].as_slice(), 1)
    );
    assert_eq!(shown(&compared.only_left), r#"[[2,"left","2"]]"#);
    assert_eq!(shown(&compared.only_right), r#"[[4,"right","4"]]"#);
    let mut different: Vec<_> = compared
        .different
        .iter()
        .map(|row| (shown(&row.left[0]), row.cells.clone()))
        .collect();
    different.sort();
    assert_eq!(
        different,
        [("3".to_owned(), vec![2]), ("5".to_owned(), vec![1])]
    );
    assert!(!compared.truncated);
    // By a key of one's own, and by one that there is not.
    let by_name = compare(
        &bench,
        &action,
        ("dev", "stg"),
        json!({"most": 2}),
        &["name"],
    )
    .await
    .unwrap();
    assert_eq!((by_name.same, by_name.different.len()), (1, 0));
    let error = compare(
        &bench,
        &action,
        ("dev", "stg"),
        json!({"most": 2}),
        &["nme"],
    )
    .await
    .unwrap_err();
    assert_eq!(error.code, "not_comparable");
    // Each side says which it is.
    let error = compare(&bench, &action, ("dev", "prd"), json!({"most": 2}), &[])
        .await
        .unwrap_err();
    assert!(
        error.code == "connection_refused" && error.message.starts_with("prd: "),
        "{error:?}"
    );
    let error = compare(&bench, &action, ("dev", "stg"), json!({"most": "x"}), &[])
        .await
        .unwrap_err();
    assert_eq!(error.code, "validation");
    let error = compare(&bench, &action, ("dev", "dev"), json!({"most": 2}), &[])
        .await
        .unwrap_err();
    assert_eq!(error.code, "refused");
    // More than it compares: said, and nothing is left open.
    let many = bench
        .action(
            &database,
            Act::read("SELECT generate_series(1, 20000) AS id"),
        )
        .await;
    let compared = compare(&bench, &many, ("dev", "stg"), json!({}), &[])
        .await
        .unwrap();
    assert_eq!((compared.same, compared.truncated), (10_000, true));
    for server in [&left, &right] {
        let others = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series(1%' AND pid <> pg_backend_pid()";
        let gone = test_support::wait_until(std::time::Duration::from_secs(5), || {
            server.sql(others) == "0"
        });
        assert!(gone, "a session is left open");
    }
    // What writes is not compared, whatever its type says of it.
    let write = bench
        .action(&database, Act::create("INSERT INTO t VALUES (9, 'w', 9)"))
        .await;
    let error = compare(&bench, &write, ("dev", "stg"), json!({}), &[])
        .await
        .unwrap_err();
    assert_eq!(error.code, "refused");
    assert_eq!(left.sql("SELECT count(*) FROM t"), "4");
}
