//! Trust in the fix of an item: what is asked before the autopilot tries it again in spite of its record, or does so no more.

use ui::{Outcome, Seen};
use vocab::Text;
use world::autopilot::Outcome::StillWrong;
use world::autopilot::{Attempt, Mode, TRIES, Trust, fix_word};
use world::priorities::Origin;
use world::{AutopilotRequest, Item};

use crate::words;

/// The word of the fix that an item's rule names, where the item has one that this console can carry out.
pub fn word<'a>(item: &Item, seen: Seen<'a>) -> Option<&'a str> {
    let (Origin::Signal { id, .. }, Some(_)) = (&item.origin, &item.fix) else {
        return None;
    };
    let rule = seen.world.rules.iter().find(|rule| rule.id == id.rule)?;
    rule.fix.as_ref().map(fix_word)
}

/// Under which name the fix of an item is trusted, and how.
pub fn of<'a>(item: &Item, seen: Seen<'a>) -> Option<(&'a Text, &'a Trust)> {
    seen.world.autopilot.trusted_as(word(item, seen)?, &item.id)
}

/// Whether the autopilot has failed to mend an item and is not trusted to try it again.
pub fn is_lost(item: &Item, seen: Seen<'_>) -> bool {
    let failed = |one: &Attempt| {
        one.item == item.id && one.is_automatic() && one.outcome() == Some(StillWrong)
    };
    of(item, seen).is_none() && seen.world.autopilot.attempts.values().any(failed)
}

/// By whom and since when, how often it has failed since, and where it is trusted if not on this item alone.
pub fn line(item: &Item, what: &Text, trust: &Trust, seen: Seen<'_>) -> String {
    let failed = seen.world.autopilot.failures_since_trust(what);
    let since = words::age(seen.now, trust.at);
    let word = format!("by {} for {since}, {failed} of {TRIES} failed", trust.by);
    if *what == item.id.0 {
        word
    } else {
        format!("{word}, on every item")
    }
}

/// What is asked: whether its fix is to be trusted, or no more where it is.
pub fn ask(item: &Item, seen: Seen<'_>) -> Outcome {
    let Some(fix) = word(item, seen) else {
        return Outcome::Say(Text::line(format!(
            "no fix of this console mends it, so there is none to trust: {}",
            item.title
        )));
    };
    if let Some((what, trust)) = of(item, seen) {
        let words = format!(
            "Trusted {}. Without that the record alone decides again whether the autopilot tries it.",
            line(item, what, trust, seen)
        );
        return Outcome::Autopilot(AutopilotRequest::Distrust(what.clone()), Text::line(words));
    }
    let off = match (
        seen.world.autopilot.policy.mode,
        &seen.world.autopilot.switch.stopped,
    ) {
        (_, Some(_)) => {
            " It is stopped now, so nothing begins before `wheelhouse autopilot start`."
        }
        (Mode::Off, None) => " It is off now: [autopilot] in the fleet file turns it on.",
        (Mode::DryRun | Mode::On, None) => "",
    };
    let words = format!(
        "You have looked. The autopilot tries {fix} again on \u{201c}{}\u{201d}, where the policy allows it, until it has failed {TRIES} times more. The record stays as it is.{off}",
        item.title
    );
    Outcome::Autopilot(
        AutopilotRequest::Trust(item.id.0.clone()),
        Text::line(words),
    )
}
