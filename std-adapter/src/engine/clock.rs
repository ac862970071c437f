//! The engine's own task: it rings alarms, ends sessions and lets them rest. It calls no page code, and waits for none.

use std::sync::{Arc, Weak};

use super::Engine;
use super::rest::Round;
use super::runtime::restarted;

/// Runs the task for as long as the engine is there.
pub(super) fn keep_time(engine: &Arc<Engine>) {
    let (weak, runtime) = (Arc::downgrade(engine), engine.runtime.clone());
    engine.runtime.spawn(Box::pin(restarted(runtime, "engine's clock", move || Box::pin(run(weak.clone())))));
}

async fn run(engine: Weak<Engine>) {
    let mut round = Round::default();
    while let Some(engine) = engine.upgrade() {
        let now = engine.now();
        engine.alarms.ring(now);
        round.go(&engine, now);
        engine.browsers.sweep(now);
        engine.refusals.log(now);
        for (slot, detached) in engine.registry.over(now) {
            engine.expire(slot, detached);
        }
        engine.alarms.wait(now, &*engine.runtime).await;
    }
}
