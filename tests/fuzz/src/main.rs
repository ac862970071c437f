//! One program for all targets: `FUZZ_TARGET` names the one that runs. With `FUZZ_SEEDS` it writes first inputs into that folder and
//! ends. See README.md.

#![no_main]

mod heap;
mod seeds;
mod targets;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    targets::by_name(&name).unwrap_or_else(|| {
        eprintln!("FUZZ_TARGET={name} is none; there are: {}", targets::names());
        std::process::exit(2)
    })
});

fuzz_target!(
    init: {
        if let Ok(folder) = std::env::var("FUZZ_SEEDS") {
            seeds::write(folder.as_ref()).expect("seeds are written");
            std::process::exit(0);
        }
        LazyLock::force(&TARGET);
    },
    |data: &[u8]| TARGET(data)
);
