//! What an inspect tells beyond the list row; here secrets are masked.

use bollard::models::{ContainerInspectResponse, HealthcheckResult, HostConfig, MountPoint};
use vocab::mask::{self, environment_value};
use vocab::{Attachment, Bytes, ContainerDetails, HealthCheck, Limits, Mount, Text, Variable};

use super::time_of_date;

/// Everything but the row.
pub(super) fn details(answer: &ContainerInspectResponse) -> ContainerDetails {
    let config = answer.config.clone().unwrap_or_default();
    let host = answer.host_config.clone().unwrap_or_default();
    let state = answer.state.clone().unwrap_or_default();
    let words: Vec<&str> = answer
        .path
        .iter()
        .chain(answer.args.iter().flatten())
        .map(String::as_str)
        .collect();
    ContainerDetails {
        command: Text::line(mask::mask(&words.join(" "))),
        folder: Text::line(config.working_dir.as_deref().unwrap_or_default()),
        user: Text::line(config.user.as_deref().unwrap_or_default()),
        restart_policy: restart_policy(&host),
        environment: config
            .env
            .iter()
            .flatten()
            .map(|entry| variable(entry))
            .collect(),
        mounts: answer.mounts.iter().flatten().map(mount).collect(),
        limits: limits(&host),
        networks: networks(answer),
        labels: config
            .labels
            .iter()
            .flatten()
            .map(|(name, value)| (Text::line(name), environment_value(name, value)))
            .collect(),
        health_log: state
            .health
            .and_then(|health| health.log)
            .unwrap_or_default()
            .into_iter()
            .map(health_check)
            .collect(),
        pid: state
            .pid
            .and_then(|pid| u32::try_from(pid).ok())
            .filter(|pid| *pid > 0),
        log_driver: Text::line(host.log_config.and_then(|log| log.typ).unwrap_or_default()),
        privileged: host.privileged.unwrap_or(false),
        inspect: inspect_text(answer),
    }
}

fn variable(entry: &str) -> Variable {
    let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
    Variable {
        name: Text::line(name),
        value: environment_value(name, value),
    }
}

fn restart_policy(host: &HostConfig) -> Text {
    let Some(policy) = &host.restart_policy else {
        return Text::line("no");
    };
    let name = policy.name.as_ref().map_or("", AsRef::as_ref);
    match (name, policy.maximum_retry_count) {
        ("", _) => Text::line("no"),
        (name, Some(count)) if count > 0 => Text::line(format!("{name}:{count}")),
        (name, _) => Text::line(name),
    }
}

fn mount(point: &MountPoint) -> Mount {
    let kind = point
        .typ
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let source = point
        .name
        .as_deref()
        .filter(|name| !name.is_empty())
        .or(point.source.as_deref())
        .unwrap_or_default();
    Mount {
        kind: Text::line(kind),
        source: Text::line(source),
        target: Text::line(point.destination.as_deref().unwrap_or_default()),
        read_only: point.rw == Some(false),
    }
}

/// Zero and below mean "no limit" in each of these fields.
pub(super) fn limits(host: &HostConfig) -> Limits {
    let positive = |value: Option<i64>| value.filter(|value| *value > 0);
    let by_quota = || {
        let period = positive(host.cpu_period).unwrap_or(100_000);
        positive(host.cpu_quota).map(|quota| quota as f32 / period as f32)
    };
    Limits {
        memory: positive(host.memory).map(|bytes| Bytes(bytes.unsigned_abs())),
        cpus: positive(host.nano_cpus)
            .map(|nano| (nano as f64 / 1e9) as f32)
            .or_else(by_quota),
        pids: positive(host.pids_limit).map(i64::unsigned_abs),
    }
}

fn networks(answer: &ContainerInspectResponse) -> Vec<Attachment> {
    let settings = answer
        .network_settings
        .as_ref()
        .and_then(|settings| settings.networks.as_ref());
    let mut networks: Vec<Attachment> = settings
        .into_iter()
        .flatten()
        .map(|(name, end)| {
            let four = end
                .ip_address
                .as_deref()
                .filter(|address| !address.is_empty());
            let address = four
                .or(end.global_ipv6_address.as_deref())
                .unwrap_or_default();
            Attachment {
                network: Text::line(name),
                address: Text::line(address),
            }
        })
        .collect();
    networks.sort_by(|a, b| a.network.cmp(&b.network));
    networks
}

fn health_check(result: HealthcheckResult) -> HealthCheck {
    HealthCheck {
        at: result.end.map(time_of_date),
        exit_code: result
            .exit_code
            .and_then(|code| i32::try_from(code).ok())
            .unwrap_or(-1),
        output: Text::block(mask::mask(&result.output.unwrap_or_default())),
    }
}

/// The whole answer as indented JSON in which every secret is masked.
fn inspect_text(answer: &ContainerInspectResponse) -> Text {
    let Ok(mut value) = serde_json::to_value(answer) else {
        return Text::default();
    };
    mask_json(&mut value, "");
    serde_json::to_string_pretty(&value)
        .map(Text::block)
        .unwrap_or_default()
}

/// Masks each text by the name it stands under and by its shape; entries like `NAME=value` by that name; empties that
/// only say "not set" are taken out.
fn mask_json(value: &mut serde_json::Value, name: &str) {
    match value {
        serde_json::Value::String(text) => {
            let masked = match text.split_once('=') {
                Some((inner, tail)) if name == "Env" => {
                    format!("{inner}={}", environment_value(inner, tail))
                }
                _ if mask::is_secret_name(name) => mask::MASK.to_owned(),
                _ => mask::mask(text),
            };
            *text = masked;
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| mask_json(item, name)),
        serde_json::Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            for (name, field) in fields {
                mask_json(field, name);
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}
