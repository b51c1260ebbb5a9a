//! Drivers: the only room that names the clients of Docker, ssh, HTTP, TLS, DNS, PostgreSQL, Redis and S3, and of the
//! providers (Hetzner Cloud, Cloudflare, Stripe), and of what takes alerts to people (Discord, ntfy, text messages, SMTP).
//!
//! May import: `vocab`, `kit`. May not: `world`, `config`, or anything above; it knows no fleet, no pane, no plan.
//!
//! Each driver is a trait ([`docker::Docker`], [`host::Host`], [`storage::Storage`]) or a function with a deadline, with its fake beside it.
//! Every await in here has a deadline; a stream that may go silent has an idle limit.

pub mod alert;
pub mod clock;
pub mod connection;
pub mod docker;
pub mod error;
pub mod host;
pub mod probe;
pub mod provider;
pub mod storage;

pub use connection::{Connection, Connections, EngineAddress};
pub use docker::Docker;
pub use error::{DriverError, Trouble};
pub use host::Host;
pub use storage::Storage;
