//! The channels of alerts: whether each would take a message, as far as that can be seen without sending one.

use cli::doctor::Check;
use engine::AlertPlan;

/// Asks each channel, side by side.
pub async fn examine(plans: Vec<AlertPlan>) -> Vec<Check> {
    super::side_by_side(plans.into_iter().map(one)).await
}

async fn one(plan: AlertPlan) -> Check {
    let channel = plan.channel;
    let name = format!("alert channel {}", channel.name);
    let Some(sender) = plan.sender else {
        return match channel.unusable {
            Some(why) => Check::missing(name, why, "correct it in the fleet file"),
            None => Check::ok(name, "shown by open consoles"),
        };
    };
    match tokio::time::timeout(super::DEADLINE, sender.check()).await {
        Ok(Ok(words)) => Check::ok(name, words),
        Ok(Err(error)) => Check::missing(
            name,
            error.to_string(),
            &*format!("then `wheelhouse alerts test {}`", channel.name),
        ),
        Err(_) => Check::warning(name, "no answer in time", "try again later"),
    }
}
