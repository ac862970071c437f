//! The guide's table of the specification: each row names a test, and each test that is named is there.

use std::fs;
use std::path::Path;

const TABLE: &str = include_str!("../../src/guide/specification.md");

/// The rows of all tables, as cells.
fn rows() -> Vec<Vec<&'static str>> {
    let lines = TABLE.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = lines.map(|line| line.split(" | ").collect::<Vec<_>>());
    rows.filter(|cells| cells[0] != "Specification").collect()
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(root.join(path)).unwrap_or_default()
}

/// `file.rs::name`, `file.mjs: "name"`, or `tests/run stage`.
fn is_there(test: &str) -> bool {
    if let Some((path, name)) = test.split_once("::") {
        is_rust_test(&read(path), name)
    } else if let Some((path, name)) = test.split_once(": ") {
        let name = name.trim_matches('"');
        ['\'', '"', '`'].iter().any(|quote| read(path).contains(&format!("{quote}{name}{quote}")))
    } else if let Some(stage) = test.strip_prefix("tests/run ") {
        read("tests/run").lines().any(|line| line.starts_with(&format!("{stage}() {{")))
    } else {
        false
    }
}

fn is_rust_test(source: &str, name: &str) -> bool {
    let wanted = format!("fn {name}(");
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    lines.windows(2).any(|pair| pair[0] == "#[test]" && pair[1].starts_with(&wanted))
}

#[test]
fn each_row_has_three_cells_and_names_tests_that_are_there() {
    let rows = rows();
    assert!(rows.len() > 100, "{}", rows.len());
    for cells in rows {
        assert_eq!(cells.len(), 3, "{cells:?}");
        let tests: Vec<_> = cells[2].split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test: {cells:?}");
        for test in tests {
            assert!(is_there(test), "{test} isn't there, which shows: {}", cells[0]);
        }
    }
}

#[test]
fn a_test_that_is_not_there_is_seen() {
    for missing in [
        "no/such/file.rs::name",
        "smol-server/tests/it/specification.rs::rows",
        "tests/browser/gallery-counter.test.mjs: \"no such test\"",
        "tests/run no_such_stage",
        "a sentence",
    ] {
        assert!(!is_there(missing), "{missing}");
    }
}
