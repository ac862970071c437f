//! What a connection has brought, one request at a time.

use super::chunks::Chunks;
use super::framing::{Bad, Framing, Scan, read};
use super::limits::HttpLimits;

/// Handed out in the place of a request that is refused, so that hyper writes the answer, and closes.
const REFUSED: &[u8] = b"GET / HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";

/// The bytes that a connection has brought. A request's are handed out once its head is whole and has one meaning; those of the next one only after its
/// answer, and bytes that aren't HTTP any more never.
#[derive(Debug, Default)]
pub(super) struct Intake {
    limits: HttpLimits,
    bytes: Vec<u8>,
    /// How many of them have been handed out.
    used: usize,
    phase: Phase,
    is_answered: bool,
}

#[derive(Debug)]
enum Phase {
    /// A head comes, or is waited for.
    Head(Scan),
    /// So many bytes are left of a head that may be handed out, then comes what follows it.
    Start {
        left: usize,
        framing: Framing,
    },
    /// So many bytes of a body are left.
    Length(u64),
    Chunks(Chunks),
    /// The request is whole; its answer isn't.
    Whole,
}

/// What a reader may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Take<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// Bytes that haven't been read from the socket yet.
    More,
    /// Nothing until the request has its answer.
    Nothing,
}

/// What a connection waits for from the other end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Awaits {
    /// A request.
    Request,
    /// The rest of a head.
    Head,
    /// The rest of a body.
    Body,
    Nothing,
}

impl Default for Phase {
    fn default() -> Self {
        Self::Head(Scan::default())
    }
}

impl Intake {
    pub(super) fn new(limits: HttpLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes in what was read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.used == self.bytes.len() {
            self.bytes.clear();
            self.used = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Hands out the next bytes, `most` at most.
    ///
    /// # Errors
    /// For a head: see [`refuse`](Self::refuse). For a body: it has no end that can be known.
    pub(super) fn take(&mut self, most: usize) -> Result<Take<'_>, Bad> {
        if let Phase::Head(scan) = &mut self.phase {
            // Some clients end a body by a line of its own: RFC 9112, section 2.2.
            while self.bytes[self.used..].starts_with(b"\r\n") {
                self.used += 2;
            }
            let rest = &self.bytes[self.used..];
            // The first half of such a line may be all there is.
            if rest == b"\r" {
                return Ok(Take::More);
            }
            let Some(left) = scan.end(rest, &self.limits)? else { return Ok(Take::More) };
            self.phase = Phase::Start { left, framing: read(&rest[..left], &self.limits)? };
        }
        let most = most.min(self.bytes.len() - self.used);
        let next = &self.bytes[self.used..self.used + most];
        let count = match &mut self.phase {
            Phase::Whole => return Ok(Take::Nothing),
            _ if most == 0 => return Ok(Take::More),
            Phase::Head(_) => 0,
            Phase::Start { left, .. } => {
                let count = most.min(*left);
                *left -= count;
                count
            }
            Phase::Length(left) => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(most);
                *left -= count as u64;
                count
            }
            Phase::Chunks(chunks) => chunks.take(next)?,
        };
        self.used += count;
        self.go_on();
        Ok(Take::Bytes(&self.bytes[self.used - count..self.used]))
    }

    /// In the place of the request that was to come there is one that asks for nothing, and none comes after it.
    pub(super) fn refuse(&mut self) {
        self.bytes = REFUSED.to_vec();
        self.used = 0;
        self.phase = Phase::Start { left: REFUSED.len(), framing: Framing::Length(0) };
    }

    /// The answer to the request is complete.
    pub(super) fn answered(&mut self) {
        self.is_answered = true;
        self.go_on();
    }

    pub(super) fn awaits(&self) -> Awaits {
        match self.phase {
            Phase::Head(_) if self.rest().is_empty() => Awaits::Request,
            Phase::Head(_) => Awaits::Head,
            Phase::Length(_) | Phase::Chunks(_) => Awaits::Body,
            Phase::Start { .. } | Phase::Whole => Awaits::Nothing,
        }
    }

