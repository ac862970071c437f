//! Real files: those that open, and those that don't.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use live_core::{Claim, Record, SessionId};
use redb::{Database, TableDefinition};

use crate::store::SessionStore;
use crate::store::conformance::{conforms, done};
use crate::store::redb::{RedbError, RedbProblem, RedbStore};

const LONG: Duration = Duration::from_secs(60);

/// A folder of its own for each test, removed after it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("mizu-live-{}", crate::entropy::text()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("sessions.redb")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn record(n: u8) -> Record {
    Record { id: SessionId::new([n; 16]), claim: Claim::default(), generation: 1, bytes: vec![n; 5000] }
}

/// The error names the file.
fn refused(path: &PathBuf) -> RedbError {
    let error = RedbStore::open(path).expect_err("it opened");
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    error
}

#[test]
fn a_file_is_a_session_store_and_is_there_again() {
    let folder = Folder::new();
    conforms(&RedbStore::open(folder.file()).unwrap());
    let store = RedbStore::open(folder.file()).unwrap();
    assert_eq!(done(store.get(SessionId::new([3; 16]))).unwrap().unwrap().generation, 3);
}

#[test]
fn those_who_make_it_at_once_leave_one_file() {
    let folder = Folder::new();
    let path = folder.file();
    thread::scope(|scope| {
        for n in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let store = RedbStore::open_waiting(path, LONG).unwrap();
                done(store.set(record(n), LONG)).unwrap();
            });
        }
    });
    assert_eq!(RedbStore::open(&path).unwrap().count().unwrap(), 4);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    drop(RedbStore::open(folder.file()).unwrap());
    assert_eq!(fs::metadata(folder.file()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_file_in_use_is_waited_for() {
    let folder = Folder::new();
    let first = RedbStore::open(folder.file()).unwrap();
    assert!(matches!(refused(&folder.file()).problem(), RedbProblem::InUse));
    let soon = RedbStore::open_waiting(folder.file(), Duration::from_millis(60));
    assert!(matches!(soon.unwrap_err().problem(), RedbProblem::InUse));
    let path = folder.file();
    let successor = thread::spawn(move || RedbStore::open_waiting(path, Duration::from_secs(60)));
    done(first.set(record(1), LONG)).unwrap();
    drop(first);
    let successor = successor.join().unwrap().unwrap();
    assert_eq!(done(successor.get(record(1).id)).unwrap(), Some(record(1)));
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let folder = Folder::new();
    fs::write(folder.file(), "Dear diary").unwrap();
    assert!(matches!(refused(&folder.file()).problem(), RedbProblem::Foreign));
    assert_eq!(fs::read(folder.file()).unwrap(), b"Dear diary");

    let other = folder.0.join("other.redb");
    let database = Database::create(&other).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(TableDefinition::<u64, u64>::new("things")).unwrap();
    write.commit().unwrap();
    drop(database);
    assert!(matches!(refused(&other).problem(), RedbProblem::Foreign));
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let folder = Folder::new();
    drop(RedbStore::open(folder.file()).unwrap());
    let database = Database::open(folder.file()).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(super::super::tables::ABOUT).unwrap().insert("schema", 9).unwrap();
    write.commit().unwrap();
    drop(database);
    assert!(matches!(refused(&folder.file()).problem(), RedbProblem::Newer(9)));
}

#[test]
fn a_file_of_the_first_schema_is_brought_over() {
    type Unowned = TableDefinition<'static, &'static [u8; 16], (u64, &'static [u8])>;
    let folder = Folder::new();
    let database = Database::create(folder.file()).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(super::super::tables::ABOUT).unwrap().insert("schema", 1).unwrap();
    let mut records = write.open_table(Unowned::new("records")).unwrap();
    let mut expiry = write.open_table(TableDefinition::<&[u8; 16], u64>::new("expiry")).unwrap();
    for n in 0..100 {
        records.insert(&[n; 16], (u64::from(n) + 1, &[n; 50][..])).unwrap();
        expiry.insert(&[n; 16], u64::MAX).unwrap();
    }
    drop((records, expiry));
    write.commit().unwrap();
    drop(database);
    for opened in 1..=2 {
        let store = RedbStore::open(folder.file()).unwrap();
        assert_eq!(store.count().unwrap(), 100, "opened {opened} times");
        for n in 0..100 {
            let record = done(store.get(SessionId::new([n; 16]))).unwrap().unwrap();
            let kept = Record { generation: u64::from(n) + 1, bytes: vec![n; 50], ..self::record(n) };
            assert_eq!(record, kept);
        }
    }
    let store = RedbStore::open(folder.file()).unwrap();
    let taken = Record { claim: Claim::from_bits(1 << 32), generation: 8, ..record(6) };
    done(store.commit(taken, LONG)).expect("whoever takes over from one of them");
}

#[test]
fn a_torn_file_is_refused_or_what_is_left_is_right() {
    let folder = Folder::new();
    let store = RedbStore::open(folder.file()).unwrap();
    (0..50).for_each(|n| done(store.set(record(n), LONG)).unwrap());
    drop(store);
    let whole = fs::read(folder.file()).unwrap();
    let mut refusals = 0;
    for torn in [1, 8, 100, 4095, 4096, 5000, whole.len() / 2, whole.len() - 4096, whole.len() - 1] {
        fs::write(folder.file(), &whole[..torn]).unwrap();
        match RedbStore::open(folder.file()) {
            Err(error) => {
                assert!(
                    matches!(error.problem(), RedbProblem::Foreign | RedbProblem::Damaged(_)),
                    "{torn}: {error}"
                );
                refusals += 1;
            }
            Ok(store) => (0..50).for_each(|n| {
                let found = done(store.get(record(n).id));
                assert!(found.is_err() || found.unwrap() == Some(record(n)), "{torn}: record {n}");
            }),
        }
    }
    assert!(refusals > 3, "{refusals}");
}

#[test]
fn folders_and_missing_ones_are_named() {
    let folder = Folder::new();
    assert!(refused(&folder.0).to_string().contains("Name a file in that folder"));
    let missing = folder.0.join("none").join("sessions.redb");
    assert!(refused(&missing).to_string().contains("Make the folder"));
}

#[test]
fn what_a_successor_is_asked_waits_until_the_one_before_has_ended() {
    let folder = Folder::new();
    let first = RedbStore::open(folder.file()).unwrap();
    done(first.set(record(1), LONG)).unwrap();
    let second = RedbStore::open_behind(folder.file()).unwrap();
    assert!(!second.is_open());
    thread::scope(|scope| {
        let asked: Vec<_> = (0..8)
            .map(|n| {
                scope.spawn({
                    let second = &second;
                    move || {
                        done(second.set(record(10 + n), LONG)).unwrap();
                        done(second.get(SessionId::new([1; 16]))).unwrap()
                    }
                })
            })
            .collect();
        // A commit of the last moment.
        done(first.set(Record { generation: 2, ..record(1) }, LONG)).unwrap();
        assert!(!second.is_open() && asked.iter().all(|asked| !asked.is_finished()));
        drop(first);
        for asked in asked {
            assert_eq!(asked.join().unwrap().unwrap().generation, 2);
        }
    });
    assert!(second.is_open());
    assert!(done(second.get(SessionId::new([17; 16]))).unwrap().is_some());
}

#[test]
fn a_successor_of_nobody_is_a_session_store_at_once() {
    let folder = Folder::new();
    let store = RedbStore::open_behind(folder.file()).unwrap();
    assert!(store.is_open());
    conforms(&store);
    drop(store);
    fs::write(folder.file(), "something else").unwrap();
    assert!(RedbStore::open_behind(folder.file()).is_err());
}

#[test]
fn a_successor_that_is_given_up_leaves_the_file_alone() {
    let folder = Folder::new();
    let first = RedbStore::open(folder.file()).unwrap();
    let second = RedbStore::open_behind(folder.file()).unwrap();
    drop(second);
    done(first.set(record(1), LONG)).unwrap();
    drop(first);
    let third = RedbStore::open_waiting(folder.file(), LONG).unwrap();
    assert!(done(third.get(SessionId::new([1; 16]))).unwrap().is_some());
}
