//! One entry as lines of the screen: time, source, level, text with its colours and its hits.

use config::settings::Timestamps;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span as Ink};
use ui::widgets::fit;
use ui::{Look, Role};
use unicode_width::UnicodeWidthChar;
use vocab::ansi::{Colour, Pen};
use vocab::{Level, Time};
use world::logs::{Entry, EntryKind, Query};

/// The next way to show moments.
pub const fn next(stamps: Timestamps) -> Timestamps {
    match stamps {
        Timestamps::Local => Timestamps::Utc,
        Timestamps::Utc => Timestamps::Relative,
        Timestamps::Relative => Timestamps::Local,
    }
}

/// The word for how moments are shown.
pub const fn word(stamps: Timestamps) -> &'static str {
    match stamps {
        Timestamps::Local => "local time",
        Timestamps::Utc => "UTC",
        Timestamps::Relative => "age",
    }
}

/// How rows are laid out.
pub struct Layout<'a> {
    /// How moments are shown.
    pub stamps: Timestamps,
    /// The present.
    pub now: Time,
    /// Cells of a row.
    pub width: usize,
    /// Cells of the source's name; 0 leaves it out.
    pub source: usize,
    /// Cells scrolled to the right; without meaning when wrapped.
    pub left: usize,
    /// Whether long lines go on in the next row.
    pub wrap: bool,
    /// What is highlighted.
    pub query: &'a Query,
}

/// The rows of an entry.
pub fn rows(
    entry: &Entry,
    source: &str,
    layout: &Layout<'_>,
    look: &Look<'_>,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    if entry.meta.kind == EntryKind::Marker {
        let text = format!(
            "── {} ",
            fit(entry.text.as_str(), layout.width.saturating_sub(4))
        );
        let rest = layout.width.saturating_sub(text.chars().count());
        return vec![Line::from(
            styles.ink(Role::Marker, text + &"─".repeat(rest)),
        )];
    }
    let mut head = vec![styles.ink(
        Role::LogTime,
        format!("{} ", stamp(entry.meta.id.at, layout, look)),
    )];
    let grave = entry.meta.level >= Level::Error;
    if layout.source > 0 {
        let role = if grave { Role::Accent } else { Role::LogSource };
        head.push(styles.ink(
            role,
            format!(
                " {:<width$} ",
                fit(source, layout.source),
                width = layout.source
            ),
        ));
    }
    if entry.meta.kind == EntryKind::Gap {
        let text = format!("{:7}··· {} ···", "", entry.text);
        head.push(styles.ink(Role::Gap, text));
        return vec![ui::widgets::text::fit_line(Line::from(head), layout.width)];
    }
    head.push(level(entry.meta.level, look));
    let indent: usize = head.iter().map(Ink::width).sum();
    let room = layout.width.saturating_sub(indent).max(8);
    let mut glyphs = glyphs(entry, layout.query, look);
    glyphs.drain(..said_already(entry).min(glyphs.len()));
    if layout.wrap {
        return wrapped(head, &glyphs, indent, room);
    }
    let mut line = head;
    push_glyphs(&mut line, skip_cells(glyphs, layout.left), room);
    vec![Line::from(line)]
}

/// Characters at the beginning of a text that say what the level's column says: `ERROR `, `warning: `.
fn said_already(entry: &Entry) -> usize {
    let words: &[&str] = match entry.meta.level {
        Level::Fatal => &["FATAL"],
        Level::Error => &["ERROR"],
        Level::Warn => &["WARNING", "WARN"],
        Level::Info => &["INFO"],
        Level::Debug => &["DEBUG"],
        Level::Trace => &["TRACE"],
        Level::Unknown => &[],
    };
    let text = entry.text.as_str();
    let begins = |word: &&&str| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    words.iter().find(begins).map_or(0, |word| {
        let rest = &text[word.len()..];
        let after = rest.trim_start_matches(':').trim_start();
        // Without a space it is the beginning of a longer word, and alone it is all there is.
        if after.is_empty() || !rest.starts_with([' ', ':']) {
            0
        } else {
            word.len() + rest.len() - after.len()
        }
    })
}

fn stamp(at: Time, layout: &Layout<'_>, look: &Look<'_>) -> String {
    let narrow = layout.width < 70;
    match layout.stamps {
        Timestamps::Relative => format!("{:>5}", layout.now.since(at).to_string()),
        Timestamps::Local if narrow => look.clock(at),
        Timestamps::Local => format!("{}.{:03}", look.clock(at), at.0.rem_euclid(1_000)),
        Timestamps::Utc => {
            let text = at.to_string();
            let end = if narrow { 19 } else { 23 };
            format!("{}Z", text.get(11..end).unwrap_or_default())
        }
    }
}

