//! The conversions on recorded answers.

use bollard::models::{ContainerSummary, HostConfig};
use vocab::mask;
use vocab::{Bytes, Limits, Variable};

use super::details::limits;
use super::*;

fn list() -> Vec<Container> {
    let rows: Vec<ContainerSummary> =
        serde_json::from_str(include_str!("../fixtures/list.json")).expect("recorded");
    rows.iter().filter_map(container_from_summary).collect()
}

fn inspect() -> (Container, ContainerDetails) {
    let answer = serde_json::from_str(include_str!("../fixtures/inspect.json")).expect("recorded");
    container_from_inspect(&answer).expect("has an id")
}

#[test]
fn rows_of_the_list() {
    let rows = list();
    assert_eq!(rows.len(), 2);
    let job = &rows[0];
    assert_eq!(
        (job.name.as_str(), job.state, job.exit_code),
        ("shop-job-1", ContainerState::Exited, Some(3))
    );
    let web = &rows[1];
    assert_eq!(
        (web.name.as_str(), web.image.as_str()),
        ("shop-web-1", "shop/web:1")
    );
    assert_eq!(
        (web.state, web.health),
        (ContainerState::Running, Health::Unhealthy)
    );
    assert_eq!(
        (web.project.as_deref(), web.service.as_deref()),
        (Some("shop"), Some("web"))
    );
    assert_eq!(
        web.ports,
        [Port {
            private: 80,
            public: Some(18080),
            address: Some(Text::line("127.0.0.1")),
            protocol: Protocol::Tcp
        }]
    );
}

#[test]
fn an_inspect_agrees_with_the_list_and_adds_to_it() {
    let (container, details) = inspect();
    let row = list()
        .into_iter()
        .find(|row| row.id == container.id)
        .expect("in both");
    assert_eq!(
        (&row.name, &row.image, row.state, row.health),
        (
            &container.name,
            &container.image,
            container.state,
            container.health
        )
    );
    assert_eq!(
        (row.ports, row.project, row.service),
        (
            container.ports.clone(),
            container.project.clone(),
            container.service.clone()
        )
    );
    assert_eq!(
        row.created.map(Time::seconds),
        container.created.map(Time::seconds)
    );
    assert_eq!(
        container.started,
        Time::parse("2026-11-21T01:53:28.679492772Z")
    );
    assert_eq!((container.finished, container.exit_code), (None, None));
    assert_eq!(details.command.as_str(), "/bin/busybox sleep 1000");
    assert_eq!(details.restart_policy.as_str(), "unless-stopped");
    assert_eq!(
        details.limits,
        Limits {
            memory: Some(Bytes(64 << 20)),
            cpus: Some(0.5),
            pids: Some(50)
        }
    );
    assert_eq!(details.mounts.len(), 2);
    assert!(
        details
            .mounts
            .iter()
            .any(|m| m.source.as_str() == "shop-data"
                && m.kind.as_str() == "volume"
                && !m.read_only)
    );
    assert!(
        details
            .mounts
            .iter()
            .any(|m| m.source.as_str() == "/srv/shop" && m.kind.as_str() == "bind" && m.read_only)
    );
    assert_eq!(details.networks.len(), 1);
    assert_eq!(details.pid, Some(15_575));
    assert_eq!(details.health_log.len(), 3);
    assert!(details.health_log[0].output.contains("/bin/sh"));
}

#[test]
fn no_secret_leaves_an_inspect() {
    let (_, details) = inspect();
    assert!(details.environment.contains(&Variable {
        name: Text::line("DB_PASSWORD"),
        value: Text::line(mask::MASK)
    }));
    assert!(details.environment.contains(&Variable {
        name: Text::line("MODE"),
        value: Text::line("demo")
    }));
    assert!(details.inspect.contains("MODE=demo") && details.inspect.contains("DB_PASSWORD="));
    let everything = format!("{details:?}");
    assert!(
        !everything.contains("hunter2"),
        "the password is still there"
    );
}

#[test]
fn words_of_a_status() {
    assert_eq!(exit_code_in_words("Exited (137) 2 hours ago"), Some(137));
    assert_eq!(exit_code_in_words("Restarting (1) 3 seconds ago"), Some(1));
    assert_eq!(exit_code_in_words("Up 2 hours"), None);
}

#[test]
fn an_engine_tells_of_itself() {
    let version = serde_json::from_str(include_str!("../fixtures/version.json")).expect("recorded");
    let info = serde_json::from_str(include_str!("../fixtures/info.json")).expect("recorded");
    let facts = engine_facts(&version, &info, "/var/run/docker.sock");
    assert_eq!(
        (facts.version.as_str(), facts.api.as_str()),
        ("20.10.24+dfsg1", "1.41")
    );
    assert_eq!(
        (facts.cgroup_version, facts.cgroup_driver.as_str()),
        (1, "cgroupfs")
    );
    assert_eq!(api_version("1.41"), Some((1, 41)));
    assert_eq!(api_version("new"), None);
}

#[test]
fn a_row_without_an_id_is_no_row() {
    assert_eq!(container_from_summary(&ContainerSummary::default()), None);
    let hostile = ContainerSummary {
        id: Some("../../etc/passwd".into()),
        ..ContainerSummary::default()
    };
    assert_eq!(container_from_summary(&hostile), None);
}

#[test]
fn limits_by_quota() {
    let host = HostConfig {
        cpu_quota: Some(150_000),
        memory: Some(0),
        pids_limit: Some(-1),
        ..HostConfig::default()
    };
    assert_eq!(
        limits(&host),
        Limits {
            memory: None,
            cpus: Some(1.5),
            pids: None
        }
    );
}
