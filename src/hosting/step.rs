//! A step of a run on a site, as a saga sees it: which file does it, from which level it is taken back, how long it settles.

use std::sync::Arc;

use async_trait::async_trait;
use saga::{Facts, Look, Object, Outcome, Step, Undone};
use vocab::{RollbackLevel, Span};
use world::{BackupStep, SiteStep, SiteVerb};

use crate::backup::Told;
use crate::growth;
use crate::steps::{
    answers, backup, base, billing, book, certificate, closed, container, copy, customer, data,
    database, end, grow, host_key, linger, place, record, repoint, resolves, retire, route, server,
    ssh_key, subscription, switch, upload,
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
        SiteStep::EndContainers => "end containers",
        SiteStep::EndSubscription => "end subscription",
        SiteStep::EndRecord => "end record",
        SiteStep::EndPlace => "end place",
        SiteStep::EndServer => "end server",
        SiteStep::EndBook => "end book",
        SiteStep::Backup(step) => crate::backup::word(step),
        SiteStep::Place => "place",
        SiteStep::Copy => "copy",
        SiteStep::CopyHere => "copy here",
        SiteStep::ContainerHere => "container here",
        SiteStep::Freeze => "freeze",
        SiteStep::CopyData => "copy data",
        SiteStep::Readdress => "readdress",
        SiteStep::Trial => "trial",
        SiteStep::Ready => "ready",
        SiteStep::Repoint => "repoint",
        SiteStep::Linger => "linger",
        SiteStep::EndOldContainers => "end old containers",
        SiteStep::EndOldPlace => "end old place",
        SiteStep::EndOldServer => "end old server",
        SiteStep::EndOldRecord => "end old record",
        SiteStep::EndOldBook => "end old book",
        SiteStep::Closed => "closed",
        SiteStep::AnswersClosed => "answers closed",
        SiteStep::Pause => "pause",
        SiteStep::Unpause => "unpause",
        SiteStep::Reload => "reload",
        SiteStep::Certificate => "certificate",
        SiteStep::Renew => "renew",
        SiteStep::Renewed => "renewed",
        SiteStep::Note => "note",
        SiteStep::Collect => "collect",
        SiteStep::Grow(step) => growth::word(step),
    }
}

/// Whether a step takes away what cannot be made again.
pub(crate) const fn ends(step: SiteStep) -> bool {
    matches!(
        step,
        SiteStep::EndSubscription
            | SiteStep::EndRecord
            | SiteStep::EndContainers
            | SiteStep::EndPlace
            | SiteStep::EndServer
            | SiteStep::EndBook
            | SiteStep::EndOldContainers
            | SiteStep::EndOldPlace
            | SiteStep::EndOldServer
            | SiteStep::EndOldRecord
            | SiteStep::EndOldBook
    )
}

impl Doing {
    /// From which level on what a run has put on a server is taken off it: with the server, where the run has made that.
    fn off_from(&self) -> RollbackLevel {
        if self.work.order.makes_server() {
            RollbackLevel::Full
        } else {
            RollbackLevel::Partial
        }
    }
}

#[async_trait]
impl Step for Doing {
    fn name(&self) -> &str {
        word(self.step)
    }

