//! What a start reads of shipped files: themes and keymaps.

use config::{Paths, Report};
use divan::Bencher;

fn main() {
    divan::main();
}

#[divan::bench(args = config::shipped::THEMES.map(|(name, _)| name))]
fn theme(bencher: Bencher<'_, '_>, name: &str) {
    bencher.bench_local(|| config::theme::load(name, None, &mut Report::default()));
}

#[divan::bench(args = config::shipped::KEYMAPS.map(|(name, _)| name))]
fn keymap(bencher: Bencher<'_, '_>, name: &str) {
    bencher.bench_local(|| config::keymap::load(name, None, &mut Report::default()));
}

/// Keys as the faces look them up, made of a keymap.
#[divan::bench]
fn key_lookup(bencher: Bencher<'_, '_>) {
    let keymap = config::keymap::load(config::shipped::KEYMAP, None, &mut Report::default());
    bencher.bench_local(|| ui::KeyMap::new(&keymap));
}

/// Everything at once, without any file of the user.
#[divan::bench]
fn everything() -> config::Config {
    config::load(&Paths::default()).0
}
