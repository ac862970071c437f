//! The body of a request or a response.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::io::{self, ErrorKind::TimedOut};
use std::iter::successors;
use std::mem::take;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::StatusCode;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};

type Cause = Box<dyn Error + Send + Sync>;

/// The body of a request or a response: bytes that are there, or that come one after another.
///
/// ```
/// use live_std::Body;
///
/// let greeting = Body::from("hello");
/// # let _ = greeting;
/// ```
#[derive(Default)]
pub struct Body(Kind);

enum Kind {
    Whole(Bytes),
    Stream(UnsyncBoxBody<Bytes, Cause>),
}

/// Why a body couldn't be read.
#[derive(Debug)]
pub enum BodyError {
    /// It has more bytes than this.
    TooLarge(usize),
    /// Its bytes end too early, can't be understood, or what makes them has failed.
    Broken(Cause),
}

impl Body {
    /// Another library's body.
    pub fn new(body: impl http_body::Body<Data = Bytes, Error: Into<Cause>> + Send + 'static) -> Self {
        if body.is_end_stream() {
            return Self::default();
        }
        Self(Kind::Stream(body.map_err(Into::into).boxed_unsync()))
    }

    /// Bytes that come one after another, each as soon as there is room for it: for what is large, or isn't known yet. After an error the connection is
    /// closed, so that nobody takes what has come for all of it.
    pub fn stream<B, E>(chunks: impl Stream<Item = Result<B, E>> + Send + 'static) -> Self
    where
        B: Into<Bytes> + 'static,
        E: Into<Cause> + 'static,
    {
        Self(Kind::Stream(StreamBody::new(Frames(Box::pin(chunks))).boxed_unsync()))
    }

    /// The whole body, if it is in memory.
    ///
    /// # Errors
    /// The same body, if its bytes come one after another.
    pub(crate) fn whole(self) -> Result<Bytes, Self> {
        match self.0 {
            Kind::Whole(bytes) => Ok(bytes),
            stream @ Kind::Stream(_) => Err(Self(stream)),
        }
    }

    /// The next bytes, as soon as there are some; none at the end. Nothing more is read until they are asked for.
    ///
    /// # Errors
    /// [`BodyError::Broken`].
    pub async fn chunk(&mut self) -> Option<Result<Bytes, BodyError>> {
        loop {
            let frame = poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut *self), cx)).await?;
            // What follows a body's last byte is no part of it.
            match frame.map(Frame::into_data) {
                Ok(Ok(bytes)) => return Some(Ok(bytes)),
                Ok(Err(_trailers)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// Where it has more than `most` bytes: then no more than those are read. [`BodyError::Broken`].
    pub async fn bytes(mut self, most: usize) -> Result<Bytes, BodyError> {
        if self.size_hint().lower() > most as u64 {
            return Err(BodyError::TooLarge(most));
        }
        let mut all = Bytes::new();
        while let Some(chunk) = self.chunk().await.transpose()? {
            if all.len() + chunk.len() > most {
                return Err(BodyError::TooLarge(most));
            }
            all = match all.is_empty() {
                true => chunk,
                false => joined(all, &chunk),
            };
        }
        Ok(all)
    }
}

/// Both, one behind the other; without a copy of the first, if that has room.
fn joined(first: Bytes, second: &[u8]) -> Bytes {
    let mut all = BytesMut::from(first);
    all.extend_from_slice(second);
    all.freeze()
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Kind::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(take(bytes))))),
            Kind::Stream(stream) => Poll::Ready(
                ready!(Pin::new(stream).poll_frame(cx)).map(|frame| frame.map_err(BodyError::Broken)),
            ),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(bytes) => bytes.is_empty(),
            Kind::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(stream) => stream.size_hint(),
        }
    }
}

/// A stream of bytes as one of frames.
struct Frames<S>(S);

impl<S, B, E> Stream for Frames<S>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: Into<Bytes>,
    E: Into<Cause>,
{
    type Item = Result<Frame<Bytes>, Cause>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut self.0).poll_next(cx));
        Poll::Ready(next.map(|chunk| chunk.map(|bytes| Frame::data(bytes.into())).map_err(Into::into)))
    }
}

impl BodyError {
    /// What a request with such a body is answered.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken(cause) if is_late(&**cause) => StatusCode::REQUEST_TIMEOUT,
            Self::Broken(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// Whether bytes took too long to come.
fn is_late(cause: &(dyn Error + 'static)) -> bool {
    let mut causes = successors(Some(cause), |error| (**error).source());
    causes.any(|error| error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == TimedOut))
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(most) => write!(f, "The body has more than {most} bytes."),
            Self::Broken(_) => f.write_str("The body can't be read to its end."),
        }
    }
}

impl Error for BodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::TooLarge(_) => None,
            Self::Broken(cause) => Some(&**cause),
        }
    }
}

impl Default for Kind {
    fn default() -> Self {
        Self::Whole(Bytes::new())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Whole(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        text.as_bytes().into()
    }
}

impl From<Cow<'static, str>> for Body {
    fn from(text: Cow<'static, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Whole(bytes) => f.debug_tuple("Body").field(&bytes.len()).finish(),
            Kind::Stream(_) => f.write_str("Body(..)"),
        }
    }
}
