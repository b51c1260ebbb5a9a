//! Logs: lines of many sources merged by time, followed, filtered, searched, marked, taken apart and exported.
//!
//! Flow: `sources` (what is read) → batches → [`LogBuffer`] → [`LogView`] by the filter → `place` (where one looks) →
//! `row` (how a line is drawn). The pane's own state is small; lines stay compressed in the buffer.

mod fields;
mod place;
mod row;
mod sources;
#[cfg(test)]
mod tests;
mod title;

use std::collections::HashMap;

use config::Settings;
use config::settings::Timestamps;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ui::widgets::{message, put};
use ui::{Action, Filter, Look, Outcome, Pane, Role, Seen, Title, View};
use vocab::{Level, LogBatch, LogRequest, LogSource, Text, Time};
use world::About;
use world::Interest;
use world::logs::{
    Direction, Entry, EntryId, EntryKind, LogBuffer, LogLimits, LogView, Progress, Query,
};

use self::fields::Fields;
use self::place::Place;
use self::row::Layout;
pub use self::sources::label;
use self::sources::{Picker, Sources};

/// Entries a filter looks at before a frame is drawn: some 5 ms of work at the worst.
const BUDGET: usize = 40_000;

/// The most lines that are exported at once.
const EXPORT: usize = 200_000;

/// The pane.
#[derive(Default)]
pub struct Logs {
    buffer: LogBuffer,
    sources: Sources,
    filter: Filter,
    floor: Level,
    /// What the view was made of, to see when it must be made anew.
    made_of: Option<(String, Level, Vec<bool>)>,
    view: LogView,
    broken: Option<Text>,
    progress: Progress,
    place: Place,
    stamps: Timestamps,
    /// How moments are shown by the settings; a key may have changed it since.
    usual_stamps: Timestamps,
    wrap: bool,
    picker: Option<Picker>,
    fields: Option<Fields>,
    names: Vec<String>,
    /// The entries on the screen, so that a frame unpacks only what is new on it.
    shown: HashMap<EntryId, Entry>,
}

impl Logs {
    /// Makes the view what the filter, the level and the sources ask for, and takes in what came.
    fn update(&mut self, seen: Seen<'_>) {
        self.names = self
            .buffer
            .sources()
            .iter()
            .map(|source| label(source, seen))
            .collect();
        let picked = self.picked();
        let wanted = (self.filter.text().to_owned(), self.floor, picked);
        if self.made_of.as_ref() != Some(&wanted) {
            match Query::parse(&wanted.0) {
                Ok(query) => {
                    self.broken = None;
                    let query = query
                        .with_floor(wanted.1)
                        .with_sources(Some(wanted.2.clone()));
                    self.view = LogView::new(query);
                }
                // While an expression is being typed the last whole one stays.
                Err(error) => self.broken = Some(Text::line(error.to_string())),
            }
            self.made_of = Some(wanted);
        }
        self.progress = self.view.advance(&self.buffer, BUDGET);
    }

    /// By source: whether it is read and the filter's `@name` terms let it pass.
    fn picked(&self) -> Vec<bool> {
        let query = Query::parse(self.filter.text()).unwrap_or_default();
        let passes = |name: &str| {
            let name = name.to_lowercase();
            let wanted: Vec<_> = query
                .source_terms()
                .iter()
                .filter(|term| !term.inverse)
                .collect();
            (wanted.is_empty() || wanted.iter().any(|term| name.contains(&term.name)))
                && !query
                    .source_terms()
                    .iter()
                    .any(|term| term.inverse && name.contains(&term.name))
        };
        let sources = self.buffer.sources().iter().zip(&self.names);
        sources
            .map(|(source, name)| self.sources.wanted().contains(source) && passes(name))
            .collect()
    }

    fn name_of(&self, entry: &Entry) -> &str {
        entry
            .meta
            .source
            .and_then(|source| self.names.get(source.index()))
            .map_or("", String::as_str)
    }

