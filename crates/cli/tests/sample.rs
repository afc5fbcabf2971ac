//! `tapedeck product sample`: a product to try, without a server.

mod harness;

use harness::Cli;

#[test]
fn a_sample_is_made_tested_and_worked_with() {
    let cli = Cli::without_keyring();
    let made = cli.run(&["product", "sample"]).expect(0).json();
    assert_eq!(made["tag"], "sample");
    assert_eq!(made["databases"].as_array().unwrap().len(), 2);
    assert_eq!(made["databases"][0]["type"], "sqlite");
    let tested = cli.run(&["test", "sample"]).expect(0);
    assert_eq!(tested.lines().len(), 6);
    assert!(tested.stdout.contains("SQLite"), "{}", tested.stdout);
    let rows = cli
        .run_with(
            &[
                "action",
                "run",
                "sample/orders:open-orders@dev",
                "--input",
                "-",
            ],
            r#"{"data": {"status": "open"}}"#,
        )
        .expect(0)
        .json();
    assert!(rows["rows"][0][0].as_u64().unwrap() > 10, "{rows}");
    assert_eq!(
        cli.run(&["product", "sample"]).expect(0).json()["tag"],
        "sample-2"
    );
}
