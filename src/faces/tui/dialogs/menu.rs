//! The menu of actions: everything that can be done with the selection, with its letter and its risk.

use std::collections::BTreeSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ui::widgets::frame::{Frame, frame};
use ui::widgets::put;
use ui::{Action, KeyMap, Look, Risk, Role, View};

use super::{Answer, place};

/// A line of the menu.
struct Item {
    letter: char,
    action: Action,
}

/// Its cells, with room for a whole sentence on each action.
const WIDE: u16 = 112;

/// The menu.
pub struct Menu {
    subject: String,
    items: Vec<Item>,
    selected: usize,
}

/// What can be done with a site.
const OF_A_SITE: &[Action] = &[
    Action::ListOpen,
    Action::WhyShow,
    Action::JumpService,
    Action::CopyCell,
    Action::CopyCommand,
    Action::ChangeDeploy,
    Action::ChangeRelease,
    Action::ChangeRollback,
    Action::ChangeBackup,
    Action::ChangeDump,
    Action::ChangeDrill,
    Action::ChangeRestore,
    Action::ChangeRestart,
    Action::ChangeRenew,
    Action::ChangeSuspend,
    Action::ChangeResume,
    Action::ChangeMove,
    Action::ChangeGrow,
    Action::ChangeRehearse,
    Action::ChangeFailover,
    Action::ChangeRename,
    Action::ChangeDelete,
];

/// What can be done with a log.
const OF_A_LOG: &[Action] = &[
    Action::LogsFollow,
    Action::LogsMarker,
    Action::LogsTimestamps,
    Action::LogsWrap,
    Action::LogsLevel,
    Action::LogsFields,
    Action::LogsSources,
    Action::LogsNextError,
    Action::LogsPreviousError,
    Action::LogsExport,
    Action::CopyCell,
];

/// What can be done in a view, looking first.
const fn offered(view: View) -> &'static [Action] {
    use Action as A;
    match view {
        View::Top => &[
            A::ListOpen,
            A::WhyShow,
            A::LogsOpen,
            A::ItemAcknowledge,
            A::ItemSnooze,
            A::ItemDelegate,
            A::ItemNote,
            A::ItemDone,
            A::ItemClear,
            A::ItemAll,
            A::NoteWrite,
            A::CopyCell,
            A::ChangeFix,
            A::ChangeTrust,
        ],
        View::Nodes => &[
            A::ListOpen,
            A::WhyShow,
            A::LogsOpen,
            A::ShellOpen,
            A::JumpContainer,
            A::CopyCell,
            A::ChangeRestartUnit,
            A::ChangeReconnect,
            A::ChangeReboot,
            A::ChangePrune,
            A::ChangePruneLogs,
        ],
        View::Containers => &[
            A::ListOpen,
            A::WhyShow,
            A::LogsOpen,
            A::ShellOpen,
            A::JumpNode,
            A::JumpService,
            A::CopyCell,
            A::CopyCommand,
            A::ChangeStart,
            A::ChangePause,
            A::ChangeUnpause,
            A::ChangeRestart,
            A::ChangeStop,
            A::ChangeKill,
            A::ChangeRemove,
        ],
        View::Services => &[
            A::ListOpen,
            A::WhyShow,
            A::LogsOpen,
            A::JumpNode,
            A::JumpContainer,
            A::CopyCell,
            A::CopyCommand,
        ],
        View::Runs => &[
            A::ListOpen,
            A::WhyShow,
            A::JumpNode,
            A::JumpContainer,
            A::CopyCell,
            A::RunUndo,
            A::ChangeFix,
        ],
        View::Logs => OF_A_LOG,
        View::Sites => OF_A_SITE,
        View::Revenue => &[A::ListOpen, A::RevenueExport, A::CopyCell, A::CopyCommand],
        View::Schedules => &[
            A::ListOpen,
            A::WhyShow,
            A::CopyCell,
            A::CopyCommand,
            A::ChangeRunNow,
            A::ChangeHold,
            A::ChangeGoOn,
        ],
        View::Overview => &[],
    }
}

