//! The program's memory: a fixed arena, and counters of what is taken from it.
#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use spinning_top::RawSpinlock;
use talc::TalcLock;
use talc::source::Claim;

#[global_allocator]
pub static HEAP: Heap = Heap::new();

/// All the memory there is, in bytes; the allocator's own tables are in it.
const ARENA: usize = 8 * 1024;

/// An allocator that counts the bytes asked for. A buffer that is moved as it grows counts twice for that long.
pub struct Heap {
    talc: TalcLock<RawSpinlock, Claim>,
    used: AtomicUsize,
    peak: AtomicUsize,
}

impl Heap {
    const fn new() -> Self {
        static mut BYTES: [u8; ARENA] = [0; ARENA];
        // SAFETY: nothing else names `BYTES`, which lives as long as the program, and there is one `Heap`.
        let claim = unsafe { Claim::array(&raw mut BYTES) };
        Self { talc: TalcLock::new(claim), used: AtomicUsize::new(0), peak: AtomicUsize::new(0) }
    }

    /// The bytes in use.
    pub fn used(&self) -> usize {
        self.used.load(Relaxed)
    }

    /// The most bytes that were in use at once.
    pub fn peak(&self) -> usize {
        self.peak.load(Relaxed)
    }
}

// SAFETY: each block is one of `talc`, which keeps the contract; counting touches none.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's `layout` has a size above 0, as `talc` wants.
        let block = unsafe { self.talc.alloc(layout) };
        if !block.is_null() {
            let used = self.used.fetch_add(layout.size(), Relaxed) + layout.size();
            self.peak.fetch_max(used, Relaxed);
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller has `block` from `alloc` above with this `layout`, and `alloc` from `talc`.
        unsafe { self.talc.dealloc(block, layout) };
        self.used.fetch_sub(layout.size(), Relaxed);
    }
}
