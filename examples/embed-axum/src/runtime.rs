//! What the engine asks of a runtime, on tokio.

use std::time::Duration;

use live_std::Runtime;
use live_std::store::BoxFuture;
use tokio::runtime::Handle;

/// A runtime of tokio's, from wherever it is asked.
pub(crate) struct Tokio(pub(crate) Handle);

impl Runtime for Tokio {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.spawn(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move { tokio::time::sleep(duration).await })
    }
}
