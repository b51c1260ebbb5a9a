//! Reboot nodes: seen by another boot id than before (random(4), `/proc/sys/kernel/random/boot_id`).

use async_trait::async_trait;
use drivers::host::CommandLine;
use drivers::{Connection, DriverError, Host, Trouble};
use vocab::{NodeName, Span, Text};
use world::plan::{Expectation, StepCall};
use world::{Plan, Refusal, Reversibility};

use super::{as_root, detail, running_on};
use crate::draft::{Draft, Frame, Request, distinct, typed_name};
use crate::execute::effect::{Answer, Effect};
use crate::execute::look::{Look, Seen};
use crate::words;

const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// How long the command may take to be taken on.
const ASKED_WITHIN: Span = Span::seconds(30);

/// How long a node may take to be back.
const BACK_WITHIN: Span = Span::minutes(5);

/// How long a look may take.
const LOOK: Span = Span::seconds(10);

/// Plans it. Several nodes go one by one, each seen to be back before the next goes; this machine goes last, because the
/// console ends with it.
pub(crate) fn plan(request: Request<'_>, nodes: &[NodeName]) -> Result<Plan, Refusal> {
    let mut chosen = Vec::new();
    let mut refused = Vec::new();
    for name in distinct(nodes) {
        match request.node(&name) {
            Ok(node) => chosen.push(node),
            Err(error) => refused.push(error),
        }
    }
    chosen.sort_by_key(|node| node.profile.local);
    let mut draft = Draft::default();
    for node in &chosen {
        let name = node.name();
        draft.object(name, "node", name.as_str(), detail(node));
        let exact = "systemctl reboot, else reboot (unless root: with sudo -n)";
        draft.step(
            "reboot",
            exact,
            StepCall::Reboot { node: name.clone() },
            ASKED_WITHIN,
        );
        let verify = StepCall::Verify(Box::new(Expectation::Rebooted { node: name.clone() }));
        draft.step(
            "see that it is back, with another boot id",
            words::of(&boot_id_command()),
            verify,
            BACK_WITHIN,
        );
    }
    draft.leave_out(&refused)?;
    for node in &chosen {
        warn(&mut draft, &request, node.name(), node.profile.local);
    }
    let names: Vec<Text> = draft
        .objects
        .iter()
        .map(|object| object.name.clone())
        .collect();
    let title = match names.as_slice() {
        [one] => format!("reboot {one}"),
        several => format!("reboot {}", words::count(several.len(), "node")),
    };
    let frame = Frame {
        title,
        reversibility: Reversibility::Irreversible,
        confirmation: typed_name(&names, "node"),
        verification: "looks until the node answers with another boot id, up to 5 minutes",
        inverse: None,
        one_by_one: names.len() > 1,
        each: Span::minutes(2),
    };
    Ok(draft.finish(request, frame))
}

fn warn(draft: &mut Draft, request: &Request<'_>, name: &NodeName, local: bool) {
    if local {
        draft.warn(format!("{name} is the machine this console runs on: the console ends with it and cannot see it come back"));
    }
    let (containers, services) = running_on(request, name);
    if containers > 0 {
        draft.warn(format!(
            "{} on {name}: those without a restart policy stay stopped",
            words::count(containers, "running container")
        ));
    }
    if !services.is_empty() {
        draft.warn(format!(
            "{name} serves {}",
            words::list(services.iter().map(Text::as_str), 5, ", ")
        ));
    }
}

fn boot_id_command() -> CommandLine {
    CommandLine::new("cat", [BOOT_ID])
}

async fn boot_id(host: &dyn Host) -> drivers::error::Result<String> {
    let ran = host.run(&boot_id_command(), b"", LOOK).await?;
    let id = String::from_utf8_lossy(&ran.stdout).trim().to_owned();
    if ran.status != Some(0) || id.is_empty() {
        return Err(DriverError::new(
            Trouble::Refused,
            format!("the node has no boot id in {BOOT_ID}: it cannot be seen whether it reboots"),
        ));
    }
    Ok(id)
}

/// Looks whether the node runs under another boot id than the one seen before.
pub(crate) async fn rebooted(ends: &Connection, before: &Seen) -> Look {
    let Seen::Boot { id: before, .. } = before else {
        return Look::Unclear("which boot it was on before is not known".to_owned());
    };
    match boot_id(&*ends.host).await {
        Ok(now) if now != *before => Look::Yes(format!("boot id {now}")),
        Ok(_) => Look::NotYet("it is still on the same boot".to_owned()),
        Err(error) => Look::Unclear(format!("it does not answer yet: {error}")),
    }
}

/// The effect.
pub(crate) struct Reboot;

#[async_trait]
impl Effect for Reboot {
    async fn look_first(&self, ends: &Connection) -> drivers::error::Result<Seen> {
        let id = boot_id(&*ends.host).await?;
        Ok(Seen::Boot {
            id,
            root: as_root::is_root(&*ends.host).await?,
        })
    }

    async fn perform(&self, ends: &Connection, before: &Seen) -> drivers::error::Result<Answer> {
        let root = matches!(before, Seen::Boot { root: true, .. });
        let commands = [
            CommandLine::new("systemctl", ["reboot"]),
            CommandLine::new::<String>("reboot", []),
        ];
        let mend = "let this user reboot the node: a sudoers line with NOPASSWD for systemctl reboot, or a polkit rule for \
                    org.freedesktop.login1.reboot";
        as_root::run(&*ends.host, root, &commands, ASKED_WITHIN, mend).await
    }

    async fn look(&self, ends: &Connection, before: &Seen) -> Look {
        rebooted(ends, before).await
    }

    fn settle(&self) -> Span {
        BACK_WITHIN
    }
}
