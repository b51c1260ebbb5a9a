//! Help: every action with its keys and its sentence, made from the registry and the keymap, searched as one types.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use tui_input::Input;
use ui::registry::ALL;
use ui::widgets::frame::{Frame, frame};
use ui::widgets::{Page, edit, input, line_input, put};
use ui::{Action, Look, Risk, Role, Scope};

use super::{Answer, Keys, place};

/// Help with what was typed to search it.
#[derive(Default)]
pub struct Help {
    search: Input,
    page: Page,
}

impl Help {
    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, action: Option<Action>) -> Answer {
        match action {
            Some(Action::InputCancel) if !self.search.value().is_empty() => self.search.reset(),
            Some(Action::InputCancel | Action::InputAccept) => return Answer::Close,
            Some(Action::InputNext) => {
                self.page.act(Action::ListDown);
            }
            Some(Action::InputPrevious) => {
                self.page.act(Action::ListUp);
            }
            _ => {
                use crossterm::event::KeyCode;
                match key.code {
                    KeyCode::PageDown => self.page.act(Action::ListPageDown),
                    KeyCode::PageUp => self.page.act(Action::ListPageUp),
                    _ => {
                        self.page.act(Action::ListTop);
                        edit(&mut self.search, key)
                    }
                };
            }
        }
        Answer::Stay
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> Answer {
        input::paste(&mut self.search, text);
        Answer::Stay
    }

    /// Draws it.
    pub fn draw(&mut self, buffer: &mut Buffer, screen: Rect, look: &Look<'_>, keys: Keys<'_>) {
        let area = place(buffer, screen, look, (110, screen.height.saturating_sub(4)));
        let mut spec = Frame::dialog("?", "help");
        spec.extra = vec![
            look.styles
                .ink(Role::Dim, "type to search, arrows scroll, esc closes"),
        ];
        if let Some(position) = self.page.position() {
            spec.note = Line::from(look.styles.ink(Role::Dim, position));
        }
        let inside = frame(buffer, area, look, spec);
        if inside.height < 3 {
            return;
        }
        let x = put(
            buffer,
            inside.x + 1,
            inside.y,
            inside.width.saturating_sub(2),
            look.styles.bold(Role::Key, "/ "),
        );
        line_input(
            buffer,
            Rect {
                x,
                y: inside.y,
                width: inside.right().saturating_sub(x + 1),
                height: 1,
            },
            look,
            &self.search,
        );
        let body = Rect {
            y: inside.y + 2,
            height: inside.height - 2,
            ..inside
        };
        let lines = lines(self.search.value(), look, keys);
        self.page.draw(buffer, body, lines);
    }
}

fn lines(search: &str, look: &Look<'_>, keys: Keys<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let search = search.to_lowercase();
    let mut lines = Vec::new();
    for scope in [
        Scope::Global,
        Scope::List,
        Scope::Logs,
        Scope::Dialog,
        Scope::Input,
    ] {
        let scopes: Vec<&str> = match scope {
            Scope::Global | Scope::List => keys.scopes.to_vec(),
            Scope::Logs => vec!["logs", "text", "global"],
            Scope::Dialog => vec!["dialog"],
            Scope::Input => vec!["input"],
        };
        let mut section = Vec::new();
        for definition in ALL.iter().filter(|definition| definition.scope == scope) {
            let bound = keys.map.all_keys_of(&scopes, definition.action).join(", ");
            let text = format!(
                "{bound} {} {} {}",
                definition.name, definition.title, definition.doc
            )
            .to_lowercase();
            if !search.split_whitespace().all(|word| text.contains(word)) {
                continue;
            }
            let bound = if bound.is_empty() {
                ":".to_owned()
            } else {
                bound
            };
            let risk = if definition.risk == Risk::Look {
                String::new()
            } else {
                format!("  {}", definition.risk.word())
            };
            section.push(Line::from(vec![
                styles.bold(Role::Key, format!("  {bound:<20} ")),
                styles.ink(Role::Text, format!("{:<17} ", definition.title)),
                styles.ink(Role::Dim, definition.doc),
                styles.ink(Role::Warn, risk),
            ]));
        }
        if !section.is_empty() {
            lines.push(Line::from(styles.bold(Role::Strong, heading(scope))));
            lines.extend(section);
            lines.push(Line::default());
        }
    }
    if lines.is_empty() {
        lines.push(Line::from(styles.ink(Role::Dim, "nothing matches")));
    }
    lines
}

const fn heading(scope: Scope) -> &'static str {
    match scope {
        Scope::Global => "everywhere",
        Scope::List => "in lists and details",
        Scope::Logs => "in the logs",
        Scope::Dialog => "in dialogs",
        Scope::Input => "while typing",
    }
}
