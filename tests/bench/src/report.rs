//! What was seen, beside what is to be reached.

use std::error::Error;
use std::fmt::{self, Display, Formatter, Write};

use serde::Serialize;

/// One line of the table.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Line {
    Row(Row),
    /// A row that couldn't be measured.
    Missing {
        work: String,
        missing: String,
    },
}

/// What has to be installed or built before a row can be measured.
#[derive(Debug)]
pub(crate) struct Missing(pub(crate) String);

/// What was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) work: String,
    pub(crate) reach: Reach,
    pub(crate) seen: Seen,
    /// Figures beside the one that counts.
    pub(crate) beside: String,
}

/// What a figure has to be.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reach {
    AtMost(f64),
    AtLeast(f64),
    /// Nothing: the figure is there to be compared with.
    Nothing,
}

/// The figures of all rounds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Seen {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Seen {
    /// Of at least one figure.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let (min, max) = (figures[0], figures[figures.len() - 1]);
        let middle = figures.len() / 2;
        let median = if figures.len().is_multiple_of(2) {
            (figures[middle - 1] + figures[middle]) / 2.0
        } else {
            figures[middle]
        };
        Self { median, min, max }
    }
}

impl Reach {
    pub(crate) fn is_met(self, seen: f64) -> bool {
        match self {
            Self::AtMost(limit) => seen <= limit,
            Self::AtLeast(limit) => seen >= limit,
            Self::Nothing => true,
        }
    }
}

impl Line {
    /// As a line of a Markdown table.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Row(row) => row.line(),
            Self::Missing { work, missing } => format!("| {work} | – | not measured | {missing} |"),
        }
    }
}

impl Display for Missing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Missing {}

impl Row {
    fn line(&self) -> String {
        let Self { work, reach, seen: Seen { median, min, max }, beside } = self;
        let reached = match reach {
            Reach::AtMost(limit) => format!("≤ {}", figure(*limit)),
            Reach::AtLeast(limit) => format!("≥ {}", figure(*limit)),
            Reach::Nothing => "–".to_owned(),
        };
        let verdict = if reach.is_met(*median) { "" } else { " **short**" };
        let mut line = format!("| {work} | {reached} | {}{verdict}", figure(*median));
        if min < max {
            let _ = write!(line, " ({} – {})", figure(*min), figure(*max));
        }
        line + &format!(" | {beside} |")
    }
}

/// Three digits that say something.
pub(crate) fn figure(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 || v == 0.0 || v.fract() == 0.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let odd = Seen::of([3.0, 1.0, 2.0]);
        assert_eq!((odd.min, odd.median, odd.max), (1.0, 2.0, 3.0));
        assert_eq!(Seen::of([4.0, 1.0, 2.0, 3.0]).median, 2.5);
    }

    #[test]
    fn a_row_without_a_figure_says_what_to_do() {
        let line = Line::Missing { work: "w".into(), missing: "install it".into() };
        assert_eq!(line.text(), "| w | – | not measured | install it |");
    }

    #[test]
    fn a_row_that_falls_short_says_so() {
        let row = |seen| Row {
            work: "w".into(),
            reach: Reach::AtMost(1.25),
            seen: Seen::of([seen]),
            beside: "b".into(),
        };
        assert_eq!(row(1.25).line(), "| w | ≤ 1.25 | 1.25 | b |");
        assert_eq!(row(1.5).line(), "| w | ≤ 1.25 | 1.50 **short** | b |");
        assert_eq!(Row { reach: Reach::Nothing, ..row(1.5) }.line(), "| w | – | 1.50 | b |");
        assert!(Reach::AtLeast(0.5).is_met(0.5) && !Reach::AtLeast(0.5).is_met(0.49));
    }
}
