//! From the engine's answers to this program's words: pure, so that it is tested on recorded answers.

mod details;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use bollard::models::{
    ContainerInspectResponse, ContainerSummary, ContainerSummaryHealthStatusEnum, HealthStatusEnum,
    PortMap, PortSummary, SystemInfo, SystemVersion,
};
use vocab::{
    Container, ContainerDetails, ContainerId, ContainerState, EngineFacts, Health, Port, Protocol,
    Text, Time,
};

/// The label in which Compose keeps its project's name.
const PROJECT_LABEL: &str = "com.docker.compose.project";
/// The label in which Compose keeps its service's name.
const SERVICE_LABEL: &str = "com.docker.compose.service";

/// A row of the list; `None` when it has no usable id.
pub fn container_from_summary(summary: &ContainerSummary) -> Option<Container> {
    let id = ContainerId::new(summary.id.as_deref()?).ok()?;
    let labels = summary.labels.as_ref();
    let status = summary.status.as_deref().unwrap_or_default();
    let state = summary.state.as_ref().map_or("", AsRef::as_ref);
    // The answer names the engine's own links to other containers as `/other/alias`; its own name has one slash.
    let name = summary
        .names
        .iter()
        .flatten()
        .min_by_key(|name| name.matches('/').count());
    Some(Container {
        name: Text::line(name.map_or_else(|| id.short(), |name| name.trim_start_matches('/'))),
        image: Text::line(summary.image.as_deref().unwrap_or_default()),
        state: ContainerState::from_word(state),
        health: summary_health(summary, status),
        created: summary
            .created
            .filter(|seconds| *seconds > 0)
            .map(Time::from_seconds),
        started: None,
        finished: None,
        exit_code: exit_code_in_words(status),
        out_of_memory: false,
        restarts: 0,
        ports: tidy(
            summary
                .ports
                .iter()
                .flatten()
                .map(port_from_summary)
                .collect(),
        ),
        project: label(labels, PROJECT_LABEL),
        service: label(labels, SERVICE_LABEL),
        id,
    })
}

/// Newer engines (API 1.52) have a field; older ones say it in the status: `Up 4 minutes (unhealthy)`.
fn summary_health(summary: &ContainerSummary, status: &str) -> Health {
    match summary.health.as_ref().and_then(|health| health.status) {
        Some(ContainerSummaryHealthStatusEnum::STARTING) => Health::Starting,
        Some(ContainerSummaryHealthStatusEnum::HEALTHY) => Health::Healthy,
        Some(ContainerSummaryHealthStatusEnum::UNHEALTHY) => Health::Unhealthy,
        _ if status.ends_with("(healthy)") => Health::Healthy,
        _ if status.ends_with("(unhealthy)") => Health::Unhealthy,
        _ if status.ends_with("(health: starting)") => Health::Starting,
        _ => Health::None,
    }
}

/// The code in `Exited (137) 2 hours ago` and `Restarting (1) 3 seconds ago`.
fn exit_code_in_words(status: &str) -> Option<i32> {
    let rest = status
        .strip_prefix("Exited (")
        .or_else(|| status.strip_prefix("Restarting ("))?;
    rest.split_once(')')?.0.parse().ok()
}

fn port_from_summary(port: &PortSummary) -> Port {
    Port {
        private: port.private_port,
        public: port.public_port,
        address: port
            .ip
            .as_deref()
            .filter(|ip| !ip.is_empty())
            .map(Text::line),
        protocol: protocol(port.typ.as_ref().map_or("", AsRef::as_ref)),
    }
}

