//! The codings that a client takes: RFC 9110, sections 8.4.1 and 12.5.3.

use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, HeaderValue};

/// A content coding that responses are compressed with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Coding {
    /// RFC 7932.
    Brotli,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    /// As `Content-Encoding` has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

/// The contents of a request's `Accept-Encoding`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct AcceptEncoding {
    coding: Option<Coding>,
}

/// The weights of the codings, in thousandths; `None` for a coding that isn't listed.
#[derive(Default)]
struct Weights {
    brotli: Option<u16>,
    gzip: Option<u16>,
    identity: Option<u16>,
    any: Option<u16>,
}

impl AcceptEncoding {
    /// Reads a request's headers. Invalid items are ignored.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut weights = Weights::default();
        for value in headers.get_all(ACCEPT_ENCODING).iter().map(HeaderValue::as_bytes) {
            value.split(|byte| *byte == b',').for_each(|item| weights.read(item));
        }
        Self { coding: weights.best() }
    }

    /// The coding to use; `None` if the body is sent as it is.
    pub(crate) fn coding(self) -> Option<Coding> {
        self.coding
    }
}

impl Weights {
    fn read(&mut self, item: &[u8]) {
        let mut parts = item.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = match parts.find_map(|part| part.strip_prefix(b"q=").or(part.strip_prefix(b"Q="))) {
            Some(text) => match thousandths(text) {
                Some(weight) => weight,
                None => return,
            },
            None => 1000,
        };
        let place = match &*name {
            b"br" => &mut self.brotli,
            b"gzip" | b"x-gzip" => &mut self.gzip,
            b"identity" => &mut self.identity,
            b"*" => &mut self.any,
            _ => return,
        };
        *place = Some(weight);
    }

    /// The coding that the client wants the most; brotli, which is smaller, where it has no preference.
    fn best(&self) -> Option<Coding> {
        let of = |weight: Option<u16>| weight.or(self.any).unwrap_or(0);
        let (brotli, gzip, identity) = (of(self.brotli), of(self.gzip), self.identity.unwrap_or(0));
        let (coding, weight) = if brotli >= gzip { (Coding::Brotli, brotli) } else { (Coding::Gzip, gzip) };
        (weight > 0 && weight >= identity).then_some(coding)
    }
}

/// A weight: RFC 9110, section 12.4.2.
fn thousandths(text: &[u8]) -> Option<u16> {
    let (whole, fraction) = match text.split_first()? {
        (b'0', fraction) => (0, fraction),
        (b'1', fraction) => (1000, fraction),
        _ => return None,
    };
    let digits = match fraction.split_first() {
        None => return Some(whole),
        Some((b'.', digits)) if digits.len() <= 3 => digits,
        Some(_) => return None,
    };
    let mut sum = 0;
    for (digit, worth) in digits.iter().zip([100, 10, 1]) {
        sum += u16::from(char::from(*digit).to_digit(10)? as u8) * worth;
    }
    (whole + sum <= 1000).then_some(whole + sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coding(value: &str) -> Option<Coding> {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, value.parse().unwrap())]);
        AcceptEncoding::of(&headers).coding()
    }

    #[test]
    fn the_coding_that_is_wanted_most_is_chosen() {
        let (brotli, gzip) = (Some(Coding::Brotli), Some(Coding::Gzip));
        for (value, expected) in [
            ("gzip, deflate, br, zstd", brotli),
            ("gzip, deflate", gzip),
            ("GZip", gzip),
            ("x-gzip", gzip),
            ("br;q=0.5, gzip;q=0.8", gzip),
            ("br; q=1.0, gzip;Q=0.8", brotli),
            ("br;q=0, gzip", gzip),
            ("*", brotli),
            ("*;q=0.5, br;q=0", gzip),
            ("*;q=0", None),
            ("identity", None),
            ("identity, gzip;q=0.5", None),
            ("identity;q=0.5, gzip", gzip),
            ("identity;q=0", None),
            ("gzip;q=0", None),
            ("gzip;q=0.000", None),
            ("gzip;q=0.001", gzip),
            ("gzip;q=1.000", gzip),
            ("deflate, zstd", None),
            ("", None),
            (",, ,gzip,", gzip),
        ] {
            assert_eq!(coding(value), expected, "{value}");
        }
    }

    #[test]
    fn an_item_with_an_invalid_weight_is_ignored() {
        for value in
            ["gzip;q=2", "gzip;q=1.001", "gzip;q=0.0001", "gzip;q=", "gzip;q=a", "gzip;q=0.a", "gzip;q=-1"]
        {
            assert_eq!(coding(value), None, "{value}");
        }
    }

    #[test]
    fn several_headers_are_one_list() {
        let headers = HeaderMap::from_iter([
            (ACCEPT_ENCODING, HeaderValue::from_static("br;q=0")),
            (ACCEPT_ENCODING, HeaderValue::from_bytes(b"\xff, gzip").unwrap()),
        ]);
        assert_eq!(AcceptEncoding::of(&headers).coding(), Some(Coding::Gzip));
        assert_eq!(AcceptEncoding::of(&HeaderMap::new()).coding(), None);
    }
}
