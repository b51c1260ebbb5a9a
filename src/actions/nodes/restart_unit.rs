//! Restart systemd units (systemctl(1)). A unit's invocation id changes with every start: by it one sees a new start.

use async_trait::async_trait;
use drivers::host::CommandLine;
use drivers::{Connection, DriverError, Host, Trouble};
use vocab::{NodeName, Span, Text, UnitName};
use world::plan::{Expectation, StepCall};
use world::{Confirmation, Node, Plan, Refusal, Reversibility};

use super::{as_root, running_on};
use crate::draft::{Draft, Frame, Request, distinct};
use crate::execute::effect::{Answer, Effect};
use crate::execute::look::{Look, Seen};
use crate::refuse;
use crate::words;

/// A unit may take its `TimeoutStopSec` and `TimeoutStartSec`, 90 s each by default (systemd.service(5)).
const RESTART: Span = Span::minutes(3);

/// How long it may take to be active after systemctl has returned.
const ACTIVE_WITHIN: Span = Span::minutes(1);

/// How long a look may take.
const LOOK: Span = Span::seconds(10);

/// Plans it.
pub(crate) fn plan(
    request: Request<'_>,
    targets: &[(NodeName, UnitName)],
) -> Result<Plan, Refusal> {
    let mut draft = Draft::default();
    let mut refused = Vec::new();
    for (name, unit) in distinct(targets) {
        match vetted(&request, &name) {
            Ok(node) => add(&mut draft, &request, node, &unit),
            Err(error) => refused.push(error),
        }
    }
    draft.leave_out(&refused)?;
    let title = match draft.objects.as_slice() {
        [one] => format!("restart {} on {}", one.name, one.node),
        several => format!("restart {}", words::count(several.len(), "unit")),
    };
    let frame = Frame {
        title,
        reversibility: Reversibility::Disruptive,
        confirmation: Confirmation::Letter('r'),
        verification: "looks until systemd says that it is active",
        inverse: None,
        one_by_one: false,
        each: Span::seconds(10),
    };
    Ok(draft.finish(request, frame))
}

fn vetted<'a>(request: &'a Request<'_>, name: &NodeName) -> Result<&'a Node, Refusal> {
    let node = request.node(name)?;
    match &node.condition {
        Some(condition) if condition.value.failed_units.is_none() => Err(refuse::conflict(
            format!("{name} has no systemd to ask: restart the program by a command of its own"),
        )),
        _ => Ok(node),
    }
}

fn add(draft: &mut Draft, request: &Request<'_>, node: &Node, unit: &UnitName) {
    let name = node.name();
    let condition = node.condition.as_ref();
    let failed = condition
        .and_then(|condition| condition.value.failed_units.as_ref())
        .is_some_and(|units| units.iter().any(|failed| failed.name == unit.as_str()));
    let state = match (condition, failed) {
        (None, _) => "state not known",
        (Some(_), true) => "failed",
        (Some(_), false) => "not failed",
    };
    draft.object(name, "unit", unit.as_str(), state);
    let restart = words::of(&command(unit));
    let exact = format!("{restart} (unless root: sudo -n {restart})");
    draft.step(
        "restart",
        exact,
        StepCall::RestartUnit {
            node: name.clone(),
            unit: unit.clone(),
        },
        RESTART,
    );
    let verify = Expectation::UnitActive {
        node: name.clone(),
        unit: unit.clone(),
    };
    draft.step(
        "see that it is active",
        words::of(&show(unit)),
        StepCall::Verify(Box::new(verify)),
        ACTIVE_WITHIN,
    );
    let stem = unit.as_str().split('.').next().unwrap_or_default();
    match stem {
        "docker" | "containerd" => {
            let (containers, _) = running_on(request, name);
            draft.warn(format!(
                "{} on {name} may restart with {unit}",
                words::count(containers, "container")
            ));
        }
        "ssh" | "sshd" | "networking" | "systemd-networkd" | "NetworkManager" => {
            draft.warn(format!("{unit} carries the connection to {name}: it may be lost for a moment, or for good if its settings are wrong"));
        }
        _ => {}
    }
}

fn command(unit: &UnitName) -> CommandLine {
    CommandLine::new("systemctl", ["restart", "--", unit.as_str()])
}

/// What is asked about a unit (org.freedesktop.systemd1(5)).
fn show(unit: &UnitName) -> CommandLine {
    CommandLine::new(
        "systemctl",
        [
            "show",
            "--property=LoadState,ActiveState,Type,Result,InvocationID",
            "--",
            unit.as_str(),
        ],
    )
}

