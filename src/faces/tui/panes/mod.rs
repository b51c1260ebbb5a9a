//! The panes of the console, one folder or file each, and the list of them.
//!
//! A pane knows nothing of the others: what leads elsewhere is an [`ui::Outcome`].

pub mod amounts;
mod browse;
mod containers;
mod listing;
mod logs;
mod nodes;
mod revenue;
mod runs;
mod schedules;
mod services;
mod shared;
mod sites;
mod top;

use ui::Pane;

/// Every pane, in the order of their numbers. A view without a pane is left out of the screen.
pub const PANES: &[fn() -> Box<dyn Pane>] = &[
    || Box::new(top::Top::default()),
    || Box::new(nodes::Nodes::default()),
    || Box::new(containers::Containers::default()),
    || Box::new(services::Services::default()),
    || Box::new(runs::Runs::default()),
    || Box::new(logs::Logs::default()),
    || Box::new(sites::Sites::default()),
    || Box::new(revenue::Revenue::default()),
    || Box::new(schedules::Schedules::default()),
];
