//! Files that are sent as they are: the application's own, and the browser's runtime.

mod conditions;
mod dir;
mod embedded;
mod file;
mod name;
mod open;
mod range;
mod respond;
pub(crate) mod runtime;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use dir::Dir;
use embedded::Embedded;
pub(crate) use file::Found;
use name::Name;
pub(crate) use respond::respond;
pub use runtime::VERSION;

use crate::prefix::Prefix;

/// The largest file, in bytes, that is kept in memory, with its compressed forms on top. A larger file is read and compressed anew for each request. Its digest is
/// computed once after each change, which takes about a second per gigabyte.
pub const MAX_HELD: u64 = 1 << 20;

/// The most bytes of a directory's files that are kept in memory.
pub const MAX_HELD_BYTES: u64 = 64 << 20;

/// Files for [`EngineBuilder::assets`](crate::EngineBuilder::assets): of a directory, or built into the program. A copy is another handle to the same
/// files.
///
/// ```
/// use live_std::Assets;
///
/// let built_in = Assets::embedded([("app.css", "body { margin: 0 }"), ("app.js", "console.log('hello')")]);
/// let of_a_directory = Assets::dir("assets");
/// # let _ = (built_in, of_a_directory);
/// ```
#[derive(Clone)]
pub struct Assets(Arc<Inner>);

struct Inner {
    source: Source,
    /// The URL path that they are mounted at, set at the start.
    base: OnceLock<String>,
}

enum Source {
    Dir(Arc<Dir>),
    Embedded(Embedded),
}

impl Assets {
    /// The files in a directory and its subdirectories. Each request gets a file as it is at that moment. Names that begin with a dot aren't served, nor
    /// are links that point out of the directory.
    ///
    /// A relative path is relative to where the program was started; `concat!(env!("CARGO_MANIFEST_DIR"), "/assets")` is a directory beside `Cargo.toml`.
    pub fn dir(path: impl Into<PathBuf>) -> Self {
        Self::of(Source::Dir(Arc::new(Dir::new(path.into()))))
    }

    /// Files that are built into the program, by their names, such as `img/logo.svg`:
    /// `Assets::embedded([("app.css", include_bytes!("../assets/app.css"))])`. With the crate `rust-embed`:
    /// `Assets::embedded(Files::iter().filter_map(|name| Some((name.clone(), Files::get(&name)?.data))))`.
    pub fn embedded<N, C>(files: impl IntoIterator<Item = (N, C)>) -> Self
    where
        N: Into<String>,
        C: IntoContent,
    {
        let files = files.into_iter().map(|(name, content)| (name.into(), content.into_content()));
        Self::of(Source::Embedded(files.collect()))
    }

    fn of(source: Source) -> Self {
        Self(Arc::new(Inner { source, base: OnceLock::new() }))
    }

    /// The URL of a file, such as `/assets/app-4f1c09e2a7d35b86.css`. The name contains a digest of the content, so browsers cache the file for a year and still see each
    /// change. If the file is missing or can't be read, the URL has no digest, and a warning is logged.
    ///
    /// # Panics
    /// Before the files are mounted.
    pub fn url(&self, name: &str) -> String {
        match self.versioned(name) {
            Some(url) => url,
            None => {
                crate::log!(
                    warn,
                    name,
                    "the URL of an asset has no digest: the file is missing or can't be read"
                );
                format!("{}/{}", self.base(), name::encoded(name))
            }
        }
    }

    /// The URL of a file that is there.
    pub(crate) fn versioned(&self, name: &str) -> Option<String> {
        let file = match &self.0.source {
            Source::Dir(dir) => match dir.describe(&Name::of(name)?) {
                Ok(file) => file?,
                Err(error) => {
                    crate::log!(error, name, %error, "an asset can't be read");
                    return None;
                }
            },
            Source::Embedded(files) => files.find(name)?,
        };
        Some([self.base(), "/", &file.versioned_name].concat())
    }

    fn base(&self) -> &str {
        self.0.base.get().expect("the assets are mounted: `Live::assets` or `EngineBuilder::assets` does it")
    }

    async fn find(&self, name: Name) -> io::Result<Option<Found>> {
        match &self.0.source {
            Source::Dir(dir) => {
                let dir = dir.clone();
                blocking::unblock(move || dir.find(&name)).await
            }
            Source::Embedded(files) => Ok(files.find(name.as_str()).map(Found::held)),
        }
    }

    /// The file that the rest of a path names, and whether the name contains the current version.
    async fn named(&self, rest: &str) -> io::Result<Option<(Found, bool)>> {
        let Some(name) = Name::decoded(rest) else { return Ok(None) };
        let without_version = name.split_version();
        if let Some(found) = self.find(name).await? {
            return Ok(Some((found, false)));
        }
        let Some((plain, version)) = without_version else { return Ok(None) };
        let found = self.find(plain).await?;
        Ok(found.map(|found| {
            let is_current = found.file.version == version;
            (found, is_current)
        }))
    }
}