    /// The entries at these positions, from those on the screen or else unpacked.
    fn entries(&mut self, start: usize, end: usize) -> Vec<Entry> {
        let ids: Vec<EntryId> = (start..end)
            .filter_map(|position| self.view.id_at(&self.buffer, position))
            .collect();
        let known = ids
            .iter()
            .take_while(|id| self.shown.contains_key(id))
            .count();
        let unknown = ids
            .iter()
            .rev()
            .take_while(|id| !self.shown.contains_key(id))
            .count();
        // Lines come at an end; anything else is rare and read anew as a whole.
        let read = if known + unknown == ids.len() {
            self.view.page(&self.buffer, start + known..end)
        } else {
            self.view.page(&self.buffer, start..end)
        };
        let mut kept: HashMap<EntryId, Entry> = ids
            .iter()
            .filter_map(|id| self.shown.remove(id).map(|entry| (*id, entry)))
            .collect();
        kept.extend(read.into_iter().map(|entry| (entry.meta.id, entry)));
        self.shown = kept;
        ids.iter()
            .filter_map(|id| self.shown.get(id).cloned())
            .collect()
    }

    fn draw_lines(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let height = usize::from(area.height);
        let width = usize::from(area.width.saturating_sub(2));
        self.place.page = if self.wrap {
            self.place.page.clamp(1, height)
        } else {
            height
        };
        let end = self.place.end(&self.view, &self.buffer);
        let entries = self.entries(end.saturating_sub(height), end);
        let longest = self
            .names
            .iter()
            .map(|name| name.chars().count())
            .max()
            .unwrap_or(0);
        let source = if self.names.len() < 2 && width < 100 {
            0
        } else {
            longest.min(if width < 100 { 10 } else { 20 })
        };
        let layout = Layout {
            stamps: self.stamps,
            now: seen.now,
            width,
            source,
            left: self.place.left,
            wrap: self.wrap,
            query: self.view.query(),
        };
        let mut bottom = height;
        let mut count = 0;
        // From the bottom up, so that the newest line is whole however many rows those above it take.
        for entry in entries.iter().rev() {
            let rows = row::rows(entry, self.name_of(entry), &layout, look);
            let selected = self.place.cursor() == Some(entry.meta.id);
            let fits = rows.len().min(bottom);
            // A single line longer than the pane shows its beginning.
            let first = if count == 0 { 0 } else { rows.len() - fits };
            for (index, line) in rows.into_iter().skip(first).take(fits).enumerate() {
                let y = area.y + (bottom - fits + index) as u16;
                if selected && look.focused {
                    buffer.set_style(
                        Rect {
                            y,
                            height: 1,
                            ..area
                        },
                        look.styles.of(Role::Selection),
                    );
                }
                put(buffer, area.x + 1, y, width as u16, line);
            }
            bottom -= fits;
            count += 1;
            if bottom == 0 {
                break;
            }
        }
        if self.wrap {
            self.place.page = count.max(1);
        } else if bottom > 0 {
            // Fewer lines than rows: they stand at the top, as in a file.
            lift(buffer, area, bottom as u16);
        }
    }

    fn draw_empty(&self, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let (first, then) = if self.sources.wanted().is_empty() {
            (
                "no log is read".to_owned(),
                "press l on a container or a node, or choose logs with the action logs.sources",
            )
        } else if self.buffer.is_empty() {
            let count = self.sources.wanted().len();
            (
                format!(
                    "waiting for the first line of {count} {}",
                    if count == 1 { "log" } else { "logs" }
                ),
                "a quiet program has nothing to say",
            )
        } else if !self.progress.is_done() {
            (
                format!("searching, {}%", self.progress.percent()),
                "the newest lines come first",
            )
        } else {
            let what = if self.filter.is_empty() {
                "the chosen level".to_owned()
            } else {
                format!("/{}", self.filter.text())
            };
            (
                format!("none of {} lines passes {what}", self.buffer.len()),
                "esc takes the filter away, v changes the level",
            )
        };
        message(buffer, area, look, &first, then);
    }

    /// The selected entry; while following, the newest line.
    fn selected(&self) -> Option<Entry> {
        let newest = || {
            let last = self.buffer.last()?;
            let behind = EntryId {
                arrival: last.arrival + 1,
                ..last
            };
            next_line(&self.view, &self.buffer, behind, Direction::Back)
        };
        self.buffer.get(self.place.cursor().or_else(newest)?)
    }

