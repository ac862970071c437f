//! A live page without std: a recorded browser speaks to a session that lives in a fixed arena. The exit code is 0 if every answer
//! is the recorded one, byte for byte, and all memory came back.
#![no_std]
#![no_main]

extern crate alloc;

mod counter;
mod driver;
mod heap;
mod os;
mod recording;

use core::fmt;

use heap::HEAP;

/// Plays the recorded session.
fn run() -> Result<Report, Fault> {
    let answers = driver::play(recording::SESSION)?;
    match HEAP.used() {
        0 => Ok(Report { answers, peak: HEAP.peak() }),
        bytes => Err(Fault::Leaked(bytes)),
    }
}

/// How a good session went.
struct Report {
    answers: usize,
    peak: usize,
}

/// What went wrong.
enum Fault {
    Played(driver::Fault),
    Leaked(usize),
}

impl From<driver::Fault> for Fault {
    fn from(fault: driver::Fault) -> Self {
        Self::Played(fault)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answers as recorded; peak heap of the session: {} bytes", self.answers, self.peak)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Played(fault) => fault.fmt(f),
            Self::Leaked(bytes) => write!(f, "the session is over and still holds {bytes} bytes"),
        }
    }
}