/// The assets of an engine, by the paths that they are below.
#[derive(Default, Debug)]
pub(crate) struct Mounts(Vec<Mount>);

#[derive(Debug)]
struct Mount {
    path: Prefix,
    assets: Assets,
}

/// A path that no assets can be at, or a directory that isn't there.
#[derive(Debug)]
pub struct InvalidAssets {
    path: String,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Path,
    Twice,
    Dir(PathBuf, io::Error),
}

impl Mounts {
    pub(crate) fn add(&mut self, path: &str, assets: Assets) -> Result<(), InvalidAssets> {
        let invalid = |problem| InvalidAssets { path: path.to_owned(), problem };
        if path.is_empty() {
            return Err(invalid(Problem::Path));
        }
        let below = Prefix::new(path).map_err(|_| invalid(Problem::Path))?;
        if self.0.iter().any(|mount| Arc::ptr_eq(&mount.assets.0, &assets.0)) {
            return Err(invalid(Problem::Twice));
        }
        if let Source::Dir(dir) = &assets.0.source {
            dir.check().map_err(|error| invalid(Problem::Dir(dir.path().to_owned(), error)))?;
        }
        self.0.push(Mount { path: below, assets });
        Ok(())
    }

    /// Says below which path browsers find all of them.
    pub(crate) fn start(&self, prefix: &Prefix) -> Result<(), InvalidAssets> {
        for Mount { path, assets } in &self.0 {
            let base = prefix.url(path.as_str());
            if *assets.0.base.get_or_init(|| base.clone()) != base {
                return Err(InvalidAssets { path: path.as_str().to_owned(), problem: Problem::Twice });
            }
        }
        Ok(())
    }

    /// The file at a path, and whether that names the file's version.
    ///
    /// # Errors
    /// If the file exists and can't be read.
    pub(crate) async fn find(&self, path: &str) -> io::Result<Option<(Found, bool)>> {
        for mount in &self.0 {
            let rest = path.strip_prefix(mount.path.as_str()).and_then(|rest| rest.strip_prefix('/'));
            if let Some(rest) = rest
                && let Some(found) = Box::pin(mount.assets.named(rest)).await?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The URL of a file; that of one which is missing is where it would be.
    pub(crate) fn url(&self, name: &str) -> String {
        let found = self.0.iter().find_map(|mount| mount.assets.versioned(name));
        found.unwrap_or_else(|| match self.0.first() {
            Some(mount) => mount.assets.url(name),
            None => {
                crate::log!(
                    warn,
                    name,
                    "there are no assets: `Live::assets` or `EngineBuilder::assets` adds them"
                );
                name.to_owned()
            }
        })
    }
}

/// Bytes of a file that is built into a program.
pub trait IntoContent {
    /// The bytes.
    fn into_content(self) -> Cow<'static, [u8]>;
}

impl IntoContent for &'static [u8] {
    fn into_content(self) -> Cow<'static, [u8]> {
        self.into()
    }
}

impl<const N: usize> IntoContent for &'static [u8; N] {
    fn into_content(self) -> Cow<'static, [u8]> {
        self.as_slice().into()
    }
}

impl IntoContent for &'static str {
    fn into_content(self) -> Cow<'static, [u8]> {
        self.as_bytes().into()
    }
}

impl IntoContent for Vec<u8> {
    fn into_content(self) -> Cow<'static, [u8]> {
        self.into()
    }
}

impl IntoContent for Cow<'static, [u8]> {
    fn into_content(self) -> Cow<'static, [u8]> {
        self
    }
}

impl From<&str> for Assets {
    fn from(path: &str) -> Self {
        Self::dir(path)
    }
}

impl From<&Path> for Assets {
    fn from(path: &Path) -> Self {
        Self::dir(path)
    }
}

impl From<PathBuf> for Assets {
    fn from(path: PathBuf) -> Self {
        Self::dir(path)
    }
}

impl fmt::Debug for Assets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.source {
            Source::Dir(dir) => f.debug_tuple("Assets").field(&dir.path()).finish(),
            Source::Embedded(files) => f.debug_tuple("Assets").field(&files.len()).finish(),
        }
    }
}

impl fmt::Display for InvalidAssets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.problem {
            Problem::Path => write!(
                f,
                "assets can't be at `{path}`: a path begins with a slash, and has no parameters and no characters that URLs escape"
            ),
            Problem::Twice => {
                write!(f, "the assets at `{path}` are mounted already, at another path or in another server")
            }
            Problem::Dir(dir, error) => {
                write!(f, "the assets at `{path}` can't be read from {}: {error}", dir.display())
            }
        }
    }
}

impl std::error::Error for InvalidAssets {}
