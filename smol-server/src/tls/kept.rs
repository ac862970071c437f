//! Bytes that wait for somebody.

/// Bytes, of which the first have been used. Once all are, nothing is kept of them.
#[derive(Default)]
pub(super) struct Kept {
    bytes: Vec<u8>,
    used: usize,
}

impl Kept {
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.used..]
    }

    pub(super) fn advance(&mut self, count: usize) {
        self.used += count;
        if self.used == self.bytes.len() {
            *self = Self::default();
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Gives `write` so much room at the end, and keeps as many bytes as it has written. It is asked again where it wants more room; any other error is that nothing can be
    /// written. Whether it has.
    pub(super) fn fill(
        &mut self,
        mut room: usize,
        mut write: impl FnMut(&mut [u8]) -> Result<usize, Option<usize>>,
    ) -> bool {
        let end = self.bytes.len();
        loop {
            self.bytes.resize(end + room, 0);
            match write(&mut self.bytes[end..]) {
                Ok(count) => {
                    self.bytes.truncate(end + count);
                    return true;
                }
                Err(Some(wanted)) if wanted > room => room = wanted,
                Err(_) => {
                    self.bytes.truncate(end);
                    return false;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_what_is_used() {
        let mut kept = Kept::default();
        kept.push(b"abc");
        kept.advance(1);
        kept.push(b"d");
        assert_eq!(kept.rest(), b"bcd");
        kept.advance(3);
        assert_eq!((kept.rest(), kept.bytes.capacity()), (&b""[..], 0));
    }

    #[test]
    fn there_is_as_much_room_as_is_asked_for() {
        let mut kept = Kept::default();
        kept.push(b"a");
        assert!(kept.fill(1, |room| match room.len() {
            ..3 => Err(Some(3)),
            _ => {
                room[..2].copy_from_slice(b"bc");
                Ok(2)
            }
        }));
        assert_eq!(kept.rest(), b"abc");
        assert!(!kept.fill(8, |_| Err(None)) && !kept.fill(8, |_| Err(Some(8))));
        assert_eq!(kept.rest(), b"abc");
    }
}
