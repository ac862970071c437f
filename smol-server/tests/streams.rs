//! What large bodies take of memory: nothing that grows with them, however slow the other end is.
#![cfg(target_os = "linux")]
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use live_smol::prelude::*;
use smol::stream;

const MB: usize = 1 << 20;

/// How large each body is; `LIVE_STREAM_MB` says otherwise, and `LIVE_STREAM_MB_PER_SECOND` how fast it is read and written: as fast as it goes by default.
const BODY_MB: usize = 128;

/// How much more memory the process may hold at its worst.
const MOST: usize = 8 * MB;

/// How long either end does nothing, once; `LIVE_STREAM_PAUSE` says otherwise, in seconds.
const PAUSE: u64 = 1;

const PIECE: usize = 64 * 1024;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

fn pieces() -> usize {
    setting("LIVE_STREAM_MB", BODY_MB as u64) as usize * (MB / PIECE)
}

fn pause() {
    sleep(Duration::from_secs(setting("LIVE_STREAM_PAUSE", PAUSE)));
}

/// Waits until so many bytes are due.
fn keep_pace(began: Instant, count: usize) {
    let speed = setting("LIVE_STREAM_MB_PER_SECOND", 0);
    if speed > 0 {
        let due = Duration::from_secs_f64(count as f64 / (speed as usize * MB) as f64);
        sleep(due.saturating_sub(began.elapsed()));
    }
}

async fn download(_: Request) -> Response {
    let pieces = stream::iter((0..pieces()).map(|_| Ok::<_, io::Error>(vec![b'x'; PIECE])));
    Response::stream("application/octet-stream", pieces)
}

/// Counts what comes, and pauses in the middle of it.
async fn upload(mut request: Request) -> Result<Response> {
    let (mut count, half) = (0, pieces() * PIECE / 2);
    while let Some(chunk) = request.body.chunk().await {
        let before = count;
        count += chunk?.len();
        if before < half && count >= half {
            live_smol::unblock(pause).await;
        }
    }
    Ok(Response::text(count.to_string()))
}

/// The most bytes that the process has held since `reset`.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
}

/// From here on the peak counts anew: proc(5), `clear_refs`.
fn reset() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// Reads an answer to its end, with a pause in its middle.
fn read(stream: &mut TcpStream, pauses: bool) -> (usize, Vec<u8>) {
    let (mut count, mut space, mut last) = (0, vec![0; PIECE], Vec::new());
    let (mut paused, began) = (!pauses, Instant::now());
    loop {
        let read = stream.read(&mut space).unwrap();
        if read == 0 {
            return (count, last);
        }
        count += read;
        last.clear();
        last.extend_from_slice(&space[..read]);
        if !paused && count > pieces() * PIECE / 2 {
            paused = true;
            pause();
        }
        keep_pace(began, count);
    }
}

#[test]
fn large_bodies_take_no_memory_that_grows_with_them() {
    let server = Live::new(Options::default())
        .get("/download", download)
        .post("/upload", upload)
        .bind("127.0.0.1:0")
        .unwrap();
    let piece = vec![b'x'; PIECE];
    let length = pieces() * PIECE;

    reset();
    let before = peak();
    let mut stream = connect(&server);
    write!(stream, "GET /download HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let (count, last) = read(&mut stream, true);
    assert!(count > length && last.ends_with(b"0\r\n\r\n"));
    let download = peak() - before;

    reset();
    let before = peak();
    let mut stream = connect(&server);
    write!(
        stream,
        "POST /upload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    )
    .unwrap();
    let began = Instant::now();
    for number in 0..pieces() {
        stream.write_all(&piece).unwrap();
        keep_pace(began, number * PIECE);
    }
    let (_, answer) = read(&mut stream, false);
    assert!(String::from_utf8_lossy(&answer).ends_with(&length.to_string()));
    let upload = peak() - before;

    println!("{} MB: down +{} KB, up +{} KB", length / MB, download / 1024, upload / 1024);
    assert!(download <= MOST && upload <= MOST, "down {download}, up {upload} bytes");
}
