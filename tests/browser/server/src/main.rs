//! Serves the pages that only the browser tests show, until it is killed; the first line of its output is its URL.

mod board;

use live_smol::{Live, Options};

fn main() -> Result<(), live_smol::Error> {
    let server = Live::new(Options::default()).page("/board", board::Board).bind("127.0.0.1:0")?;
    println!("http://{}", server.local_addr());
    loop {
        std::thread::park();
    }
}
