//! What is asked for when something is done with items: until when, to whom, which words.

use jiff::tz::TimeZone;
use ui::{Seen, Wish};
use vocab::due::{Edge, moment};
use vocab::{Currency, Money, Span, Text, Time};
use world::money::Terms;
use world::{MarkRequest, NoteRequest};

use super::super::Answer;
use super::field::Field;
use super::wishes::{Wrong, choice};

/// How long an item is snoozed when a word says so.
const SPANS: [(&str, Span, &str); 4] = [
    ("1h", Span::hours(1), "it comes back in an hour"),
    ("4h", Span::hours(4), "it comes back in four hours"),
    ("1d", Span::days(1), "it comes back tomorrow at this time"),
    ("1w", Span::days(7), "it comes back in a week"),
];

const UNTIL: &str =
    "a moment: 3d, monday, tomorrow 9:00, 17:00, 2026-11-30; a day means nine in the morning";

/// The fields of a wish about items.
pub fn fields(wish: &Wish) -> Vec<Field> {
    match wish {
        Wish::Snooze(_) => vec![
            Field::word(
                "for",
                "for how long it is not shown",
                SPANS.map(|(word, _, note)| choice(word, note)).into(),
            ),
            Field::line("or until", UNTIL),
            Field::line("reason", "why it can wait; may be empty"),
        ],
        Wish::Delegate(_) => vec![
            Field::line(
                "to",
                "who sees to it: a name, or a channel of the fleet file",
            ),
            Field::line("until", "when it comes back; a day when nothing is written"),
        ],
        Wish::Remark(_) => vec![Field::line("note", "what is to be written to it")],
        _ => vec![
            Field::line("what", "what is to be done"),
            Field::line(
                "due",
                "by when, if there is a date: friday, in 3 days, 17:00",
            ),
            Field::line(
                "not before",
                "until then it does not rank: monday, 2026-11-30",
            ),
            Field::line(
                "worth",
                "what it is worth in all, if that is known: 500, \"500 EUR\"",
            ),
            Field::word(
                "important",
                "whether it concerns somebody of the first importance",
                vec![
                    choice("no", "it ranks by its date and what it is worth"),
                    choice("yes", "it concerns somebody of the first importance"),
                ],
            ),
        ],
    }
}

/// What the answers come to, or the first thing that is wrong.
pub fn answer(
    wish: &Wish,
    fields: &[Field],
    seen: Seen<'_>,
    zone: &TimeZone,
) -> Result<Answer, Wrong> {
    let text = |at: usize| fields.get(at).map_or("", Field::text);
    let at = |at: usize, edge: Edge| -> Result<Option<Time>, Wrong> {
        let said = text(at);
        if said.is_empty() {
            return Ok(None);
        }
        let time = moment(said, edge, seen.now, zone).map_err(|why| (at, Text::line(why)))?;
        Ok(Some(time))
    };
    let ahead = |place: usize| -> Result<Option<Span>, Wrong> {
        match at(place, Edge::Morning)? {
            Some(until) if until <= seen.now => Err((place, "this is past".into())),
            Some(until) => Ok(Some(until.since(seen.now))),
            None => Ok(None),
        }
    };
    let needed = |at: usize, why: &str| match text(at) {
        "" => Err((at, Text::line(why))),
        said => Ok(Text::line(said)),
    };
    Ok(match wish {
        Wish::Snooze(items) => {
            let word = SPANS.iter().find(|(word, ..)| *word == text(0));
            let span = word.map_or(Span::hours(1), |(_, span, _)| *span);
            let request = MarkRequest::Snooze {
                span: ahead(1)?.unwrap_or(span),
                reason: Text::line(text(2)),
            };
            Answer::Mark(items.clone(), request)
        }
        Wish::Delegate(items) => {
            let request = MarkRequest::Delegate {
                to: needed(0, "say to whom")?,
                span: ahead(1)?.unwrap_or(Span::days(1)),
            };
            Answer::Mark(items.clone(), request)
        }
        Wish::Remark(items) => {
            let request = MarkRequest::Note(needed(0, "a note needs words")?);
            Answer::Mark(items.clone(), request)
        }
        _ => {
            let currency = seen
                .world
                .terms
                .as_ref()
                .map_or(Currency::USD, Terms::currency);
            let worth = match text(3) {
                "" => None,
                said => Some(Money::said(said, currency).map_err(|why| (3, Text::line(why)))?),
            };
            Answer::Note(NoteRequest {
                text: needed(0, "say what is to be done")?,
                due: at(1, Edge::End)?,
                from: at(2, Edge::Morning)?,
                worth,
                vip: text(4) == "yes",
                ..NoteRequest::default()
            })
        }
    })
}
