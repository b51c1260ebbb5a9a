//! Figures: what of the world can be judged, by name, and in which unit.

use serde::{Deserialize, Serialize};

use crate::Span;

/// What a figure's number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FigureUnit {
    /// 1 when it is so; nothing is read when it is not.
    Flag,
    /// Hundredths.
    Percent,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Days.
    Days,
    /// Milliseconds.
    Millis,
    /// Degrees Celsius.
    Celsius,
    /// A number without a unit.
    Number,
}

impl FigureUnit {
    /// The word shown in lists of rules.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Flag => "is so",
            Self::Percent => "%",
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Days => "days",
            Self::Millis => "ms",
            Self::Celsius => "°C",
            Self::Number => "",
        }
    }

    /// A value as it stands in a line: `91 %`, `4m`, `6 days`.
    pub fn shown(self, value: f64) -> String {
        match self {
            Self::Flag => "yes".to_owned(),
            Self::Percent => format!("{value:.0} %"),
            Self::Seconds => span(value, 1_000.0),
            Self::Minutes => span(value, 60_000.0),
            // What has begun is not over: 6.9 days are not 7.
            Self::Days => match value.floor() {
                days if days >= 2.0 => format!("{days:.0} days"),
                _ => span(value, 86_400_000.0),
            },
            Self::Millis => format!("{value:.0} ms"),
            Self::Celsius => format!("{value:.0} °C"),
            Self::Number if value.fract() == 0.0 => format!("{value:.0}"),
            Self::Number => format!("{value:.1}"),
        }
    }
}

fn span(value: f64, millis: f64) -> String {
    Span((value * millis) as i64).to_string()
}

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident $word:literal $unit:ident,)*) => {
        /// A figure that rules can judge.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Figure {
            $($(#[$doc])* $name,)*
        }

        impl Figure {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name it goes by in rules.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// What its number counts.
            pub const fn unit(self) -> FigureUnit {
                match self {
                    $(Self::$name => FigureUnit::$unit,)*
                }
            }
        }
    };
}

