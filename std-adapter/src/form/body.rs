//! A posted form as it came.

use std::fmt;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use crate::body::{Body, BodyError};
use crate::engine::MAX_BODY;

/// How a form is encoded: what browsers do unless `enctype` says otherwise.
const URL_ENCODED: &str = "application/x-www-form-urlencoded";

/// Why a posted form can't be read.
#[derive(Debug)]
pub enum FormError {
    /// It is encoded in another way.
    Type(String),
    /// It isn't UTF-8.
    Encoding,
    /// Its bytes didn't come, or are more than [`MAX_BODY`].
    Body(BodyError),
}

/// A posted form's body as text, of at most [`MAX_BODY`] bytes. A request that doesn't say what its body is has a form.
///
/// # Errors
/// [`FormError`], which says what to do.
pub async fn text(headers: &HeaderMap, body: Body) -> Result<String, FormError> {
    if let Some(value) = headers.get(CONTENT_TYPE) {
        let value = String::from_utf8_lossy(value.as_bytes());
        let kind = value.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case(URL_ENCODED) {
            return Err(FormError::Type(kind.to_owned()));
        }
    }
    let bytes = body.bytes(MAX_BODY).await.map_err(FormError::Body)?;
    String::from_utf8(bytes.into()).map_err(|_| FormError::Encoding)
}

impl FormError {
    /// What a request with such a form is answered.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Type(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Encoding => StatusCode::BAD_REQUEST,
            Self::Body(error) => error.status(),
        }
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(kind) => {
                write!(f, "A form is posted as {URL_ENCODED}, not as \"{kind}\": leave out `enctype`.")
            }
            Self::Encoding => f.write_str("A form is posted in UTF-8: leave out `accept-charset`."),
            Self::Body(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for FormError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Body(error) => Some(error),
            Self::Type(_) | Self::Encoding => None,
        }
    }
}
