//! What must hold when everything has come to rest.

use crate::browser::Tab;
use crate::server::{Held, fresh};
use crate::world::World;

/// The first thing that is wrong, in words.
pub(crate) fn at_rest(world: &World) -> Result<(), String> {
    let said = world.page.database.all();
    for (number, tab) in world.tabs.iter().enumerate() {
        let wrong = |what: String| Err(format!("tab {number}: {what}"));
        if tab.ended {
            return wrong("it was told to stay away (R10)".to_owned());
        }
        let Some(held) = seat(world, tab) else { return wrong("it isn't connected".to_owned()) };
        let state = &held.live.session().state;
        if state.wrong > 0 {
            return wrong(format!(
                "{} times an act out of order, or a trace of a failed one (R2, R5)",
                state.wrong
            ));
        }
        if state.done != tab.since_reset {
            return wrong(format!(
                "{} acts were made, {} were applied (R2, R11)",
                tab.since_reset, state.done
            ));
        }
        if tab.client.pending() > 0 {
            return wrong(format!("{} events were never acknowledged", tab.client.pending()));
        }
        if tab.failed != tab.failing {
            return wrong(format!("{} events had to fail, {} were told", tab.failing, tab.failed));
        }
        if (state.set, state.fired) != (tab.timers, tab.timers) {
            return wrong(format!("{} timers, {} set, {} fired (R1)", tab.timers, state.set, state.fired));
        }
        if !tab.has_run_all() {
            return wrong(format!("commands {:?} were sent, {:?} carried out (R6)", tab.commands, tab.ran));
        }
        if state.heard != said {
            return wrong(format!("{} utterances of {} were heard (R15)", state.heard.len(), said.len()));
        }
        let (title, html) = fresh(&world.page, held.live.session());
        if (tab.client.title(), tab.client.page_html()) != (title.as_str(), html.clone()) {
            return wrong(format!("it shows\n{}\nand not\n{html}", tab.client.page_html()));
        }
    }
    Ok(())
}

/// The session of a tab, where its connection has the seat.
fn seat<'a>(world: &'a World, tab: &Tab) -> Option<&'a Held> {
    let connection = tab.connection?;
    let held = world.servers[world.connections[connection].server]
        .sessions
        .get(&world.connections[connection].session)?;
    (tab.welcomed && held.seat.is(connection as u64)).then_some(held)
}
