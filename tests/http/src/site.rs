//! What every server of the suite serves.

use std::net::SocketAddr;
use std::sync::Arc;

use live_core::{Ctx, Event, Page, Result, Session, View};
use live_std::{Assets, DefaultLayout, Options, Shell};
use serde::{Deserialize, Serialize};

/// A server that is being tested: it ends when it is dropped.
pub trait Serve {
    /// Starts it: [`Greeting`] is the page at `/greet/{name}`, the assets are below `/assets`. Plain routes are `/rows`, which answers [`rows`] as
    /// `application/json`; `/lines`, which answers the same as a stream of [`row`]s, as `text/plain`; and `/plain`, [`PLAIN`] in the application's layout or
    /// the one that the query's `layout` names.
    fn start(site: Site) -> Self;

    /// Where it listens.
    fn address(&self) -> SocketAddr;
}

/// What a server is started with.
#[derive(Debug)]
pub struct Site {
    /// The options.
    pub options: Options,
    /// The files.
    pub assets: Assets,
}

impl Default for Site {
    fn default() -> Self {
        Self::with(Options::default())
    }
}

impl Site {
    /// A site with these options, but for the layout.
    pub fn with(options: Options) -> Self {
        let layout = |shell: &Shell<'_>, out: &mut String| {
            let (style, icon) = (shell.asset("css/app.css"), shell.asset_url("icon.svg"));
            let (title, head, root, home) = (shell.title, shell.head, shell.root, shell.request.url("/"));
            *out += &format!(
                "<!doctype html><title>{title}</title>{style}{head}<a href=\"{home}\"><img src=\"{icon}\"></a>{root}"
            );
        };
        let options = Options {
            layout: Arc::new(layout),
            layouts: [("default", Arc::new(DefaultLayout::default()) as Arc<dyn live_std::Layout>)].into(),
            ..options
        };
        let style = "body { margin: 0; padding: 0 }\n".repeat(100);
        let assets = [
            ("css/app.css", style.into_bytes()),
            ("icon.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()),
        ];
        Self { options, assets: Assets::embedded(assets) }
    }
}

/// Markup of a plain route, whose title is "Plain"; the text around makes it long enough to be compressed.
pub const PLAIN: &str =
    concat!("<h1>A plain route</h1>", "<p>", include_str!("lib.rs"), include_str!("lib.rs"), "</p>");

/// How many lines [`rows`] has.
pub const ROWS: usize = 300;

/// A text of some 9 KB.
pub fn rows() -> String {
    (0..ROWS).map(row).collect()
}

/// A line of `/lines`, which comes once the one before has been sent.
pub fn row(number: usize) -> String {
    format!("{{\"row\": {number}, \"text\": \"row\"}}\n")
}

/// Whom [`Greeting`] greets, and how often it was asked to.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub struct Greeted {
    name: String,
    times: u32,
}

/// A page that greets, with text enough to be compressed.
#[derive(Clone, Copy, Debug)]
pub struct Greeting;

impl Page for Greeting {
    type State = Greeted;
    type Message = ();

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Greeted>) -> Result {
        s.state.name = ctx.request().param("name").unwrap_or_default().to_owned();
        Ok(())
    }

    fn render(&self, s: &Session<Greeted>, view: &mut View) -> Result {
        view.page(|out| {
            let Greeted { name, times } = &s.state;
            let token = s.csrf_field();
            *out += &format!("<form method=\"post\">{token}</form>");
            *out += &format!("<p>Hello {name}, {times} times.</p>");
            *out += &"<p>A paragraph that is there again and again.</p>".repeat(40);
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<Greeted>, e: &Event) -> Result {
        let "greet" = e.name else { return e.unknown() };
        s.state.times += 1;
        Ok(())
    }
}
