//! The tables, and what is done to them.

use live_core::{Claim, Owner, Record, SessionId};
use redb::{
    Database, ReadableDatabase, ReadableTable, Table, TableDefinition, TableHandle, WriteTransaction,
};

use super::error::RedbProblem;
use super::queue::Change;
use crate::store::StoreError;

/// The file's schema. A file of a greater number is not opened.
const SCHEMA: u64 = 2;

/// Says what the file is: its name is the magic, and `schema` is in it. So is `seen`, a time that was reached, once one was noted.
pub(super) const ABOUT: TableDefinition<&str, u64> = TableDefinition::new("mizu-live-sessions");

/// By session: its claim, its generation and its bytes.
const RECORDS: TableDefinition<&Key, (u64, u64, &[u8])> = TableDefinition::new("owned-records");

/// The records of schema 1, by session: its generation and its bytes.
const UNOWNED: TableDefinition<&Key, (u64, &[u8])> = TableDefinition::new("records");

/// By session: when its time is over, in seconds since 1970 by the store's clock. Apart from the records, so that a touch leaves their bytes alone.
const EXPIRY: TableDefinition<&Key, u64> = TableDefinition::new("expiry");

/// The bytes of a session's id.
pub(super) type Key = [u8; 16];

pub(super) type Outcome<T> = Result<T, redb::Error>;

/// Makes the tables in a new database, or looks whether those of another are ours.
pub(super) fn prepare(database: &Database) -> Result<(), RedbProblem> {
    match schema(database)? {
        Some(SCHEMA) => Ok(()),
        Some(1) => Ok(renew(database)?),
        Some(newer) => Err(RedbProblem::Newer(newer)),
        None => Ok(create(database)?),
    }
}

/// None in a database without tables.
fn schema(database: &Database) -> Result<Option<u64>, RedbProblem> {
    let read = database.begin_read().map_err(redb::Error::from)?;
    let names: Vec<String> = read.list_tables()?.map(|table| table.name().to_owned()).collect();
    if names.is_empty() {
        return Ok(None);
    }
    if !names.iter().any(|name| name == ABOUT.name()) {
        return Err(RedbProblem::Foreign);
    }
    let about = read.open_table(ABOUT).map_err(redb::Error::from)?;
    let schema = about.get("schema")?.ok_or(RedbProblem::Foreign)?.value();
    Ok(Some(schema))
}

fn create(database: &Database) -> Outcome<()> {
    let write = database.begin_write()?;
    write.open_table(ABOUT)?.insert("schema", SCHEMA)?;
    write.open_table(RECORDS)?;
    write.open_table(EXPIRY)?;
    Ok(write.commit()?)
}

/// Brings the records of schema 1 over, which have no claim. All in one transaction: a crash leaves the old ones.
fn renew(database: &Database) -> Outcome<()> {
    let write = database.begin_write()?;
    {
        let (before, mut records) = (write.open_table(UNOWNED)?, write.open_table(RECORDS)?);
        for row in before.iter()? {
            let (id, kept) = row?;
            let (generation, bytes) = kept.value();
            records.insert(id.value(), (Claim::default().to_bits(), generation, bytes))?;
        }
    }
    write.delete_table(UNOWNED)?;
    write.open_table(ABOUT)?.insert("schema", SCHEMA)?;
    Ok(write.commit()?)
}

/// A time that was reached, for all that the file says: in seconds since 1970.
pub(super) fn seen(database: &Database) -> Outcome<u64> {
    let about = database.begin_read()?.open_table(ABOUT)?;
    Ok(about.get("seen")?.map_or(0, |seen| seen.value()))
}

/// Notes the time for the next process.
pub(super) fn note_time(write: &WriteTransaction, now: u64) -> Outcome<()> {
    write.open_table(ABOUT)?.insert("seen", now)?;
    Ok(())
}

