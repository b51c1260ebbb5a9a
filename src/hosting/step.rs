//! A step of a run on a site, as a saga sees it: which file does it, from which level it is taken back, how long it settles.

use std::sync::Arc;

use async_trait::async_trait;
use saga::{Facts, Look, Object, Outcome, Step, Undone};
use vocab::{RollbackLevel, Span};
use world::{BackupStep, SiteStep};

use crate::backup::Told;
use crate::steps::{
    answers, backup, base, book, container, customer, database, end, host_key, record, resolves,
    retire, route, server, ssh_key, subscription, switch, upload,
};
use crate::work::Work;

/// One step with what it works with.
pub(crate) struct Doing {
    pub step: SiteStep,
    pub work: Arc<Work>,
    pub told: Told,
}

/// A text of the step for the journal.
pub(crate) const fn word(step: SiteStep) -> &'static str {
    match step {
        SiteStep::SshKey => "ssh key",
        SiteStep::Server => "server",
        SiteStep::HostKey => "host key",
        SiteStep::Base => "base",
        SiteStep::Upload => "upload",
        SiteStep::Database => "database",
        SiteStep::Container => "container",
        SiteStep::Switch => "switch",
        SiteStep::Route => "route",
        SiteStep::Record => "record",
        SiteStep::Resolves => "resolves",
        SiteStep::Answers => "answers",
        SiteStep::Customer => "customer",
        SiteStep::Subscription => "subscription",
        SiteStep::Book => "book",
        SiteStep::Retire => "retire",
        SiteStep::EndSubscription => "end subscription",
        SiteStep::EndRecord => "end record",
        SiteStep::EndContainers => "end containers",
        SiteStep::EndServer => "end server",
        SiteStep::EndBook => "end book",
        SiteStep::Backup(step) => crate::backup::word(step),
    }
}

#[async_trait]
impl Step for Doing {
    fn name(&self) -> &str {
        word(self.step)
    }

    fn undone_from(&self) -> Option<RollbackLevel> {
        match self.step {
            SiteStep::Backup(step) => backup::undone_from(step),
            // What is gone is not billed: the subscription goes with the server.
            SiteStep::Server | SiteStep::Record | SiteStep::Subscription => {
                Some(RollbackLevel::Partial)
            }
            // What a release run changed on the server goes back with any level: the old release is served again.
            SiteStep::Switch => Some(RollbackLevel::Soft),
            SiteStep::Container | SiteStep::Route if self.work.order.before.is_some() => {
                Some(RollbackLevel::Soft)
            }
            SiteStep::Customer | SiteStep::Book | SiteStep::Upload => Some(RollbackLevel::Full),
            // On a server that goes, or shared by all sites of the installation, or only looked at.
            SiteStep::SshKey
            | SiteStep::HostKey
            | SiteStep::Base
            | SiteStep::Database
            | SiteStep::Container
            | SiteStep::Route
            | SiteStep::Resolves
            | SiteStep::Answers
            | SiteStep::Retire
            | SiteStep::EndSubscription
            | SiteStep::EndRecord
            | SiteStep::EndContainers
            | SiteStep::EndServer
            | SiteStep::EndBook => None,
        }
    }

    fn settle(&self) -> Span {
        let [servers, names, money] = self.work.ends.waits.settle;
        match self.step {
            SiteStep::SshKey | SiteStep::Server | SiteStep::EndServer => servers,
            SiteStep::Record | SiteStep::EndRecord => names,
            SiteStep::Customer | SiteStep::Subscription | SiteStep::EndSubscription => money,
            SiteStep::Backup(BackupStep::Redirect) => names,
            SiteStep::Backup(_) => backup::settle(&self.work),
            // Done over a connection of ours, whose end ends the command, or by ourselves.
            _ => Span::ZERO,
        }
    }

    async fn look(&self, facts: &Facts) -> Look {
        let work = &*self.work;
        match self.step {
            SiteStep::SshKey => ssh_key::look(work).await,
            SiteStep::Server => server::look(work).await,
            SiteStep::Upload => upload::look(work, facts).await,
            SiteStep::Switch => switch::look(work, facts).await,
            SiteStep::Record => record::look(work, facts).await,
            SiteStep::Customer => customer::look(work).await,
            SiteStep::Subscription => subscription::look(work, facts).await,
            SiteStep::Book => book::look(work).await,
            SiteStep::Backup(step) => backup::look(work, step, facts, &self.told).await,
            // Doing it again is looking.
            SiteStep::HostKey
            | SiteStep::Base
            | SiteStep::Database
            | SiteStep::Container
            | SiteStep::Route
            | SiteStep::Resolves
            | SiteStep::Answers
            | SiteStep::Retire
            | SiteStep::EndSubscription
            | SiteStep::EndRecord
            | SiteStep::EndContainers
            | SiteStep::EndServer
            | SiteStep::EndBook => Look::Absent,
        }
    }

    async fn perform(&self, facts: &Facts, key: &str) -> Outcome {
        let work = &*self.work;
        match self.step {
            SiteStep::SshKey => ssh_key::perform(work).await,
            SiteStep::Server => server::perform(work, facts).await,
            SiteStep::HostKey => host_key::perform(work, facts).await,
            SiteStep::Base => base::perform(work, facts).await,
            SiteStep::Upload => upload::perform(work, facts).await,
            SiteStep::Database => database::perform(work, facts).await,
            SiteStep::Container => container::perform(work, facts).await,
            SiteStep::Switch => switch::perform(work, facts).await,
            SiteStep::Route => route::perform(work, facts).await,
            SiteStep::Record => record::perform(work, facts).await,
            SiteStep::Resolves => resolves::perform(work, facts).await,
            SiteStep::Answers => answers::perform(work, facts).await,
            SiteStep::Customer => customer::perform(work, key).await,
            SiteStep::Subscription => subscription::perform(work, facts, key).await,
            SiteStep::Book => book::perform(work, facts).await,
            SiteStep::Retire => retire::perform(work, facts).await,
            SiteStep::EndSubscription => end::subscription(work).await,
            SiteStep::EndRecord => end::record(work).await,
            SiteStep::EndContainers => end::containers(work).await,
            SiteStep::EndServer => end::server(work).await,
            SiteStep::EndBook => end::book(work).await,
            SiteStep::Backup(step) => backup::perform(work, step, facts, &self.told).await,
        }
    }

    async fn undo(&self, facts: &Facts, object: &Object) -> Undone {
        let work = &*self.work;
        match self.step {
            SiteStep::Server => server::undo(work, object).await,
            SiteStep::Upload => upload::undo(work, facts).await,
            SiteStep::Container => container::undo(work, facts).await,
            SiteStep::Switch => switch::undo(work, facts).await,
            SiteStep::Route => route::undo(work, facts).await,
            SiteStep::Record => record::undo(work, facts, object).await,
            SiteStep::Customer => customer::undo(work, object).await,
            SiteStep::Subscription => subscription::undo(work, object).await,
            SiteStep::Book => book::undo(work).await,
            SiteStep::Backup(step) => backup::undo(work, step, object).await,
            _ => Undone::Done("nothing to take back".into()),
        }
    }
}
