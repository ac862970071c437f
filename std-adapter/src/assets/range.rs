//! Parts of a content: RFC 9110, section 14.

use std::ops::Range;

/// The part of a content that a `Range` header requests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Wanted {
    /// All of it: the header is missing, invalid, or requests several parts. RFC 9110 allows this for all three.
    All,
    Part(Range<u64>),
    /// A part after the end.
    Nothing,
}

impl Wanted {
    pub(super) fn read(header: Option<&str>, len: u64) -> Self {
        let Some(range) = header.and_then(|header| header.split_once('=')) else { return Self::All };
        match range {
            (unit, range) if unit.trim().eq_ignore_ascii_case("bytes") => Self::of(range.trim(), len),
            _ => Self::All,
        }
    }

    fn of(range: &str, len: u64) -> Self {
        let Some((first, last)) = range.split_once('-') else { return Self::All };
        let part = match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(len),
            (Some(first), None) if last.is_empty() => first..len,
            (None, Some(count)) if first.is_empty() => {
                if count == 0 {
                    return Self::Nothing;
                }
                len.saturating_sub(count)..len
            }
            _ => return Self::All,
        };
        if part.start < part.end { Self::Part(part) } else { Self::Nothing }
    }
}

/// A number of any length; too large ones become the maximum.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::Wanted::{All, Nothing, Part};
    use super::*;

    #[test]
    fn one_part_is_understood_and_all_else_is_everything() {
        for (header, expected) in [
            ("bytes=0-0", Part(0..1)),
            ("bytes=0-99", Part(0..10)),
            ("bytes=3-", Part(3..10)),
            ("bytes=-3", Part(7..10)),
            ("bytes=-99", Part(0..10)),
            ("Bytes = 2-4", Part(2..5)),
            ("bytes=9-", Part(9..10)),
            ("bytes=0-99999999999999999999999", Part(0..10)),
            ("bytes=10-", Nothing),
            ("bytes=99999999999999999999999-", Nothing),
            ("bytes=-0", Nothing),
            ("bytes=4-2", All),
            ("bytes=0-1,3-4", All),
            ("bytes=-", All),
            ("bytes=", All),
            ("bytes=a-b", All),
            ("bytes=+1-2", All),
            ("bytes=1-2-3", All),
            ("lines=0-1", All),
            ("0-1", All),
        ] {
            assert_eq!(Wanted::read(Some(header), 10), expected, "{header}");
        }
        assert_eq!(Wanted::read(None, 10), All);
        assert_eq!(Wanted::read(Some("bytes=0-"), 0), Nothing);
    }
}
