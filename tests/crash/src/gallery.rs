//! The process that is killed.

use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A gallery over a store, always at the same address.
pub(crate) struct Gallery {
    binary: String,
    store: PathBuf,
    address: SocketAddr,
    child: Child,
}

impl Gallery {
    pub(crate) fn start(binary: &str, store: &Path) -> io::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = launch(binary, store, address)?;
        Ok(Self { binary: binary.to_owned(), store: store.to_owned(), address, child })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Kills it in the middle of whatever it does, and waits until the next one listens.
    pub(crate) fn kill_and_restart(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        self.child = launch(&self.binary, &self.store, self.address)?;
        Ok(())
    }

    pub(crate) fn stop(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

/// Starts it, and reads the line that says that it listens.
fn launch(binary: &str, store: &Path, address: SocketAddr) -> io::Result<Child> {
    let mut child = Command::new(binary)
        .args(["--addr", &address.to_string(), "--store"])
        .arg(store)
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    if line.contains("http://") {
        Ok(child)
    } else {
        Err(io::Error::other(format!("it did not start: {line}")))
    }
}

impl Drop for Gallery {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
