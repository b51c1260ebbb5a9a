//! The pages: what each says, as rows of words and figures, wherever they will stand.

mod containers;
mod happened;
mod money;
mod nodes;
mod runs;
mod services;
mod silence;
mod top;

use std::collections::BTreeSet;
use std::sync::Arc;

use ui::{Role, Seen, Sign};
use vocab::{ContainerKey, Freshness, Stamped, Time};
use world::Item;

pub use money::at_risk;
pub use silence::silence;

/// At most so many lines of items on a page.
pub const LINES: usize = 7;

/// A page, in the order they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Page {
    /// The top three of what matters now.
    Top,
    /// What recurs, what is left, what is in danger.
    Money,
    /// Nodes, the worst first.
    Nodes,
    /// Containers, the worst first, then the busiest.
    Containers,
    /// Services, the worst first.
    Services,
    /// Runs of the last hour.
    Runs,
    /// What came up and what was mended in the last hour.
    Happened,
}

impl Page {
    const ALL: [Self; 7] = [
        Self::Top,
        Self::Money,
        Self::Nodes,
        Self::Containers,
        Self::Services,
        Self::Runs,
        Self::Happened,
    ];

    /// The pages that have something to say; that of money only where it may be seen.
    pub fn with_something(seen: Seen<'_>, shown: &[Arc<Item>], money: bool) -> Vec<Self> {
        let says = |page: &Self| match page {
            Self::Top => !shown.is_empty(),
            Self::Money => money && money::known(seen).is_some(),
            Self::Nodes => !seen.world.nodes.is_empty(),
            Self::Containers => !seen.world.containers.is_empty(),
            Self::Services => !seen.world.services.is_empty(),
            Self::Runs => runs::recent(seen).next().is_some(),
            Self::Happened => happened::recent(seen).next().is_some(),
        };
        Self::ALL.into_iter().filter(says).collect()
    }

    /// The containers that may be on their page: those whose figures are worth asking for.
    pub fn containers(seen: Seen<'_>) -> BTreeSet<ContainerKey> {
        containers::shown(seen)
    }

    /// What it says; amounts only where they may be seen.
    pub fn sheet(
        self,
        seen: Seen<'_>,
        items: &[Arc<Item>],
        shown: &[Arc<Item>],
        money: bool,
    ) -> Sheet {
        match self {
            Self::Top => top::sheet(seen, shown, money),
            Self::Money => money::sheet(seen, items),
            Self::Nodes => nodes::sheet(seen),
            Self::Containers => containers::sheet(seen),
            Self::Services => services::sheet(seen),
            Self::Runs => runs::sheet(seen),
            Self::Happened => happened::sheet(seen, money),
        }
    }
}

/// What a page says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The page's name and those of its figures; empty for a page that needs none.
    pub heading: Vec<&'static str>,
    /// Its rows, at most [`LINES`] of them are shown.
    pub rows: Vec<Row>,
    /// How many rows are well, for the words about those that find no room.
    pub well: usize,
    /// Whether the words under each row belong to it everywhere, not only where there is room.
    pub detailed: bool,
}

/// A row: a shape, a name, figures at the right, and words under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// How it does.
    pub sign: Sign,
    /// Whose it is.
    pub name: String,
    /// Dim words behind the name: `no data 3m`.
    pub aside: String,
    /// At most three.
    pub figures: Vec<Figure>,
    /// Dim words under it.
    pub detail: String,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// As it is read.
    pub text: String,
    /// What it means.
    pub role: Role,
    /// The last one known, when this one is only dashes.
    pub last: Option<String>,
}

impl Figure {
    /// A figure that is known.
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self {
            text: text.into(),
            role,
            last: None,
        }
    }

    /// A figure that was never known.
    pub fn none() -> Self {
        Self::new("--", Role::Stale)
    }

    /// A figure while it is fresh; then dashes with what it last was.
    pub fn of<T>(
        stamped: Option<&Stamped<T>>,
        now: Time,
        show: impl Fn(&T) -> Option<(String, Role)>,
    ) -> Self {
        let Some((stamped, (text, role))) =
            stamped.and_then(|stamped| Some((stamped, show(&stamped.value)?)))
        else {
            return Self::none();
        };
        match stamped.freshness(now) {
            Freshness::Fresh => Self::new(text, role),
            Freshness::Stale(_) => Self {
                last: Some(text),
                ..Self::none()
            },
        }
    }
}

/// How long ago something was; from one second on, because nobody across a room reads milliseconds.
fn ago(since: Time, now: Time) -> String {
    now.since(since).age()
}

/// Rows with the worst first, and how many of them are well.
fn ranked(heading: Vec<&'static str>, mut rows: Vec<Row>) -> Sheet {
    rows.sort_by_key(|row| rank(row.sign.role));
    let well = rows
        .iter()
        .filter(|row| rank(row.sign.role) == rank(Role::Ok))
        .count();
    Sheet {
        heading,
        rows,
        well,
        detailed: false,
    }
}

const fn rank(role: Role) -> u8 {
    match role {
        Role::Bad => 0,
        Role::Warn => 1,
        Role::Unknown => 2,
        Role::Info | Role::Auto => 3,
        Role::Ok => 4,
        _ => 5,
    }
}
