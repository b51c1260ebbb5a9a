//! Consent: what the operator has to do for a plan to run. Enter alone never confirms; what cannot be taken back needs its
//! name typed, also in a script.

use vocab::Text;
use world::{Confirmation, Consent, Plan};

use super::ActOptions;
use crate::context::Context;
use crate::error::{Error, Result};

/// Asks for what the plan asks for, unless the command line has said it.
pub(super) async fn obtain(
    context: &mut Context,
    plan: &Plan,
    options: &ActOptions,
) -> Result<Consent> {
    match (&plan.confirmation, options.yes) {
        (Confirmation::TypedName(wanted), true) => {
            typed_beforehand(wanted, options.name.as_deref())
        }
        (_, true) => Ok(Consent::Script),
        // A backup changes nothing of its site: it is made, and tried, by a timer as well.
        (Confirmation::Grace(_), false) if plan.order().is_some() => Ok(Consent::Grace),
        (confirmation, false) if context.console.is_interactive() => {
            ask(context, confirmation).await
        }
        (Confirmation::TypedName(wanted), false) => Err(not_confirmed(format!(
            "this is no terminal to confirm on: add --yes --name \"{wanted}\"; nothing was changed"
        ))),
        (_, false) => Err(not_confirmed(
            "this is no terminal to confirm on: add --yes; nothing was changed",
        )),
    }
}

fn typed_beforehand(wanted: &Text, given: Option<&str>) -> Result<Consent> {
    match given.map(Text::line) {
        Some(given) if given == *wanted => Ok(Consent::Typed(given)),
        Some(given) => Err(not_confirmed(format!(
            "--name \"{given}\" is not what this plan is about: it asks for \"{wanted}\"; nothing was changed"
        ))),
        None => Err(not_confirmed(format!(
            "this cannot be taken back, and --yes alone is not enough: add --name \"{wanted}\"; nothing was changed"
        ))),
    }
}

async fn ask(context: &mut Context, confirmation: &Confirmation) -> Result<Consent> {
    let question = match confirmation {
        // The grace window asks for nothing: it is the time in which ctrl-c takes it back.
        Confirmation::Grace(_) => return Ok(Consent::Grace),
        Confirmation::Letter(letter) => {
            format!("type {letter} and Enter to go on, anything else to leave it:")
        }
        Confirmation::TypedName(name) => {
            format!("this cannot be taken back; type {name} and Enter to go on:")
        }
    };
    context.console.err.ask(question)?;
    let input = &mut context.console.input;
    let answer = context
        .interrupts
        .guard(async { Ok(input.line().await) })
        .await?;
    let answer = answer.as_deref().map(str::trim).unwrap_or_default();
    let consent = match confirmation {
        Confirmation::Grace(_) => Some(Consent::Grace),
        Confirmation::Letter(letter) => {
            (answer == letter.to_string()).then_some(Consent::Letter(*letter))
        }
        Confirmation::TypedName(name) => {
            (!answer.is_empty() && *name == *answer).then(|| Consent::Typed(name.clone()))
        }
    };
    consent.ok_or_else(|| not_confirmed("not confirmed; nothing was changed"))
}

fn not_confirmed(text: impl AsRef<str>) -> Error {
    Error::NotConfirmed(Text::line(text.as_ref()))
}
