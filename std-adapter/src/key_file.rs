//! Keys in a file, so that tokens outlive the process.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::files::{make, private};
use crate::secret::{Keys, SecretKey};

impl Keys {
    /// The keys in a file of one or two lines, each as [`SecretKey::from_text`] reads it: the current one, and below it the previous
    /// one. Where there is no file, it is made with a random key, for its owner only. Whoever can read the file can sign tokens.
    ///
    /// To change the key, put a new line above the old one and start the server again; remove the old line a
    /// [`token_lifetime`](crate::Options::token_lifetime) later.
    ///
    /// ```
    /// use live_std::Keys;
    ///
    /// # let folder = std::env::temp_dir().join(format!("mizu-live-keys-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("live.key");
    /// let made = Keys::from_file(&path)?;
    /// let read_again = Keys::from_file(&path)?;
    /// # drop((made, read_again));
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A file that holds something else, and what the operating system says.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeysError> {
        let path = path.as_ref();
        let read = || match fs::read_to_string(path) {
            Ok(text) => parse(&text).ok_or(Problem::NoKeys),
            Err(error) if error.kind() == ErrorKind::InvalidData => Err(Problem::NoKeys),
            Err(error) => Err(Problem::Io(error)),
        };
        let keys = match read() {
            Err(Problem::Io(error)) if error.kind() == ErrorKind::NotFound => {
                make(path, write).map_err(Problem::Io).and_then(|()| read())
            }
            done => done,
        };
        keys.map_err(|problem| KeysError { path: path.to_owned(), problem })
    }
}

fn parse(text: &str) -> Option<Keys> {
    let mut lines = text.lines();
    let current = SecretKey::from_text(lines.next()?)?;
    let previous = match lines.next() {
        Some(line) => Some(SecretKey::from_text(line)?),
        None => None,
    };
    lines.next().is_none().then_some(Keys { current, previous })
}

fn write(path: &Path) -> io::Result<()> {
    let mut file = private().create_new(true).open(path)?;
    writeln!(file, "{}", SecretKey::random().to_text())?;
    file.sync_all()
}

/// Why [`Keys::from_file`] gave no keys. Its text names the file and says what to do, and shows nothing of what is in it.
#[derive(Debug)]
pub struct KeysError {
    path: PathBuf,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    NoKeys,
    Io(io::Error),
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.problem {
            Problem::NoKeys => write!(
                f,
                "{path} holds no key: one line of 43 characters of base64url, or two. Name another file; or remove this one, and a \
                 new key is made"
            ),
            Problem::Io(error) => {
                write!(
                    f,
                    "the key file {path} can't be used: {error}. Let this user read and write it and its folder"
                )
            }
        }
    }
}

impl std::error::Error for KeysError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Io(error) => Some(error),
            Problem::NoKeys => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy;

    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let path = std::env::temp_dir().join(format!("mizu-live-{}", entropy::text()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn a_key_is_made_once_and_nothing_else_is_left() {
        let folder = Folder::new();
        let path = folder.0.join("live.key");
        let made = Keys::from_file(&path).unwrap();
        let again = Keys::from_file(&path).unwrap();
        assert_eq!(made.current.as_bytes(), again.current.as_bytes());
        assert!(again.previous.is_none());
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let path = folder.0.join("live.key");
        Keys::from_file(&path).unwrap();
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn processes_that_begin_together_agree() {
        let folder = Folder::new();
        let path = folder.0.join("live.key");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(|| Keys::from_file(&path).unwrap())).collect();
            all.into_iter().map(|keys| *keys.join().unwrap().current.as_bytes()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn a_second_line_is_the_key_before() {
        let [new, old] = [SecretKey::new([1; 32]), SecretKey::new([2; 32])];
        let keys = parse(&format!("{}\n{}\n", new.to_text(), old.to_text())).unwrap();
        assert_eq!(keys.current.as_bytes(), &[1; 32]);
        assert_eq!(keys.previous.unwrap().as_bytes(), &[2; 32]);
    }

    #[test]
    fn a_wrong_file_is_named_and_not_shown() {
        let folder = Folder::new();
        let path = folder.0.join("live.key");
        for wrong in ["", "\n", "hunter2", "AAAA\nAAAA", &"A".repeat(44), &"\u{1}".repeat(3)] {
            fs::write(&path, wrong).unwrap();
            let error = Keys::from_file(&path).unwrap_err().to_string();
            assert!(error.contains("live.key") && !error.contains("hunter2"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), wrong);
        }
        let three = format!("{0}\n{0}\n{0}\n", SecretKey::new([1; 32]).to_text());
        assert!(parse(&three).is_none());
        let missing = Keys::from_file(folder.0.join("none").join("live.key")).unwrap_err();
        assert!(missing.to_string().contains("none"), "{missing}");
    }
}
