//! Numbers about a session's work.

/// What a machine has done so far. Cheap to keep, for metrics and for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counters {
    /// Events applied, failed and refused ones included.
    pub events: u64,
    /// Events that had been applied before (rule R2).
    pub repeated: u64,
    /// Events that ended in an error.
    pub failed: u64,
    /// Events that the page refused, see [`Event::refuse`](crate::Event::refuse).
    pub refused: u64,
    /// Messages that `info` got.
    pub messages: u64,
    /// Calls of page code that panicked.
    pub panics: u64,
    /// Renders, each of one or more regions.
    pub renders: u64,
    /// Renders that failed.
    pub failed_renders: u64,
    /// Regions rendered.
    pub regions: u64,
    /// Update frames sent.
    pub frames: u64,
    /// Frames among them that were made once, for all sessions that look at a shared region.
    pub shared: u64,
    /// Bytes of update frames.
    pub bytes: u64,
    /// Regions sent whole.
    pub full: u64,
    /// Regions sent as a delta.
    pub deltas: u64,
    /// Regions of which one element was sent.
    pub elements: u64,
    /// Regions that the browser asked for anew, since its copy failed its check.
    pub resyncs: u64,
    /// Times that the state left memory for the store.
    pub hibernated: u64,
    /// Times that it came back.
    pub woken: u64,
}
