//! Live pages inside an axum application, on tokio: the gallery's counter and chat, beside routes of the application's own.
//!
//! What differs from the server on smol is in `runtime.rs`, `live.rs` and `socket.rs`. The pages are the same, and so is the engine.

mod document;
mod live;
mod runtime;
mod socket;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::io::{self, IsTerminal, Write, stderr, stdout};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use axum::serve::ListenerExt;
use gallery::chat::ChatPage;
use gallery::counter::CounterPage;
use gallery::files::STYLE;
use lexopt::prelude::*;
use live::Live;
use live_core::limits::DRAIN_WITHIN;
use live_std::{Assets, EngineBuilder, LogWriter, Options, log_panics};
use runtime::Tokio;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::sleep;

/// How long a stopping server waits for its connections.
const STOP_WITHIN: Duration = Duration::from_millis(800);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a reader there is nobody to tell.
            let _ = writeln!(stderr(), "embed-axum: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let mut log = LogWriter::stderr()?;
    let writes = log.clone();
    tracing_subscriber::fmt().with_writer(move || writes.clone()).with_ansi(stderr().is_terminal()).init();
    log_panics();
    let address = address()?;
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let live = live(Options::default())?;
    let spread = live.spread();
    let told = async move {
        let terminated = next(&mut interrupt, &mut terminate).await;
        tokio::spawn(async move {
            next(&mut interrupt, &mut terminate).await;
            std::process::exit(130);
        });
        if terminated { spread } else { Duration::ZERO }
    };
    let listener = TcpListener::bind(&address).await;
    let listener = listener
        .map_err(|error| format!("can't listen on {address}: {error} (--addr HOST:PORT says where)"))?;
    let _ = writeln!(stdout(), "The application is at http://{}", listener.local_addr()?);
    let result = serve(listener, own(live.clone()), live, told).await;
    log.flush()?;
    Ok(result?)
}

/// Waits for a signal, and says whether it is SIGTERM.
async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> bool {
    tokio::select! { _ = interrupt.recv() => false, _ = terminate.recv() => true }
}

/// `--addr HOST:PORT`: 127.0.0.1:3000 by default, port 0 takes any free port.
fn address() -> Result<String, lexopt::Error> {
    let mut args = lexopt::Parser::from_env();
    let mut address = "127.0.0.1:3000".to_owned();
    while let Some(arg) = args.next()? {
        match arg {
            Long("addr") => address = args.value()?.string()?,
            _ => return Err(arg.unexpected()),
        }
    }
    Ok(address)
}

/// The live pages.
fn live(options: Options) -> Result<Arc<Live>, Box<dyn Error>> {
    let mut pages = EngineBuilder::default();
    pages.page("/counter", CounterPage)?;
    pages.page("/chat/{room}", ChatPage::default())?;
    pages.assets("/assets", Assets::embedded([("gallery.css", STYLE)]))?;
    let options = Options { layout: Arc::new(document::layout), ..options };
    Ok(Live::new(pages.start(options, Arc::new(Tokio(Handle::current())))?))
}

/// The application's own routes.
fn own(live: Arc<Live>) -> Router {
    Router::new().route("/", get(document::index)).route("/healthz", get(async || "ok")).with_state(live)
}

/// Serves until `told` over how much time browsers come back, and then for as long as its sessions take to commit and close, but no longer than
/// [`STOP_WITHIN`], or [`DRAIN_WITHIN`] where there is a successor. axum sets no time for a request to come in: on a public address a proxy stands
/// before it.
async fn serve(
    listener: TcpListener,
    own: Router,
    live: Arc<Live>,
    told: impl Future<Output = Duration> + Send + 'static,
) -> io::Result<()> {
    let app = live.mount(own).into_make_service_with_connect_info::<SocketAddr>();
    // Without it a small frame may wait for the acknowledgement of the one before.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let (stop, stopping) = oneshot::channel();
    let stopped = live.clone();
    let served = axum::serve(listener, app).with_graceful_shutdown(async move {
        let spread = told.await;
        stopped.drain(spread);
        let _ = stop.send(if spread.is_zero() { STOP_WITHIN } else { DRAIN_WITHIN });
    });
    let closed = async {
        served.await?;
        live.drained().await;
        Ok(())
    };
    let limit = async {
        sleep(stopping.await.unwrap_or_default()).await;
    };
    tokio::select! {
        result = closed => result,
        () = limit => Ok(()),
    }
}