/// What systemd says of a unit.
#[derive(Debug, Default, PartialEq, Eq)]
struct UnitLook {
    load: String,
    active: String,
    kind: String,
    result: String,
    invocation: String,
}

impl UnitLook {
    fn parse(text: &str) -> Self {
        let mut look = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            let field = match name {
                "LoadState" => &mut look.load,
                "ActiveState" => &mut look.active,
                "Type" => &mut look.kind,
                "Result" => &mut look.result,
                "InvocationID" => &mut look.invocation,
                _ => continue,
            };
            value.trim().clone_into(field);
        }
        look
    }

    /// Whether it is active after another start than `before`.
    fn judged(&self, before: Option<&str>) -> Look {
        let anew = before.is_none_or(|before| self.invocation != before);
        match self.active.as_str() {
            "active" | "reloading" if anew => Look::Yes("active".to_owned()),
            "active" | "reloading" => {
                Look::NotYet("it is active since before, it did not restart".to_owned())
            }
            // A one-shot unit that has done its work is not active any more (systemd.service(5)).
            "inactive" if anew && self.kind == "oneshot" && self.result == "success" => {
                Look::Yes("ran and ended well".to_owned())
            }
            "failed" if anew => Look::Never(format!(
                "it failed ({}): see systemctl status and its journal",
                self.result
            )),
            other => Look::NotYet(format!("it is {other}")),
        }
    }
}

async fn ask(host: &dyn Host, unit: &UnitName) -> drivers::error::Result<UnitLook> {
    let ran = host.run(&show(unit), b"", LOOK).await?;
    if ran.status != Some(0) {
        let said = Text::line(ran.stderr.trim_ascii());
        return Err(DriverError::new(
            Trouble::Refused,
            format!("cannot ask systemd about {unit}: {said}"),
        ));
    }
    Ok(UnitLook::parse(&String::from_utf8_lossy(&ran.stdout)))
}

/// Looks whether a unit is active, after another start than the one seen before.
pub(crate) async fn active(ends: &Connection, unit: &UnitName, before: &Seen) -> Look {
    let before = match before {
        Seen::Unit { invocation, .. } => Some(invocation.as_str()),
        _ => None,
    };
    match ask(&*ends.host, unit).await {
        Ok(look) => look.judged(before),
        Err(error) => Look::Unclear(error.text.to_string()),
    }
}

/// The effect.
pub(crate) struct UnitRestart {
    pub unit: UnitName,
}

#[async_trait]
impl Effect for UnitRestart {
    async fn look_first(&self, ends: &Connection) -> drivers::error::Result<Seen> {
        let look = ask(&*ends.host, &self.unit).await?;
        if look.load == "not-found" {
            return Err(DriverError::new(
                Trouble::NotFound,
                format!("there is no unit {} on this node", self.unit),
            ));
        }
        Ok(Seen::Unit {
            invocation: look.invocation,
            root: as_root::is_root(&*ends.host).await?,
        })
    }

    async fn perform(&self, ends: &Connection, before: &Seen) -> drivers::error::Result<Answer> {
        let root = matches!(before, Seen::Unit { root: true, .. });
        let mend = "let this user restart the unit: a sudoers line with NOPASSWD for systemctl restart, or a polkit rule for \
                    org.freedesktop.systemd1.manage-units";
        as_root::run(&*ends.host, root, &[command(&self.unit)], RESTART, mend).await
    }

    async fn look(&self, ends: &Connection, before: &Seen) -> Look {
        active(ends, &self.unit, before).await
    }

    fn settle(&self) -> Span {
        RESTART
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_active_unit_counts_only_after_another_start() {
        let look = UnitLook::parse(
            "Type=simple\nLoadState=loaded\nActiveState=active\nResult=success\nInvocationID=b2\n",
        );
        assert_eq!(look.judged(Some("a1")), Look::Yes("active".into()));
        assert!(matches!(look.judged(Some("b2")), Look::NotYet(_)));
        let done = UnitLook {
            active: "inactive".into(),
            kind: "oneshot".into(),
            result: "success".into(),
            ..UnitLook::default()
        };
        assert!(matches!(done.judged(None), Look::Yes(_)));
        let failed = UnitLook {
            active: "failed".into(),
            result: "exit-code".into(),
            ..UnitLook::default()
        };
        assert!(matches!(failed.judged(None), Look::Never(_)));
    }
}
