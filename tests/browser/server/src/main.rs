//! Serves the pages that only the browser tests show, until it is killed; the first line of its output is its URL. `--dev` turns
//! development mode on.

mod board;
mod mistakes;

use live_smol::{Live, Options};

fn main() -> Result<(), live_smol::Error> {
    let options = Options { dev: std::env::args().any(|arg| arg == "--dev"), ..Options::default() };
    let server = Live::new(options)
        .page("/board", board::Board)
        .page("/mistakes", mistakes::Mistakes)
        .bind("127.0.0.1:0")?;
    println!("http://{}", server.local_addr());
    loop {
        std::thread::park();
    }
}
