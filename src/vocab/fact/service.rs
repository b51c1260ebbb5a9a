//! Services: what is probed, how, and what came of it.

use serde::{Deserialize, Serialize};

use crate::{Bytes, NodeName, ServiceName, Span, Text, Time};

/// How a service is probed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProbeKind {
    /// An HTTP request; any 2xx or 3xx unless a status is named.
    Http {
        /// `http://` or `https://`.
        url: Text,
        /// The one status that is right.
        status: Option<u16>,
        /// What the body must contain.
        contains: Option<Text>,
    },
    /// A TCP connection.
    Tcp {
        /// Name or address.
        host: Text,
        /// Port.
        port: u16,
    },
    /// A TLS handshake whose certificate is judged: chain, name, end.
    Tls {
        /// Name or address to connect to.
        host: Text,
        /// Port.
        port: u16,
        /// The name the certificate must be for; the host unless given.
        name: Option<Text>,
    },
    /// A DNS query of type A and AAAA.
    Dns {
        /// What to resolve.
        name: Text,
        /// `address:port` of the server; the system's own unless given.
        server: Option<Text>,
        /// An address that must be among the answers.
        expect: Option<Text>,
    },
    /// Redis: PING, INFO.
    Redis {
        /// Name or address.
        host: Text,
        /// Port.
        port: u16,
        /// Name of the environment variable that holds the password.
        password_env: Option<Text>,
    },
    /// PostgreSQL: role, replication lag, connections, size.
    Postgres {
        /// Name or address.
        host: Text,
        /// Port.
        port: u16,
        /// User.
        user: Text,
        /// Database.
        database: Text,
        /// Name of the environment variable that holds the password.
        password_env: Option<Text>,
    },
}

impl ProbeKind {
    /// The word of the fleet file.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Http { .. } => "http",
            Self::Tcp { .. } => "tcp",
            Self::Tls { .. } => "tls",
            Self::Dns { .. } => "dns",
            Self::Redis { .. } => "redis",
            Self::Postgres { .. } => "postgres",
        }
    }

    /// What is probed, in one line.
    pub fn target(&self) -> String {
        match self {
            Self::Http { url, .. } => url.to_string(),
            Self::Tcp { host, port }
            | Self::Tls { host, port, .. }
            | Self::Redis { host, port, .. } => format!("{host}:{port}"),
            Self::Dns {
                name,
                server: Some(server),
                ..
            } => format!("{name} @{server}"),
            Self::Dns { name, .. } => name.to_string(),
            Self::Postgres {
                host,
                port,
                database,
                ..
            } => format!("{host}:{port}/{database}"),
        }
    }
}

/// Who a service is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Access {
    /// Reached from the internet.
    Public,
    /// Reached inside the fleet only.
    #[default]
    Internal,
}

/// A service and how it is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSpec {
    /// Its name.
    pub name: ServiceName,
    /// The node it runs on, when it is known.
    pub node: Option<NodeName>,
    /// The container it runs in, when it was discovered from one: the container's name.
    pub container: Option<Text>,
    /// How it is probed.
    pub probe: ProbeKind,
    /// Who it is for.
    pub access: Access,
    /// How often.
    pub every: Span,
    /// How long one probe may take.
    pub timeout: Span,
    /// Slower than this is degraded.
    pub slow: Span,
    /// So many failures …
    pub failures: u8,
    /// … among so many last probes make it down; until then it is degraded.
    pub window: u8,
    /// Whether it was found rather than declared.
    pub discovered: bool,
}

/// What a certificate says (RFC 5280), as far as an operator cares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Who it is for: the common name or the first alternative name.
    pub subject: Text,
    /// Who signed it.
    pub issuer: Text,
    /// Names it is valid for.
    pub names: Vec<Text>,
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// Whether the chain leads to a root this machine trusts.
    pub trusted: bool,
    /// Whether it is for the name that was asked.
    pub name_matches: bool,
}

/// A certificate that is valid for less than this is renewed by its web server, and late.
const SHORT_LIVED: Span = Span::days(45);

impl Certificate {
    /// Whether it is one of a few days or hours that nobody has to think of yet: such a one is renewed when a third of its
    /// time is left, and that it ends soon says something only when that did not happen.
    pub fn is_renewed_late(&self, now: Time) -> bool {
        let whole = self.until.since(self.from);
        let left = self.until.since(now);
        whole < SHORT_LIVED && left.0.saturating_mul(4) > whole.0
    }
}

/// The role of a database server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Takes writes.
    Primary,
    /// Follows a primary.
    Replica,
}

/// How far a replica is behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    /// Its name or address as the primary knows it; on a replica, the primary's.
    pub name: Text,
    /// Streaming, catching up, …; empty when unknown.
    pub state: Text,
    /// Behind in time; `None` when it cannot be known, which is never "0": a replica cut from its primary has replayed
    /// all it received and would read 0.
    pub lag: Option<Span>,
    /// Behind in bytes of the log.
    pub lag_bytes: Option<Bytes>,
    /// Whether the link to the other side is up.
    pub connected: bool,
}

/// What a probe learnt beyond "it answers".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProbeDetail {
    /// Nothing more.
    Plain,
    /// HTTP.
    Http {
        /// Status code.
        status: u16,
        /// Bytes of the body that were read.
        body: Bytes,
        /// For https, the certificate.
        certificate: Option<Box<Certificate>>,
    },
    /// TLS.
    Tls(Box<Certificate>),
    /// DNS answers.
    Dns {
        /// The addresses, sorted.
        addresses: Vec<Text>,
    },
    /// Redis INFO.
    Redis {
        /// Primary (`master`) or replica.
        role: Role,
        /// Version.
        version: Text,
        /// Memory in use.
        memory: Bytes,
        /// Connected clients.
        clients: u64,
        /// Pub/sub channels with subscribers.
        channels: u64,
        /// Its replicas, or its primary when it is one.
        replicas: Vec<Replica>,
    },
    /// PostgreSQL.
    Postgres {
        /// By `pg_is_in_recovery()`.
        role: Role,
        /// Version.
        version: Text,
        /// Connections open of connections allowed.
        connections: (u32, u32),
        /// Size of the database.
        size: Bytes,
        /// Its replicas, or its link to the primary when it is one.
        replicas: Vec<Replica>,
    },
}

impl ProbeDetail {
    /// The certificate that was shown, when one was.
    pub fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Tls(certificate)
            | Self::Http {
                certificate: Some(certificate),
                ..
            } => Some(certificate),
            _ => None,
        }
    }
}

/// Why a probe failed, told apart because the cure differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProbeTrouble {
    /// No answer in time.
    Timeout,
    /// The port is closed.
    Refused,
    /// The name does not resolve.
    NameUnknown,
    /// The name resolves, and not to where it should.
    LeadsElsewhere,
    /// The handshake failed, or the certificate is expired, for another name or of an unknown signer.
    Tls,
    /// It answered, wrongly: status, content, protocol.
    WrongAnswer,
    /// It wants a password that is missing or wrong.
    Denied,
    /// This machine could not even try (no network, a missing environment variable): says nothing of the service.
    CouldNotTry,
    /// Anything else.
    Other,
}

/// The end of one probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeOutcome {
    /// How long it took, in milliseconds with their fraction.
    pub millis: f32,
    /// What it learnt, or why it failed in a word and in words.
    pub result: Result<ProbeDetail, (ProbeTrouble, Text)>,
}
