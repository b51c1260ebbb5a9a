//! Fixes: what would mend a signal, by name. Which object it is done to is bound by what the signal is about.

use serde::{Deserialize, Serialize};

/// What would mend a signal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Fix {
    /// Start the container.
    StartContainer,
    /// Restart the container; of a service or site, the container behind it.
    RestartContainer,
    /// Restart the systemd unit.
    RestartUnit,
    /// Remove images that nothing uses from the node; where there is no engine, or on a disk for logs, cut its logs.
    PruneImages,
    /// Cut the logs of the node that have grown over their bound.
    PruneLogs,
    /// Drop the connection to the node and make it anew.
    Reconnect,
    /// Reboot the node.
    Reboot,
    /// Have the site's web server and container begin anew.
    RestartSite,
    /// Have the site serve a new certificate.
    RenewCertificate,
    /// Make a backup of the site.
    BackUp,
    /// Make a backup of the site's database alone.
    DumpDatabase,
    /// Bring the site's newest backup back into a scratch place, and see whether it is whole.
    Drill,
    /// Have the site's own address record lead to its server again.
    ReResolve,
    /// Make the server that the site stands on larger; of a node or server, the one that sites of ours stand on.
    Grow,
    /// Serve the site from another region.
    FailOver,
    /// Serve and bill the site no more, for the time being.
    Suspend,
    /// Ask the payment provider to collect the invoice again.
    RetryInvoice,
    /// Go on with the run where it stopped.
    ResumeRun,
    /// Take the run back, as far as its level says.
    RollBackRun,
    /// A command of the operator's own, on the node that the signal is about.
    Command {
        /// The program and its arguments, passed whole.
        command: Vec<String>,
        /// What can be said of its risk: whether it can be taken back.
        reversible: bool,
    },
}

impl Fix {
    /// Those that are known by a word, with it.
    pub const WORDS: [(&'static str, Self); 19] = [
        ("start-container", Self::StartContainer),
        ("restart-container", Self::RestartContainer),
        ("restart-unit", Self::RestartUnit),
        ("prune-images", Self::PruneImages),
        ("prune-logs", Self::PruneLogs),
        ("reconnect", Self::Reconnect),
        ("reboot", Self::Reboot),
        ("restart-site", Self::RestartSite),
        ("renew-certificate", Self::RenewCertificate),
        ("back-up", Self::BackUp),
        ("dump-database", Self::DumpDatabase),
        ("drill", Self::Drill),
        ("re-resolve", Self::ReResolve),
        ("grow", Self::Grow),
        ("fail-over", Self::FailOver),
        ("suspend", Self::Suspend),
        ("retry-invoice", Self::RetryInvoice),
        ("resume-run", Self::ResumeRun),
        ("roll-back-run", Self::RollBackRun),
    ];

    /// The word of rules; of a command, its program.
    pub fn word(&self) -> &str {
        if let Self::Command { command, .. } = self {
            return command.first().map_or("command", String::as_str);
        }
        let known = Self::WORDS.iter().find(|(_, fix)| fix == self);
        known.map_or("", |(word, _)| word)
    }
}
