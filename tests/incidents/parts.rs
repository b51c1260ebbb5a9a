//! What a staged fleet is made of.

use std::collections::BTreeMap;

use serde::Deserialize;
use world::Fact;

/// All that is so at a moment.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parts {
    /// Whether this machine's own network is cut.
    pub cut: bool,
    /// Nodes by name.
    pub nodes: BTreeMap<String, NodePart>,
    /// Sites by domain.
    pub sites: BTreeMap<String, SitePart>,
    /// Services by name.
    pub services: BTreeMap<String, ServicePart>,
    /// Every so many hours a backup is to be made.
    pub backups_every: Option<i64>,
    /// How often a dump of a database is to be made, in hours.
    pub dumps_every: Option<i64>,
    /// What the payment provider says; it is read when this is given.
    pub billing: Option<BillingPart>,
    /// Quotas: so many are left of 100, by provider.
    pub quotas: BTreeMap<String, u32>,
    /// Runs by name.
    pub runs: BTreeMap<String, RunPart>,
    /// Notes by id.
    pub notes: BTreeMap<String, NotePart>,
    /// Maintenance windows by name.
    pub maintenance: BTreeMap<String, WindowPart>,
    /// Facts that are said again every minute, such as what other places see.
    pub said: Vec<Fact>,
}

/// How a node's link is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// It answers.
    #[default]
    Up,
    /// Nothing comes back.
    Timeout,
    /// The connection is up and nothing comes any more, and nobody has noticed yet.
    HalfOpen,
    /// It answers and refuses.
    Refused,
    /// It has another host key.
    KeyChanged,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NodePart {
    /// The link to it.
    pub link: Way,
    /// Memory in use, of a hundred.
    pub memory: u64,
    /// Load of its one core.
    pub load: f32,
    /// How far its clock is off, in milliseconds.
    pub skew: Option<i64>,
    /// Whether its clock stands, so that no sample has a new figure in it and none is made.
    pub frozen: bool,
    /// Disks in use, of a hundred.
    pub disks: BTreeMap<String, u64>,
    /// Units that failed.
    pub units: Vec<String>,
    /// Why it waits for a reboot.
    pub reboot: Option<String>,
    /// A sensor's temperature, of 100.
    pub temperature: Option<f32>,
    /// GPUs with their temperatures.
    pub gpus: BTreeMap<String, f32>,
    /// WireGuard peers that keep alive, by the seconds since their last handshake.
    pub peers: BTreeMap<String, i64>,
    /// Peers that do not keep alive.
    pub quiet_peers: BTreeMap<String, i64>,
    /// Why its engine cannot be used.
    pub engine: Option<String>,
    /// Its containers.
    pub containers: BTreeMap<String, ContainerPart>,
    /// So many more of them, all well.
    pub crowd: usize,
}

impl Default for NodePart {
    fn default() -> Self {
        Self {
            link: Way::Up,
            memory: 40,
            load: 0.3,
            skew: None,
            frozen: false,
            disks: BTreeMap::new(),
            units: Vec::new(),
            reboot: None,
            temperature: None,
            gpus: BTreeMap::new(),
            peers: BTreeMap::new(),
            quiet_peers: BTreeMap::new(),
            engine: None,
            containers: BTreeMap::new(),
            crowd: 0,
        }
    }
}

/// A container.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContainerPart {
    /// How it ended; it runs when this is not given.
    pub exit: Option<i32>,
    /// Whether its own check fails.
    pub unhealthy: bool,
    /// Whether it ended for want of memory.
    pub starved: bool,
    /// How often it died so far: each one more is told as it happens.
    pub deaths: usize,
}

/// What a visit or a probe comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The right answer.
    #[default]
    Ok,
    /// No answer.
    Timeout,
    /// The port is closed.
    Refused,
    /// The name does not resolve.
    NameUnknown,
    /// The name leads to another server.
    LeadsElsewhere,
    /// Status 502.
    BadGateway,
    /// Something else than what should be there.
    WrongContent,
    /// The handshake fails.
    Tls,
    /// It could not be tried.
    CouldNotTry,
}

/// A site.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SitePart {
    /// The server it stands on: a node's name, or that of a server of its own.
    pub on: String,
    /// Where it stands.
    pub region: vocab::Region,
    /// What it is sold for a month; nobody pays for it when this is nothing.
    pub price: String,
    /// What its visits come to.
    pub outcome: Outcome,
    /// How long they take.
    pub millis: f32,
    /// Days until its certificate ends.
    pub certificate: i64,
    /// Hours since its newest backup.
    pub backup: Option<i64>,
    /// Days since a backup was last seen to be whole.
    pub proven: Option<i64>,
    /// What it is made of.
    pub kind: vocab::SiteKind,
    /// Hours since its database was last dumped alone.
    pub dumped: Option<i64>,
    /// Whether it is suspended.
    pub suspended: bool,
    /// Whether it is gone from the books.
    pub gone: bool,
}

impl Default for SitePart {
    fn default() -> Self {
        Self {
            on: String::new(),
            region: vocab::Region::EuCentral,
            price: "15 USD".into(),
            outcome: Outcome::Ok,
            millis: 80.0,
            certificate: 60,
            backup: None,
            proven: None,
            kind: vocab::SiteKind::Static,
            dumped: None,
            suspended: false,
            gone: false,
        }
    }
}

/// A service.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServicePart {
    /// The node it is on.
    pub on: Option<String>,
    /// The container it is in.
    pub container: Option<String>,
    /// What its probes come to.
    pub outcome: Outcome,
    /// How long they take.
    pub millis: f32,
    /// It is a database with one replica, so many seconds behind.
    pub lag: Option<i64>,
    /// Whether that replica's link is cut.
    pub replica_cut: bool,
}

/// What the payment provider says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BillingPart {
    /// Subscriptions that are not as their sites have them, by site: `canceled`, `past-due`, `trialing`.
    pub status: BTreeMap<String, String>,
    /// Payments that failed so often, by site.
    pub failed: BTreeMap<String, u32>,
    /// Invoices that were due so many days ago and never tried, by site.
    pub late: BTreeMap<String, i64>,
    /// Why it cannot be read.
    pub unread: Option<String>,
}

/// A run.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunPart {
    /// `running`, `rolled-back`, `needs-operator`, `unknown`, `verified`.
    pub state: String,
    /// What is left of it, when it needs an operator.
    pub left: Option<String>,
    /// The site it works on.
    pub site: Option<String>,
}

/// A note.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotePart {
    /// What it says.
    pub text: String,
    /// In how many minutes it is due, from the start.
    pub due: Option<i64>,
    /// What it is worth.
    pub worth: Option<String>,
    /// Whether it concerns somebody of the first importance.
    pub vip: bool,
    /// The system that reported it.
    pub system: Option<String>,
}

/// A maintenance window.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowPart {
    /// The second it begins at.
    pub from: i64,
    /// For how many seconds.
    pub lasts: i64,
    /// For what.
    pub only: Vec<String>,
}
