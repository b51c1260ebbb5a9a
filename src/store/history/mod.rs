//! The history of figures, in tiers that are the coarser the longer they are kept.
//!
//! Flow: points → [`gather::Gather`] (buckets of 10 s in memory) → [`write`] every 10 s, one transaction: what is
//! complete, rolled up a tier at a time, pruned a little at a time → [`read`] joins the tiers again.

pub(crate) mod gather;
pub(crate) mod read;
pub(crate) mod recorder;
pub(crate) mod tier;
pub(crate) mod write;

pub use tier::Bucket;
