//! The floor of a durable store: transactions of as many records as there are sessions, one after the other.

use std::path::Path;
use std::time::{Duration, Instant};

use redb::{Database, TableDefinition};

use crate::load::Result;

const RECORDS: TableDefinition<'static, [u8; 16], &[u8]> = TableDefinition::new("records");

/// What a record of `/counter` has for bytes, roughly.
const RECORD: [u8; 48] = [7; 48];

pub(super) struct Bare(Database);

impl Bare {
    pub(super) fn create(path: &Path) -> Result<Self> {
        Ok(Self(Database::create(path)?))
    }

    pub(super) fn commits_per_second(&mut self, at_once: usize, time: Duration) -> Result<f64> {
        let (began, mut records) = (Instant::now(), 0);
        while began.elapsed() < time {
            let write = self.0.begin_write()?;
            {
                let mut table = write.open_table(RECORDS)?;
                for number in 0..at_once {
                    let mut id = [0; 16];
                    id[..8]
                        .copy_from_slice(&(number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
                    table.insert(id, RECORD.as_slice())?;
                }
            }
            write.commit()?;
            records += at_once;
        }
        Ok(records as f64 / began.elapsed().as_secs_f64())
    }
}
