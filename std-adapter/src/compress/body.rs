//! A body that is compressed while it is sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame};

use super::accept::Coding;
use super::encoder::{Effort, Encoder};
use crate::body::{Body, BodyError};

/// How much is compressed at a time.
const PIECE: usize = 32 << 10;

/// How many pieces are compressed until the task yields.
const PIECES_A_TURN: usize = 16;

/// Compresses `source` as the other end reads.
pub(super) struct Compressed {
    source: Body,
    /// Input that isn't compressed yet.
    waiting: Bytes,
    /// None once all is sent.
    encoder: Option<Encoder>,
    /// Something was compressed since the last flush.
    unflushed: bool,
}

impl Compressed {
    pub(super) fn new(coding: Coding, source: Body) -> Self {
        let len = source.size_hint().exact().and_then(|len| usize::try_from(len).ok());
        let encoder = Encoder::new(coding, Effort::Once, len);
        Self { source, waiting: Bytes::new(), encoder: Some(encoder), unflushed: false }
    }

    /// The next compressed bytes, which may be empty; `None` at the end.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>, BodyError>>> {
        let Some(encoder) = &mut self.encoder else { return Poll::Ready(None) };
        if !self.waiting.is_empty() {
            let piece = self.waiting.split_to(self.waiting.len().min(PIECE));
            self.unflushed = true;
            return Poll::Ready(Some(encoder.push(&piece).map_err(broken)));
        }
        match Pin::new(&mut self.source).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                // Trailers are dropped: they describe the uncompressed bytes.
                self.waiting = frame.into_data().unwrap_or_default();
                Poll::Ready(Some(Ok(Vec::new())))
            }
            Poll::Ready(Some(Err(error))) => {
                self.encoder = None;
                Poll::Ready(Some(Err(error)))
            }
            Poll::Ready(None) => {
                let last = self.encoder.take().map(Encoder::finish);
                Poll::Ready(last.map(|bytes| bytes.map_err(broken)))
            }
            // Nothing more is ready: the client gets what there is.
            Poll::Pending if self.unflushed => {
                self.unflushed = false;
                Poll::Ready(Some(encoder.flush().map_err(broken)))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl http_body::Body for Compressed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        for _ in 0..PIECES_A_TURN {
            match ready!(self.poll_step(cx)) {
                Some(Ok(bytes)) if bytes.is_empty() => {}
                Some(Ok(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes.into())))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.encoder.is_none()
    }
}

fn broken(error: io::Error) -> BodyError {
    BodyError::Broken(error.into())
}
