//! How many commits a second a `RedbStore` takes, beside redb alone with the same batches:
//! `cargo run --release -p live-std --features redb --example redb-commits [FOLDER]`.
//!
//! Each committer waits for its commit before it makes the next. The folder, by default the system's for temporary files, should be on
//! the disk that is to be known; one in memory has nothing to sync.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use live_core::{Claim, Record, SessionId};
use live_std::store::StoreFuture;
use live_std::{RedbStore, SessionStore, entropy};
use redb::{Database, TableDefinition};

/// The bytes of a session's record.
const BYTES: usize = 500;

/// How long each is measured, turn by turn.
const TIME: Duration = Duration::from_secs(1);

/// How many turns each has. The median counts: a disk has other work, too.
const TURNS: usize = 5;

const TABLE: TableDefinition<&[u8; 16], &[u8]> = TableDefinition::new("records");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = base.join(format!("redb-commits-{}", entropy::text()));
    std::fs::create_dir(&folder)?;
    println!("records of {BYTES} bytes in {}; commits a second", base.display());
    println!("{:>10} {:>12} {:>12} {:>8}", "committers", "RedbStore", "redb alone", "ratio");
    for committers in [1, 10, 100] {
        let (mut ours, mut alone) = (Vec::new(), Vec::new());
        for turn in 0..TURNS {
            ours.push(store(&folder.join(format!("store-{committers}-{turn}")), committers)?);
            alone.push(bare(&folder.join(format!("bare-{committers}-{turn}")), committers)?);
        }
        let (ours, alone) = (median(ours), median(alone));
        println!("{committers:>10} {ours:>12.0} {alone:>12.0} {:>8.2}", ours / alone);
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// Threads that commit to a session each.
fn store(path: &Path, committers: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let store = RedbStore::open(path)?;
    let began = Instant::now();
    let counts = thread::scope(|scope| {
        let all: Vec<_> = (0..committers)
            .map(|session| {
                let store = &store;
                scope.spawn(move || commit(store, session, began))
            })
            .collect();
        all.into_iter().map(|one| one.join().expect("a committer")).sum::<u64>()
    });
    Ok(counts as f64 / began.elapsed().as_secs_f64())
}

fn commit(store: &RedbStore, session: u64, began: Instant) -> u64 {
    let mut generation = 0;
    while began.elapsed() < TIME {
        generation += 1;
        let record = Record {
            id: SessionId::new(key(session)),
            claim: Claim::default(),
            generation,
            bytes: vec![1; BYTES],
        };
        wait(store.commit(record, Duration::from_secs(3600)));
    }
    generation
}

/// One thread that writes as many records a transaction as there are committers: what group commit could reach at most.
fn bare(path: &Path, committers: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let database = Database::create(path)?;
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < TIME {
        let write = database.begin_write()?;
        {
            let mut table = write.open_table(TABLE)?;
            for session in 0..committers {
                table.insert(&key(session), [1; BYTES].as_slice())?;
            }
        }
        write.commit()?;
        count += committers;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

fn key(session: u64) -> [u8; 16] {
    u128::from(session).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()
}

fn wait(mut future: StoreFuture<'_, ()>) {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => return result.expect("the store answers"),
            Poll::Pending => thread::park(),
        }
    }
}
