//! TLS in the server itself.

mod files;
mod kept;
mod session;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring;

use self::files::Files;
pub(crate) use self::session::Session;
use crate::error::Error;

/// HTTP/1.1 is what the server speaks.
const ALPN: &[u8] = b"http/1.1";

/// How a certificate authority asks whether this server has the domain: RFC 8737.
const ALPN_OF_ACME: &[u8] = b"acme-tls/1";

/// Certificates for [`Live::tls`](crate::Live::tls).
///
/// ```no_run
/// use live_smol::{Tls, prelude::*};
///
/// # struct Home;
/// # impl Page for Home {
/// #     type State = ();
/// #     type Message = ();
/// #     fn render(&self, _: &Session<()>, _: &mut View) -> Result { Ok(()) }
/// # }
/// # fn main() -> std::result::Result<(), live_smol::Error> {
/// let folder = std::path::Path::new("/etc/letsencrypt/live/example.com");
/// Live::new(Options { public_url: Some("https://example.com".into()), ..Options::default() })
///     .page("/", Home)
///     .tls(Tls::from_files(folder.join("fullchain.pem"), folder.join("privkey.pem"))?)
///     .run("[::]:443")
/// # }
/// ```
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    files: Option<Arc<Files>>,
}

impl Tls {
    /// A certificate and its key, each in a file of PEM: the certificate with those between it and the authority's, the server's own first; the key as PKCS #8,
    /// PKCS #1 or SEC1, not encrypted.
    ///
    /// The files are looked at again as connections come, [once a minute](Self::check_every) at most. What has changed is used from then on; where it can't be, that is
    /// logged and what was there before stays. TLS 1.2 and 1.3 are spoken.
    ///
    /// # Errors
    /// [`Error::Tls`]: a file that can't be read, holds no certificate or key, or a key of another certificate.
    pub fn from_files(certificate: impl AsRef<Path>, key: impl AsRef<Path>) -> Result<Self, Error> {
        let files = Arc::new(Files::read(certificate.as_ref(), key.as_ref())?);
        let provider = Arc::new(ring::default_provider());
        let unsupported = |error: rustls::Error| Error::Start(io::Error::other(error));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(unsupported)?
            .with_no_client_auth()
            .with_cert_resolver(files.clone());
        // Whoever comes back needs no signature, and nothing of it is kept here.
        config.ticketer = ring::Ticketer::new().map_err(unsupported)?;
        Ok(Self { files: Some(files), ..Self::new(Arc::new(config)) })
    }

    /// Settings of rustls: for certificates that come from elsewhere, or several domains. Their protocols (ALPN) and early data are the server's to say: it speaks HTTP/1.1.
    pub fn new(config: Arc<ServerConfig>) -> Self {
        let mut config = Arc::unwrap_or_clone(config);
        config.alpn_protocols.retain(|protocol| protocol == ALPN_OF_ACME);
        config.alpn_protocols.push(ALPN.to_vec());
        // It can be repeated by whoever has recorded it: RFC 8446, section 8.
        config.max_early_data_size = 0;
        Self { config: Arc::new(config), files: None }
    }

    /// Sets how often files are looked at again. Default: once a minute.
    pub fn check_every(self, period: Duration) -> Self {
        if let Some(files) = &self.files {
            files.check_every(period);
        }
        self
    }

    pub(crate) fn session(&self) -> io::Result<Session> {
        Session::new(self.config.clone())
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}