/// A record whose time is not over at `now`.
pub(super) fn get(database: &Database, id: SessionId, now: u64) -> Outcome<Option<Record>> {
    let read = database.begin_read()?;
    let until = read.open_table(EXPIRY)?.get(id.as_bytes())?.map_or(0, |until| until.value());
    if until <= now {
        return Ok(None);
    }
    let record = read.open_table(RECORDS)?.get(id.as_bytes())?;
    Ok(record.map(|kept| {
        let (claim, generation, bytes) = kept.value();
        Record { id, claim: Claim::from_bits(claim), generation, bytes: bytes.to_vec() }
    }))
}

/// How many records there are, those whose time is over included until they are swept.
pub(super) fn count(database: &Database) -> Outcome<u64> {
    let read = database.begin_read()?;
    Ok(redb::ReadableTableMetadata::len(&read.open_table(RECORDS)?)?)
}

/// Both tables, in one transaction.
pub(super) struct Tables<'t> {
    records: Table<'t, &'static Key, (u64, u64, &'static [u8])>,
    expiry: Table<'t, &'static Key, u64>,
}

impl<'t> Tables<'t> {
    pub(super) fn open(write: &'t WriteTransaction) -> Outcome<Self> {
        Ok(Self { records: write.open_table(RECORDS)?, expiry: write.open_table(EXPIRY)? })
    }

    /// What the change comes to, once the transaction is committed.
    pub(super) fn apply(&mut self, change: &Change, now: u64) -> Outcome<Result<(), StoreError>> {
        match change {
            Change::Set { record, until } => self.put(record, *until)?,
            Change::Commit { next, until } => {
                if !next.owner().follows(self.there(next.id, now)?) {
                    return Ok(Err(StoreError::Fenced));
                }
                self.put(next, *until)?;
            }
            Change::Delete(id) => self.remove(id.as_bytes())?,
            Change::Touch { id, until } => {
                if self.until(*id)? > now {
                    self.expiry.insert(id.as_bytes(), until)?;
                }
            }
        }
        Ok(Ok(()))
    }

    /// Whose record is there, if its time is not over.
    fn there(&self, id: SessionId, now: u64) -> Outcome<Option<Owner>> {
        if self.until(id)? <= now {
            return Ok(None);
        }
        let owner = self.records.get(id.as_bytes())?.map(|kept| {
            let (claim, generation, _) = kept.value();
            Owner { claim: Claim::from_bits(claim), generation }
        });
        Ok(owner)
    }

    /// Zero where there is no such record.
    fn until(&self, id: SessionId) -> Outcome<u64> {
        Ok(self.expiry.get(id.as_bytes())?.map_or(0, |until| until.value()))
    }

    fn put(&mut self, record: &Record, until: u64) -> Outcome<()> {
        let id = record.id.as_bytes();
        self.records.insert(id, (record.claim.to_bits(), record.generation, &*record.bytes))?;
        self.expiry.insert(id, until)?;
        Ok(())
    }

    pub(super) fn remove(&mut self, id: &Key) -> Outcome<()> {
        self.records.remove(id)?;
        self.expiry.remove(id)?;
        Ok(())
    }
}

/// A part of all sessions.
pub(super) struct Looked {
    /// Those whose time is over.
    pub(super) over: Vec<Key>,
    /// Where to go on; none at the end.
    pub(super) next: Option<Key>,
}

/// Looks at `most` sessions, the first of them `from`.
pub(super) fn look(database: &Database, from: Option<Key>, most: usize, now: u64) -> Outcome<Looked> {
    let table = database.begin_read()?.open_table(EXPIRY)?;
    let from = from.unwrap_or_default();
    let mut rows = table.range::<&Key>(&from..)?;
    let mut over = Vec::new();
    for row in rows.by_ref().take(most) {
        let (id, until) = row?;
        if until.value() <= now {
            over.push(*id.value());
        }
    }
    let next = rows.next().transpose()?.map(|(id, _)| *id.value());
    Ok(Looked { over, next })
}
