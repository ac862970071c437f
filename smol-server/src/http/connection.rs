//! One TCP connection: requests in, responses out, one after the other.

use std::io;

use http::Method;
use live_std::Upgrade;
use smol::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::body::Input;
use super::head::{Bad, Head, parse};
use super::limit::Limit;
use super::limits::{BODY_TIMEOUT, HEAD_TIMEOUT, IDLE_TIMEOUT, WRITE_TIMEOUT};
use super::write::encode;
use crate::request::Request;
use crate::response::Response;

/// Answers requests.
pub(crate) trait Service {
    fn answer(&self, request: Request) -> impl Future<Output = Response> + Send;
}

/// Serves requests until the connection ends, an error is answered, or a WebSocket is agreed on: then gives it, with what was read
/// beyond the request.
pub(crate) async fn serve<S>(stream: &mut S, service: &impl Service) -> io::Result<Option<(Upgrade, Vec<u8>)>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut input, mut limit) = (Input::default(), Limit::default());
    loop {
        let head = match next_head(stream, &mut input, &mut limit).await? {
            Some(Ok(head)) => head,
            Some(Err(Bad(status, why))) => {
                send(stream, &mut limit, &Response::refuse(status, why), true, false).await?;
                return Ok(None);
            }
            None => return Ok(None),
        };
        let (with_body, keep_alive) = (head.method != Method::HEAD, head.keep_alive);
        let request = with_its_body(stream, &mut input, &mut limit, head).await?;
        let response = service.answer(request).await;
        send(stream, &mut limit, &response, with_body, keep_alive).await?;
        if let Some(upgrade) = response.upgrade {
            return Ok(Some((upgrade, input.into_bytes())));
        }
        if !keep_alive {
            return Ok(None);
        }
    }
}

/// None where the other end has nothing more to ask.
async fn next_head<S: AsyncRead + Unpin>(
    stream: &mut S,
    input: &mut Input,
    limit: &mut Limit,
) -> io::Result<Option<Result<Head, Bad>>> {
    if input.bytes().is_empty() && limit.within(IDLE_TIMEOUT, input.fill(stream)).await? == 0 {
        return Ok(None);
    }
    limit
        .within(HEAD_TIMEOUT, async {
            loop {
                match parse(input.bytes()) {
                    Ok(Some(head)) => return Ok(Some(Ok(head))),
                    Err(bad) => return Ok(Some(Err(bad))),
                    Ok(None) if input.fill(stream).await? == 0 => return Ok(None),
                    Ok(None) => {}
                }
            }
        })
        .await
}

async fn with_its_body<S>(
    stream: &mut S,
    input: &mut Input,
    limit: &mut Limit,
    head: Head,
) -> io::Result<Request>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    input.take(head.len);
    if head.expects && input.bytes().len() < head.body {
        limit.within(WRITE_TIMEOUT, stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")).await?;
    }
    limit.within(BODY_TIMEOUT, input.fill_to(head.body, stream)).await?;
    let Head { method, uri, headers, body, .. } = head;
    Ok(Request { method, uri, headers, body: input.take(body), ..Request::default() })
}

async fn send<S>(
    stream: &mut S,
    limit: &mut Limit,
    response: &Response,
    with_body: bool,
    keep_alive: bool,
) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    let bytes = encode(response, with_body, keep_alive);
    limit
        .within(WRITE_TIMEOUT, async {
            stream.write_all(&bytes).await?;
            stream.flush().await
        })
        .await
}