    fn undone_from(&self) -> Option<RollbackLevel> {
        let verb = self.work.order.verb;
        match self.step {
            SiteStep::Backup(step) => backup::undone_from(step),
            SiteStep::Grow(step) => growth::undone_from(step),
            // What is gone is not billed: the subscription goes with the server.
            SiteStep::Server | SiteStep::Record | SiteStep::Repoint | SiteStep::Subscription => {
                Some(RollbackLevel::Partial)
            }
            // What such a run changed on the server goes back with any level: what was served before is served again.
            SiteStep::Switch
            | SiteStep::Closed
            | SiteStep::Renew
            | SiteStep::Freeze
            | SiteStep::Readdress => Some(RollbackLevel::Soft),
            SiteStep::Route if verb == SiteVerb::Resume => Some(RollbackLevel::Soft),
            // What was served before is served again.
            SiteStep::Container | SiteStep::Route if self.work.order.before.is_some() => {
                Some(RollbackLevel::Soft)
            }
            SiteStep::Upload if self.work.order.before.is_some() => Some(RollbackLevel::Full),
            SiteStep::Upload
            | SiteStep::Copy
            | SiteStep::CopyHere
            | SiteStep::Trial
            | SiteStep::Database
            | SiteStep::Container
            | SiteStep::Route => Some(self.off_from()),
            SiteStep::Customer
            | SiteStep::Pause
            | SiteStep::Unpause
            | SiteStep::Note
            | SiteStep::Book => Some(RollbackLevel::Full),
            // Goes with what the steps before it made: with the folder that is copied, with the place.
            SiteStep::ContainerHere | SiteStep::CopyData
            // On a server that goes, or shared by all sites of the installation, or only looked at; or for good.
            | SiteStep::SshKey
            | SiteStep::HostKey
            | SiteStep::Base
            | SiteStep::Place
            | SiteStep::Resolves
            | SiteStep::Answers
            | SiteStep::AnswersClosed
            | SiteStep::Ready
            | SiteStep::Linger
            | SiteStep::Reload
            | SiteStep::Collect
            | SiteStep::Certificate
            | SiteStep::Renewed
            | SiteStep::Retire
            | SiteStep::EndSubscription
            | SiteStep::EndRecord
            | SiteStep::EndContainers
            | SiteStep::EndPlace
            | SiteStep::EndServer
            | SiteStep::EndBook
            | SiteStep::EndOldContainers
            | SiteStep::EndOldPlace
            | SiteStep::EndOldServer
            | SiteStep::EndOldRecord
            | SiteStep::EndOldBook => None,
        }
    }

    fn one_way(&self) -> bool {
        match self.step {
            SiteStep::Backup(step) => backup::is_one_way(&self.work, step),
            step => ends(step),
        }
    }

    fn settle(&self) -> Span {
        let [servers, names, money] = self.work.ends.waits.settle;
        match self.step {
            SiteStep::SshKey | SiteStep::Server | SiteStep::EndServer | SiteStep::EndOldServer => {
                servers
            }
            SiteStep::Grow(step) => growth::settle(&self.work, step),
            SiteStep::Record
            | SiteStep::Repoint
            | SiteStep::EndRecord
            | SiteStep::EndOldRecord
            | SiteStep::Backup(BackupStep::Redirect) => names,
            SiteStep::Customer
            | SiteStep::Subscription
            | SiteStep::EndSubscription
            | SiteStep::Pause
            | SiteStep::Unpause
            | SiteStep::Collect
            | SiteStep::Note => money,
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
            SiteStep::Repoint => repoint::look(work, facts).await,
            SiteStep::Customer => customer::look(work).await,
            SiteStep::Subscription => subscription::look(work, facts).await,
            SiteStep::Pause => billing::look(work, true).await,
            SiteStep::Unpause => billing::look(work, false).await,
            SiteStep::Note => billing::look_noted(work).await,
            SiteStep::Collect => billing::look_collected(work).await,
            SiteStep::Renew => certificate::look(work, facts).await,
            SiteStep::Freeze => data::look_frozen(work).await,
            SiteStep::Readdress => data::look_readdressed(work, facts).await,
            SiteStep::Book => book::look(work).await,
            SiteStep::Grow(step) => grow::look(work, step).await,
            SiteStep::Backup(step) => backup::look(work, step, facts, &self.told).await,
            // Doing it again is looking.
            _ => Look::Absent,
        }
    }

    async fn left(&self, facts: &Facts) -> Look {
        if ends(self.step) {
            return end::left(&self.work, self.step, facts).await;
        }
        match self.step {
            SiteStep::Upload
            | SiteStep::Copy
            | SiteStep::CopyHere
            | SiteStep::Trial
            | SiteStep::Route => end::left_here(&self.work, facts).await,
            _ => self.look(facts).await,
        }
    }

