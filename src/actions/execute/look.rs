//! Looking: what one look says, and looking again until it is clear or time is up.

use std::future::Future;
use std::time::Duration;

use drivers::{Connection, Docker, DriverError, Trouble};
use std::sync::Arc;
use tokio::time::{Instant, sleep, timeout};
use vocab::{Bytes, Container, ContainerId, Span, Text};

/// The most time one look may take: the drivers' own deadlines and a little, so that theirs speak first.
const ONE_LOOK: Duration = Duration::from_secs(25);

/// How long to wait between looks at first; doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// What one look says of something that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Look {
    /// It is so; what was seen.
    Yes(String),
    /// It is not so yet; what is so instead.
    NotYet(String),
    /// It will not become so; why.
    Never(String),
    /// It could not be seen; why.
    Unclear(String),
}

/// What was seen right before an effect: what tells afterwards whether it happened.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Seen {
    /// Nothing tells (a command, a verification).
    #[default]
    Nothing,
    /// The container as it was; `None` when it was gone.
    Container(Option<Box<Container>>),
    /// A unit's invocation (systemd.exec(5), `INVOCATION_ID`), and whether commands run as root.
    Unit { invocation: String, root: bool },
    /// How large a log was, and whether commands run as root.
    Size { size: Bytes, root: bool },
    /// A node's boot id, and whether commands run as root.
    Boot { id: String, root: bool },
}

impl Seen {
    /// In words, for the journal.
    pub fn words(&self) -> Text {
        Text::line(match self {
            Self::Nothing => String::new(),
            Self::Container(None) => "before: gone".to_owned(),
            Self::Container(Some(container)) => {
                let started = container
                    .started
                    .map_or(String::new(), |at| format!(", started {at}"));
                format!("before: {}{started}", container.state.word())
            }
            Self::Unit { invocation, .. } => format!("before: invocation {invocation}"),
            Self::Size { size, .. } => format!("before: {size}"),
            Self::Boot { id, .. } => format!("before: boot id {id}"),
        })
    }
}

/// Looks until it is so, will never be so, or the time is up; then the last look counts.
pub(crate) async fn until<F: Future<Output = Look>>(
    limit: Span,
    mut look: impl FnMut() -> F,
) -> Look {
    let end = Instant::now() + limit.duration();
    let mut wait = FIRST_WAIT;
    loop {
        let seen = timeout(ONE_LOOK, look())
            .await
            .unwrap_or_else(|_| Look::Unclear("no answer in time".to_owned()));
        let left = end.saturating_duration_since(Instant::now());
        if matches!(seen, Look::Yes(_) | Look::Never(_)) || left.is_zero() {
            return seen;
        }
        sleep(wait.min(left)).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// The engine of a node, while it answers.
pub(crate) fn engine(ends: &Connection) -> drivers::error::Result<Arc<dyn Docker>> {
    ends.docker().ok_or_else(|| {
        let text = format!(
            "the docker engine of {} does not answer now",
            ends.host.reached_by()
        );
        DriverError::new(Trouble::Absent, text)
    })
}

/// A container as it is now; `None` when it is gone.
pub(crate) async fn container(
    ends: &Connection,
    id: &ContainerId,
) -> drivers::error::Result<Option<Container>> {
    match engine(ends)?.inspect(id).await {
        Ok((container, _)) => Ok(Some(container)),
        Err(error) if error.trouble == Trouble::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
