//! Records as a bare store has them: what the gallery's are compared with.

use redb::{Database, TableDefinition};

use crate::load::Result;

/// What a record is found by.
pub(crate) type Id = [u8; 16];

const RECORDS: TableDefinition<'static, Id, &[u8]> = TableDefinition::new("records");

/// What a record of `/counter` has for bytes, roughly.
const RECORD: [u8; 48] = [7; 48];

/// The id of one of so many records, far from the one before.
pub(crate) fn id(number: u64) -> Id {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    id
}

/// Writes a record under each id in one transaction, which is durable then, as each of a `RedbStore` is.
pub(crate) fn commit(database: &Database, ids: impl Iterator<Item = Id>) -> Result<()> {
    let write = database.begin_write()?;
    {
        let mut table = write.open_table(RECORDS)?;
        for id in ids {
            table.insert(id, RECORD.as_slice())?;
        }
    }
    write.commit()?;
    Ok(())
}
