//! What the fleet file of the demo's fleet would declare: maintenance, schedules and what may run by itself.

use schedule::{Cron, Missed, Rule, Schedule, When, Work};
use sources::demo::Scenario;
use vocab::{Currency, Decimal, Money, NodeName, ScheduleName, Span, Text, Time};
use world::autopilot::{Allow, Hours, Mode, Policy};
use world::signals::Maintenance;

/// The machine whose link drops now and then is being seen to: that is no news while it lasts.
pub fn maintenance(scenario: Scenario, now: Time) -> Vec<Maintenance> {
    if scenario == Scenario::Quiet {
        return Vec::new();
    }
    vec![Maintenance {
        name: Text::line("network cards of us-east"),
        from: now - Span::minutes(20),
        lasts: Span::hours(2),
        every: None,
        only: vec![Text::line("edge-2")],
    }]
}

/// A restart cures these programs; everything else asks.
pub fn policy() -> Policy {
    let words = |words: &[&str]| words.iter().map(Text::line).collect();
    Policy {
        mode: Mode::On,
        budget: Some(Money::from_smallest(500, Currency::USD)),
        runs: 12,
        hours: Hours::default(),
        timezone: None,
        allow: vec![Allow {
            place: Text::line("[[autopilot.allow]] of the demo"),
            fixes: words(&["restart-container"]),
            only: words(&["langfuse", "searxng", "open-webui"]),
            hours: None,
            confidence: Decimal::new(7, 1),
            presumed: Some(Decimal::new(9, 1)),
            at_risk_most: None,
            disruptive: true,
        }],
    }
}

/// What is done by itself.
pub fn schedules() -> Vec<Schedule> {
    let cron = |text: &str| {
        let cron = Cron::new(text).ok()?;
        Some(Rule {
            when: When::Cron(Box::new(cron)),
            jitter: Span::ZERO,
            missed: Missed::Skip,
        })
    };
    let command = ["docker", "exec", "postgres", "vacuumdb", "--all"];
    let vacuum = Work::Command {
        nodes: NodeName::new("aurora").into_iter().collect(),
        command: command.map(str::to_owned).to_vec(),
    };
    let all = [
        ("backups", Work::Backups, cron("30 2 * * *")),
        ("drill", Work::Drill, cron("10 4 * * *")),
        ("certificates", Work::Certificates, cron("0 5 * * 1")),
        (
            "old-images",
            Work::PruneImages { nodes: Vec::new() },
            cron("0 4 * * 0"),
        ),
        ("vacuum", vacuum, Some(Rule::every(Span::hours(6)))),
    ];
    let schedule = |(name, work, rule): (&str, Work, Option<Rule>)| {
        Some(Schedule {
            name: ScheduleName::new(name).ok()?,
            work,
            rule: rule?,
            declared: true,
        })
    };
    all.into_iter().filter_map(schedule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_schedules_are_declared() {
        assert_eq!(schedules().len(), 5);
    }
}
