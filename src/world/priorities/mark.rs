//! What the operator does with items, and the operator's own notes. Kept in the store, the same in every process.

use serde::{Deserialize, Serialize};
use vocab::{Money, Span, Text, Time};

use super::ItemId;
use crate::refusal::{Refusal, RefusalKind};

/// Until when an item is not shown, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    /// Until then.
    pub until: Time,
    /// Why; may be empty.
    pub reason: Text,
}

/// Who sees to an item instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// A name, or a channel of the fleet file.
    pub to: Text,
    /// When it comes back.
    pub until: Time,
}

/// What the operator did with an item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Mark {
    /// When it was seen, and by whom: it goes below those nobody has seen.
    pub acknowledged: Option<(Time, Text)>,
    /// Until when it is not shown.
    pub snoozed: Option<Snooze>,
    /// Who sees to it instead.
    pub delegated: Option<Delegation>,
    /// When it was said to be done, and by whom. A signal that is still wrong comes back by itself.
    pub done: Option<(Time, Text)>,
    /// When it was put away by itself, because it was neither important nor urgent for long.
    pub archived: Option<Time>,
    /// What was written to it, the newest last: when, who, what.
    pub notes: Vec<(Time, Text, Text)>,
}

/// The most notes kept of one item; the oldest go.
pub const NOTES_KEPT: usize = 50;

/// The longest that anything can be snoozed or delegated.
pub const LONGEST: Span = Span::days(366);

impl Mark {
    /// Whether nothing is said in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The mark after a request, and what was done in words. Refused where the words say nothing or the end is not one.
    pub fn after(
        &self,
        request: &MarkRequest,
        by: &Text,
        now: Time,
    ) -> Result<(Self, Text), Refusal> {
        let mut mark = self.clone();
        let refuse = |words: &str| Err(Refusal::new(RefusalKind::Invalid, words));
        let bounded = |span: Span| span > Span::ZERO && span <= LONGEST;
        let words = match request {
            MarkRequest::Acknowledge => {
                mark.acknowledged = Some((now, by.clone()));
                "acknowledged".to_owned()
            }
            MarkRequest::Snooze { span, .. } | MarkRequest::Delegate { span, .. }
                if !bounded(*span) =>
            {
                return refuse("say for how long: from a moment to 366 days");
            }
            MarkRequest::Snooze { span, reason } => {
                let until = now + *span;
                mark.snoozed = Some(Snooze {
                    until,
                    reason: reason.clone(),
                });
                said(&format!("snoozed until {until}"), reason)
            }
            MarkRequest::Delegate { to, .. } if to.trim().is_empty() => {
                return refuse("say to whom");
            }
            MarkRequest::Delegate { to, span } => {
                let until = now + *span;
                mark.delegated = Some(Delegation {
                    to: to.clone(),
                    until,
                });
                format!("delegated to {to} until {until}")
            }
            MarkRequest::Note(text) if text.trim().is_empty() => {
                return refuse("a note needs words");
            }
            MarkRequest::Note(text) => {
                mark.notes.push((now, by.clone(), text.clone()));
                let over = mark.notes.len().saturating_sub(NOTES_KEPT);
                mark.notes.drain(..over);
                said("noted", text)
            }
            MarkRequest::Done => {
                mark.done = Some((now, by.clone()));
                "done".to_owned()
            }
            MarkRequest::Clear => {
                mark = Self {
                    notes: mark.notes,
                    ..Self::default()
                };
                "cleared".to_owned()
            }
        };
        Ok((mark, Text::line(words)))
    }
}

fn said(what: &str, words: &Text) -> String {
    if words.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {words}")
    }
}

/// What is to be done with an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MarkRequest {
    /// It was seen.
    Acknowledge,
    /// It is not to be shown for so long.
    Snooze {
        /// For how long.
        span: Span,
        /// Why.
        reason: Text,
    },
    /// Somebody else sees to it for so long.
    Delegate {
        /// Who.
        to: Text,
        /// For how long; then it comes back.
        span: Span,
    },
    /// Something is to be written to it.
    Note(Text),
    /// It is done.
    Done,
    /// Whatever was said of it is taken back, but for its notes.
    Clear,
}

/// A note of the operator, a deal, or what another system reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its id: unique; of a report `SYSTEM KEY`, so that a repeat replaces it.
    pub id: Text,
    /// What is to be done.
    pub text: Text,
    /// Who wrote it.
    pub by: Text,
    /// The system that reported it; `None` for what a person wrote, which is never put away by itself.
    #[serde(default)]
    pub system: Option<Text>,
    /// When.
    pub at: Time,
    /// By when it is to be done.
    pub due: Option<Time>,
    /// Before then nothing can be done about it: it does not rank.
    pub from: Option<Time>,
    /// What it is worth in all.
    pub worth: Option<Money>,
    /// Whether it concerns somebody of the first importance.
    pub vip: bool,
}

/// A note that is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteRequest {
    /// The id, for a report that may be repeated; a new one when not given.
    pub id: Option<Text>,
    /// What is to be done.
    pub text: Text,
    /// By when.
    pub due: Option<Time>,
    /// Before then it does not rank.
    pub from: Option<Time>,
    /// What it is worth.
    pub worth: Option<Money>,
    /// Whether it concerns somebody of the first importance.
    pub vip: bool,
    /// The system that reports it; the operator when not given.
    pub system: Option<Text>,
}

/// What the operator did with items, by item.
pub type Marks = std::collections::BTreeMap<ItemId, Mark>;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_795_269_728_000);

    fn after(mark: &Mark, request: &MarkRequest) -> Mark {
        mark.after(request, &"operator".into(), NOW).unwrap().0
    }

    #[test]
    fn clearing_keeps_what_was_written() {
        let noted = after(&Mark::default(), &MarkRequest::Note("called them".into()));
        let seen = after(&noted, &MarkRequest::Acknowledge);
        assert_eq!(seen.acknowledged, Some((NOW, "operator".into())));
        assert_eq!(after(&seen, &MarkRequest::Clear), noted);
    }

    #[test]
    fn what_has_no_end_or_no_words_is_refused() {
        let refused = |request| {
            Mark::default()
                .after(&request, &"operator".into(), NOW)
                .is_err()
        };
        let snooze = |span| MarkRequest::Snooze {
            span,
            reason: Text::default(),
        };
        assert!(refused(snooze(Span::ZERO)));
        assert!(refused(snooze(Span::days(400))));
        assert!(refused(MarkRequest::Note(" ".into())));
        assert!(refused(MarkRequest::Delegate {
            to: "".into(),
            span: Span::hours(1)
        }));
        let (mark, words) = Mark::default()
            .after(&snooze(Span::hours(1)), &"operator".into(), NOW)
            .unwrap();
        assert_eq!(mark.snoozed.unwrap().until, NOW + Span::hours(1));
        assert_eq!(words.as_str(), "snoozed until 2026-11-21T15:02:08.000Z");
    }

    #[test]
    fn only_so_many_notes_are_kept() {
        let mut mark = Mark::default();
        for number in 0..60 {
            mark = after(
                &mark,
                &MarkRequest::Note(Text::line(format!("note {number}"))),
            );
        }
        assert_eq!(mark.notes.len(), NOTES_KEPT);
        assert_eq!(mark.notes[0].2, "note 10");
    }
}
