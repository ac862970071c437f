//! One TCP connection: requests in, responses out, one after the other.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, DATE, HeaderValue, TRANSFER_ENCODING};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1::{Builder, Connection};
use live_std::{Body, Upgrade};

use super::framing::Bad;
use super::gate::{Answering, Gate, Io, Waits};
use super::limits::{HttpLimits, REST_AFTER};
use super::timer::Timer;
use crate::count::Count;
use crate::response::Response;
use crate::wire::Wire;

/// Answers requests.
pub(crate) trait Service: Clone + Send + Unpin + 'static {
    fn answer(&self, request: http::Request<Body>) -> impl Future<Output = Response> + Send;
}

/// How a connection's requests have ended.
pub(crate) enum Served {
    /// There are no more.
    Over,
    /// By a WebSocket; with what came behind the request for it.
    Upgraded(Upgrade, Vec<u8>),
}

/// What hyper has done with a connection.
enum Step {
    Over,
    /// No request for a while.
    Rest,
}

/// Serves requests until the connection ends, an error is answered, none comes for too long, or a WebSocket is agreed on. Those that have no whole answer yet are counted.
pub(crate) async fn serve(
    wire: Arc<Wire>,
    service: impl Service,
    limits: HttpLimits,
    under_way: &Arc<Count>,
) -> io::Result<Served> {
    let gate = Gate::new(wire, limits);
    let mut timer = Timer::default();
    loop {
        if !timer.within(limits.keep_alive, poll_fn(|cx| gate.poll_begin(cx))).await? {
            return Ok(Served::Over);
        }
        // A connection without a request keeps none of what hyper needs.
        let step = Box::pin(requests(&gate, service.clone(), limits, &mut timer, under_way)).await?;
        if let Some((upgrade, read)) = gate.upgraded() {
            return Ok(Served::Upgraded(upgrade, read));
        }
        match step {
            Step::Over => return Ok(Served::Over),
            Step::Rest => {}
        }
    }
}

/// Serves the request that has begun, and those that follow soon.
async fn requests(
    gate: &Arc<Gate>,
    service: impl Service,
    limits: HttpLimits,
    timer: &mut Timer,
    under_way: &Arc<Count>,
) -> io::Result<Step> {
    let answer = Answer { gate: gate.clone(), service };
    let mut connection = Builder::new()
        .half_close(true)
        .max_headers(limits.max_headers)
        .header_read_timeout(None)
        .serve_connection(Io(gate.clone()), answer);
    let mut limit = Limit { limits, of: None };
    let mut counted = None;
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(ended) = poll(&mut connection, cx) {
                return Poll::Ready(ended.map(|()| Step::Over));
            }
            let waits = gate.waits();
            if matches!(waits, Waits::Request | Waits::Head) {
                counted = None;
            } else {
                counted.get_or_insert_with(|| under_way.enter());
            }
            if !limit.is_over(waits, timer, cx) {
                return Poll::Pending;
            }
            match waits {
                Waits::Request => return Poll::Ready(Ok(Step::Rest)),
                _ if gate.give_up() => {}
                _ => return Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            }
        }
    })
    .await
}

fn poll<S: Service>(
    connection: &mut Connection<Io, Answer<S>>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    connection.poll_without_shutdown(cx).map_err(io::Error::other)
}

/// How long a connection may wait for the other end: for a head in all, for all else until something of it comes or goes.
struct Limit {
    limits: HttpLimits,
    of: Option<(Waits, Instant)>,
}

impl Limit {
    fn is_over(&mut self, waits: Waits, timer: &mut Timer, cx: &mut Context<'_>) -> bool {
        let within = match waits {
            Waits::Request => REST_AFTER,
            Waits::Head => self.limits.head_timeout,
            Waits::Body(_) => self.limits.body_timeout,
            Waits::Writing(_) => self.limits.write_timeout,
            Waits::Nothing => {
                self.of = None;
                return false;
            }
        };
        let due = match self.of {
            Some((before, due)) if before == waits => due,
            _ => Instant::now() + within,
        };
        self.of = Some((waits, due));
        timer.poll(due, cx).is_ready()
    }
}

/// The service, for hyper.
struct Answer<S> {
    gate: Arc<Gate>,
    service: S,
}

impl<S: Service> hyper::service::Service<http::Request<Incoming>> for Answer<S> {
    type Response = http::Response<Answered>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: http::Request<Incoming>) -> Self::Future {
        let (gate, service) = (self.gate.clone(), self.service.clone());
        Box::pin(async move {
            let mut response = match gate.refused() {
                Some(Bad(status, why)) => Response::refuse(status, why),
                None => service.answer(request.map(Body::new)).await,
            };
            let (upgrade, closes) = (response.upgrade.take(), response.closes);
            let mut response = with_hypers_headers(response, upgrade.is_some());
            if closes && upgrade.is_none() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            if let Some(upgrade) = upgrade {
                gate.upgrade(upgrade);
            }
            Ok(response.map(|body| Answered { body, _answering: Answering(gate) }))
        })
    }
}

/// The same response without the headers that say how it is sent, which is hyper's to know.
fn with_hypers_headers(response: Response, switching: bool) -> http::Response<Body> {
    let mut sent = http::Response::new(response.body);
    (*sent.status_mut(), *sent.headers_mut()) = (response.status, response.headers);
    for name in [CONTENT_LENGTH, DATE, TRANSFER_ENCODING] {
        sent.headers_mut().remove(name);
    }
    if !switching {
        sent.headers_mut().remove(CONNECTION);
    }
    sent
}

/// A response's body, until hyper has taken all of it.
struct Answered {
    body: Body,
    _answering: Answering,
}

impl http_body::Body for Answered {
    type Data = Bytes;
    type Error = live_std::BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
