//! Writing msgpack, the shortest form of each value.

use alloc::vec::Vec;
use core::convert::Infallible;

use rmp::encode::{self, ByteBuf, ValueWriteError};

/// Most frames fit, so that they are allocated once.
const ROOM: usize = 64;

/// Appends values to a byte buffer. Writing to memory can't fail.
#[derive(Debug)]
pub(crate) struct Writer(ByteBuf);

impl Writer {
    pub(crate) fn new() -> Self {
        Self(ByteBuf::with_capacity(ROOM))
    }

    /// Writes into a buffer of before, of which nothing stays.
    pub(crate) fn reusing(mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        buffer.reserve(ROOM);
        Self(ByteBuf::from_vec(buffer))
    }

    pub(crate) fn into_vec(self) -> Vec<u8> {
        self.0.into_vec()
    }

    pub(crate) fn array(&mut self, len: usize) {
        sure(encode::write_array_len(&mut self.0, length(len)));
    }

    pub(crate) fn uint(&mut self, number: u64) {
        sure(encode::write_uint(&mut self.0, number));
    }

    pub(crate) fn nil(&mut self) {
        let Ok(()) = encode::write_nil(&mut self.0);
    }

    pub(crate) fn str(&mut self, text: &str) {
        sure(encode::write_str(&mut self.0, text));
    }

    /// Values that are msgpack already.
    pub(crate) fn raw(&mut self, values: &[u8]) {
        self.0.as_mut_vec().extend_from_slice(values);
    }

    pub(crate) fn bin(&mut self, bytes: &[u8]) {
        sure(encode::write_bin(&mut self.0, bytes));
    }
}

fn length(len: usize) -> u32 {
    u32::try_from(len).expect("no list of ours has 2^32 elements")
}

fn sure<T>(written: Result<T, ValueWriteError<Infallible>>) -> T {
    match written {
        Ok(value) => value,
        Err(ValueWriteError::InvalidMarkerWrite(never) | ValueWriteError::InvalidDataWrite(never)) => {
            match never {}
        }
    }
}
