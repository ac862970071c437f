//! How a new build takes the old one's place, and what is passed to it.

use std::env;
use std::io;
use std::net::SocketAddr;
use std::process::Command;

use super::build::Program;

/// What a program tells the one that takes its place, in the environment.
const VARIABLE: &str = "LIVE_DEV_BEFORE";

/// Written if the server has no TCP address.
const NO_ADDRESS: &str = "-";

/// The program before this one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Before {
    /// The state of the files that this program was built of.
    pub(super) state: u64,
    /// The TCP address that it listened on.
    pub(super) address: Option<SocketAddr>,
    /// Where it was asked to listen.
    pub(super) asked: String,
}

impl Before {
    pub(super) fn find() -> Option<Self> {
        Self::from_text(&env::var(VARIABLE).ok()?)
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ' ');
        let (state, address) = (parts.next()?.parse().ok()?, parts.next()?);
        let address = if address == NO_ADDRESS { None } else { Some(address.parse().ok()?) };
        Some(Self { state, address, asked: parts.next()?.to_owned() })
    }

    fn to_text(&self) -> String {
        let address = self.address.map_or_else(|| NO_ADDRESS.to_owned(), |address| address.to_string());
        format!("{} {address} {}", self.state, self.asked)
    }
}

impl Program {
    /// Becomes the new build, with the same arguments, at the same address. Returns only where that can't be.
    pub(super) fn restart(&self, before: &Before) -> io::Error {
        let mut command = Command::new(&self.exe);
        command.args(env::args_os().skip(1)).env(VARIABLE, before.to_text());
        replace(&mut command)
    }
}

#[cfg(unix)]
fn replace(command: &mut Command) -> io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

#[cfg(not(unix))]
fn replace(_: &mut Command) -> io::Error {
    io::ErrorKind::Unsupported.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read_again() {
        let address = Some(([127, 0, 0, 1], 4000).into());
        for (address, asked) in [(address, "localhost:0"), (None, "unix:/tmp/a b.sock")] {
            let before = Before { state: 7, address, asked: asked.to_owned() };
            assert_eq!(Before::from_text(&before.to_text()), Some(before));
        }
        assert_eq!(Before::from_text("7 nowhere localhost:0"), None);
    }
}
