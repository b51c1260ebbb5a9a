//! Questions to the world: pure functions that every face shares.

pub mod away;
pub mod danger;
pub mod evidence;
pub mod forecast;
pub mod income;
pub mod items;
pub mod protection;
pub mod reach;
pub mod remembered;
pub mod statistics;
pub mod surface;
pub mod telling;
pub mod totals;

pub use away::{Away, Story, while_away};
pub use danger::in_danger;
pub use evidence::{Answers, Latest};
pub use forecast::days_until_full;
pub use income::{Income, Revenue, income, revenue, revenue_of, trend};
pub use items::{Items, item, items};
pub use protection::{Protection, backups_of, protection};
pub use reach::{Reach, reach, reach_in_words};
pub use statistics::{Statistics, statistics};
pub use surface::{SURFACE, surface};
pub use totals::{Totals, totals};
