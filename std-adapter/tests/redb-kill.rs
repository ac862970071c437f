//! A process that commits is killed, again and again: every commit that it was told of is there afterwards.
//!
//! This program is the test and the process: with a path it commits until it ends.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use live_core::{Claim, Record, SessionId};
use live_std::store::StoreFuture;
use live_std::{RedbStore, SessionStore, entropy};

const KILLS: usize = 20;
const LONG: Duration = Duration::from_secs(3600);
const PATIENCE: Duration = Duration::from_secs(60);

/// Each thread of the process commits to a session of its own.
const SESSIONS: u8 = 3;

fn main() {
    match std::env::args_os().nth(1).filter(|argument| Path::new(argument).is_absolute()) {
        Some(path) => commit_until_killed(Path::new(&path)),
        None => every_commit_survives(),
    }
}

fn every_commit_survives() {
    let folder = std::env::temp_dir().join(format!("redb-kill-{}", entropy::text()));
    std::fs::create_dir(&folder).expect("a folder");
    let path = folder.join("sessions.redb");
    let mut acked = [0; SESSIONS as usize];
    for kill in 0..KILLS {
        let before: u64 = acked.iter().sum();
        run_and_kill(&path, &mut acked);
        assert!(acked.iter().sum::<u64>() > before, "kill {kill}: nothing was committed");
        check(&path, &acked, kill);
    }
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
    println!("{KILLS} kills, {} commits: all there", acked.iter().sum::<u64>());
}

/// Kills the process at some random moment after its first commit; notes what it said until then.
fn run_and_kill(path: &PathBuf, acked: &mut [u64]) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the process starts");
    let lines = lines(&mut child);
    let [luck] = entropy::bytes::<1>();
    for _ in 0..=luck {
        note(&lines.recv_timeout(PATIENCE).expect("a commit"), acked);
    }
    child.kill().expect("it is killed");
    child.wait().expect("it has ended");
    lines.iter().for_each(|line| note(&line, acked));
}

fn lines(child: &mut Child) -> Receiver<String> {
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let (put, lines) = channel();
    thread::spawn(move || output.lines().map_while(Result::ok).all(|line| put.send(line).is_ok()));
    lines
}

/// A line is a session and a generation; the last may be cut.
fn note(line: &str, acked: &mut [u64]) {
    let Some((session, generation)) = line.strip_suffix('.').and_then(|line| line.split_once(' ')) else {
        return;
    };
    acked[session.parse::<usize>().expect("a session")] = generation.parse().expect("a generation");
}

fn check(path: &Path, acked: &[u64], kill: usize) {
    let store = RedbStore::open(path).expect("the store opens");
    for (session, acked) in (0..).zip(acked) {
        let found = wait(store.get(id(session))).map_or(0, |record| record.generation);
        assert!(found == *acked || found == acked + 1, "kill {kill}: {found} is there of {acked} commits");
    }
}

fn commit_until_killed(path: &Path) {
    let store = RedbStore::open_waiting(path, PATIENCE).expect("the store opens");
    thread::scope(|scope| {
        for session in 0..SESSIONS {
            let store = &store;
            scope.spawn(move || commit(store, session));
        }
    });
}

fn commit(store: &RedbStore, session: u8) {
    let there = wait(store.get(id(session))).map_or(0, |record| record.generation);
    for generation in there + 1.. {
        let record =
            Record { id: id(session), claim: Claim::default(), generation, bytes: vec![session; 500] };
        wait(store.commit(record, LONG));
        let said = std::io::stdout().lock().write_all(format!("{session} {generation}.\n").as_bytes());
        if said.is_err() {
            return; // the test is gone
        }
    }
}

fn id(session: u8) -> SessionId {
    SessionId::new([session; 16])
}

fn wait<T>(future: StoreFuture<'_, T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => return result.expect("the store answers"),
            Poll::Pending => thread::park(),
        }
    }
}