/// Ports of an inspect: `{"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "81/tcp": null}`.
fn ports_from_map(map: &PortMap) -> Vec<Port> {
    let mut ports = Vec::new();
    for (key, bindings) in map {
        let (private, word) = key.split_once('/').unwrap_or((key, "tcp"));
        let Ok(private) = private.parse() else {
            continue;
        };
        let exposed = Port {
            private,
            public: None,
            address: None,
            protocol: protocol(word),
        };
        match bindings.as_deref() {
            None | Some([]) => ports.push(exposed),
            Some(bindings) => ports.extend(bindings.iter().map(|binding| {
                Port {
                    public: binding
                        .host_port
                        .as_deref()
                        .and_then(|port| port.parse().ok()),
                    address: binding
                        .host_ip
                        .as_deref()
                        .filter(|ip| !ip.is_empty())
                        .map(Text::line),
                    ..exposed.clone()
                }
            })),
        }
    }
    tidy(ports)
}

fn protocol(word: &str) -> Protocol {
    match word {
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        _ => Protocol::Tcp,
    }
}

/// Engines answer in changing order; equal answers must compare equal.
fn tidy(mut ports: Vec<Port>) -> Vec<Port> {
    ports.sort();
    ports.dedup();
    ports
}

fn label(labels: Option<&HashMap<String, String>>, name: &str) -> Option<Text> {
    labels?
        .get(name)
        .filter(|value| !value.is_empty())
        .map(Text::line)
}

/// One container whole; `None` when the answer has no usable id.
pub fn container_from_inspect(
    answer: &ContainerInspectResponse,
) -> Option<(Container, ContainerDetails)> {
    let id = ContainerId::new(answer.id.as_deref()?).ok()?;
    let state = answer.state.clone().unwrap_or_default();
    let config = answer.config.clone().unwrap_or_default();
    let labels = config.labels.as_ref();
    let word = state.status.as_ref().map_or("", AsRef::as_ref);
    let state_now = ContainerState::from_word(word);
    let time = |text: &Option<String>| text.as_deref().and_then(Time::parse);
    let finished = time(&state.finished_at);
    let ended = !state_now.is_up() && state_now != ContainerState::Created;
    let container = Container {
        name: Text::line(
            answer
                .name
                .as_deref()
                .map_or_else(|| id.short(), |name| name.trim_start_matches('/')),
        ),
        image: Text::line(config.image.as_deref().unwrap_or_default()),
        state: state_now,
        health: match state.health.as_ref().and_then(|health| health.status) {
            Some(HealthStatusEnum::STARTING) => Health::Starting,
            Some(HealthStatusEnum::HEALTHY) => Health::Healthy,
            Some(HealthStatusEnum::UNHEALTHY) => Health::Unhealthy,
            _ => Health::None,
        },
        created: answer.created.map(time_of_date),
        started: time(&state.started_at),
        finished,
        exit_code: state
            .exit_code
            .filter(|_| ended)
            .and_then(|code| i32::try_from(code).ok()),
        out_of_memory: state.oom_killed.unwrap_or(false),
        restarts: answer
            .restart_count
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(0),
        ports: answer
            .network_settings
            .as_ref()
            .and_then(|net| net.ports.as_ref())
            .map(ports_from_map)
            .unwrap_or_default(),
        project: label(labels, PROJECT_LABEL),
        service: label(labels, SERVICE_LABEL),
        id,
    };
    Some((container, details::details(answer)))
}

fn time_of_date(date: bollard::models::BollardDate) -> Time {
    Time((date.unix_timestamp_nanos() / 1_000_000) as i64)
}

/// What an engine says of itself. Engines before API 1.41 do not say their cgroup version; they know only 1.
pub fn engine_facts(version: &SystemVersion, info: &SystemInfo, reached_by: &str) -> EngineFacts {
    let two = info.cgroup_version.as_ref().map(AsRef::as_ref) == Some("2");
    EngineFacts {
        version: Text::line(version.version.as_deref().unwrap_or_default()),
        api: Text::line(version.api_version.as_deref().unwrap_or_default()),
        cgroup_version: if two { 2 } else { 1 },
        cgroup_driver: Text::line(info.cgroup_driver.as_ref().map_or("", AsRef::as_ref)),
        reached_by: Text::line(reached_by),
    }
}

/// An API version such as `1.41` as two numbers.
pub fn api_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
