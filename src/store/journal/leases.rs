//! Leases: no two runs change one object at the same time, in whatever process.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use vocab::Text;
use world::plan::{PlanObject, StepCall};
use world::{Plan, Run};

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
        StepCall::Reboot { node } => Some(format!("node {node}")),
        StepCall::Site(_)
        | StepCall::Command { .. }
        | StepCall::ContainerCommand { .. }
        | StepCall::Verify(_)
        | StepCall::Handover { .. } => None,
    }
}

/// Takes everything the plan changes, or nothing: who holds one of them is in the error.
pub(crate) fn take(transaction: &Transaction<'_>, plan: &Plan, file: &Text) -> Result<(), Failure> {
    let mut wanted = Vec::new();
    if let Some(order) = plan.order() {
        let site = plan.objects.first();
        for domain in order.domains() {
            let object = format!("site {domain}");
            let shown = site.map_or_else(|| object.clone(), in_words);
            wanted.push((object, shown));
        }
        // What stands on a server is counted before another site comes, and before it is removed: one at a time.
        for server in order.servers() {
            wanted.push((format!("server {server}"), format!("server {server}")));
        }
    }
    for step in &plan.steps {
        if let Some(object) = changed(&step.call) {
            let of = plan.objects.get(step.object);
            let shown = of.map_or_else(|| object.clone(), in_words);
            wanted.push((object, shown));
        }
    }
    for (object, shown) in wanted {
        let taken = transaction
            .prepare_cached(
                "INSERT INTO leases (object, shown, run) VALUES (?1, ?2, ?3)
                 ON CONFLICT (object) DO UPDATE SET shown = ?2 WHERE run = ?3",
            )?
            .execute(params![object, shown, plan.id.to_string()])?;
        if taken == 0 {
            return Err(held(transaction, &object, file)?.into());
        }
    }
    Ok(())
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
    let way_out = if recovery::is_left(transaction, run.id())? {
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
