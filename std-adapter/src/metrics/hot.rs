//! What every event counts: each thread for itself, so that workers don't wait for one another's memory, and added up by whoever asks.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// So many threads count apart. Where there are more, some share a part.
const PARTS: usize = 32;

/// How many upper bounds a distribution has, each four times the one before.
const BOUNDS: usize = 11;

/// A number that only grows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    Events,
    Failed,
    Refused,
    Messages,
    Panics,
    Hibernated,
    Woken,
    Renders,
}

const COUNTS: usize = Count::Renders as usize + 1;

/// Something of which the sizes are told, not only the number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Size {
    /// The time of an event, in nanoseconds.
    Event,
    /// The time of a render, in nanoseconds.
    Render,
    /// A frame with patches, in bytes.
    Patch,
}

const SIZES: usize = Size::Patch as usize + 1;

impl Size {
    /// The lowest bound, and what divides a sum for the unit that it is told in.
    fn scale(self) -> (u64, f64) {
        match self {
            Self::Event | Self::Render => (1_000, 1e9),
            Self::Patch => (16, 1.0),
        }
    }

    fn bounds(self) -> impl Iterator<Item = u64> {
        let (lowest, _) = self.scale();
        (0..BOUNDS as u32).map(move |place| lowest << (2 * place))
    }
}

/// The numbers of all threads.
pub(super) struct Hot(Box<[Part]>);

/// The numbers of one thread, in cache lines of its own: processors fetch them in pairs.
#[derive(Default)]
#[repr(align(128))]
pub(super) struct Part {
    counts: [AtomicU64; COUNTS],
    sizes: [Distribution; SIZES],
}

#[derive(Default)]
struct Distribution {
    sum: AtomicU64,
    /// By their bounds; the last are beyond all of them.
    buckets: [AtomicU64; BOUNDS + 1],
}

impl Default for Hot {
    fn default() -> Self {
        Self((0..PARTS).map(|_| Part::default()).collect())
    }
}

impl Hot {
    /// This thread's part.
    pub(super) fn part(&self) -> &Part {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local!(static THREAD: usize = THREADS.fetch_add(1, Relaxed) % PARTS);
        // While a thread ends it has no number any more.
        &self.0[THREAD.try_with(|thread| *thread).unwrap_or(0)]
    }

    pub(super) fn count(&self, count: Count) -> u64 {
        self.0.iter().map(|part| part.counts[count as usize].load(Relaxed)).sum()
    }

    /// The sum of all sizes.
    pub(super) fn sum(&self, size: Size) -> u64 {
        self.0.iter().map(|part| part.sizes[size as usize].sum.load(Relaxed)).sum()
    }

    /// How many sizes were taken.
    pub(super) fn taken(&self, size: Size) -> u64 {
        self.buckets(size).iter().sum()
    }

    fn buckets(&self, size: Size) -> [u64; BOUNDS + 1] {
        let buckets = |place: usize| {
            self.0.iter().map(|part| part.sizes[size as usize].buckets[place].load(Relaxed)).sum()
        };
        std::array::from_fn(buckets)
    }
}

impl Part {
    pub(super) fn add(&self, count: Count, number: u64) {
        if number > 0 {
            self.counts[count as usize].fetch_add(number, Relaxed);
        }
    }

    pub(super) fn take(&self, size: Size, value: u64) {
        let Distribution { sum, buckets } = &self.sizes[size as usize];
        let place = size.bounds().position(|bound| value <= bound).unwrap_or(BOUNDS);
        buckets[place].fetch_add(1, Relaxed);
        sum.fetch_add(value, Relaxed);
    }
}

/// A count as Prometheus has it.
#[derive(Debug)]
pub(super) struct Counter(pub(super) Arc<Hot>, pub(super) Count);

impl EncodeMetric for Counter {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        encoder.encode_counter::<NoLabelSet, _, u64>(&self.0.count(self.1), None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}

/// Sizes as Prometheus has them.
#[derive(Debug)]
pub(super) struct Histogram(pub(super) Arc<Hot>, pub(super) Size);

impl EncodeMetric for Histogram {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let Self(hot, size) = self;
        let (_, unit) = size.scale();
        let bounds = size.bounds().map(|bound| bound as f64 / unit).chain([f64::MAX]);
        let buckets: Vec<(f64, u64)> = bounds.zip(hot.buckets(*size)).collect();
        let taken = buckets.iter().map(|(_, taken)| taken).sum();
        encoder.encode_histogram::<NoLabelSet>(hot.sum(*size) as f64 / unit, taken, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

impl fmt::Debug for Hot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hot").field("events", &self.count(Count::Events)).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_threads_count_apart_is_one_sum() {
        let hot = Hot::default();
        std::thread::scope(|scope| {
            for _ in 0..PARTS + 3 {
                scope.spawn(|| {
                    hot.part().add(Count::Events, 2);
                    hot.part().take(Size::Patch, 17);
                });
            }
        });
        let threads = PARTS as u64 + 3;
        assert_eq!(hot.count(Count::Events), 2 * threads);
        assert_eq!((hot.taken(Size::Patch), hot.sum(Size::Patch)), (threads, 17 * threads));
        let used = hot.0.iter().filter(|part| part.counts[Count::Events as usize].load(Relaxed) > 0);
        assert!(used.count() > 1);
    }

    #[test]
    fn a_size_is_in_the_bucket_of_the_next_bound() {
        let hot = Hot::default();
        for value in [0, 16, 17, 64, 65, 16 << 20, (16 << 20) + 1] {
            hot.part().take(Size::Patch, value);
        }
        assert_eq!(hot.buckets(Size::Patch), [2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    }
}
