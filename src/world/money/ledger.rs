//! The ledger: every amount once, with whose it is and how sure it is.

use serde::{Deserialize, Serialize};
use vocab::{AffiliateName, Domain, Money, NodeName, Time};

/// What an amount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A customer paid.
    Charge,
    /// The payment provider kept it.
    Fee,
    /// A customer got it back. The provider's fee stays with the provider.
    Refund,
    /// A server, or a site's part of one.
    ServerCost,
    /// It is the affiliate's.
    AffiliateShare,
}

/// How sure an amount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A provider said it.
    Known,
    /// Reckoned from the terms.
    Estimated,
}

/// One amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// What it is.
    pub kind: EntryKind,
    /// How much; less than nothing takes an earlier entry of the kind back.
    pub amount: Money,
    /// When.
    pub at: Time,
    /// For which site; `None` for a server without sites.
    pub site: Option<Domain>,
    /// Whose site.
    pub affiliate: Option<AffiliateName>,
    /// The node the site is on.
    pub node: Option<NodeName>,
    /// How sure it is.
    pub source: Source,
}
