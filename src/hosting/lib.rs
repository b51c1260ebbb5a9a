//! Hosting: sites planned, made, changed and removed, step by step, at three providers and on servers of their own.
//!
//! May import: `saga`, `archive`, `drivers`, `world`, `vocab`, `kit`. May not: `store`, `engine`, a face.
//!
//! Flow: wish → [`plan`], which looks, changes nothing and freezes it into an order → consent, checked by the engine →
//! [`carry_on`]: the steps of the order as a saga, each journalled before and after; what fails is taken back as far as
//! the order says. Every object carries the installation's and the deployment's mark, and nothing without both is ever
//! deleted.

mod about;
mod backup;
mod carry;
mod compose;
mod elsewhere;
mod growth;
mod keys;
mod kind;
mod life;
mod machine;
mod names;
mod offer;
mod order;
mod placement;
mod plan;
mod ports;
mod run;
mod schema;
mod served;
mod step;
mod steps;
mod stuck;
mod sweep;
mod user_data;
mod visit;
mod webserver;
mod words;
mod work;

pub use backup::{Found, Vault};
pub use compose::Containers;
pub use keys::{KeyError, Keys};
pub use machine::{Machines, SshMachines, authority};
pub use names::{AFFILIATE_NOTE, INSTALLATION_NOTE, SITE_NOTE, container, selector};
pub use offer::{Acme, Affiliate, Offer};
pub use plan::{VERSION, plan};
pub use run::{carry_on, knows, shown, state_of, steps};
pub use served::served;
pub use stuck::{may_leave, way};
pub use sweep::{Orphan, sweep};
pub use visit::{FromHere, Visits};
pub use webserver::{Trouble, WebServer};
pub use work::{Book, Ends, Waits};
