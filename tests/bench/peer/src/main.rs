//! A counter by dioxus-liveview, over axum, its usual host. The first line that it prints is its address.

#![forbid(unsafe_code)]

use std::io;

use axum::Router;
use axum::serve::ListenerExt;
use dioxus::prelude::*;
use dioxus_liveview::LiveviewRouter;
use mimalloc::MiMalloc;
use tokio::net::TcpListener;

/// The allocator of the servers that it is compared with.
#[global_allocator]
static HEAP: MiMalloc = MiMalloc;

/// What the gallery's counter does, without its looks.
fn counter() -> Element {
    let mut count = use_signal(|| 0);
    rsx! {
        h1 { "Counter" }
        button { onclick: move |_| count -= 1, "−" }
        output { "{count}" }
        button { onclick: move |_| count += 1, "+" }
    }
}

/// The session is at `/ws`; the page, at every other path but `/`, is the crate's own.
///
/// One worker a core, as tokio has it by default; dioxus-liveview renders on as many threads of its own.
#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, Router::new().with_app("/", counter)).await
}
