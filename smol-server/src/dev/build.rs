//! What cargo has started, and how cargo builds it again.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::say;

/// More arguments for `cargo build`, such as `--features x`, which a program can't find out of itself.
const ARGUMENTS: &str = "LIVE_CARGO_ARGS";

/// The most of the compiler's errors that a browser is sent, in bytes.
const MAX_ERRORS: usize = 16 * 1024;

/// A binary or example of a package.
pub(super) struct Program {
    cargo: OsString,
    folder: PathBuf,
    package: String,
    pub(super) exe: PathBuf,
    target: PathBuf,
    arguments: String,
}

/// A program's builds, one after another.
pub(super) struct Build {
    program: Program,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    cargo: Option<Child>,
    stopped: bool,
}

impl Program {
    /// The running one, by what cargo says in its environment and where it lies.
    pub(super) fn of_cargo() -> Option<Self> {
        let exe = env::current_exe().ok()?;
        let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
        let (cargo, package) = (env::var_os("CARGO")?, env::var("CARGO_PKG_NAME").ok()?);
        let arguments = env::var(ARGUMENTS).unwrap_or_default();
        Self::new(cargo, folder, package, exe, arguments)
    }

    /// None where cargo doesn't put programs.
    fn new(
        cargo: OsString,
        folder: PathBuf,
        package: String,
        exe: PathBuf,
        arguments: String,
    ) -> Option<Self> {
        let place = exe.parent()?;
        if place.ends_with("deps") {
            return None;
        }
        let profile = if place.ends_with("examples") { place.parent()? } else { place };
        // With `--target` there is the target's own folder between.
        let target = profile.ancestors().skip(1).find(|folder| folder.join("CACHEDIR.TAG").is_file())?;
        let target = target.to_owned();
        Some(Self { cargo, folder, package, exe, target, arguments })
    }

    /// The package's.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Cargo's, for what it makes.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Builds the same again: package, binary, profile and target.
    fn command(&self) -> Option<Command> {
        let place = self.exe.parent()?;
        let is_example = place.ends_with("examples");
        let profile = if is_example { place.parent()? } else { place };
        let triple = profile.parent().filter(|above| *above != self.target).and_then(Path::file_name);
        let profile = profile.file_name().map(|name| if name == "debug" { "dev".as_ref() } else { name })?;

        let mut command = Command::new(&self.cargo);
        command.args(["build", "--quiet", "--package", &self.package]);
        command.arg("--manifest-path").arg(self.folder.join("Cargo.toml"));
        command.arg("--target-dir").arg(&self.target).arg("--profile").arg(profile);
        command.arg(if is_example { "--example" } else { "--bin" }).arg(self.exe.file_stem()?);
        if let Some(triple) = triple {
            command.arg("--target").arg(triple);
        }
        command.args(self.arguments.split_whitespace());
        Some(command)
    }
}

impl Build {
    pub(super) fn new(program: Program) -> Self {
        Self { program, running: Mutex::default() }
    }

    pub(super) fn program(&self) -> &Program {
        &self.program
    }

    /// One build. Its errors go to the terminal, too.
    pub(super) fn run(&self) -> Result<(), String> {
        say(format_args!("building {} …", self.program.package));
        let start = Instant::now();
        let (succeeded, told) = self.cargo().map_err(|error| format!("cargo can't be run: {error}"))?;
        if succeeded {
            say(format_args!("built in {:.1} s", start.elapsed().as_secs_f32()));
            return Ok(());
        }
        say(format_args!("the build failed; the program before it goes on"));
        Err(format!("The build failed; this page is of the program before it.\n\n{}", errors(&told)))
    }

    /// Ends the build that runs, and lets none begin.
    pub(super) fn stop(&self) {
        let mut running = self.lock();
        running.stopped = true;
        if let Some(mut cargo) = running.cargo.take() {
            // It may have ended by itself.
            let _ = cargo.kill();
            let _ = cargo.wait();
        }
    }

    /// Whether it succeeded, and what it told.
    fn cargo(&self) -> io::Result<(bool, String)> {
        let mut command = self.program.command().ok_or(io::ErrorKind::NotFound)?;
        command.arg("--color").arg(if io::stderr().is_terminal() { "always" } else { "never" });
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut running = self.lock();
        if running.stopped {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let mut cargo = command.spawn()?;
        let stderr = cargo.stderr.take();
        running.cargo = Some(cargo);
        drop(running);

        let told = stderr.map(repeat).unwrap_or_default();
        let succeeded = match self.lock().cargo.take() {
            Some(mut cargo) => cargo.wait()?.success(),
            None => false,
        };
        Ok((succeeded, told))
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Copies to the terminal, up to the end, and gives the text without colours.
fn repeat(from: ChildStderr) -> String {
    let (mut told, mut terminal) = (String::new(), io::stderr());
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        // A terminal that is gone is no reason to stop.
        let _ = writeln!(terminal, "{line}");
        told += &plain(&line);
        told.push('\n');
    }
    told
}

/// A line without escape sequences for colours.
fn plain(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

/// From the first error on: warnings in front of it would only hide it.
fn errors(told: &str) -> &str {
    let start = if told.starts_with("error") { 0 } else { told.find("\nerror").map_or(0, |at| at + 1) };
    let errors = told[start..].trim_end();
    &errors[..errors.floor_char_boundary(MAX_ERRORS)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(exe: &str) -> String {
        let program = Program {
            cargo: "cargo".into(),
            folder: "/w/page".into(),
            package: "page".to_owned(),
            exe: exe.into(),
            target: "/w/target".into(),
            arguments: "--features x".to_owned(),
        };
        let command = program.command().unwrap();
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
        arguments.join(" ")
    }

    #[test]
    fn the_same_program_is_built_again() {
        let fixed = "build --quiet --package page --manifest-path /w/page/Cargo.toml --target-dir /w/target --profile";
        for (exe, rest) in [
            ("/w/target/debug/hello", "dev --bin hello"),
            ("/w/target/release/hello", "release --bin hello"),
            ("/w/target/debug/examples/tour", "dev --example tour"),
            ("/w/target/wasi/debug/hello", "dev --bin hello --target wasi"),
        ] {
            assert_eq!(command(exe), format!("{fixed} {rest} --features x"));
        }
    }

    #[test]
    fn errors_are_told_from_the_first_on_and_without_colours() {
        assert_eq!(plain("\x1b[1m\x1b[31merror\x1b[0m: no"), "error: no");
        assert_eq!(errors("warning: w\n\nerror: a\nerror: b\n"), "error: a\nerror: b");
        assert_eq!(errors("killed"), "killed");
        assert!(errors(&format!("error: {}", "é".repeat(MAX_ERRORS))).len() <= MAX_ERRORS);
    }
}
