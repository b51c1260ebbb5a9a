//! The fuzz targets with the other tests: every seed, and some thousand mutations of them, always the same ones. What
//! `tests/fuzz/run` finds in hours is kept as a seed, so that it is looked at each time.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "fuzz/targets/mod.rs"]
mod targets;

/// Inputs longer than this are for the other runner.
const LONGEST: usize = 4_096;

/// Mutations of all seeds of one target, and the longest they may take: a slow machine does fewer.
const MUTATIONS: usize = 400;
const TIME: Duration = Duration::from_millis(200);

/// Bytes that parsers have an opinion of.
const WORDS: [&[u8]; 24] = [
    b"\x1b[",
    b"\x1b]",
    b"\x07",
    b"\x1b\\",
    b"\xc2\x9b",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x98\x80",
    b"\"",
    b"'",
    b"=",
    b":",
    b"[[",
    b"]",
    b"{",
    b"/",
    b"..",
    b" ",
    b"18446744073709551615",
    b"-9223372036854775808",
    b"nan",
];

/// The xorshift generator of Marsaglia, for mutations that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

fn seeds(target: &str) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/seeds")
        .join(target);
    let mut seeds = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        seeds.push((name, fs::read(entry.path())?));
    }
    seeds.sort();
    Ok(seeds)
}

fn mutate(input: &mut Vec<u8>, others: &[(String, Vec<u8>)], random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(input.len() + 1);
        let end = (at + 1 + random.below(16)).min(input.len());
        match random.below(6) {
            0 if at < input.len() => input[at] = random.below(256) as u8,
            1 if at < input.len() => input[at] ^= 1 << random.below(8),
            2 => drop(input.drain(at..end)),
            3 => {
                let part = input[at..end].to_vec();
                input.splice(
                    at..at,
                    part.iter()
                        .cycle()
                        .take(part.len() * (1 + random.below(8)))
                        .copied(),
                );
            }
            4 => {
                let other = &others[random.below(others.len())].1;
                let from = random.below(other.len() + 1);
                let to = (from + random.below(64)).min(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
            _ => drop(input.splice(at..at, WORDS[random.below(WORDS.len())].iter().copied())),
        }
    }
    input.truncate(LONGEST);
}

fn check(name: &str, origin: &str, target: targets::Target, input: &[u8]) {
    let held = catch_unwind(AssertUnwindSafe(|| target(input))).is_ok();
    assert!(
        held,
        "{name} fails for {origin}: \"{}\"",
        input.escape_ascii()
    );
}

#[test]
fn what_parses_text_from_outside_holds_for_seeds_and_their_mutations() {
    for (name, target) in targets::ALL {
        let seeds = seeds(name).unwrap();
        assert!(seeds.len() > 1, "{name} has seeds");
        for (seed, input) in &seeds {
            check(name, seed, target, input);
        }
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let until = Instant::now() + TIME;
        for _ in 0..MUTATIONS {
            let (seed, input) = &seeds[random.below(seeds.len())];
            let mut input = input.clone();
            mutate(&mut input, &seeds, &mut random);
            check(name, seed, target, &input);
            if Instant::now() > until {
                break;
            }
        }
    }
}
