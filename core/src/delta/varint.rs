//! Integers below 2²⁸ as seven bits a byte, the lowest first.

use alloc::vec::Vec;

/// The most bytes that an integer takes.
const MAX_BYTES: u32 = 4;

/// Appends `value`, which is below 2²⁸.
pub(super) fn write(out: &mut Vec<u8>, mut value: u64) {
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes one integer off the front; `None` when it is cut off or over four bytes long.
pub(super) fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for place in 0..MAX_BYTES {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 127) << (7 * place);
        if byte < 128 {
            return Some(value);
        }
    }
    None
}

/// A signed integer as an unsigned one: `2n` for `n ≥ 0`, else `-2n - 1`.
pub(super) fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

/// The inverse of [`zigzag`].
pub(super) fn unzigzag(n: u64) -> i64 {
    (n >> 1) as i64 ^ -((n & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_round_trip() {
        for value in [0, 1, 127, 128, 16_383, 16_384, (1 << 28) - 1] {
            let mut out = Vec::new();
            write(&mut out, value);
            assert_eq!(read(&mut &out[..]), Some(value));
            assert_eq!(read(&mut &out[..out.len() - 1]), None);
        }
        for value in [0, -1, 1, -64, 64, -(1 << 27), (1 << 27) - 1] {
            assert_eq!(unzigzag(zigzag(value)), value);
        }
    }

    #[test]
    fn a_fifth_byte_is_refused() {
        assert_eq!(read(&mut &[128, 128, 128, 128, 0][..]), None);
        assert_eq!(read(&mut &[128, 128, 128, 0][..]), Some(0));
    }
}
