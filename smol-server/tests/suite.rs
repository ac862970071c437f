//! What each server of live pages does with HTTP, on this one.

use std::io;
use std::net::SocketAddr;

use http_suite::{Greeting, PLAIN, ROWS, Serve, Site, row, rows};
use live_smol::header::CONTENT_TYPE;
use live_smol::prelude::*;
use smol::stream;

struct Smol(Server);

impl Serve for Smol {
    fn start(site: Site) -> Self {
        let live = Live::new(site.options)
            .page("/greet/{name}", Greeting)
            .assets("/assets", site.assets)
            .get("/rows", |_: Request| async {
                let mut response =
                    Response::new(StatusCode::OK).with_header(CONTENT_TYPE, "application/json");
                response.body = rows().into();
                response
            })
            .get("/lines", |_: Request| async {
                Response::stream("text/plain", stream::iter((0..ROWS).map(|n| Ok::<_, io::Error>(row(n)))))
            })
            .get("/plain", |request: Request| async move {
                request.in_layout_named(&request.query("layout").unwrap_or_default(), "Plain", PLAIN)
            });
        Self(live.bind("127.0.0.1:0").unwrap())
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }
}

http_suite::tests!(Smol);
