//! What a server's sessions look at together.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use live_core::{Stream, Streams, Version};

/// The streams of one life of a server, by region. There is one topic.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared(Arc<Mutex<BTreeMap<String, Stream>>>);

impl Shared {
    /// What a region shows now, if that was rendered.
    pub(crate) fn current(&self, region: &str) -> Option<Arc<Version>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(region)?.current().cloned()
    }

    /// Something was published.
    pub(crate) fn outdate(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values_mut().for_each(Stream::outdate);
    }
}

impl Streams for Shared {
    fn lend(&self, region: &str, _: &str, look: &mut dyn FnMut(&mut Stream)) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        look(streams.entry(region.to_owned()).or_default());
    }
}
