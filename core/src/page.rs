//! What a page author implements.

use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::Event;
use crate::session::Session;
use crate::view::View;

/// A live page. The value itself is shared by all of the page's sessions and holds what they share (a pool, a configuration);
/// what belongs to one session is its `State`.
///
/// Events and messages of one session are handled one at a time. An error or a panic puts the state back to what it was
/// before the call (rule R5), so `handle` never leaves half of a change.
///
/// ```
/// use live_core::{Ctx, Event, Page, Result, Session, View};
/// use core::fmt::Write;
///
/// struct Counter;
///
/// impl Page for Counter {
///     type State = i64;
///     type Message = ();
///
///     fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
///         view.title("Counter");
///         view.page(|out| Ok(out.write_str(
///             r#"<output data-lv-region="count"></output><button data-lv-click="inc">+</button>"#,
///         )?));
///         view.region("count", |out| Ok(write!(out, "{}", s.state)?));
///         Ok(())
///     }
///
///     fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
///         match e.name {
///             "inc" => s.state += 1,
///             _ => return e.unknown(),
///         }
///         s.mark("count");
///         Ok(())
///     }
/// }
/// ```
pub trait Page: Sized + Send + Sync + 'static {
    /// What belongs to one session. A session starts with the default, which `mount` fills in. `Clone` is what an error is
    /// undone by: it runs once an event, so keep large parts behind an `Arc`, or choose [`Rollback::Remount`].
    type State: Default + Clone + Send + 'static;

    /// What pubsub, timers and tasks deliver to `info`; `()` where nothing does.
    type Message: Send + 'static;

    /// How a failed call is undone.
    const ROLLBACK: Rollback = Rollback::Clone;

    /// Who says which regions have changed.
    const MARKING: Marking = Marking::Manual;

    /// Fills in the state: once for the HTTP response, with [`Ctx::connected`] false, and once when the browser
    /// connects. A [`Redirect`](crate::Redirect) returned as an error, here or from any other call but `render`, sends
    /// the browser elsewhere.
    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Self::State>) -> Result {
        let _ = (ctx, s);
        Ok(())
    }

    /// Declares the page's title, its markup and its regions. Must depend on the session alone: a closure runs only when its
    /// region has to be rendered, and may run again for the same state.
    fn render(&self, s: &Session<Self::State>, view: &mut View) -> Result;

    /// Handles what the user did. Called once for each event, also across reconnects (rule R2).
    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<Self::State>, e: &Event) -> Result {
        let _ = (ctx, s);
        e.unknown()
    }

    /// Handles a message from pubsub, a timer or a task.
    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<Self::State>, message: Self::Message) -> Result {
        let _ = (ctx, s, message);
        Ok(())
    }

    /// The session has lost its connection, or has one again: [`Ctx::connected`] says which. For what others see of this visitor,
    /// such as a list of people present. The first connection is `mount`'s to greet; a session that stays away ends by
    /// itself, after this.
    fn connection(&self, ctx: &mut Ctx<Self>, s: &mut Session<Self::State>) -> Result {
        let _ = (ctx, s);
        Ok(())
    }

    /// Messages of a topic may have been missed (rule R15): load anew what they would have brought. By default everything
    /// is rendered again.
    fn missed(&self, ctx: &mut Ctx<Self>, s: &mut Session<Self::State>, topic: &str) -> Result {
        let _ = (ctx, topic);
        s.mark_all();
        Ok(())
    }
}

/// Who says which regions have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marking {
    /// The page, by [`Session::mark`]: what isn't marked costs nothing. Development mode and the `TestClient` name what was forgotten.
    Manual,
    /// Nobody has to. After each event and message every region is rendered and compared with what it was, and those that differ are sent:
    /// the same bytes to the browser, but each event costs a render of the whole page. For small pages.
    Automatic,
}

/// How the state is put back after an error or a panic (rule R5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollback {
    /// The state is cloned before each call, into the copy of before (`Clone::clone_from`).
    Clone,
    /// Nothing is cloned; after a failure the page is mounted anew. For a large state.
    Remount,
}