    async fn perform(&self, facts: &Facts, key: &str) -> Outcome {
        let work = &*self.work;
        match self.step {
            SiteStep::SshKey => ssh_key::perform(work).await,
            SiteStep::Server => server::perform(work, facts).await,
            SiteStep::HostKey => host_key::perform(work, facts).await,
            SiteStep::Base => base::perform(work, facts).await,
            SiteStep::Place => place::perform(work, facts).await,
            SiteStep::Upload => upload::perform(work, facts).await,
            SiteStep::Copy => copy::perform(work, facts).await,
            SiteStep::CopyHere => copy::perform_here(work, facts).await,
            SiteStep::ContainerHere => copy::container_here(work, facts).await,
            SiteStep::Freeze => data::freeze(work).await,
            SiteStep::CopyData => data::copy(work, facts, &self.told).await,
            SiteStep::Readdress => data::readdress(work, facts).await,
            SiteStep::Database => database::perform(work, facts).await,
            SiteStep::Container => container::perform(work, facts).await,
            SiteStep::Switch => switch::perform(work, facts).await,
            SiteStep::Route => route::perform(work, facts, false).await,
            SiteStep::Trial => route::perform(work, facts, true).await,
            SiteStep::Closed => closed::perform(work, facts).await,
            SiteStep::Reload => route::reload(work, facts).await,
            SiteStep::Record => record::perform(work, facts).await,
            SiteStep::Repoint => repoint::perform(work, facts).await,
            SiteStep::Linger => linger::perform(work).await,
            SiteStep::Resolves => resolves::perform(work, facts).await,
            SiteStep::Answers => answers::perform(work, facts).await,
            SiteStep::Ready => answers::ready(work, facts).await,
            SiteStep::AnswersClosed => closed::answers(work, facts).await,
            SiteStep::Certificate => certificate::note(work, facts).await,
            SiteStep::Renew => certificate::renew(work, facts).await,
            SiteStep::Renewed => certificate::renewed(work, facts).await,
            SiteStep::Customer => customer::perform(work, key).await,
            SiteStep::Subscription => subscription::perform(work, facts, key).await,
            SiteStep::Pause => billing::perform(work, key, true).await,
            SiteStep::Unpause => billing::perform(work, key, false).await,
            SiteStep::Note => billing::note(work, key).await,
            SiteStep::Collect => billing::collect(work, key).await,
            SiteStep::Book => book::perform(work, facts).await,
            SiteStep::Grow(step) => grow::perform(work, step, facts).await,
            SiteStep::Retire => retire::perform(work, facts).await,
            SiteStep::EndContainers | SiteStep::EndOldContainers => {
                end::containers(work, self.step, facts).await
            }
            SiteStep::EndSubscription => end::subscription(work).await,
            SiteStep::EndRecord | SiteStep::EndOldRecord => end::record(work, self.step).await,
            SiteStep::EndPlace | SiteStep::EndOldPlace => end::place(work, self.step, facts).await,
            SiteStep::EndServer | SiteStep::EndOldServer => {
                end::server(work, self.step, facts).await
            }
            SiteStep::EndBook | SiteStep::EndOldBook => end::book(work, self.step).await,
            SiteStep::Backup(step) => backup::perform(work, step, facts, &self.told).await,
        }
    }

    async fn undo(&self, facts: &Facts, object: &Object) -> Undone {
        let work = &*self.work;
        match self.step {
            SiteStep::Server => server::undo(work, facts, object).await,
            SiteStep::Upload => upload::undo(work, facts).await,
            SiteStep::Copy => copy::undo(work, facts).await,
            SiteStep::CopyHere => copy::undo_here(work, facts).await,
            SiteStep::Freeze => data::thaw(work).await,
            SiteStep::Readdress => data::readdress_back(work, facts).await,
            SiteStep::Database | SiteStep::Container => container::undo(work, facts).await,
            SiteStep::Switch => switch::undo(work, facts).await,
            SiteStep::Route | SiteStep::Trial | SiteStep::Closed => route::undo(work, facts).await,
            SiteStep::Record => record::undo(work, facts, object).await,
            SiteStep::Repoint => repoint::undo(work, facts).await,
            SiteStep::Renew => certificate::undo(work, facts).await,
            SiteStep::Customer => customer::undo(work, object).await,
            SiteStep::Subscription => subscription::undo(work, object).await,
            SiteStep::Pause => billing::undo(work, true).await,
            SiteStep::Unpause => billing::undo(work, false).await,
            SiteStep::Note => billing::undo_note(work).await,
            SiteStep::Book => book::undo(work).await,
            SiteStep::Grow(step) => grow::undo(work, step).await,
            SiteStep::Backup(step) => backup::undo(work, step, object).await,
            _ => Undone::Done("nothing to take back".into()),
        }
    }
}
