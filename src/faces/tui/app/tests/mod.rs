//! The console without a terminal: pictures at several sizes, strings of keys, sizes and keys nobody foresaw.

mod forms;
mod hosting;
mod items;
mod keys;
mod random;
mod screens;

use config::{Config, Report};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ui::Seen;
use vocab::{Span, Time};
use world::World;

use crate::app::{App, Demand};
use crate::fixture::NOW;

/// A console over a world, without a terminal.
struct Bench {
    app: App,
    world: World,
    now: Time,
}

impl Bench {
    fn new(world: World) -> Self {
        Self::with(world, true)
    }

    fn with(world: World, can_change: bool) -> Self {
        let mut report = Report::default();
        let config = Config {
            keymap: config::keymap::load("default", None, &mut report),
            theme: config::theme::load("night", None, &mut report),
            themes: config::theme::available(None),
            ..Config::default()
        };
        assert!(report.is_empty(), "{report}");
        Self {
            app: App::new(config, &report, can_change, false, TimeZone::UTC),
            world,
            now: NOW,
        }
    }

    /// A look at the screen that is long enough for a plan.
    fn read(&mut self) {
        self.buffer(8, 2);
        self.now = self.now + Span::millis(400);
    }

    const fn seen(world: &World, now: Time) -> Seen<'_> {
        Seen { world, now }
    }

    /// Presses keys: characters as they are, others in angle brackets, such as `<enter>`.
    fn press(&mut self, keys: &str) -> Vec<Demand> {
        let mut demands = Vec::new();
        for event in events(keys) {
            demands.extend(self.app.key(&event, Self::seen(&self.world, self.now)));
        }
        demands
    }

    fn buffer(&mut self, width: u16, height: u16) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        self.app
            .draw(&mut buffer, Self::seen(&self.world, self.now));
        buffer
    }

    fn screen(&mut self, width: u16, height: u16) -> String {
        text(&self.buffer(width, height))
    }
}

fn text(buffer: &Buffer) -> String {
    let mut lines = Vec::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                line.push_str(symbol);
                skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

fn events(keys: &str) -> Vec<KeyEvent> {
    let mut events = Vec::new();
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        let event = match named {
            Some((name, after)) if name.len() > 1 => {
                rest = after;
                match name {
                    "enter" => KeyCode::Enter.into(),
                    "esc" => KeyCode::Esc.into(),
                    "tab" => KeyCode::Tab.into(),
                    "back" => KeyCode::Backspace.into(),
                    "down" => KeyCode::Down.into(),
                    "up" => KeyCode::Up.into(),
                    "right" => KeyCode::Right.into(),
                    "c-u" => KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL),
                    "c-c" => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
                    other => panic!("{other}"),
                }
            }
            _ => {
                rest = &rest[first.len_utf8()..];
                KeyCode::Char(first).into()
            }
        };
        events.push(event);
    }
    events
}
