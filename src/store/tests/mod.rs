//! The store as a whole: through its handle, on real files, with real processes that are killed.

mod backups;
mod business;
mod crash;
mod damage;
mod fixes;
mod full;
mod history;
mod items;
mod journal;
mod opening;
mod outbox;
mod power;
mod queue;
mod sagas;
mod schedules;
mod support;
