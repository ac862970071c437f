//! The committed figures.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;

use crate::Result;

/// By how many per cent a path may take more than its committed figure.
const MAX_RISE: u64 = 5;

pub(crate) type Figures = BTreeMap<String, u64>;

/// What a count means beside its committed figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    Unknown,
    Within { per_cent: f64 },
    Risen { per_cent: f64 },
}

pub(crate) fn verdict(known: Option<u64>, seen: u64) -> Verdict {
    let Some(known) = known else { return Verdict::Unknown };
    let per_cent = (seen as f64 / known as f64 - 1.0) * 100.0;
    if seen * 100 > known * (100 + MAX_RISE) {
        Verdict::Risen { per_cent }
    } else {
        Verdict::Within { per_cent }
    }
}

impl Verdict {
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Self::Within { .. })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("has no committed figure"),
            Self::Within { per_cent } => write!(f, "{per_cent:+.1} %"),
            Self::Risen { per_cent } => write!(f, "{per_cent:+.1} %: more than the {MAX_RISE} % that it may"),
        }
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("figures.txt")
}

pub(crate) fn read() -> Result<Figures> {
    let text = fs::read_to_string(path())?;
    text.lines()
        .map(|line| {
            let (name, figure) = line.split_once(' ').ok_or_else(|| format!("no figure in `{line}`"))?;
            Ok((name.to_owned(), figure.trim().parse()?))
        })
        .collect()
}

pub(crate) fn write(figures: &Figures) -> Result<()> {
    let lines: String = figures.iter().map(|(name, figure)| format!("{name} {figure}\n")).collect();
    Ok(fs::write(path(), lines)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_of_more_than_five_per_cent_is_none_too_few() {
        assert!(verdict(Some(1000), 1050).is_good());
        assert!(!verdict(Some(1000), 1051).is_good());
        assert!(verdict(Some(1000), 10).is_good());
        assert!(!verdict(None, 10).is_good());
    }
}
