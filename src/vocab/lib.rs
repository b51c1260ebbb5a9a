//! The words every room shares: ids, units, time, text from outside made safe, secrets.
//!
//! May import: `kit`, std. May not: anything that does I/O or reads a clock; time arrives from the caller.
//!
//! Flow: bytes from outside → [`Text`] (sanitised once, where they enter) → world → faces, store, audit, export.

pub mod ansi;
pub mod domain;
pub mod due;
pub mod fact;
pub mod id;
pub mod mask;
pub mod money;
pub mod month;
pub mod provider;
pub mod rollback;
pub mod rule;
pub mod secret;
pub mod site;
pub mod stamped;
pub mod styled;
pub mod text;
pub mod time;
pub mod unit;

pub use domain::{Domain, LookAlike};
pub use fact::*;
pub use id::{
    AffiliateName, ChannelName, ContainerId, ContainerKey, NameError, NodeName, ReleaseId, RunId,
    ScheduleName, ServiceName, UnitName,
};
pub use money::{Currency, Money, MoneyError};
pub use month::{Month, MonthError};
pub use provider::Provider;
pub use rollback::RollbackLevel;
pub use rule::{Figure, FigureUnit, Rule, Severity};
pub use rust_decimal::Decimal;
pub use secret::Secret;
pub use site::{Region, SiteKind, VISITED_EVERY};
pub use stamped::{Freshness, Origin, Stamped};
pub use styled::StyledText;
pub use text::Text;
pub use time::{Span, Time};
pub use unit::{Bytes, Percent, Rate};
