//! An effect: what a step does outside, and how one sees whether it happened.

use async_trait::async_trait;
use drivers::Connection;
use vocab::{Span, Text};
use world::plan::StepCall;

use super::look::{Look, Seen};
use crate::{containers, nodes, prune};

/// A definite answer. An answer that is not definite is a `DriverError` whose effect is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is done; what there is to say of it, and what it printed.
    Done { note: String, output: Text },
    /// It is definitely not done; why, and what it printed.
    NotDone { reason: String, output: Text },
}

impl Answer {
    /// Done, with nothing printed.
    pub fn done(note: impl Into<String>) -> Self {
        Self::Done {
            note: note.into(),
            output: Text::default(),
        }
    }
}

/// What a step does. Idempotent where the outside allows it: done already is done.
#[async_trait]
pub(crate) trait Effect: Send + Sync {
    /// Looks before anything is done. An error here means that nothing was done.
    async fn look_first(&self, ends: &Connection) -> drivers::error::Result<Seen>;

    /// Does it.
    async fn perform(&self, ends: &Connection, before: &Seen) -> drivers::error::Result<Answer>;

    /// Whether it happened, when no answer came or it was refused.
    async fn look(&self, ends: &Connection, before: &Seen) -> Look;

    /// How long it may still come about after no answer came.
    fn settle(&self) -> Span {
        Span::seconds(30)
    }
}

/// The effect of a call; `None` when it has none of its own (a verification, a shell that the face opens).
pub(crate) fn of(call: &StepCall) -> Option<Box<dyn Effect>> {
    Some(match call {
        StepCall::Container { verb, key } => Box::new(containers::Change {
            action: containers::action(*verb),
            id: key.id.clone(),
        }),
        StepCall::RemoveObject { object, .. } => Box::new(prune::Removal {
            object: object.clone(),
        }),
        StepCall::CutLog { log, .. } => Box::new(nodes::logs::LogCut { log: log.clone() }),
        StepCall::RestartUnit { unit, .. } => {
            Box::new(nodes::restart_unit::UnitRestart { unit: unit.clone() })
        }
        StepCall::Reconnect { .. } => Box::new(nodes::reconnect::Reconnect),
        StepCall::Reboot { .. } => Box::new(nodes::reboot::Reboot),
        StepCall::Command { command, .. } => Box::new(nodes::command::NodeCommand {
            command: command.clone(),
        }),
        StepCall::ContainerCommand { key, command } => Box::new(containers::command::InContainer {
            id: key.id.clone(),
            command: command.clone(),
        }),
        StepCall::Site(_)
        | StepCall::Run { .. }
        | StepCall::Verify(_)
        | StepCall::Handover { .. } => return None,
    })
}

/// How long a command may run.
pub(crate) const COMMAND_DEADLINE: Span = Span::minutes(5);

/// The end of what a command printed, at most 64 KB, masked and safe.
pub(crate) fn printed(pieces: &[&[u8]]) -> Text {
    const KEPT: usize = 64 * 1024;
    let all = vocab::mask::mask(&String::from_utf8_lossy(&pieces.concat()));
    let mut from = all.len().saturating_sub(KEPT);
    while !all.is_char_boundary(from) {
        from += 1;
    }
    Text::block(&all[from..])
}

/// What an exit status means: 0 is done, all else is not.
pub(crate) fn by_status(status: i32, output: Text) -> Answer {
    // sh(1): 126 cannot be executed, 127 not found; Docker's exec answers the same.
    let hint = match status {
        0 => {
            return Answer::Done {
                note: "exit status 0".to_owned(),
                output,
            };
        }
        126 => " (it cannot be executed)",
        127 => " (there is no such program)",
        _ => "",
    };
    Answer::NotDone {
        reason: format!("exit status {status}{hint}"),
        output,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_masked_bounded_and_safe() {
        assert_eq!(
            printed(&[b"a\n", b"password=hunter2\n"]),
            "a\npassword=••••••••\n"
        );
        assert_eq!(printed(&[b"\x1b[2Jx"]), "\u{fffd}x");
        let long = printed(&["é".repeat(60_000).as_bytes(), b"end"]);
        assert!(long.len() <= 64 * 1024 && long.ends_with("end"));
    }

    #[test]
    fn statuses() {
        assert_eq!(by_status(0, Text::default()), Answer::done("exit status 0"));
        let Answer::NotDone { reason, .. } = by_status(127, Text::default()) else {
            panic!("127 is a failure")
        };
        assert_eq!(reason, "exit status 127 (there is no such program)");
    }
}
