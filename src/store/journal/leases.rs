//! Leases: no two runs change one object at the same time, in whatever process.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use vocab::Text;
use world::plan::{PlanObject, StepCall};
use world::{Plan, Run, SiteOrder};

use crate::error::{Failure, StoreError};
use crate::journal::{read, recovery};

/// What a step changes for good, as a key; `None` for what may go on side by side: commands, shells, looking.
fn changed(call: &StepCall) -> Option<String> {
    match call {
        StepCall::Container { key, .. } => Some(format!("container {}/{}", key.node, key.id)),
        StepCall::RemoveObject { node, object } => {
            Some(format!("{:?} {node}/{}", object.kind, object.id))
        }
        StepCall::RestartUnit { node, unit } => Some(format!("unit {node}/{unit}")),
        StepCall::CutLog { node, log } => Some(format!("log {node}/{log}")),
        StepCall::Reboot { node } | StepCall::Reconnect { node } => Some(format!("node {node}")),
        StepCall::Run { run, .. } => Some(format!("run {run}")),
        StepCall::Site(_)
        | StepCall::Command { .. }
        | StepCall::ContainerCommand { .. }
        | StepCall::Verify(_)
        | StepCall::Handover { .. } => None,
    }
}

/// Something that only one run at a time may hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// As a key.
    object: String,
    /// In words.
    shown: String,
}

/// What a run on a site takes when its turn comes. What stands on a server is counted before another site comes, and before
/// the server is removed: one run at a time; the next one waits for it.
pub(crate) fn with_its_turn(plan: &Plan) -> Vec<Wanted> {
    let servers = plan.order().map(SiteOrder::servers).unwrap_or_default();
    let wanted = servers.into_iter().map(|server| Wanted {
        object: format!("server {server}"),
        shown: format!("server {server}"),
    });
    wanted.collect()
}

/// Takes everything the plan changes, or nothing: who holds one of them is in the error. Servers are waited for, but not
/// while nobody drives the run that holds them.
pub(crate) fn take(transaction: &Transaction<'_>, plan: &Plan, file: &Text) -> Result<(), Failure> {
    let mut wanted = Vec::new();
    if let Some(order) = plan.order() {
        for domain in order.domains() {
            let object = format!("site {domain}");
            let mut all = plan.objects.iter();
            let site = all.find(|one| one.name == domain.as_str());
            let shown = site.map_or_else(|| object.clone(), in_words);
            wanted.push(Wanted { object, shown });
        }
    }
    for step in &plan.steps {
        if let Some(object) = changed(&step.call) {
            let of = plan.objects.get(step.object);
            let shown = of.map_or_else(|| object.clone(), in_words);
            wanted.push(Wanted { object, shown });
        }
    }
    let run = plan.id.to_string();
    for wanted in wanted {
        if !put(transaction, &wanted, &run)? {
            return Err(held(transaction, &wanted.object, file)?.into());
        }
    }
    for wanted in with_its_turn(plan) {
        if let Some(holder) = other_holder(transaction, &wanted, &run)?
            && recovery::is_left(transaction, &holder)?
        {
            return Err(held(transaction, &wanted.object, file)?.into());
        }
    }
    Ok(())
}

/// Takes one thing for a run; whether it could.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    wanted: &Wanted,
    run: &str,
) -> rusqlite::Result<bool> {
    let taken = transaction
        .prepare_cached(
            "INSERT INTO leases (object, shown, run) VALUES (?1, ?2, ?3)
             ON CONFLICT (object) DO UPDATE SET shown = ?2 WHERE run = ?3",
        )?
        .execute(params![wanted.object, wanted.shown, run])?;
    Ok(taken > 0)
}

/// The other run that holds a thing, when one does.
pub(crate) fn other_holder(
    connection: &Connection,
    wanted: &Wanted,
    run: &str,
) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT run FROM leases WHERE object = ? AND run <> ?")?
        .query_row([&wanted.object, run], |row| row.get(0))
        .optional()
}

/// Gives back all that a run holds.
pub(crate) fn release(connection: &Connection, run: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM leases WHERE run = ?")?
        .execute([run])
        .map(drop)
}

fn in_words(object: &PlanObject) -> String {
    format!("{} {} on {}", object.kind, object.name, object.node)
}

fn held(transaction: &Transaction<'_>, object: &str, file: &Text) -> Result<StoreError, Failure> {
    let (shown, run): (String, String) = transaction.query_row(
        "SELECT shown, run FROM leases WHERE object = ?",
        [object],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let found = read::one(transaction, &run).optional()?.flatten();
    let Some(run) = found else {
        let what = Text::line(format!("run {run}, which holds {shown}, cannot be read"));
        return Ok(StoreError::Corrupt {
            file: file.clone(),
            what,
        });
    };
    let way_out = if recovery::is_left(transaction, &run.id().to_string())? {
        format!(
            "its process has ended: a console goes on with it, or `wheelhouse runs resume {}`",
            run.id().short()
        )
    } else {
        "wait for it or cancel it".to_owned()
    };
    Ok(StoreError::Held {
        object: Text::line(shown),
        run: run.id(),
        holder: Text::line(format!(
            "{} ({})",
            run.plan.by.user,
            run.plan.by.face.word()
        )),
        since: run.taken,
        doing: doing(&run),
        way_out: Text::line(way_out),
    })
}

/// What a run does just now.
fn doing(run: &Run) -> Text {
    let under_way =
        |step: &world::StepRecord| matches!(step.state, world::StepState::Running { .. });
    let step = run
        .steps
        .iter()
        .position(under_way)
        .and_then(|index| run.plan.steps.get(index));
    step.map_or_else(|| Text::line(run.state.word()), |step| step.title.clone())
}
