//! The patches that a browser was sent, by the names of their regions.

use live_core::client::Client;
use live_core::{narrow, wire};

use super::Checked;

/// One region's patch, as it travelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The region's name; `""` is the page's own markup.
    pub region: String,
    /// How the region was changed.
    pub kind: PatchKind,
    /// The bytes of the HTML or the delta, without the frame around.
    pub bytes: usize,
}

/// How a region was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchKind {
    /// It was sent whole.
    Full,
    /// By a delta against what the browser has.
    Delta,
    /// One element of it was sent whole.
    Element,
}

/// The patches that nobody asked for yet, and the numbers that the connection gave to regions.
#[derive(Debug, Default)]
pub(super) struct Patches {
    names: Vec<String>,
    seen: Vec<Patch>,
}

impl Patches {
    pub(super) fn reconnect(&mut self) {
        self.names.clear();
    }

    /// Takes in a frame's patches, which the client has applied; names bind numbers but in a frame that many share.
    pub(super) fn add(&mut self, patches: &wire::List<'_, wire::Patch<'_>>, binds: bool) {
        for patch in patches.iter() {
            let region = match patch.region {
                wire::Region::Named(name) => {
                    if binds {
                        self.names.push(name.to_owned());
                    }
                    name.to_owned()
                }
                wire::Region::Number(number) => self.names[number as usize].clone(),
            };
            let (kind, bytes) = match patch.body {
                wire::Body::Full(html) => (PatchKind::Full, html.len()),
                wire::Body::Delta(delta) => (PatchKind::Delta, delta.len()),
                wire::Body::Element { html, .. } => (PatchKind::Element, html.len()),
            };
            self.seen.push(Patch { region, kind, bytes });
        }
    }

    pub(super) fn take(&mut self) -> Vec<Patch> {
        std::mem::take(&mut self.seen)
    }
}

/// The regions of the page: the root, then its hosts and what is in them.
pub(super) fn hosted(client: &Client) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut at = 0;
    while let Some(html) = names.get(at).map(|name| client.html(name).unwrap_or_default()) {
        names.extend(narrow::hosts(html).flatten().map(|host| host.name.to_owned()));
        at += 1;
    }
    names
}

/// Whether each region that a frame brought has a place in the page.
pub(super) fn in_page(patches: &wire::List<'_, wire::Patch<'_>>, client: &Client) -> Checked<()> {
    let brought = patches.iter().filter_map(|patch| match patch.region {
        wire::Region::Named(name) => Some(name),
        wire::Region::Number(_) => None,
    });
    let names = hosted(client);
    match brought.into_iter().find(|name| !names.iter().any(|known| known == name)) {
        Some(name) => Err(format!("the server sent region `{name}`, which the page doesn't have")),
        None => Ok(()),
    }
}
