//! Which day is played, and what of it was mended since: what a fix did to the simulated machines is what the next look at
//! them shows.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// A day in the life of the simulated fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scenario {
    /// Much goes wrong at once, and more comes.
    #[default]
    BadDay,
    /// All is well.
    Quiet,
}

impl Scenario {
    /// Whether things go wrong.
    pub(super) const fn is_bad(self) -> bool {
        matches!(self, Self::BadDay)
    }
}

/// The machine that is down from the beginning, with all that stands on it.
pub(super) const DOWN: &str = "compute-2";

/// Its place among the machines.
pub(super) const DOWN_AT: usize = 3;

/// The sites that are served from there.
pub(super) const SITES_ON_DOWN: [&str; 4] = [
    "delta.example",
    "zeta.example",
    "rowan.example",
    "linden.example",
];

/// The sites whose web server answers for nobody until it is restarted.
pub(super) const BROKEN: [&str; 2] = ["acme.example", "kappa-2.example"];

/// The site whose certificate ends soon.
pub(super) const ENDING: &str = "gamma.example";

/// The site whose backups stopped.
pub(super) const UNSAVED: &str = "maple.example";

/// The machine whose disk fills.
pub(super) const FULL: &str = "vps-ash-02";

/// Its place among the machines.
pub(super) const FULL_AT: usize = 5;

/// The program that the kernel ends for want of memory.
pub(super) const STARVED: &str = "alder-app-1";

/// Something that was mended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mending {
    /// A unit of a machine was restarted.
    Unit(String, String),
    /// A machine was rebooted.
    Reboot(String),
    /// The journal of a machine was cut.
    Logs(String),
    /// The web server of a server of sites was told to read its configuration again.
    WebServer(String),
    /// A site's certificate was put aside, so that its web server fetches another.
    Certificate(String),
}

/// All that was mended. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct Mended(Arc<Mutex<BTreeSet<Mending>>>);

impl Mended {
    /// Notes it.
    pub fn note(&self, mending: Mending) {
        self.lock().insert(mending);
    }

    /// Whether it was mended.
    pub fn has(&self, mending: &Mending) -> bool {
        self.lock().contains(mending)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<Mending>> {
        // An insertion is whole before the lock is let go, so a panic elsewhere spoils nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
