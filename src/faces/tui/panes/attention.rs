//! Attention: what hurts or will hurt, worst first, each with how long and what would mend it.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use ui::list::Pressed;
use ui::widgets::{Column, Row, Table, message};
use ui::{Action, Figure, Filter, List, Look, Outcome, Pane, Role, Seen, Sign, Title, View};
use vocab::{ContainerState, LogSource, Text};
use world::query::attention::About;
use world::query::{Concern, Severity, concerns, totals};

use super::shared::{age, list_words};
use crate::words;

const COLUMNS: [Column; 5] = [
    Column::right("#", 2, 2),
    Column::left("state", 6, 0, 1),
    Column::left("what", 40, 1, 0),
    Column::right("for", 4, 0),
    Column::left("fix", 22, 0, 3),
];

/// A concern is known by its object and its words: when either changes it is another one.
type Key = (About, Text);

/// The pane.
#[derive(Default)]
pub struct Attention {
    list: List<Key>,
    acknowledged: BTreeSet<Key>,
}

impl Attention {
    fn rows(&mut self, seen: Seen<'_>) -> (Vec<Concern>, Vec<Key>) {
        let all = concerns(seen.world, seen.now);
        let known: BTreeSet<Key> = all.iter().map(key).collect();
        self.acknowledged.retain(|key| known.contains(key));
        let mut test = self.list.filter.test();
        let (done, open): (Vec<Concern>, Vec<Concern>) = all
            .into_iter()
            .filter(|concern| test.passes(&format!("{} {}", concern.title, concern.detail)))
            .partition(|concern| self.acknowledged.contains(&key(concern)));
        let rows: Vec<Concern> = open.into_iter().chain(done).collect();
        let keys = rows.iter().map(key).collect();
        (rows, keys)
    }

    fn selected(&mut self, seen: Seen<'_>) -> Option<Concern> {
        let (mut rows, keys) = self.rows(seen);
        let index = self.list.settle(&keys)?;
        Some(rows.swap_remove(index))
    }
}

fn key(concern: &Concern) -> Key {
    (concern.about.clone(), concern.title.clone())
}

impl Pane for Attention {
    fn view(&self) -> View {
        View::Attention
    }

    fn scopes(&self) -> &'static [&'static str] {
        &["pane.attention", "list"]
    }

    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        let all = concerns(seen.world, seen.now);
        let grave = all
            .iter()
            .filter(|concern| concern.severity == Severity::Critical)
            .count();
        let mut extra = list_words(look.styles, &self.list);
        extra.push(look.styles.ink(Role::Dim, format!("{} now", all.len())));
        if grave > 0 {
            extra.push(look.styles.ink(Role::Bad, format!(" · {grave} critical")));
        }
        if !self.acknowledged.is_empty() {
            extra.push(look.styles.ink(
                Role::Dim,
                format!(" · {} acknowledged", self.acknowledged.len()),
            ));
        }
        Title {
            extra,
            note: Line::default(),
        }
    }

    fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let (rows, keys) = self.rows(seen);
        if rows.is_empty() {
            let (first, then) = nothing(seen, &self.list.filter);
            message(buffer, area, look, &first, &then);
            return;
        }
        let table = Table {
            columns: &COLUMNS,
            sort: None,
            header: true,
        };
        let (offset, selected) = self.list.view(&keys, table.rows(area));
        table.draw(
            buffer,
            area,
            look,
            (offset, selected, rows.len()),
            |index, _| {
                let concern = &rows[index];
                let done = self.acknowledged.contains(&keys[index]);
                row(
                    seen,
                    look,
                    concern,
                    index,
                    look.focused && selected == Some(index),
                    done,
                )
            },
        );
    }

    fn act(&mut self, action: Action, seen: Seen<'_>, _whole: bool) -> Outcome {
        let (_, keys) = self.rows(seen);
        if self.list.act(action, &keys, 1) {
            return Outcome::Done;
        }
        let Some(concern) = self.selected(seen) else {
            return Outcome::Ignored;
        };
        match action {
            Action::ListOpen => Outcome::Jump(concern.about),
            Action::ChangeFix => match concern.fix {
                Some(intent) => Outcome::Ask(intent),
                None => Outcome::Say(Text::line(format!(
                    "no action of this console mends it: {}; enter opens it",
                    concern.title
                ))),
            },
            Action::AttentionAcknowledge => {
                let key = key(&concern);
                if !self.acknowledged.remove(&key) {
                    self.acknowledged.insert(key);
                }
                Outcome::Done
            }
            Action::LogsOpen | Action::JumpLogs => match concern.about {
                About::Container(key) => Outcome::Logs(vec![LogSource::Container(key)]),
                About::Node(node) => Outcome::Logs(vec![LogSource::Journal { node, unit: None }]),
                _ => Outcome::Say("this item has no log of its own; enter opens it".into()),
            },
            Action::CopyCell => Outcome::Copy(concern.title.to_string()),
            _ => Outcome::Ignored,
        }
    }

    fn back(&mut self) -> bool {
        self.list.back()
    }

    fn filter(&mut self) -> Option<&mut Filter> {
        Some(&mut self.list.filter)
    }

    fn targets(&mut self, seen: Seen<'_>) -> Vec<About> {
        let (_, keys) = self.rows(seen);
        self.list.settle(&keys);
        self.list
            .targets(&keys)
            .into_iter()
            .map(|(about, _)| about)
            .collect()
    }

    fn why(&mut self, seen: Seen<'_>) -> Vec<Figure> {
        let Some(concern) = self.selected(seen) else {
            return Vec::new();
        };
        vec![
            Figure::new("what", &concern.title, concern.detail.to_string()),
            Figure::new(
                "state",
                Sign::of_severity(concern.severity).word,
                "critical hurts now, a warning will, a note is worth knowing",
            ),
            Figure::new(
                "for",
                age(seen.now, concern.since),
                format!("since {}", concern.since),
            ),
            Figure::new(
                "order",
                "worst first",
                "then the oldest; what follows from a cause is folded under it",
            ),
        ]
    }

    fn click(&mut self, _column: u16, row: u16, seen: Seen<'_>, whole: bool) -> Outcome {
        let (_, keys) = self.rows(seen);
        let Some(row) = row.checked_sub(1) else {
            return Outcome::Ignored;
        };
        match self.list.press(usize::from(row), &keys) {
            Pressed::Nothing => Outcome::Ignored,
            Pressed::Selected => Outcome::Done,
            Pressed::Again => self.act(Action::ListOpen, seen, whole),
        }
    }
}

