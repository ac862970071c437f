//! The live state of one page in one browser tab.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::command::Command;
use crate::dirty::{DirtySet, RegionIds};
use crate::flash::Flash;

/// A session's name: 128 bits from the operating system's entropy (rule S2). It is a secret, so that `Debug` shows a part only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// An id from 16 random bytes.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// The typed state of a page, and which parts of the page it has changed.
///
/// ```
/// use live_core::{Session, SessionId};
///
/// let mut s = Session::new(SessionId::new([0; 16]), 41);
/// s.state += 1;
/// s.mark("count");
/// assert!(s.is_dirty());
/// ```
#[derive(Clone, Debug)]
pub struct Session<S> {
    /// The session's unique name.
    pub id: SessionId,
    /// The page's own state.
    pub state: S,
    /// Messages for the user.
    pub flash: Flash,
    /// Who is logged in, as the application's authentication says.
    pub user_id: Option<String>,
    pub(crate) csrf: Arc<str>,
    pub(crate) base: Arc<str>,
    pub(crate) dirty: DirtySet,
    pub(crate) pushed: Vec<Command>,
}

impl<S> Session<S> {
    /// A session with nothing marked.
    pub fn new(id: SessionId, state: S) -> Self {
        Self {
            id,
            state,
            flash: Flash::default(),
            user_id: None,
            csrf: Arc::default(),
            base: Arc::default(),
            dirty: DirtySet::default(),
            pushed: Vec::new(),
        }
    }

    /// Marks regions as changed: they will be rendered again. Takes a name, or several: `s.mark(["list", "total"])`.
    /// Names that the page doesn't show are no error: a region that appears later is rendered anyway.
    pub fn mark(&mut self, ids: impl RegionIds) {
        ids.each(|id| self.dirty.add(id));
    }

    /// Marks every region, and the page around them.
    pub fn mark_all(&mut self) {
        self.dirty.add_all();
    }

    /// Puts a whole new state in place of the old and marks everything.
    pub fn replace_state(&mut self, next: S) {
        self.state = next;
        self.mark_all();
    }

    /// A hidden field `_csrf` for the page's forms with `method="post"`: without it they are refused when they are posted
    /// by a browser without JavaScript. HTML, to be placed as it is; the same for as long as the session lives.
    pub fn csrf_field(&self) -> String {
        format!("<input type=\"hidden\" name=\"_csrf\" value=\"{}\">", self.csrf)
    }

    /// The URL, for links and redirects, of a path of the application: as [`Request::url`](crate::Request::url).
    pub fn url(&self, path: &str) -> String {
        [&*self.base, path].concat()
    }

    /// Whether anything is marked.
    pub fn is_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// What is marked.
    pub fn dirty(&self) -> &DirtySet {
        &self.dirty
    }

    /// Sends a command to the browser, once the event that is being handled is committed.
    pub fn push(&mut self, command: impl Into<Command>) {
        self.pushed.push(command.into());
    }

    /// What was pushed so far, was by the call that handles this event.
    pub(crate) fn pushed_by(&mut self, event: u64) {
        for command in &mut self.pushed {
            if let Command::Reset(reset) = command {
                reset.event = event;
            }
        }
    }
}
