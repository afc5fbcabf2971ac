//! The contract of `url parse`, `url redact` and `url build`.

mod harness;

use harness::Cli;
use serde_json::json;

#[test]
fn a_url_is_taken_apart_with_its_secrets_masked() {
    let cli = Cli::without_keyring();
    let url = "postgresql://app:p%40ss@[::1]:6543,db.example.com/orders?sslmode=require&application_name=shop";
    let parsed = cli
        .run_with(&["url", "parse"], &format!("{url}\n"))
        .expect(0)
        .json();
    assert_eq!(parsed["type"], "postgresql");
    assert_eq!(parsed["scheme"], "postgresql");
    assert_eq!(
        parsed["hosts"],
        json!([{ "host": "::1", "port": 6543 }, { "host": "db.example.com", "port": null }])
    );
    assert_eq!(
        (&parsed["user"], &parsed["database"]),
        (&json!("app"), &json!("orders"))
    );
    assert_eq!(
        parsed["options"],
        json!([["sslmode", "require"], ["application_name", "shop"]])
    );
    assert_eq!(parsed["secrets"], json!(["password"]));
    assert!(
        !parsed.to_string().contains("p@ss") && !parsed.to_string().contains("p%40ss"),
        "{parsed}"
    );
    let revealed = cli
        .run_with(&["url", "parse", "--reveal"], url)
        .expect(0)
        .json();
    assert_eq!(revealed["password"], "p@ss");
}

#[test]
fn what_is_parsed_can_be_built_again() {
    let cli = Cli::without_keyring();
    for (database_type, url) in [
        (
            "postgresql",
            "postgres://a:b%20c@h1:1,h2:2/d?sslmode=verify-full",
        ),
        (
            "mysql",
            "mysql://root:x@127.0.0.1:3307/shop?ssl-mode=REQUIRED",
        ),
        (
            "mongodb",
            "mongodb://u:p%2Fq@a:1,b:2/db?replicaSet=rs0&authSource=admin",
        ),
        ("mongodb", "mongodb+srv://u:p@cluster.example.com/db"),
    ] {
        let parts = cli
            .run_with(&["url", "parse", "--type", database_type, "--reveal"], url)
            .expect(0);
        let built = cli
            .run_with(
                &["url", "build", "--type", database_type, "-f", "-"],
                &parts.stdout,
            )
            .expect(0);
        let again = cli
            .run_with(
                &["url", "parse", "--type", database_type, "--reveal"],
                built.stdout.trim_end(),
            )
            .expect(0);
        let without_spans = |mut value: serde_json::Value| {
            for list in ["warnings", "hints"] {
                value[list] = json!([]);
            }
            value
        };
        assert_eq!(
            without_spans(parts.json()),
            without_spans(again.json()),
            "{url} -> {}",
            built.stdout
        );
    }
}

#[test]
fn an_invalid_url_has_a_code_and_a_span_and_no_secret() {
    let cli = Cli::without_keyring();
    let run = cli
        .run_with(
            &["url", "parse", "--type", "postgresql"],
            "postgresql://app:c4n%zz4ry@h/d",
        )
        .expect(3);
    let error = run.error();
    assert_eq!(error["code"], "invalid_url");
    assert!(
        error["detail"]["span"][0].as_u64().unwrap() < error["detail"]["span"][1].as_u64().unwrap(),
        "{run:?}"
    );
    assert!(!run.stderr.contains("c4n"), "{run:?}");
    cli.run_with(&["url", "parse", "--type", "oracle"], "x")
        .expect(2);
}

#[test]
fn any_text_is_redacted() {
    let cli = Cli::without_keyring();
    let text = "see mongodb://u:c4n4ry1@h/d and DATABASE_URL=postgres://u:c4n4ry2@h/d?sslpassword=c4n4ry3 \
                and host=h password=c4n4ry4 dbname=d and mysql://u:c4n4ry%zz5@";
    let redacted = cli.run_with(&["url", "redact"], text).expect(0).stdout;
    assert!(!redacted.contains("c4n4ry"), "{redacted}");
    assert!(redacted.contains("mongodb://u:***@h/d"), "{redacted}");
}
