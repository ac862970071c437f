//! The floor of a durable store behind sockets: one thread that commits what all connections have brought in one transaction, and tells each.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use redb::Database;
use smol::channel;

use crate::load::Result;
use crate::records::{self, Id};

/// Takes records to be committed.
#[derive(Clone)]
pub(super) struct Committer(Sender<Job>);

struct Job {
    id: Id,
    committed: channel::Sender<()>,
}

impl Committer {
    /// Starts the thread.
    pub(super) fn start(path: &Path) -> Result<Self> {
        let database = Database::create(path)?;
        let (jobs, waiting) = mpsc::channel();
        thread::spawn(move || run(&database, &waiting));
        Ok(Self(jobs))
    }

    /// Waits until a record under this number is durable.
    pub(super) async fn commit(&self, number: u64) -> Result<()> {
        let (committed, answer) = channel::bounded(1);
        self.0.send(Job { id: records::id(number), committed }).map_err(|_| "the committer is gone")?;
        Ok(answer.recv().await?)
    }
}

fn run(database: &Database, waiting: &Receiver<Job>) {
    while let Ok(first) = waiting.recv() {
        let jobs: Vec<Job> = std::iter::once(first).chain(waiting.try_iter()).collect();
        if let Err(error) = records::commit(database, jobs.iter().map(|job| job.id)) {
            eprintln!("the floor's store: {error}");
            return;
        }
        for job in jobs {
            // A connection that the load has closed waits no more.
            let _ = job.committed.try_send(());
        }
    }
}