fn level(level: Level, look: &Look<'_>) -> Ink<'static> {
    let styles = look.styles;
    match level {
        Level::Fatal => styles.bold(Role::LogError, " FATAL "),
        Level::Error => styles.bold(Role::LogError, " ERROR "),
        Level::Warn => styles.bold(Role::LogWarn, " WARN  "),
        Level::Info => styles.ink(Role::LogInfo, " INFO  "),
        Level::Debug => styles.ink(Role::LogDebug, " DEBUG "),
        Level::Trace => styles.ink(Role::LogDebug, " TRACE "),
        Level::Unknown => Ink::raw("       "),
    }
}

/// The text, glyph by glyph, each with its style.
fn glyphs(entry: &Entry, query: &Query, look: &Look<'_>) -> Vec<(char, Style)> {
    let base = look.styles.of(match entry.meta.level {
        Level::Info | Level::Debug | Level::Trace => Role::Dim,
        _ => Role::Text,
    });
    let coloured = look
        .styles
        .of(Role::LogError)
        .fg
        .is_some_and(|colour| colour != Color::Reset);
    let mut out = Vec::with_capacity(entry.text.as_str().len());
    for (pen, text) in entry.text.pieces() {
        let style = inked(base, pen, coloured);
        out.extend(text.chars().map(|c| (c, style)));
    }
    let hits = query.highlights(entry.text.as_str());
    if !hits.is_empty() {
        let hit = look.styles.of(Role::Match);
        for ((at, _), glyph) in entry.text.as_str().char_indices().zip(&mut out) {
            if hits.iter().any(|range| range.contains(&at)) {
                glyph.1 = glyph.1.patch(hit);
            }
        }
    }
    out
}

/// A style with what a program asked for; its colours only on a screen that has any.
fn inked(base: Style, pen: Pen, coloured: bool) -> Style {
    let colour = |colour: Colour| match colour {
        Colour::Indexed(index) => Color::Indexed(index),
        Colour::Rgb(r, g, b) => Color::Rgb(r, g, b),
    };
    let mut style = base;
    if coloured {
        style.fg = pen.foreground.map(colour).or(style.fg);
        style.bg = pen.background.map(colour).or(style.bg);
    }
    for (set, modifier) in [
        (pen.bold, Modifier::BOLD),
        (pen.dim, Modifier::DIM),
        (pen.italic, Modifier::ITALIC),
        (pen.underline, Modifier::UNDERLINED),
    ] {
        if set {
            style = style.add_modifier(modifier);
        }
    }
    style
}

fn cells(c: char) -> usize {
    c.width().unwrap_or(0)
}

fn skip_cells(glyphs: Vec<(char, Style)>, left: usize) -> impl Iterator<Item = (char, Style)> {
    let mut gone = 0;
    glyphs.into_iter().skip_while(move |(c, _)| {
        let skip = gone < left;
        gone += cells(*c);
        skip
    })
}

/// Appends glyphs of at most `room` cells as pieces of one style each.
fn push_glyphs(
    line: &mut Vec<Ink<'static>>,
    glyphs: impl Iterator<Item = (char, Style)>,
    room: usize,
) {
    let mut used = 0;
    let mut piece = String::new();
    let mut style = None;
    for (c, next) in glyphs {
        used += cells(c);
        if used > room {
            break;
        }
        if style != Some(next) {
            if let Some(style) = style {
                line.push(Ink::styled(std::mem::take(&mut piece), style));
            }
            style = Some(next);
        }
        piece.push(c);
    }
    if let Some(style) = style {
        line.push(Ink::styled(piece, style));
    }
}

/// The head and as many rows as the text needs, at most 200.
fn wrapped(
    head: Vec<Ink<'static>>,
    glyphs: &[(char, Style)],
    indent: usize,
    room: usize,
) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let mut line = head;
    let mut rest = glyphs;
    loop {
        let mut used = 0;
        let taken = rest
            .iter()
            .take_while(|(c, _)| {
                used += cells(*c);
                used <= room
            })
            .count();
        push_glyphs(&mut line, rest[..taken].iter().copied(), room);
        out.push(Line::from(std::mem::take(&mut line)));
        rest = &rest[taken..];
        if rest.is_empty() || taken == 0 || out.len() >= 200 {
            return out;
        }
        line.push(Ink::raw(" ".repeat(indent)));
    }
}
