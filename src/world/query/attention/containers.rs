//! Concerns of containers: loops, memory, health, wrong ends.

use vocab::{ContainerState, Health, Span, Text, Time};

use super::{About, Concern, Severity};
use crate::intent::{ContainerVerb, Intent};
use crate::tracked::TrackedContainer;

pub(super) fn container_concern(tracked: &TrackedContainer, now: Time) -> Option<Concern> {
    let container = &tracked.container;
    let label = tracked.label();
    let fix = |verb| {
        Some(Intent::Containers {
            verb,
            targets: vec![tracked.key.clone()],
        })
    };
    let recent = |at: Option<Time>| at.is_some_and(|at| now.since(at) < Span::hours(1));
    let concern = |severity, title: String, detail: String, since, fix| {
        Some(Concern {
            severity,
            about: About::Container(tracked.key.clone()),
            title: Text::line(title),
            detail: Text::line(detail),
            since,
            fix,
        })
    };
    let on = format!("on {}", tracked.key.node);
    if let Some(deaths) = tracked.restart_loop(now) {
        let since = tracked.deaths.front().copied().unwrap_or(tracked.since);
        let cause = if recent(tracked.out_of_memory_at) {
            ", out of memory"
        } else {
            ""
        };
        return concern(
            Severity::Critical,
            format!("{label} restarts in a loop"),
            format!("{deaths} times in 10 m {on}{cause}"),
            since,
            None,
        );
    }
    if recent(tracked.out_of_memory_at) && container.state != ContainerState::Running {
        let since = tracked.out_of_memory_at.unwrap_or(tracked.since);
        return concern(
            Severity::Critical,
            format!("{label} ran out of memory"),
            on,
            since,
            fix(ContainerVerb::Start),
        );
    }
    if container.health == Health::Unhealthy && container.state == ContainerState::Running {
        return concern(
            Severity::Critical,
            format!("{label} is unhealthy"),
            on,
            tracked.since,
            fix(ContainerVerb::Restart),
        );
    }
    // 130 and 143 are ends that were asked for (SIGINT, SIGTERM); 137 may be a stop that ran out of grace.
    let died = container
        .exit_code
        .filter(|code| !matches!(code, 0 | 130 | 143));
    match (container.state, died) {
        (ContainerState::Exited, Some(code)) => concern(
            Severity::Warning,
            format!("{label} exited with {code}"),
            on,
            tracked.since,
            fix(ContainerVerb::Start),
        ),
        (ContainerState::Dead, _) => concern(
            Severity::Warning,
            format!("{label} is dead"),
            on,
            tracked.since,
            None,
        ),
        _ => None,
    }
}
