//! One process of an installation runs schedules and goes on with what was left: which one that is, looked up again and
//! again, and what this one does when it is.

use std::os::unix::fs::MetadataExt;

use store::KeptAlerts;
use vocab::{Text, Time};
use world::{Executor, ExecutorKind, Fact, Notice, NoticeKind};

use crate::core::Core;
use crate::handle::Request;
use crate::schedules::Records;

/// What a process is there for: whether it may become the one that does what is done by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is over in a moment.
    Passing,
    /// It carries out a wish about sites, and is over: it looks at nothing that the wish does not ask for.
    Acting,
    /// It stays, and may change nothing: a wall, a console that only looks on.
    Watching,
    /// It goes on with runs that were left, to their end, and nothing else.
    Resuming,
    /// It stays, and does what is done by itself when no other does.
    Staying(ExecutorKind),
}

/// What a look came to: who is the executor, and how the schedules stand by the store.
pub(crate) struct Attended {
    executor: Option<Executor>,
    records: Records,
    alerts: KeptAlerts,
}

impl Core {
    /// Whether this process is the one.
    pub(crate) fn is_executor(&self) -> bool {
        self.world
            .executor
            .as_ref()
            .is_some_and(|executor| executor.here)
    }

    /// The first look: who is the one, and how the schedules stand. Claims nothing, so that a start waits for no disk.
    pub(crate) async fn look_first(&mut self, store: &store::Store) {
        let now = drivers::clock::now();
        let looked = async {
            let executor = store.attend(None, now).await?;
            let records = store.schedules(now).await?;
            let alerts = store.alerts(0).await?;
            Ok::<_, store::StoreError>((executor, records, alerts))
        };
        // A store that cannot be read now is looked at again in a moment.
        if let Ok((executor, records, alerts)) = looked.await {
            self.take_alerts(alerts);
            self.observe(Fact::ExecutorSeen(executor));
            self.take_records(records, now);
        }
    }

    /// Looks who is the one, and tries to be it where it may; in a task of its own, one at a time.
    pub(crate) fn attend(&mut self) {
        let Some(store) = self.store.clone() else {
            return;
        };
        if self.attending || self.cancel_of_runs.is_cancelled() {
            return;
        }
        self.attending = true;
        let claim = match self.role {
            Role::Staying(kind) => Some(kind),
            Role::Passing | Role::Acting | Role::Watching | Role::Resuming => None,
        };
        let names: Vec<_> = self
            .fabric
            .schedules
            .iter()
            .map(|schedule| schedule.name.clone())
            .collect();
        let alerts = self.alerting.read();
        let requests = self.requests.clone();
        self.tasks.spawn(async move {
            let now = drivers::clock::now();
            let looked = async {
                let executor = store.attend(claim, now).await?;
                if executor.as_ref().is_some_and(|executor| executor.here) {
                    store.settle_schedules(names, now).await?;
                }
                Ok::<_, store::StoreError>(Attended {
                    executor,
                    records: store.schedules(now).await?,
                    alerts: store.alerts(alerts).await?,
                })
            };
            // A store that cannot be read now is read the next time; until then nothing new is begun.
            let attended = looked.await.ok();
            drop(requests.send(Request::Attended(attended)).await);
        });
    }

    /// Takes in what a look came to.
    pub(crate) fn attended(&mut self, attended: Option<Attended>) {
        self.attending = false;
        let Some(Attended {
            executor,
            records,
            alerts,
        }) = attended
        else {
            return;
        };
        self.take_alerts(alerts);
        let was = self.is_executor();
        if self.world.executor != executor {
            self.compare_programs(executor.as_ref());
            self.observe(Fact::ExecutorSeen(executor));
        }
        let now = drivers::clock::now();
        let begins = self.is_executor() && !was;
        self.take_records(records, now);
        if begins {
            tracing::info!("this process runs schedules and goes on with what was left");
            self.look_for_left();
        }
        self.begin_due(now);
    }

    /// Says when the process that does what is done by itself was started from another program file than this one: after
    /// an update it goes on as it was before.
    fn compare_programs(&mut self, executor: Option<&Executor>) {
        let (kind, subject) = (NoticeKind::Version, Text::line("the executor"));
        let other = executor.filter(|executor| !executor.here);
        let Some(executor) = other.filter(|other| is_other_program(other.pid)) else {
            let key = Notice::key(kind, &subject);
            if self.world.notices.contains_key(&key) {
                self.observe(Fact::NoticeCleared { kind, subject });
            }
            return;
        };
        let text = format!(
            "process {} runs the schedules and was started from another program file than this one: restart it if this \
             one is newer",
            executor.pid
        );
        self.observe(Fact::Noticed(Notice {
            kind,
            subject,
            text: Text::line(text),
            grave: true,
        }));
    }

    /// Gives the place up at the end, so that the next one need not find out.
    pub(crate) async fn give_up(&mut self) {
        if self.is_executor()
            && let Some(store) = &self.store
            && let Err(error) = store.give_up().await
        {
            tracing::warn!(%error, "the next executor has to find out that this one is gone");
        }
    }

    /// Since when somebody is there who begins turns.
    pub(crate) fn present(&self) -> Option<Time> {
        self.world.executor.as_ref().map(|executor| executor.since)
    }
}

/// Whether a process was started from another file than this one; what cannot be seen is no reason to say so.
fn is_other_program(pid: u32) -> bool {
    let file = |process: &str| {
        let meta = std::fs::metadata(format!("/proc/{process}/exe")).ok()?;
        Some((meta.dev(), meta.ino()))
    };
    match (file(&pid.to_string()), file("self")) {
        (Some(theirs), Some(ours)) => theirs != ours,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_process_of_another_file_is_told_from_one_of_the_same() {
        assert!(!is_other_program(std::process::id()));
        let mut other = Command::new("sleep");
        let mut other = other.arg("60").stdin(Stdio::null()).spawn().unwrap();
        assert!(is_other_program(other.id()));
        other.kill().unwrap();
        other.wait().unwrap();
        assert!(
            !is_other_program(other.id()),
            "one that is gone says nothing"
        );
    }
}
