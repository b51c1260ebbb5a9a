//! The store as a whole: through its handle, on real files, with real processes that are killed.

mod backups;
mod business;
mod crash;
mod damage;
mod full;
mod history;
mod journal;
mod opening;
mod power;
mod sagas;
mod support;