figures! {
    /// How long a node does not answer.
    NodeUnreachable "node.unreachable" Seconds,
    /// How long a node that is connected has sent no sample.
    NodeSilent "node.silent" Seconds,
    /// The host key of a node is another one than before.
    NodeKeyChanged "node.key_changed" Flag,
    /// Memory of a node in use.
    NodeMemory "node.memory" Percent,
    /// Load of a node over 5 minutes, for each core.
    NodeLoad "node.load" Number,
    /// A disk in use; the part is its mount point.
    NodeDisk "node.disk" Percent,
    /// When a disk is full; the part is its mount point.
    NodeDiskFullIn "node.disk_full_in" Days,
    /// A systemd unit has failed; the part is its name.
    NodeUnitFailed "node.unit_failed" Flag,
    /// A node waits for a reboot.
    NodeRebootPending "node.reboot_pending" Flag,
    /// How far the clock of a node is off.
    NodeClockSkew "node.clock_skew" Seconds,
    /// A sensor's temperature of its limit; the part is the sensor.
    NodeTemperature "node.temperature" Percent,
    /// The engine of a node cannot be used.
    EngineDown "engine.down" Flag,
    /// A GPU that was there is gone; the part is its UUID.
    GpuLost "gpu.lost" Flag,
    /// Temperature of a GPU; the part is its UUID.
    GpuTemperature "gpu.temperature" Celsius,
    /// How long ago a WireGuard peer that keeps its connection alive shook hands; the part is the peer.
    PeerSilent "peer.silent" Seconds,
    /// A container ended wrongly, or is dead.
    ContainerDead "container.dead" Flag,
    /// A container is unhealthy by its own check.
    ContainerUnhealthy "container.unhealthy" Flag,
    /// How often a container died within 10 minutes.
    ContainerDeaths "container.deaths" Number,
    /// A container ended for want of memory within the last hour and does not run.
    ContainerOutOfMemory "container.out_of_memory" Flag,
    /// A service is down: so many of its last probes failed as it says.
    ServiceDown "service.down" Flag,
    /// A service fails now and then, or is slow.
    ServiceDegraded "service.degraded" Flag,
    /// When a certificate ends.
    CertificateEndsIn "certificate.ends_in" Days,
    /// When a token, a key or an SSH certificate ends that something is reached with.
    TokenEndsIn "token.ends_in" Days,
    /// How far a replica is behind; the part is the replica.
    ReplicaLag "replica.lag" Seconds,
    /// A replica's link is cut; the part is the replica.
    ReplicaCut "replica.cut" Flag,
    /// A site does not answer.
    SiteDown "site.down" Flag,
    /// How long a site takes to answer.
    SiteLatency "site.latency" Millis,
    /// A site answers with what it should not.
    SiteWrongContent "site.wrong_content" Flag,
    /// A site does not answer where its name leads, which is not to its server.
    SiteElsewhere "site.leads_elsewhere" Flag,
    /// None of the sites of a hosting server answers.
    ServerDown "server.down" Flag,
    /// None of the sites of a region answers, on whatever servers.
    RegionDown "region.down" Flag,
    /// A site's server serves another release than the books say.
    SiteOtherRelease "site.other_release" Flag,
    /// It does not answer here, and does elsewhere.
    RouteCut "route.cut" Flag,
    /// Nothing can be seen from this machine.
    NetworkGone "network.gone" Flag,
    /// Age of a site's newest backup of how often one is to be made.
    BackupAge "backup.age" Percent,
    /// Age of the newest dump of a site's database of how often one is to be made.
    DumpAge "backup.dump_age" Percent,
    /// How long ago a backup of a site was last seen to be whole.
    BackupUnproven "backup.unproven" Days,
    /// How often a payment failed; the part is the invoice.
    PaymentFailed "payment.failed" Number,
    /// How late a payment is; the part is the invoice.
    PaymentLate "payment.late" Days,
    /// Something is paid for and not there; the part is the subscription.
    PaidButDead "payment.dead" Flag,
    /// A site is served and nobody pays for it.
    AliveButUnpaid "payment.none" Flag,
    /// A site costs more than it brings.
    SiteLoses "site.loses" Flag,
    /// A provider's quota in use.
    QuotaUsed "quota.used" Percent,
    /// A provider takes no requests just now.
    ProviderClosed "provider.closed" Flag,
    /// How long a provider cannot be read.
    ProviderUnread "provider.unread" Seconds,
    /// A run waits for an operator.
    RunNeedsOperator "run.needs_operator" Flag,
    /// It is not known how a run ended.
    RunUnknown "run.unknown" Flag,
    /// How long a run's step is under way, of what it may take.
    RunStepTakes "run.step_takes" Percent,
    /// Of the last 20 runs on sites, those that were taken back.
    RunsTakenBack "runs.taken_back" Percent,
    /// Whether the last turn of a schedule failed, or its process ended in the middle.
    ScheduleFailed "schedule.failed" Flag,
    /// Something of ours at a provider belongs to nothing.
    Orphan "provider.orphan" Flag,
    /// Something of the console does not work.
    ConsoleAiling "console.ailing" Flag,
    /// A channel of alerts does not deliver.
    AlertsUndelivered "alerts.undelivered" Flag,
    /// Another process of the product is of another version.
    VersionDiffers "console.version" Flag,
    /// A maintenance window is over and still declared; the part is its name.
    MaintenanceOver "maintenance.over" Flag,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_a_name_of_its_own_and_values_read_well() {
        let mut words: Vec<&str> = Figure::ALL.iter().map(|figure| figure.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Figure::ALL.len());
        let shown = [
            (Figure::NodeDisk, 91.4, "91 %"),
            (Figure::NodeUnreachable, 250.0, "4m"),
            (Figure::NodeDiskFullIn, 6.9, "6 days"),
            (Figure::CertificateEndsIn, 1.5, "36h"),
            (Figure::NodeLoad, 4.25, "4.2"),
            (Figure::ContainerDeaths, 3.0, "3"),
            (Figure::SiteLatency, 2100.0, "2100 ms"),
        ];
        for (figure, value, wanted) in shown {
            assert_eq!(figure.unit().shown(value), wanted, "{}", figure.word());
        }
    }
}
