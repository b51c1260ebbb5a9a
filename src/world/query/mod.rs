//! Questions to the world: pure functions that every face shares.

pub mod attention;
pub mod forecast;
pub mod income;
pub mod protection;
pub mod totals;

pub use attention::{Concern, Severity, concerns};
pub use forecast::days_until_full;
pub use income::{Income, Revenue, income, revenue, revenue_of, trend};
pub use protection::{Protection, backups_of, protection};
pub use totals::{Totals, totals};
