//! A certificate and its key in files, which are renewed while the server runs.

use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::error::Error;

/// How often the files are looked at, at most.
const CHECK_EVERY: Duration = Duration::from_secs(60);

pub(super) struct Files {
    certificate: PathBuf,
    key: PathBuf,
    state: Mutex<State>,
}

struct State {
    current: Arc<CertifiedKey>,
    /// Of what the files held when they were looked at last.
    hash: u64,
    checked: Instant,
    every: Duration,
}

impl Files {
    pub(super) fn read(certificate: &Path, key: &Path) -> Result<Self, Error> {
        let contents = Contents::read(certificate, key)?;
        let current = Arc::new(contents.certified(certificate, key)?);
        let state = State { current, hash: contents.hash(), checked: Instant::now(), every: CHECK_EVERY };
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), state: Mutex::new(state) })
    }

    pub(super) fn check_every(&self, period: Duration) {
        self.state().every = period;
    }

    /// Takes up what is new in the files, if it is time to look.
    fn check(&self) {
        let mut state = self.state();
        if state.checked.elapsed() < state.every {
            return;
        }
        state.checked = Instant::now();
        let before = state.hash;
        // Others go on with what there is, however long the files take.
        drop(state);
        match self.renewed(before) {
            Ok(None) => {}
            Ok(Some((hash, renewed))) => {
                let mut state = self.state();
                (state.hash, state.current) = (hash, Arc::new(renewed));
                drop(state);
                live_std::log!(info, file = %self.certificate.display(), "the certificate has been renewed");
            }
            Err(error) => {
                live_std::log!(warn, %error, "the certificate can't be renewed; the one before stays in use");
            }
        }
    }

    /// What the files hold, if it is something else than before.
    fn renewed(&self, before: u64) -> Result<Option<(u64, CertifiedKey)>, Error> {
        let contents = Contents::read(&self.certificate, &self.key)?;
        let hash = contents.hash();
        if hash == before {
            return Ok(None);
        }
        Ok(Some((hash, contents.certified(&self.certificate, &self.key)?)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.check();
        Some(self.state().current.clone())
    }
}

/// What two files hold.
#[derive(Hash)]
struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Contents {
    fn read(certificate: &Path, key: &Path) -> Result<Self, Error> {
        let read =
            |path: &Path| fs::read(path).map_err(|error| bad(path, format!("it can't be read: {error}")));
        Ok(Self { certificate: read(certificate)?, key: read(key)? })
    }

    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        Hash::hash(self, &mut hasher);
        hasher.finish()
    }

    fn certified(&self, certificate: &Path, key: &Path) -> Result<CertifiedKey, Error> {
        let chain = CertificateDer::pem_slice_iter(&self.certificate).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| bad(certificate, format!("it isn't PEM: {error}")))?;
        if chain.is_empty() {
            return Err(bad(certificate, "it holds no certificate (\"BEGIN CERTIFICATE\")".to_owned()));
        }
        let secret =
            PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| bad(key, no_key(&self.key, &error)))?;
        let secret = ring::sign::any_supported_type(&secret)
            .map_err(|error| bad(key, format!("its key can't be used: {error}")))?;
        let certified = CertifiedKey::new(chain, secret);
        match certified.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(certified),
            Err(rustls::Error::InconsistentKeys(_)) => Err(bad(
                key,
                format!("its key is of another certificate than that in {}", certificate.display()),
            )),
            Err(error) => Err(bad(certificate, format!("its first certificate can't be used: {error}"))),
        }
    }
}

fn no_key(contents: &[u8], error: &pem::Error) -> String {
    let has = |text: &str| contents.windows(text.len()).any(|window| window == text.as_bytes());
    match error {
        pem::Error::NoItemsFound if has("ENCRYPTED") => {
            "its key is encrypted, and there is nobody to ask for the password".to_owned()
        }
        pem::Error::NoItemsFound => "it holds no private key (\"BEGIN PRIVATE KEY\")".to_owned(),
        error => format!("it isn't PEM: {error}"),
    }
}

fn bad(file: &Path, reason: String) -> Error {
    Error::Tls { file: file.to_owned(), reason }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files")
            .field("certificate", &self.certificate)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
