//! Text from outside: the sanitiser, the mask, levels; in bytes a second.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use vocab::{StyledText, Text, mask};
use wheelhouse_benches::raw_line;
use world::logs::{fields, level};

fn main() {
    divan::main();
}

const LINES: usize = 10_000;

/// Kinds of line.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// As services write them.
    Usual,
    /// Nothing but printable ASCII.
    Plain,
    /// Colours and characters beyond ASCII throughout.
    Coloured,
    /// Escape sequences and broken UTF-8 throughout.
    Hostile,
}

fn lines(kind: Kind) -> Vec<Vec<u8>> {
    let line = |index: usize| match kind {
        Kind::Usual => raw_line(index),
        Kind::Plain => raw_line(index * 5),
        Kind::Coloured => format!("\x1b[1;31mgröße\x1b[0m \x1b[38;5;208m{index}\x1b[m é ")
            .repeat(4)
            .into_bytes(),
        Kind::Hostile => b"\x1b]52;c;aGk=\x07\xff\xfe\x1b[2J\xe2\x80\xaex\xc2\x9b31m".repeat(5),
    };
    (0..LINES).map(line).collect()
}

fn bytes(lines: &[Vec<u8>]) -> BytesCount {
    BytesCount::new(lines.iter().map(Vec::len).sum::<usize>())
}

const KINDS: [Kind; 4] = [Kind::Usual, Kind::Plain, Kind::Coloured, Kind::Hostile];

#[divan::bench(args = KINDS)]
fn text_line(bencher: Bencher<'_, '_>, kind: Kind) {
    let lines = lines(kind);
    bencher.counter(bytes(&lines)).bench_local(|| {
        lines
            .iter()
            .map(|line| Text::line(black_box(line)).len())
            .sum::<usize>()
    });
}

#[divan::bench(args = KINDS)]
fn styled_line(bencher: Bencher<'_, '_>, kind: Kind) {
    let lines = lines(kind);
    bencher.counter(bytes(&lines)).bench_local(|| {
        lines
            .iter()
            .map(|line| StyledText::new(black_box(line)).as_str().len())
            .sum::<usize>()
    });
}

fn over_texts<T>(bencher: Bencher<'_, '_>, work: impl Fn(&str) -> T) {
    let lines = lines(Kind::Usual);
    let texts: Vec<String> = lines
        .iter()
        .map(|line| StyledText::new(line).as_str().to_owned())
        .collect();
    bencher.counter(bytes(&lines)).bench_local(|| {
        for text in &texts {
            black_box(work(black_box(text)));
        }
    });
}

#[divan::bench]
fn look_for_secrets(bencher: Bencher<'_, '_>) {
    over_texts(bencher, mask::might_hold_secret);
}

#[divan::bench]
fn mask_secrets(bencher: Bencher<'_, '_>) {
    over_texts(bencher, mask::mask);
}

#[divan::bench]
fn recognise_level(bencher: Bencher<'_, '_>) {
    over_texts(bencher, level::recognise);
}

#[divan::bench]
fn take_fields_apart(bencher: Bencher<'_, '_>) {
    over_texts(bencher, fields::fields);
}