    fn seek(&mut self, direction: Direction, errors: bool) -> Outcome {
        let (view, buffer) = (&self.view, &self.buffer);
        let found = self.place.seek(direction, view, buffer, |from, direction| {
            if errors {
                view.next_error(buffer, from, direction)
            } else {
                next_line(view, buffer, from, direction)
            }
        });
        if found {
            return Outcome::Done;
        }
        let what = if errors { "error" } else { "hit" };
        let way = if direction == Direction::Back {
            "above"
        } else {
            "below"
        };
        let more = if self.progress.is_done() {
            ""
        } else {
            " yet; the search goes on"
        };
        Outcome::Say(Text::line(format!("no {what} {way}{more}")))
    }

    fn export(&self, now: Time) -> Outcome {
        let start = self.view.len().saturating_sub(EXPORT);
        let mut text = String::new();
        // A part at a time, so that what is unpacked at once stays small.
        for part in (start..self.view.len()).step_by(4_096) {
            for entry in self
                .view
                .page(&self.buffer, part..(part + 4_096).min(self.view.len()))
            {
                let source = self.name_of(&entry);
                let (before, after) = if entry.meta.kind == EntryKind::Line {
                    ("", "")
                } else {
                    ("··· ", " ···")
                };
                let stamp = entry.meta.id.at.to_string();
                let pieces = [
                    &stamp,
                    " ",
                    source,
                    " ",
                    before,
                    entry.text.as_str(),
                    after,
                    "\n",
                ];
                text.extend(pieces);
            }
        }
        if text.is_empty() {
            return Outcome::Say(Text::line("there is no line to export"));
        }
        let moment = now.to_string().replace([':', '.'], "-");
        Outcome::Export {
            name: format!("logs-{moment}.log"),
            text,
        }
    }

    fn change(&mut self, action: Action, seen: Seen<'_>) -> Option<Outcome> {
        match action {
            Action::LogsFollow if self.place.follows() => self.place.hold(&self.view, &self.buffer),
            Action::LogsFollow => self.place.follow(),
            Action::LogsPause => self.place.hold(&self.view, &self.buffer),
            Action::LogsMarker => {
                // Held at a line, the marker stands under it; else under the newest one.
                let at = self.place.cursor().map_or(seen.now, |cursor| cursor.at);
                self.buffer.mark(at, &Text::line(format!("marker {at}")));
            }
            Action::LogsTimestamps => {
                self.stamps = row::next(self.stamps);
                return Some(Outcome::Say(Text::line(format!(
                    "moments are shown as {}",
                    row::word(self.stamps)
                ))));
            }
            Action::LogsWrap => self.wrap = !self.wrap,
            Action::LogsLevel => {
                self.floor = match self.floor {
                    Level::Unknown => Level::Info,
                    Level::Info => Level::Warn,
                    Level::Warn => Level::Error,
                    _ => Level::Unknown,
                };
            }
            Action::LogsNextError => return Some(self.seek(Direction::Forward, true)),
            Action::LogsPreviousError => return Some(self.seek(Direction::Back, true)),
            Action::SearchNext => return Some(self.seek(Direction::Forward, false)),
            Action::SearchPrevious => return Some(self.seek(Direction::Back, false)),
            Action::LogsExport => return Some(self.export(seen.now)),
            Action::LogsSources => self.picker = Some(Picker::new(&self.sources, seen)),
            Action::ListOpen | Action::LogsFields => match self.selected() {
                Some(entry) => self.fields = Some(Fields::new(&entry, self.name_of(&entry))),
                None => return Some(Outcome::Ignored),
            },
            Action::CopyCell | Action::CopyCommand => {
                return Some(self.selected().map_or(Outcome::Ignored, |entry| {
                    Outcome::Copy(entry.text.to_string())
                }));
            }
            Action::JumpContainer | Action::JumpNode => return Some(self.jump(action)),
            _ => return None,
        }
        Some(Outcome::Done)
    }

