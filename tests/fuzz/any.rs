//! The coverage-guided runner: libFuzzer over the target that `FUZZ_TARGET` names. See `run` beside this file.
#![no_main]

mod targets;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    static TARGET: OnceLock<targets::Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let wanted = std::env::var("FUZZ_TARGET").unwrap_or_default();
        let names: Vec<&str> = targets::ALL.iter().map(|(name, _)| *name).collect();
        let found = targets::ALL.iter().find(|(name, _)| *name == wanted);
        found
            .unwrap_or_else(|| panic!("set FUZZ_TARGET to one of {}", names.join(", ")))
            .1
    })(data);
});
