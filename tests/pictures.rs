//! The pictures of the README, made from the program itself: the demo in a real pty, its screen drawn as SVG.
//!
//! `WHEELHOUSE_PICTURES=1 cargo test --test pictures` makes them anew in `assets/`; without it the test shows that the
//! README's pictures are there and that the program still draws what they show.

#![expect(
    clippy::unwrap_used,
    reason = "a picture that cannot be made is a failed test"
)]

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// A cell's size in the picture.
const CELL: (f32, f32) = (8.4, 18.0);

/// The ground of the picture, where the program leaves the terminal's own.
const GROUND: &str = "#0f1115";

/// A picture: its file, its size, what starts it, what it is waited for, and the keys pressed before it is taken.
struct Picture {
    name: &'static str,
    size: (u16, u16),
    arguments: &'static [&'static str],
    wait_for: &'static str,
    keys: &'static [&'static str],
    shows: &'static str,
}

const PICTURES: [Picture; 5] = [
    Picture {
        name: "overview",
        size: (170, 44),
        arguments: &["demo"],
        wait_for: "answers wrongly",
        keys: &[],
        shows: "+40 containers",
    },
    Picture {
        name: "item",
        size: (130, 36),
        arguments: &["demo"],
        wait_for: "acme.example answers wrongly",
        keys: &["1", "/answers wrongly\r", "\r"],
        shows: "why it stands here",
    },
    Picture {
        name: "plan",
        size: (130, 34),
        arguments: &["demo"],
        wait_for: "flowise",
        keys: &["3", "/flowise\r", "R"],
        shows: "restart flowise",
    },
    Picture {
        name: "logs",
        size: (130, 30),
        arguments: &["demo"],
        wait_for: "flowise",
        keys: &["6"],
        shows: "INFO",
    },
    Picture {
        name: "wall",
        size: (61, 17),
        arguments: &["demo", "--wall"],
        wait_for: "compute-2",
        keys: &[],
        shows: "LOSING MONEY",
    },
];

#[test]
fn pictures_of_the_readme() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let readme = include_str!("../README.md");
    let make = std::env::var_os("WHEELHOUSE_PICTURES").is_some();
    // Each is mostly waited for.
    let screens = std::thread::scope(|scope| {
        let taken = PICTURES
            .each_ref()
            .map(|picture| scope.spawn(|| take(picture)));
        taken.map(|screen| screen.join().unwrap())
    });
    for (picture, screen) in PICTURES.iter().zip(&screens) {
        assert!(
            screen.contents().contains(picture.shows),
            "{}:\n{}",
            picture.name,
            screen.contents()
        );
        let file = assets.join(format!("{}.svg", picture.name));
        if make {
            std::fs::write(&file, svg(screen)).unwrap();
        }
        assert!(file.exists(), "{} is there", file.display());
        assert!(readme.contains(&format!("assets/{}.svg", picture.name)));
    }
}

/// Starts the program, waits, presses, and reads the screen.
fn take(picture: &Picture) -> vt100::Screen {
    let home = tempfile::tempdir().unwrap();
    let (cols, rows) = picture.size;
    let size = PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_wheelhouse"));
    command.args(picture.arguments);
    command.env_clear();
    for (name, value) in [
        ("TERM", "xterm-256color"),
        ("COLORTERM", "truecolor"),
        ("LANG", "C.UTF-8"),
        ("USER", "operator"),
        ("TZ", "UTC"),
    ] {
        command.env(name, value);
    }
    command.env("PATH", std::env::var("PATH").unwrap_or_default());
    command.env("HOME", home.path());
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut writer = pty.master.take_writer().unwrap();
    let (sender, received) = mpsc::channel();
    std::thread::spawn(move || {
        let mut chunk = [0; 8192];
        while let Ok(count @ 1..) = reader.read(&mut chunk) {
            if sender.send(chunk[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    let mut parser = vt100::Parser::new(
        NonZeroU16::new(rows).unwrap(),
        NonZeroU16::new(cols).unwrap(),
        0,
    );
    let mut read = |wanted: &str, least: Duration| {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if let Ok(bytes) = received.recv_timeout(Duration::from_millis(50)) {
                parser.process(&bytes);
            }
            if begun.elapsed() > least && parser.screen().contents().contains(wanted) {
                break;
            }
        }
        parser.screen().clone()
    };
    // The wait lets the story's second failed probe and a few figures in.
    let mut screen = read(picture.wait_for, Duration::from_secs(13));
    for key in picture.keys {
        writer.write_all(key.as_bytes()).unwrap();
        screen = read("", Duration::from_millis(1500));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    screen
}

/// A screen as SVG: one rectangle for each run of background, one text for each run of one colour.
fn svg(screen: &vt100::Screen) -> String {
    let (rows, cols) = screen.size();
    let (rows, cols) = (rows.get(), cols.get());
    let (width, height) = (f32::from(cols) * CELL.0, f32::from(rows) * CELL.1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0} {:.0}\" font-family=\"'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{GROUND}\"/>\n",
        width + 16.0,
        height + 16.0
    );
    for row in 0..rows {
        let mut col = 0;
        while col < cols {
            let from = col;
            let look = look_of(screen, row, col);
            let mut text = String::new();
            while col < cols && look_of(screen, row, col) == look {
                let cell = screen.cell(row, col);
                text.push_str(cell.map_or(" ", |cell| {
                    if cell.has_contents() {
                        cell.contents()
                    } else {
                        " "
                    }
                }));
                col += 1;
            }
            draw(&mut out, (row, from, col), &text, &look);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Colour, ground and weight of a cell.
fn look_of(screen: &vt100::Screen, row: u16, col: u16) -> (String, Option<String>, bool) {
    let Some(cell) = screen.cell(row, col) else {
        return ("#cdd3de".to_owned(), None, false);
    };
    let colour = colour(cell.fgcolor()).unwrap_or_else(|| "#cdd3de".to_owned());
    (colour, colour_of_ground(cell.bgcolor()), cell.bold())
}

fn colour_of_ground(ground: vt100::Color) -> Option<String> {
    colour(ground).filter(|ground| ground != GROUND)
}

fn colour(colour: vt100::Color) -> Option<String> {
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        vt100::Color::Idx(index) => Some(
            [
                "#1d1f21", "#cc6666", "#b5bd68", "#f0c674", "#81a2be", "#b294bb", "#8abeb7",
                "#c5c8c6",
            ][usize::from(index % 8)]
            .to_owned(),
        ),
    }
}

fn draw(
    out: &mut String,
    (row, from, to): (u16, u16, u16),
    text: &str,
    (ink, ground, bold): &(String, Option<String>, bool),
) {
    let (x, y) = (
        8.0 + f32::from(from) * CELL.0,
        8.0 + f32::from(row) * CELL.1,
    );
    let width = f32::from(to - from) * CELL.0;
    if let Some(ground) = ground {
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{ground}\"/>",
            CELL.1
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let escaped = text
        .trim_end()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let drawn = text.trim_end().chars().count() as f32 * CELL.0;
    let weight = if *bold { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{ink}\"{weight} textLength=\"{drawn:.1}\" xml:space=\"preserve\">{escaped}</text>",
        y + 13.5
    );
}
