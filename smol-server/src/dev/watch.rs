//! Which files a program is built of, and whether they have changed.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use super::build::Program;

/// How often files are looked at.
const EVERY: Duration = Duration::from_millis(250);

/// Below these folders every file counts.
const WHOLE: [&str; 3] = ["src", "templates", "assets"];

/// Elsewhere files with these endings do.
const ENDINGS: [&str; 3] = ["rs", "stpl", "toml"];

/// Folders that hold what tools have made; those with a dot in front are left out, too.
const MADE: [&str; 2] = ["target", "node_modules"];

/// A package's folder, or its whole workspace's.
#[derive(Clone)]
pub(super) struct Folder {
    root: PathBuf,
    target: PathBuf,
}

/// The files of a folder: when each was written, and its size.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Scan(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Folder {
    pub(super) fn of(program: &Program) -> Self {
        let package = program.folder();
        let root = package.ancestors().find(|folder| is_workspace(folder)).unwrap_or(package);
        Self { root: root.to_owned(), target: program.target().to_owned() }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn scan(&self) -> Scan {
        let mut files = BTreeMap::new();
        self.add(&self.root, false, &mut files);
        Scan(files)
    }

    /// Waits until files differ from `last`, and nothing is being written any more.
    pub(super) fn wait(&self, last: &Scan) -> Scan {
        let mut before = self.scan();
        loop {
            thread::sleep(EVERY);
            let now = self.scan();
            if now != *last && now == before {
                return now;
            }
            before = now;
        }
    }

    /// What can't be read is as if it weren't there: it may be gone in this very moment.
    fn add(&self, folder: &Path, whole: bool, files: &mut BTreeMap<PathBuf, (Option<SystemTime>, u64)>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let Ok(kind) = entry.file_type() else { continue };
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            if kind.is_dir() {
                if !MADE.contains(&&*name) && path != self.target {
                    self.add(&path, whole || WHOLE.contains(&&*name), files);
                }
            } else if (whole || has_ending(&path))
                && let Ok(data) = fs::metadata(&path)
            {
                files.insert(path, (data.modified().ok(), data.len()));
            }
        }
    }
}

impl Scan {
    /// A number that another program, of the next build, can compare.
    pub(super) fn state(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }

    /// The first file that is another, or there in one of both only.
    pub(super) fn difference<'a>(&'a self, newer: &'a Self) -> Option<&'a Path> {
        let changed = newer.0.iter().find(|(path, data)| self.0.get(*path) != Some(data));
        let gone = || self.0.iter().find(|(path, _)| !newer.0.contains_key(*path));
        changed.or_else(gone).map(|(path, _)| &**path)
    }
}

fn has_ending(path: &Path) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| ENDINGS.contains(&ending))
}

fn is_workspace(folder: &Path) -> bool {
    let manifest: io::Result<String> = fs::read_to_string(folder.join("Cargo.toml"));
    manifest.is_ok_and(|text| text.lines().any(|line| line.trim_start().starts_with("[workspace")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Folder, name: &str, text: &str) {
        let path = folder.root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn sources_are_watched_and_what_tools_make_is_not() {
        let root = std::env::temp_dir().join(format!("live-watch-{}", std::process::id()));
        let folder = Folder { target: root.join("out"), root };
        for name in ["Cargo.toml", "src/main.rs", "templates/a.stpl", "assets/deep/a.css"] {
            let before = folder.scan();
            write(&folder, name, "1");
            let after = folder.scan();
            assert_eq!(before.difference(&after), Some(&*folder.root.join(name)), "{name} is there");
            write(&folder, name, "22");
            assert_ne!(after.state(), folder.scan().state(), "{name} has changed");
        }
        let before = folder.scan();
        for name in
            ["target/a.rs", "out/a.rs", "node_modules/src/a.js", ".git/a.rs", "src/a.rs~", "notes.txt"]
        {
            write(&folder, name, "1");
            assert_eq!(folder.scan(), before, "{name}");
        }
        fs::remove_file(folder.root.join("src/main.rs")).unwrap();
        assert!(before.difference(&folder.scan()).is_some_and(|gone| gone.ends_with("main.rs")));
        fs::remove_dir_all(&folder.root).unwrap();
    }
}