    fn jump(&self, action: Action) -> Outcome {
        let entry = self.selected();
        let source = entry
            .and_then(|entry| entry.meta.source)
            .and_then(|source| self.buffer.source(source));
        match (action, source) {
            (Action::JumpContainer, Some(LogSource::Container(key))) => {
                Outcome::Jump(About::Container(key.clone()))
            }
            (Action::JumpNode, Some(LogSource::Hosted { server, .. })) => {
                Outcome::Jump(About::Server(Text::line(server.as_str())))
            }
            (Action::JumpNode, Some(source)) => Outcome::Jump(About::Node(source.node().clone())),
            _ => Outcome::Ignored,
        }
    }
}

/// The next line of the view; gaps and markers, which pass every filter, are no hits.
fn next_line(
    view: &LogView,
    buffer: &LogBuffer,
    from: EntryId,
    direction: Direction,
) -> Option<EntryId> {
    let mut at = from;
    loop {
        at = view.next(buffer, at, direction)?;
        if buffer
            .meta(at)
            .is_some_and(|meta| meta.kind == EntryKind::Line)
        {
            return Some(at);
        }
    }
}

/// Moves what was drawn up by `rows`.
fn lift(buffer: &mut Buffer, area: Rect, rows: u16) {
    for y in area.y..area.y + area.height {
        for x in area.x..area.x + area.width {
            let from = (y + rows < area.y + area.height).then(|| buffer[(x, y + rows)].clone());
            let ground = buffer[(x, y)].bg;
            buffer[(x, y)] = from.unwrap_or_else(|| {
                let mut blank = Cell::default();
                blank.set_bg(ground);
                blank
            });
        }
    }
}

impl Pane for Logs {
    fn view(&self) -> View {
        View::Logs
    }

    fn scopes(&self) -> &'static [&'static str] {
        match (&self.picker, &self.fields) {
            (Some(_), _) => &["pane.logs", "list"],
            (None, Some(_)) => &["pane.logs", "text"],
            (None, None) => &["pane.logs", "logs", "text"],
        }
    }

    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        self.words(seen, look)
    }

    fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        self.sources.begin(seen);
        self.update(seen);
        if let Some(picker) = &mut self.picker {
            picker.draw(seen, look, area, buffer);
        } else if let Some(fields) = &mut self.fields {
            fields.draw(look, area, buffer);
        } else if self.view.is_empty() {
            self.draw_empty(look, area, buffer);
        } else {
            self.draw_lines(seen, look, area, buffer);
        }
    }

    fn act(&mut self, action: Action, seen: Seen<'_>, _whole: bool) -> Outcome {
        if action == Action::ListOpen
            && let Some(picker) = self.picker.take()
        {
            self.read(picker.choice());
            return Outcome::Done;
        }
        if let Some(picker) = &mut self.picker {
            return if picker.act(action, self.place.page) {
                Outcome::Done
            } else {
                Outcome::Ignored
            };
        }
        if let Some(fields) = &mut self.fields
            && fields.act(action)
        {
            return Outcome::Done;
        }
        self.update(seen);
        match self.change(action, seen) {
            Some(outcome) => outcome,
            None if self.place.act(action, &self.view, &self.buffer) => Outcome::Done,
            None => Outcome::Ignored,
        }
    }

    fn back(&mut self) -> bool {
        if self.picker.take().is_some() || self.fields.take().is_some() {
            return true;
        }
        if !self.filter.text().is_empty() {
            self.filter.set("");
            return true;
        }
        let held = !self.place.follows();
        self.place.follow();
        held
    }

    fn configure(&mut self, settings: &Settings) {
        self.buffer.set_limits(LogLimits {
            lines: settings.log_lines,
            memory: settings.log_memory,
        });
        if std::mem::replace(&mut self.usual_stamps, settings.timestamps) != settings.timestamps {
            self.stamps = settings.timestamps;
        }
    }

    fn filter(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn interest(&self, _seen: Seen<'_>, _interest: &mut Interest) {}

    fn read(&mut self, sources: Vec<LogSource>) {
        if self.sources.read(sources) {
            self.place.follow();
        }
    }

    fn requests(&mut self) -> Option<Vec<LogRequest>> {
        self.sources.requests()
    }

    fn follows(&self) -> bool {
        self.place.follows() && self.picker.is_none() && self.fields.is_none()
    }

    fn take(&mut self, batch: LogBatch) {
        self.buffer.add(&batch);
    }
}
