//! Where the program meets the system: its entry, its end, its output.
#![allow(unsafe_code)]

use core::ffi::c_int;
use core::fmt::{self, Write};
use core::panic::PanicInfo;

/// What the C runtime calls; gives the exit code.
// SAFETY: the C runtime expects a `main` of this shape, and nothing else defines one.
#[unsafe(no_mangle)]
pub extern "C" fn main() -> c_int {
    match crate::run() {
        Ok(report) => print(libc::STDOUT_FILENO, &report),
        Err(fault) => {
            print(libc::STDERR_FILENO, &fault);
            1
        }
    }
}

/// Writes a line. Gives the exit code: 1 if there is nowhere to write to.
fn print(file: c_int, line: &dyn fmt::Display) -> c_int {
    c_int::from(writeln!(File(file), "{line}").is_err())
}

struct File(c_int);

impl Write for File {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            // SAFETY: the pointer and the length are those of one slice, which is only read.
            let written = unsafe { libc::write(self.0, rest.as_ptr().cast(), rest.len()) };
            match usize::try_from(written) {
                Ok(1..) => rest = &rest[written as usize..],
                _ => return Err(fmt::Error),
            }
        }
        Ok(())
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    print(libc::STDERR_FILENO, info);
    // SAFETY: ends the process; it takes any code and never comes back.
    unsafe { libc::_exit(101) }
}

/// What the unwinding tables of the prebuilt `core` and `alloc` name. With `panic = "abort"` nothing unwinds, so nobody calls it.
// SAFETY: std, which has the symbol otherwise, is not linked.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// As above.
// SAFETY: libgcc, which has the symbol otherwise, is not linked.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() {}
