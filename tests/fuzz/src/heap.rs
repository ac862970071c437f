//! A heap that counts, so that what an input makes a decoder allocate can be held against a bound.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many bytes may be allocated at once for an input of `len` bytes, what it is applied to included.
pub fn bound(len: usize) -> usize {
    4096 + 16 * len
}

/// Runs `decode`, and fails where more than `bound` bytes were allocated at once. A new highest share of the bound is told.
pub fn watched<T>(bound: usize, decode: impl FnOnce() -> T) -> T {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let value = decode();
    let peak = PEAK.load(Relaxed) - before;
    assert!(peak <= bound, "{peak} bytes were allocated at once, {bound} are allowed");
    let share = 100 * peak / bound;
    if SHARE.fetch_max(share, Relaxed) < share {
        eprintln!("heap: {share} % of the bound");
    }
    value
}

#[global_allocator]
static HEAP: Counting = Counting;
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static SHARE: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: all calls go to the system's allocator as they are.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        grow(size);
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }
}

/// While a block moves, both are there.
fn grow(size: usize) {
    PEAK.fetch_max(LIVE.fetch_add(size, Relaxed) + size, Relaxed);
}
