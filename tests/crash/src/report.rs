//! What came of it.

use std::fmt;
use std::time::Duration;

use crate::tab::Tally;

/// How soon after its first successful connect a session has to be back, for 99 of 100.
const SOON: Duration = Duration::from_secs(1);

/// The sums of all sessions.
#[derive(Default)]
pub(crate) struct Report {
    sessions: usize,
    restarts: Vec<Duration>,
    resumed: Vec<Duration>,
    clicks: u64,
    acknowledged: u64,
    /// Clicks that no count holds, and those that a count holds once too often.
    missing: u64,
    doubled: u64,
    lost: u64,
    behind: u64,
}

impl Report {
    pub(crate) fn new(restarts: Vec<Duration>) -> Self {
        Self { restarts, ..Self::default() }
    }

    pub(crate) fn add(&mut self, tally: Tally) {
        let count = u64::try_from(tally.count).unwrap_or(0);
        self.sessions += 1;
        self.clicks += tally.clicks;
        self.acknowledged += tally.acknowledged;
        self.missing += tally.clicks.saturating_sub(count);
        self.doubled += count.saturating_sub(tally.clicks);
        self.lost += tally.lost;
        self.behind += tally.behind;
        self.resumed.extend(tally.resumed);
    }

    fn soon(&self) -> f64 {
        let soon = self.resumed.iter().filter(|took| **took <= SOON).count();
        soon as f64 / self.resumed.len().max(1) as f64
    }

    /// Nothing is lost, and sessions are soon back.
    pub(crate) fn is_good(&self) -> bool {
        self.has_all() && self.soon() >= 0.99
    }

    /// Nothing is lost.
    pub(crate) fn has_all(&self) -> bool {
        let wrong = self.missing + self.doubled + self.lost + self.behind;
        wrong == 0 && self.acknowledged == self.clicks
    }
}

/// The value below which this share of them lies.
fn quantile(values: &[Duration], share: f64) -> Duration {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let at = (sorted.len() as f64 * share) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "sessions                     {}", self.sessions)?;
        writeln!(f, "clicks, acknowledged         {}, {}", self.clicks, self.acknowledged)?;
        writeln!(f, "lost, applied twice          {}, {}", self.missing, self.doubled)?;
        writeln!(f, "shown less than acknowledged {}", self.behind)?;
        writeln!(f, "connections, not resumed     {}, {}", self.resumed.len(), self.lost)?;
        let (half, most) = (quantile(&self.resumed, 0.5), quantile(&self.resumed, 0.99));
        writeln!(
            f,
            "connect to welcome           median {half:.1?}, 99 % {most:.1?}, {:.2} % within {SOON:?}",
            100.0 * self.soon()
        )?;
        if self.restarts.is_empty() {
            return Ok(());
        }
        let (half, most) = (quantile(&self.restarts, 0.5), quantile(&self.restarts, 1.0));
        writeln!(f, "kills                        {}", self.restarts.len())?;
        write!(f, "kill to listening again      median {half:.1?}, longest {most:.1?}")
    }
}
