//! The browser's part: how long live.js takes for a patch in Chromium.

use std::io::ErrorKind;
use std::process::Command;

use super::Bench;
use crate::load::Result;
use crate::report::{Missing, Reach, Row, Seen};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/script-time.mjs");

/// What the program ends with where something has to be installed first, which it tells on stderr.
const MISSING: i32 = 3;

pub(super) fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let address = format!("http://{}", bench.ours.address);
    let output =
        Command::new("node").args([PROGRAM, &address]).output().map_err(|error| match error.kind() {
            ErrorKind::NotFound => Missing("install Node.js 20 or newer".to_owned()).into(),
            _ => Box::<dyn std::error::Error + Send + Sync>::from(error),
        })?;
    let errors = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
    match output.status.code() {
        Some(0) => {}
        Some(MISSING) => return Err(Missing(errors()).into()),
        _ => return Err(errors().into()),
    }
    let times: Vec<f64> = serde_json::from_slice(&output.stdout)?;
    Ok(vec![Row {
        work: "script time for a cell of 1000 rows, one region, in Chromium, ms".to_owned(),
        reach: Reach::AtMost(1.0),
        beside: format!("{} patches after the first few; without layout and paint", times.len()),
        seen: Seen::of(times),
    }])
}
