//! The user's files: whatever they hold, the console gets something it can use, and problems that can be shown.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use config::fleet::write::{Found, FoundContainer, FoundContext, FoundHost, example};
use config::fleet::{DockerAddress, Reach};
use config::keymap::{Keys, PANES, SCOPES};
use config::theme::ROLES;
use config::{Config, Paths, Report, Settings};
use vocab::NodeName;

use super::oracle::{assert_line, assert_safe};

/// Writes a file into a folder of its own, and has it read.
fn with_file<T>(
    name: &str,
    content: &[u8],
    read: impl FnOnce(&Path, &Path, &mut Report) -> T,
) -> (T, Report) {
    let written = tempfile::tempdir().and_then(|folder| {
        let path = folder.path().join(name);
        fs::write(&path, content).map(|()| (folder, path))
    });
    assert!(
        written.is_ok(),
        "the folder for temporary files can be written to: {written:?}"
    );
    let mut report = Report::default();
    let read = written.map(|(folder, path)| read(folder.path(), &path, &mut report));
    let lines = content.split(|byte| *byte == b'\n').count() as u32;
    for problem in &report {
        assert_safe(&problem.to_string(), true);
        assert!(!problem.message.is_empty(), "a problem is said in words");
        assert!(
            problem.line <= lines,
            "{problem} is behind the end of the file"
        );
    }
    match read {
        Ok(read) => (read, report),
        Err(error) => unreachable!("asserted above: {error}"),
    }
}

fn load_fleet(content: &[u8]) -> (Config, Report) {
    with_file("fleet.toml", content, |_, path, report| {
        let (config, problems) = config::load(&Paths::default().with_fleet(path.to_owned()));
        *report = problems;
        config
    })
}

pub fn fleet(data: &[u8]) {
    let (config, _) = load_fleet(data);
    let fleet = config.fleet;
    let names: BTreeSet<&NodeName> = fleet.nodes.iter().map(|node| &node.name).collect();
    assert_eq!(names.len(), fleet.nodes.len(), "names of nodes are unique");
    assert!(
        fleet
            .nodes
            .iter()
            .filter(|node| node.reach == Reach::Local)
            .count()
            <= 1,
        "there is one machine here"
    );
    for node in &fleet.nodes {
        if let Reach::Ssh(target) = &node.reach {
            for word in [Some(&target.destination), target.user.as_ref()]
                .into_iter()
                .flatten()
            {
                assert_line(word);
                assert!(
                    !word.is_empty() && !word.starts_with('-'),
                    "{word:?} would be an option of ssh"
                );
                assert!(!word.contains(char::is_whitespace), "{word:?} is two words");
            }
            assert_ne!(target.port, Some(0));
        }
        match &node.docker {
            DockerAddress::Unix(path) => assert!(path.is_absolute()),
            DockerAddress::Tcp { host, port } => assert!(!host.is_empty() && *port > 0),
            DockerAddress::Auto | DockerAddress::Off => {}
        }
    }
    let services: BTreeSet<_> = fleet.services.iter().map(|service| &service.name).collect();
    assert_eq!(
        services.len(),
        fleet.services.len(),
        "names of services are unique"
    );
    for service in &fleet.services {
        assert_safe(&service.probe.target(), true);
        assert!(service.timeout.0 > 0 && service.every.0 > 0, "{service:?}");
        assert!(
            service.failures >= 1 && service.failures <= service.window,
            "{service:?}"
        );
    }
    if let Ok(host) = NodeName::new("aurora") {
        let watched = fleet.nodes_to_watch(&host);
        let names: BTreeSet<_> = watched.iter().map(|node| &node.name).collect();
        assert_eq!(
            names.len(),
            watched.len(),
            "names of watched nodes are unique"
        );
    }
}

pub fn settings(data: &[u8]) {
    let (settings, _) = with_file("settings.toml", data, |_, path, report| {
        let (config, problems) = config::load(&Paths {
            settings: Some(path.to_owned()),
            ..Paths::default()
        });
        *report = problems;
        config.settings
    });
    let Settings {
        refresh,
        grace,
        wall_seconds,
        history_days,
        log_lines,
        log_memory,
        ..
    } = settings;
    assert!((1_000..=60_000).contains(&refresh.0) && (0..=60_000).contains(&grace.0));
    assert!((5..=600).contains(&wall_seconds) && (1..=3650).contains(&history_days));
    assert!(
        (1_000..=10_000_000).contains(&log_lines) && (1 << 20..=4 << 30).contains(&log_memory.0)
    );
}

pub fn keymap(data: &[u8]) {
    if let Ok(keys) = Keys::parse(&String::from_utf8_lossy(data)) {
        assert_written(&keys);
    }
    let (keymap, _) = with_file("keymap.toml", data, |_, path, report| {
        config::keymap::load("vim", Some(path), report)
    });
    for (scope, bindings) in &keymap.scopes {
        let known = SCOPES.contains(&scope.as_str())
            || scope
                .strip_prefix("pane.")
                .is_some_and(|pane| PANES.contains(&pane));
        assert!(known, "{scope} is no scope");
        for (keys, bound) in bindings {
            assert_written(keys);
            assert!(!bound.action.is_empty());
            let longer = bindings
                .keys()
                .find(|other| *other != keys && keys.is_prefix_of(other));
            assert_eq!(
                longer, None,
                "{keys} in {scope} never gets to the keys behind it"
            );
        }
    }
}

/// Keys are read as they are shown.
fn assert_written(keys: &Keys) {
    assert!(!keys.chords().is_empty(), "keys are one at least");
    assert_eq!(
        Keys::parse(&keys.to_string()).as_ref(),
        Ok(keys),
        "{keys} is read as it is shown"
    );
    assert_safe(&keys.to_string(), true);
}

pub fn theme(data: &[u8]) {
    let (theme, report) = with_file("mine.toml", data, |folder, _, report| {
        config::theme::load("mine", Some(folder), report)
    });
    for role in theme.roles.keys() {
        let known = ROLES.iter().any(|known| {
            role.strip_prefix(known)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        assert!(
            known || !report.is_empty(),
            "{role} is no role, and nobody is told"
        );
    }
    for role in ROLES {
        theme.style(role);
    }
}

/// The first fleet file, made of what was found on a machine, can be read back without any problem.
pub fn init(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut words = text.split('\n').map(str::to_owned);
    let mut found = Found {
        host: words.next().unwrap_or_default(),
        ..Found::default()
    };
    while let Some(name) = words.next() {
        let second = words.next().unwrap_or_default();
        let number = name.len() as u16;
        match name.len() % 3 {
            0 => {
                let (hostname, user) = second
                    .split_once(' ')
                    .map_or((None, None), |(a, b)| (Some(a), Some(b)));
                let (hostname, user) = (hostname.map(str::to_owned), user.map(str::to_owned));
                found.ssh_hosts.push(FoundHost {
                    alias: name,
                    hostname,
                    user,
                    port: Some(number),
                });
            }
            1 => found.docker_contexts.push(FoundContext {
                name,
                endpoint: second,
                current: number.is_multiple_of(2),
            }),
            _ => found.containers.push(FoundContainer {
                name,
                ports: [(number, number), (80, 8080), (0, 0)]
                    .map(|(inside, at)| (inside, ([127, 0, 0, 1], at).into()))
                    .into(),
            }),
        }
    }
    let written = example(&found);
    let (config, report) = load_fleet(written.as_bytes());
    assert!(report.is_empty(), "{report}\n{written}");
    assert!(config.fleet.nodes.len() + config.fleet.services.len() <= 2 * text.lines().count() + 3);
}
