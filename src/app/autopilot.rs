//! From the fleet file to the autopilot's policy.

use config::Fleet;
use config::fleet::{AutopilotMode, DayHours};
use vocab::Text;
use world::autopilot::{Allow, Hours, Mode, Policy};

/// The policy that the fleet file declares.
pub fn policy(fleet: &Fleet) -> Policy {
    let spec = &fleet.autopilot;
    let hours = |hours: DayHours| Hours {
        from: hours.from,
        until: hours.until,
    };
    Policy {
        mode: match spec.mode {
            AutopilotMode::Off => Mode::Off,
            AutopilotMode::DryRun => Mode::DryRun,
            AutopilotMode::On => Mode::On,
        },
        budget: spec.budget,
        runs: spec.runs,
        hours: spec.hours.map(hours).unwrap_or_default(),
        timezone: spec.timezone.clone(),
        allow: spec
            .allow
            .iter()
            .map(|allow| Allow {
                place: Text::line(format!("[[autopilot.allow]] in line {}", allow.line)),
                fixes: allow.fixes.clone(),
                only: allow.only.clone(),
                hours: allow.hours.map(hours),
                confidence: allow.confidence,
                presumed: allow.presumed,
                at_risk_most: allow.at_risk_most,
                disruptive: allow.disruptive,
            })
            .collect(),
    }
}