    /// What has been read and not handed out.
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.used..]
    }

    /// Ends a phase that has nothing left.
    fn go_on(&mut self) {
        match &self.phase {
            Phase::Start { left: 0, framing: Framing::Length(length) } => self.phase = Phase::Length(*length),
            Phase::Start { left: 0, framing: Framing::Chunked } => {
                self.phase = Phase::Chunks(Chunks::new(self.limits.max_head));
            }
            _ => {}
        }
        let is_over = match &self.phase {
            Phase::Length(left) => *left == 0,
            Phase::Chunks(chunks) => chunks.is_over(),
            Phase::Whole => true,
            Phase::Head(_) | Phase::Start { .. } => false,
        };
        if is_over {
            self.phase = if self.is_answered { Phase::default() } else { Phase::Whole };
            self.is_answered = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that can be had.
    fn all(intake: &mut Intake) -> String {
        let mut out = Vec::new();
        while let Ok(Take::Bytes(bytes)) = intake.take(7) {
            out.extend_from_slice(bytes);
        }
        String::from_utf8(out).unwrap()
    }

    const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    const POST: &str = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    const CHUNKED: &str =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";

    #[test]
    fn the_next_request_waits_for_the_answer_to_the_one_before() {
        let all_of_them = [GET, POST, CHUNKED, "\r\n", GET].concat();
        for size in 1..all_of_them.len() {
            let mut intake = Intake::default();
            let mut pieces = all_of_them.as_bytes().chunks(size);
            for request in [GET, POST, CHUNKED, GET] {
                let mut had = String::new();
                while had.len() < request.len() {
                    had += &all(&mut intake);
                    if intake.take(1) == Ok(Take::More) {
                        intake.push(pieces.next().unwrap());
                    }
                }
                assert_eq!(had, request);
                assert_eq!(intake.take(1), Ok(Take::Nothing));
                assert_eq!(intake.awaits(), Awaits::Nothing);
                intake.answered();
            }
            assert!(intake.rest().is_empty() && intake.awaits() == Awaits::Request);
        }
    }

    #[test]
    fn nothing_of_a_head_is_had_before_it_is_whole() {
        let mut intake = Intake::default();
        for byte in GET.as_bytes() {
            assert_eq!(intake.take(100), Ok(Take::More));
            intake.push(&[*byte]);
            assert_ne!(intake.awaits(), Awaits::Request);
        }
        assert_eq!(intake.take(100), Ok(Take::Bytes(GET.as_bytes())));
    }

    #[test]
    fn an_answer_may_be_complete_before_its_request() {
        let mut intake = Intake::default();
        let (most, last) = POST.split_at(POST.len() - 1);
        intake.push(most.as_bytes());
        assert_eq!(all(&mut intake), most);
        intake.answered();
        assert_eq!(intake.awaits(), Awaits::Body);
        intake.push(last.as_bytes());
        assert_eq!((&*all(&mut intake), intake.awaits()), (last, Awaits::Request));
    }

    #[test]
    fn what_follows_an_upgrade_is_never_handed_out() {
        let mut intake = Intake::default();
        intake.push(GET.as_bytes());
        intake.push(b"\x82\x01a");
        assert_eq!(all(&mut intake), GET);
        assert_eq!(intake.take(9), Ok(Take::Nothing));
        assert_eq!(intake.rest(), b"\x82\x01a");
    }

    #[test]
    fn a_refused_request_is_the_last() {
        let mut intake = Intake::default();
        intake.push([GET, "x\n", GET].concat().as_bytes());
        assert_eq!(all(&mut intake), GET);
        intake.answered();
        assert!(intake.take(9).is_err());
        intake.refuse();
        assert_eq!(all(&mut intake).as_bytes(), REFUSED);
        assert!(intake.rest().is_empty());
    }
}
