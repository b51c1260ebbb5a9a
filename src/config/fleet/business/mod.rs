//! The business: providers and how their tokens are found, what hosting is sold for, affiliates, backups.
//!
//! A section with a value that cannot be used is left out whole: a price or a share that was meant otherwise must never
//! be replaced by a default.

mod affiliate;
mod backup;
pub(super) mod credential;
mod hosting;
mod provider;
pub(super) mod value;

pub use affiliate::AffiliateSpec;
pub use backup::{BackupSpec, BackupTarget, Bucket, Keep};
pub use credential::Credential;
pub use hosting::{Certificates, Exchange, Fee, Hosting};
pub use provider::{Provider, Providers};

pub(super) use affiliate::read as read_affiliate;
pub(super) use value::decimal;

use super::Fleet;
use crate::reader::Fields;

/// Reads the sections that stand once in the file.
pub(super) fn read(fields: &mut Fields<'_>, fleet: &mut Fleet) {
    if let Some(table) = fields.table("providers") {
        fleet.providers = provider::read(table);
    }
    if let Some(table) = fields.table("hosting") {
        fleet.hosting = hosting::read(table);
    }
    if let Some(table) = fields.table("backup") {
        fleet.backup = backup::read(table);
    }
}

#[cfg(test)]
mod tests;