impl Menu {
    /// What can be done with `subject` in a view, as far as it is offered. Letters are those of the keymap where an action has one letter of its
    /// own; changes get capitals, so that no lower-case letter changes anything here either.
    pub fn new(
        subject: String,
        view: View,
        map: &KeyMap,
        scopes: &[&str],
        mut offers: impl FnMut(Action) -> bool,
    ) -> Self {
        let shown = offered(view).iter().copied();
        let shown: Vec<Action> = shown.filter(|action| offers(*action)).collect();
        let bound = |action: Action| {
            let keys = map.keys_of(scopes, action)?;
            let mut chars = keys.chars();
            chars.next().filter(|_| chars.next().is_none())
        };
        // The letters of the keymap are for the actions they belong to: none may mean another one here.
        let own: BTreeSet<char> = shown.iter().filter_map(|action| bound(*action)).collect();
        let mut items: Vec<Item> = Vec::new();
        for action in shown {
            let free = |letter: &char| {
                !own.contains(letter) && !items.iter().any(|item| item.letter == *letter)
            };
            let case = |c: char| {
                if action.definition().risk.changes() {
                    c.to_ascii_uppercase()
                } else {
                    c.to_ascii_lowercase()
                }
            };
            let title = action.title().chars().filter(char::is_ascii_alphabetic);
            let letter = bound(action).or_else(|| title.chain('a'..='z').map(case).find(free));
            items.extend(letter.map(|letter| Item { letter, action }));
        }
        Self {
            subject,
            items,
            selected: 0,
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, action: Option<Action>) -> Answer {
        let last = self.items.len().saturating_sub(1);
        match action {
            Some(Action::DialogCancel) => return Answer::Close,
            Some(Action::ListDown | Action::DialogNext) => {
                self.selected = if self.selected == last {
                    0
                } else {
                    self.selected + 1
                }
            }
            Some(Action::ListUp | Action::DialogPrevious) => {
                self.selected = self.selected.checked_sub(1).unwrap_or(last);
            }
            Some(Action::DialogPress) => {
                return self
                    .items
                    .get(self.selected)
                    .map_or(Answer::Close, |item| Answer::Act(item.action));
            }
            _ => {
                if let KeyCode::Char(c) = key.code
                    && !key
                        .modifiers
                        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
                    && let Some(item) = self.items.iter().find(|item| item.letter == c)
                {
                    return Answer::Act(item.action);
                }
            }
        }
        Answer::Stay
    }

    /// Draws it.
    pub fn draw(&self, buffer: &mut Buffer, screen: Rect, look: &Look<'_>) {
        let styles = look.styles;
        let area = place(buffer, screen, look, (WIDE, self.items.len() as u16 + 4));
        let mut spec = Frame::dialog("x", "actions");
        spec.extra = vec![styles.ink(Role::Dim, self.subject.clone())];
        let inside = frame(buffer, area, look, spec);
        let first = self
            .selected
            .saturating_sub(usize::from(inside.height.saturating_sub(2)).saturating_sub(1));
        let rows = Rect {
            y: inside.y + u16::from(inside.height > 4),
            ..inside
        };
        for (y, (index, item)) in
            (rows.y..inside.bottom()).zip(self.items.iter().enumerate().skip(first))
        {
            let definition = item.action.definition();
            let role = match definition.risk {
                Risk::Look => Role::Dim,
                Risk::Reversible | Risk::Varies => Role::Info,
                Risk::Disruptive => Role::Warn,
                Risk::Irreversible => Role::Bad,
            };
            let line = vec![
                styles.ink(Role::Accent, if index == self.selected { "▌" } else { " " }),
                styles.bold(Role::Key, format!(" {}  ", item.letter)),
                styles.ink(Role::Text, format!("{:<18}", definition.title)),
                styles.ink(role, format!("{:<13}", definition.risk.word())),
                styles.ink(Role::Dim, definition.doc),
            ];
            put(
                buffer,
                inside.x,
                y,
                inside.width.saturating_sub(1),
                Line::from(line),
            );
            if index == self.selected {
                buffer.set_style(
                    Rect {
                        x: inside.x,
                        y,
                        width: inside.width,
                        height: 1,
                    }
                    .intersection(inside),
                    styles.of(Role::Selection),
                );
            }
        }
    }
}
