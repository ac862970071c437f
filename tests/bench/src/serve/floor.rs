//! The floor: a bare hyper response, a bare async-tungstenite echo, and a bare broadcast of one ready frame; on an executor like the server's
//! own, one worker a core.

use std::convert::Infallible;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread;

use async_executor::Executor;
use async_tungstenite::WebSocketStream;
use async_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use async_tungstenite::tungstenite::{Bytes, Message};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, UPGRADE};
use hyper::service::service_fn;
use hyper::upgrade::Parts;
use hyper::{Request, Response, StatusCode};
use smol::Async;
use smol::io::{AsyncRead, AsyncWrite};
use smol::stream::StreamExt;
use smol_hyper::rt::FuturesIo;

use super::commit::Committer;
use crate::load::Result;

type Socket = FuturesIo<Async<TcpStream>>;

#[derive(Default)]
struct Floor {
    executor: Executor<'static>,
    /// The sockets of everybody in the room.
    room: Mutex<Vec<Shared>>,
    store: Option<Committer>,
}

pub(super) fn run(store: Option<PathBuf>) -> Result<()> {
    let store = store.map(|path| Committer::start(&path)).transpose()?;
    let floor: &'static Floor = Box::leak(Box::new(Floor { store, ..Floor::default() }));
    let listener = Async::<TcpListener>::bind(([127, 0, 0, 1], 0))?;
    println!("{}", listener.get_ref().local_addr()?);
    floor.executor.spawn(accept(floor, listener)).detach();
    let workers: Vec<_> = (0..thread::available_parallelism()?.get())
        .map(|_| thread::spawn(|| smol::block_on(floor.executor.run(smol::future::pending::<()>()))))
        .collect();
    workers.into_iter().for_each(|worker| drop(worker.join()));
    Ok(())
}

async fn accept(floor: &'static Floor, listener: Async<TcpListener>) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.get_ref().set_nodelay(true);
        floor
            .executor
            .spawn(async move {
                let service = service_fn(move |request| answer(floor, request));
                // A connection that the load closes is no error.
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(FuturesIo::new(stream), service)
                    .with_upgrades()
                    .await;
            })
            .detach();
    }
}

/// The number after `name=` in a request's query.
fn wanted(request: &Request<Incoming>, name: &str) -> usize {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok()).unwrap_or(0)
}

async fn answer(
    floor: &'static Floor,
    mut request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let size = wanted(&request, "size");
    if request.headers().get(UPGRADE).is_none() {
        return Ok(Response::new(Full::from(vec![b'x'; size])));
    }
    let key =
        request.headers().get("sec-websocket-key").map(|key| key.as_bytes().to_vec()).unwrap_or_default();
    let accept = async_tungstenite::tungstenite::handshake::derive_accept_key(&key);
    let path = request.uri().path().to_owned();
    floor
        .executor
        .spawn(async move {
            let Ok(upgraded) = hyper::upgrade::on(&mut request).await else { return };
            let Ok(Parts { io, read_buf, .. }) = upgraded.downcast::<Socket>() else { return };
            let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(4096);
            let stream = Shared(Arc::new(io.into_inner()));
            let raw = stream.clone();
            let ws =
                WebSocketStream::from_partially_read(stream, read_buf.to_vec(), Role::Server, Some(config))
                    .await;
            match (&*path, &floor.store) {
                ("/room", _) => room(floor, ws, raw, size).await,
                ("/commit", Some(store)) => commit(store, ws, size).await,
                _ => echo(ws, size).await,
            }
        })
        .detach();
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_ACCEPT, accept)
        .body(Full::default());
    Ok(response.expect("a response made of constants"))
}

/// Answers each message by one of `size` bytes.
async fn echo(mut ws: WebSocketStream<Shared>, size: usize) {
    let reply = Bytes::from(vec![b'x'; size]);
    while let Some(Ok(message)) = ws.next().await {
        if message.is_binary() && ws.send(Message::Binary(reply.clone())).await.is_err() {
            return;
        }
    }
}

/// Answers each message by one of `size` bytes, once it has committed a record.
async fn commit(store: &Committer, mut ws: WebSocketStream<Shared>, size: usize) {
    static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
    let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
    let reply = Bytes::from(vec![b'x'; size]);
    while let Some(Ok(message)) = ws.next().await {
        if message.is_binary()
            && (store.commit(number).await.is_err() || ws.send(Message::Binary(reply.clone())).await.is_err())
        {
            return;
        }
    }
}

/// Writes one ready frame to everybody for each message, straight into their sockets.
async fn room(floor: &'static Floor, mut ws: WebSocketStream<Shared>, raw: Shared, size: usize) {
    floor.room.lock().unwrap_or_else(PoisonError::into_inner).push(raw.clone());
    let mut frame = match u8::try_from(size) {
        Ok(size @ ..126) => vec![0x82, size],
        _ => [&[0x82, 126][..], &(size as u16).to_be_bytes()].concat(),
    };
    frame.extend(vec![b'x'; size]);
    while let Some(Ok(message)) = ws.next().await {
        if message.is_binary() {
            for socket in floor.room.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                // A socket whose buffer is full is left out.
                let _ = socket.0.get_ref().write(&frame);
            }
        }
    }
    let mut others = floor.room.lock().unwrap_or_else(PoisonError::into_inner);
    others.retain(|socket| !Arc::ptr_eq(&socket.0, &raw.0));
}

/// A socket that two may write to.
#[derive(Clone)]
struct Shared(Arc<Async<TcpStream>>);

impl AsyncRead for Shared {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Shared {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self.0).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self.0).poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self.0).poll_close(cx)
    }
}
