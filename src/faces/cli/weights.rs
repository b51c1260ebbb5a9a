//! `top --learn` and `top --forget`: the weights that items are scored by.

use serde::Serialize;
use world::Weights;
use world::priorities::learning::{CHOICES_NEEDED, propose};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::Tone;
use crate::print::words::count;

/// A proposal, as JSON.
#[derive(Debug, Serialize)]
struct Row {
    choices: usize,
    needed: usize,
    pairs: Option<usize>,
    in_order_now: Option<usize>,
    in_order_then: Option<usize>,
    weights: Weights,
    proposed: Option<Weights>,
    accepted: bool,
}

/// Proposes weights that fit better what was seen to first; scores by them from now on when they are accepted.
pub(crate) async fn learn(accept: bool, json: bool, context: &mut Context) -> Result<Exit> {
    let reading = async { Ok(context.watch.choices().await?) };
    let choices = context.interrupts.guard(reading).await?;
    let weights = context.watch.world().weights.clone();
    let proposal = propose(&choices, &weights);
    let accepted = match &proposal {
        Some(proposal) if accept => {
            let command = context.command.clone().ok_or(Error::ReadOnly)?;
            command.weigh(Some(proposal.weights.clone())).await?;
            true
        }
        _ => false,
    };
    let out = &mut context.console.out;
    if json {
        let proposal = proposal.as_ref();
        out.json(&Row {
            choices: choices.len(),
            needed: CHOICES_NEEDED,
            pairs: proposal.map(|proposal| proposal.pairs),
            in_order_now: proposal.map(|proposal| proposal.before),
            in_order_then: proposal.map(|proposal| proposal.after),
            weights,
            proposed: proposal.map(|proposal| proposal.weights.clone()),
            accepted,
        })?;
        return Ok(Exit::Fine);
    }
    let Some(proposal) = proposal else {
        let seen = count(choices.len(), "time");
        let said = if choices.len() < CHOICES_NEEDED {
            format!(
                "{seen} an item was seen to while others stood above it; a proposal needs {CHOICES_NEEDED}"
            )
        } else {
            format!(
                "{seen} an item was seen to while others stood above it; no other weights fit that better"
            )
        };
        out.say(Tone::Plain, said)?;
        return Ok(Exit::Fine);
    };
    out.say(
        Tone::Plain,
        format!(
            "of {} pairs the weights put {} in your order, these would put {}:",
            proposal.pairs, proposal.before, proposal.after
        ),
    )?;
    out.say(Tone::Dim, format!("  now       {}", weights.words()))?;
    let then = format!("  proposed  {}", proposal.weights.words());
    out.say(Tone::Strong, then)?;
    let said = if accepted {
        "accepted; `wheelhouse top --forget` goes back to the fleet file"
    } else {
        "take them with `wheelhouse top --learn --accept`"
    };
    out.say(Tone::Dim, said)?;
    Ok(Exit::Fine)
}

/// Scores items by the weights of the fleet file again.
pub(crate) async fn forget(context: &mut Context) -> Result<Exit> {
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    command.weigh(None).await?;
    let said = "items are scored by the weights of the fleet file again";
    context.console.err.say(Tone::Good, said)?;
    Ok(Exit::Fine)
}
