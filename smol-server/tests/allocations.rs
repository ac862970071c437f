//! What the steady event of a small page allocates, beside a bare echo of the same kind.
//!
//! Counted are the allocations of the whole process. The browser's end makes none: it writes and reads by hand, in buffers of its own.
#![allow(missing_docs, dead_code, reason = "of what the tests have in common it takes a part")]

#[path = "it/common/mod.rs"]
mod common;

use std::alloc::System;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use async_tungstenite::WebSocketStream;
use async_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use async_tungstenite::tungstenite::{Bytes, Message};
use common::Tab;
use live_smol::prelude::*;
use smol::Async;
use smol::stream::StreamExt as _;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many events pass before it counts, and how many then count.
const EVENTS: u16 = 1000;

struct Counter;

impl Page for Counter {
    type State = i64;
    type Message = ();

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.title("Counter");
        view.page(|out| {
            Ok(out.write_str(
                r#"<output data-lv-region="count"></output><button data-lv-click="inc">+</button>"#,
            )?)
        });
        view.region("count", |out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        let "inc" = e.name else { return e.unknown() };
        s.state += 1;
        s.mark("count");
        Ok(())
    }
}

/// A connection whose handshake is over, and the events that were sent on it.
struct Wire {
    stream: TcpStream,
    events: u16,
}

impl Wire {
    /// An event, with the mask that a browser's frame has to have, and its answer.
    fn ask(&mut self) {
        self.events += 1;
        let mut frame = [0; 6 + 12];
        let mut len = 6;
        let mut put = |bytes: &[u8]| {
            frame[len..len + bytes.len()].copy_from_slice(bytes);
            len += bytes.len();
        };
        put(&[0x94, 1]);
        for number in [self.events, self.events - 1] {
            let [high, low] = number.to_be_bytes();
            match number {
                0..0x80 => put(&[low]),
                0x80..0x100 => put(&[0xcc, low]),
                _ => put(&[0xcd, high, low]),
            }
        }
        put(&[0xa3, b'i', b'n', b'c']);
        frame[..2].copy_from_slice(&[0x82, 0x80 | (len - 6) as u8]);
        self.stream.write_all(&frame[..len]).unwrap();
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).unwrap();
        assert_eq!((head[0], head[1] < 126), (0x82, true), "a short binary message");
        let mut answer = [0; 125];
        self.stream.read_exact(&mut answer[..usize::from(head[1])]).unwrap();
    }

    /// What an event allocates by now.
    fn allocations(&mut self) -> f64 {
        (0..EVENTS).for_each(|_| self.ask());
        let before = HEAP.stats();
        (0..EVENTS).for_each(|_| self.ask());
        let after = HEAP.stats();
        let count = (after.allocations - before.allocations) + (after.reallocations - before.reallocations);
        count as f64 / f64::from(EVENTS)
    }
}

/// Answers each message by one of so many bytes.
fn echo(size: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let stream = Async::new(listener.accept().unwrap().0).unwrap();
        let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
        let reply = Bytes::from(vec![b'x'; size]);
        smol::block_on(async {
            let mut ws = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
            while let Some(Ok(message)) = ws.next().await {
                if message.is_binary() && ws.send(Message::Binary(reply.clone())).await.is_err() {
                    return;
                }
            }
        });
    });
    address
}

#[test]
fn an_event_allocates_at_most_one_time_more_than_an_echo() {
    let options = Options { event_rate: 1_000_000, event_burst: 1_000_000, ..Options::default() };
    let server = Live::new(options).page("/", Counter).bind("127.0.0.1:0").unwrap();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    let mut ours = Wire { stream: tab.ws.get_mut().try_clone().unwrap(), events: 0 };
    let ours = ours.allocations();
    let mut bare = Wire { stream: TcpStream::connect(echo(17)).unwrap(), events: 0 };
    let bare = bare.allocations();
    assert!(ours <= bare + 1.0, "an event of ours allocates {ours} times, an echo {bare}");
}
