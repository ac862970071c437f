//! Checks that live-core needs no std.
#![no_std]

use live_core as _;
#[cfg(feature = "sneak")]
use sneak as _;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
