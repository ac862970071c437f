//! The page as it would be rendered now, from nothing: what differs from that was changed without being marked.

use std::sync::{Arc, Mutex, PoisonError};

use live_core::client::Client;
use live_core::{Ctx, FullPage, Instant, Machine, NoCodec, Page, Request, Result, Rollback, Session, View};

use super::dom::listed;
use super::{Checked, config, patch};
use crate::guard::CatchUnwind;

/// A page that starts with the session of another.
struct Fresh<P: Page> {
    page: Arc<P>,
    session: Mutex<Option<Session<P::State>>>,
}

impl<P: Page> Page for Fresh<P> {
    type State = P::State;
    type Message = ();

    const ROLLBACK: Rollback = Rollback::Remount;

    fn mount(&self, _: &mut Ctx<Self>, s: &mut Session<P::State>) -> Result {
        if let Some(session) = self.session.lock().unwrap_or_else(PoisonError::into_inner).take() {
            *s = session;
        }
        Ok(())
    }

    fn render(&self, s: &Session<P::State>, view: &mut View) -> Result {
        self.page.render(s, view)
    }
}

/// Renders everything, and names what `shown` shows otherwise.
pub(super) fn compare<P: Page>(
    page: &Arc<P>,
    request: &Arc<Request>,
    session: &Session<P::State>,
    shown: &Client,
) -> Checked<()> {
    let full = render(page, request, session).map_err(|error| {
        format!("the page can't be rendered any more, but for the marked regions: {error}")
    })?;
    if full.html == shown.page_html() && full.title == shown.title() {
        return Ok(());
    }
    let fresh = Client::open("", &full.title, &full.html, &full.hashes);
    let names = patch::hosted(&fresh);
    let changed =
        names.iter().filter(|name| shown.html(name).is_some_and(|html| fresh.html(name) != Some(html)));
    let regions: Vec<String> = changed.map(|name| called(name)).collect();
    Err(match regions.is_empty() {
        true => {
            format!("the title is now {:?}, but nothing was marked: mark what changed with it", full.title)
        }
        false => format!(
            "changed without being marked: {}. Call s.mark(…) where the state changes",
            listed(regions.iter())
        ),
    })
}

fn render<P: Page>(page: &Arc<P>, request: &Arc<Request>, session: &Session<P::State>) -> Result<FullPage> {
    let fresh = Fresh { page: page.clone(), session: Mutex::new(Some(session.clone())) };
    let (id, now) = (session.id, Instant::default());
    Machine::mount(Arc::new(fresh), NoCodec, CatchUnwind, id, request.clone(), config(), false, now)?
        .full_page()
}

fn called(region: &str) -> String {
    if region.is_empty() { "the page's own markup".to_owned() } else { format!("region `{region}`") }
}
