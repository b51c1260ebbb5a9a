//! The wall as it is seen, and what it cannot do.

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ui::{Seen, Styles};
use vocab::{Span, Time};
use world::World;

use crate::fixture::{NOW, at_risk, blind, empty, losing, ok, trouble, waiting};
use crate::picture::Picture;

const SIZES: [(u16, u16); 5] = [(48, 13), (61, 17), (99, 27), (160, 45), (240, 67)];

fn picture() -> Picture {
    let theme = config::theme::load("night", None, &mut config::Report::default());
    Picture::new(Styles::new(&theme), TimeZone::UTC, 15, true)
}

/// The screen after frames at each of these moments.
fn screen(world: &World, size: (u16, u16), moments: &[Time]) -> Terminal<TestBackend> {
    let mut picture = picture();
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    for now in moments {
        terminal
            .draw(|frame| picture.draw(frame.buffer_mut(), Seen { world, now: *now }))
            .unwrap();
    }
    terminal
}

fn text(terminal: &Terminal<TestBackend>) -> String {
    terminal.backend().to_string()
}

#[test]
fn every_verdict_at_every_size() {
    let (blind, later) = blind();
    let worlds = [
        ("ok", ok(), NOW),
        ("trouble", trouble(), NOW),
        ("losing", losing(), NOW),
        ("blind", blind, later),
        ("empty", empty(), NOW),
    ];
    for (name, world, now) in &worlds {
        for (columns, rows) in SIZES {
            insta::assert_snapshot!(
                format!("{name}_{columns}x{rows}"),
                text(&screen(world, (columns, rows), &[*now]))
            );
        }
    }
}

#[test]
fn pages_at_the_size_of_a_wall() {
    let world = trouble();
    for (index, page) in ["top", "nodes", "containers", "services"]
        .into_iter()
        .enumerate()
    {
        // Time goes on and the figures with it would go stale; the turn is made at the same moment of the figures.
        let moments: Vec<Time> = (0..=index)
            .map(|turn| NOW - Span::seconds(15 * i64::try_from(index - turn).unwrap()))
            .collect();
        insta::assert_snapshot!(
            format!("page_{page}"),
            text(&screen(&world, (61, 17), &moments))
        );
    }
}

#[test]
fn the_verdict_is_on_every_size_however_small() {
    for (world, word) in [
        (ok(), "OK"),
        (at_risk(), "AT RISK"),
        (trouble(), "DOWN"),
        (losing(), "LOSING MONEY"),
        (waiting(), "WAITING"),
    ] {
        for (columns, rows) in [(20, 1), (30, 3), (40, 8), (61, 17), (100, 29)] {
            let seen = text(&screen(&world, (columns, rows), &[NOW]));
            assert!(seen.contains(word), "{word} at {columns}x{rows}:\n{seen}");
        }
    }
}

#[test]
fn no_size_and_no_moment_is_too_much() {
    let world = trouble();
    for columns in [0, 1, 2, 7, 39, 41, 79, 101, 120, 320] {
        for rows in [0, 1, 2, 5, 6, 7, 10, 12, 29, 30, 31, 100] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
            for minute in 0..10 {
                picture().draw(
                    &mut buffer,
                    Seen {
                        world: &world,
                        now: NOW + Span::minutes(minute * 13),
                    },
                );
            }
        }
    }
}

#[test]
fn the_heartbeat_moves_in_every_frame() {
    let world = ok();
    let frames: Vec<String> = (1..4)
        .map(|count| text(&screen(&world, (61, 17), &vec![NOW; count])))
        .collect();
    assert!(
        frames[0] != frames[1] && frames[1] != frames[2],
        "{}",
        frames[0]
    );
}

#[test]
fn the_frame_wanders_and_its_ends_change_places() {
    let world = ok();
    let first_row = |now: Time| {
        text(&screen(&world, (61, 17), &[now]))
            .lines()
            .position(|line| line.contains(':'))
            .unwrap()
    };
    assert!(
        (1..9).any(|minute| first_row(NOW) != first_row(NOW + Span::minutes(minute))),
        "wanders"
    );
    assert!(
        first_row(NOW).abs_diff(first_row(NOW + Span::hours(1))) > 8,
        "header and footer change places"
    );
}

#[test]
fn the_night_is_dim() {
    let world = ok();
    let brightest = |now: Time| {
        let terminal = screen(&world, (61, 17), &[now]);
        let ink = |cell: &ratatui::buffer::Cell| match cell.fg {
            ratatui::style::Color::Rgb(red, green, blue) => {
                u32::from(red) + u32::from(green) + u32::from(blue)
            }
            _ => 0,
        };
        terminal
            .backend()
            .buffer()
            .content
            .iter()
            .filter(|cell| cell.symbol() != " ")
            .map(ink)
            .max()
            .unwrap()
    };
    assert!(brightest(NOW + Span::hours(9)) * 4 < brightest(NOW) * 3);
}

#[test]
fn no_mail_address_hangs_on_the_wall() {
    let world = trouble();
    for size in SIZES {
        for turn in 0..5 {
            let moments: Vec<Time> = (0..=turn)
                .map(|turn| NOW + Span::seconds(15 * turn))
                .collect();
            assert!(!text(&screen(&world, size, &moments)).contains("ops@"));
        }
    }
}

#[test]
fn the_demo_is_labelled() {
    let mut world = ok();
    world.demo = true;
    for size in [(48, 13), (61, 17)] {
        assert!(text(&screen(&world, size, &[NOW])).contains("DEMO"));
    }
}

/// What [`crate::Session`] is given decides what the wall can do; nothing in this crate may even name the other half of
/// the link, or the wishes that go through it.
#[test]
fn nothing_here_can_ask_for_a_change() {
    let mut files = Vec::new();
    sources(Path::new(env!("CARGO_MANIFEST_DIR")), &mut files);
    assert!(files.len() > 10);
    for file in files
        .iter()
        .filter(|file| !file.ends_with("tests.rs") && !file.ends_with("fixture.rs"))
    {
        let source = fs::read_to_string(file).unwrap();
        for forbidden in [
            "Command",
            "Intent",
            "submit",
            "Consent",
            "LocalCommand",
            "std::process",
        ] {
            let named = source
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains(forbidden));
            assert!(!named, "{} names {forbidden}", file.display());
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