fn row(
    seen: Seen<'_>,
    look: &Look<'_>,
    concern: &Concern,
    index: usize,
    selected: bool,
    done: bool,
) -> Row {
    let styles = look.styles;
    let sign = Sign::of_severity(concern.severity);
    let role = if done { Role::Dim } else { sign.role };
    let title = concern.title.to_string();
    let title = match (selected, done) {
        (true, _) => styles.bold(Role::SelectionText, title),
        (false, true) => styles.ink(Role::Dim, title),
        (false, false) => styles.ink(Role::Text, title),
    };
    let fix = match &concern.fix {
        Some(intent) => styles.ink(Role::Text, words::intent(seen.world, intent)),
        None => styles.ink(Role::Faint, "–"),
    };
    let cells = vec![
        Line::from(styles.ink(Role::Dim, (index + 1).to_string())),
        Line::from(vec![
            styles.ink(role, sign.glyph),
            Ink::raw(" "),
            styles.ink(role, sign.word),
        ]),
        Line::from(vec![
            title,
            styles.ink(Role::Dim, format!("  {}", concern.detail)),
        ]),
        Line::from(styles.ink(Role::Dim, age(seen.now, concern.since))),
        Line::from(fix),
    ];
    Row {
        cells,
        marked: false,
    }
}

/// Why there is nothing to see, and whether that is good.
fn nothing(seen: Seen<'_>, filter: &Filter) -> (String, String) {
    if !filter.is_empty() {
        return (
            format!("Nothing matches /{}", filter.text()),
            "esc clears the filter".to_owned(),
        );
    }
    let totals = totals(seen.world, seen.now);
    if totals.nodes == 0 {
        return (
            "No node is watched yet.".to_owned(),
            "`wheelhouse init` writes a fleet file from what it finds; it is read again as soon as it is saved.".to_owned(),
        );
    }
    if totals.nodes_up == 0 {
        return (
            "Nothing is known yet.".to_owned(),
            format!("Connecting to {}.", words::count(totals.nodes, "node")),
        );
    }
    let healthy = seen
        .world
        .containers
        .values()
        .filter(|tracked| tracked.container.state == ContainerState::Running)
        .count();
    (
        "Nothing needs attention.".to_owned(),
        format!(
            "{} of {} answer, {healthy} containers run, {} of {} are healthy.",
            totals.nodes_up,
            words::count(totals.nodes, "node"),
            totals.services_healthy,
            words::count(totals.services, "service")
        ),
    )
}
