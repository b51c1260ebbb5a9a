//! What is fuzzed: everything that parses what comes from outside. A target takes any bytes and asserts what must hold
//! for all of them; it panics when it does not.
//!
//! Two runners share them: `tests/fuzz_seeds.rs` replays the seeds and some thousand mutations of them with the other
//! tests, and `tests/fuzz/run` searches for hours, guided by coverage.

mod cgroup;
mod configuration;
mod follow;
mod host;
mod log_buffer;
mod log_text;
mod mask;
mod names;
mod oracle;
mod sanitiser;

/// Asserts about any bytes.
pub type Target = fn(&[u8]);

/// All targets, by the name of their folder of seeds.
pub const ALL: [(&str, Target); 18] = [
    ("text", sanitiser::text),
    ("ansi", sanitiser::ansi),
    ("styled", sanitiser::styled),
    ("mask", mask::mask),
    ("names", names::names),
    ("log_text", log_text::line),
    ("query", log_text::query),
    ("log_buffer", log_buffer::buffer),
    ("log_file", follow::file),
    ("log_journal", follow::journal),
    ("log_seam", follow::seam),
    ("host", host::host),
    ("cgroup", cgroup::cgroup),
    ("fleet", configuration::fleet),
    ("settings", configuration::settings),
    ("keymap", configuration::keymap),
    ("theme", configuration::theme),
    ("init", configuration::init),
];
