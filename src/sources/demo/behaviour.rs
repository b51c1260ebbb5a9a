//! What the programs in the simulated containers use, print and answer.

use drivers::docker::{Behaviour, Docker, ExecOutput};
use kit::backoff::mix;
use vocab::{Bytes, Container, ContainerSample, Health, Output, Percent, Rate, Span, Time};

use world::{Fact, Metric, Point, SeriesKey, Subject};

use super::Actor;
use super::shape::{chance, salt, wander};

/// The programs of one simulated engine.
pub(super) struct Programs {
    pub seed: u64,
    /// Lines a second of one container.
    pub rate: f64,
}

const REQUESTS: [&str; 8] = [
    "/",
    "/shop",
    "/cart",
    "/checkout",
    "/api/items?page=2",
    "/login",
    "/static/app.css",
    "/search?q=boots",
];

impl Behaviour for Programs {
    fn sample(&self, container: &Container, at: Time) -> ContainerSample {
        let own = salt(&container.name);
        let busy = chance(self.seed, own, 1);
        let wave = wander(self.seed, own, at);
        let size = 60.0 + 800.0 * chance(self.seed, own, 2) * chance(self.seed, own, 3);
        let rate = |salt: u64| {
            Some(Rate(
                (wander(self.seed, own + salt, at) * busy * 300_000.0) as u64,
            ))
        };
        ContainerSample {
            cpu: Percent(busy * busy * 30.0 * wave),
            memory: Bytes(((size + 20.0 * wave) * 1_048_576.0) as u64),
            memory_limit: Some(Bytes(512 << 20)).filter(|limit| (size as u64) << 20 < limit.0),
            received: rate(10),
            sent: rate(11),
            read: rate(12),
            written: rate(13),
            pids: Some(3 + (busy * 40.0) as u64),
        }
    }

    fn line_period(&self, container: &Container) -> Span {
        let share = 0.3 + 1.4 * f64::from(chance(self.seed, salt(&container.name), 4));
        let rate = self.rate * share;
        if rate <= 0.0 {
            Span::days(365)
        } else {
            Span::millis(((1000.0 / rate) as i64).clamp(1, 86_400_000))
        }
    }

    fn line(&self, container: &Container, number: u64) -> (Output, String) {
        let dice = mix(self.seed ^ salt(&container.name) ^ number);
        let request = REQUESTS[(dice % 8) as usize];
        let millis = 12 + dice % 180;
        if container.health == Health::Unhealthy && dice.is_multiple_of(3) {
            return (
                Output::Error,
                format!("ERROR upstream timed out after 30 s: GET {request}"),
            );
        }
        match (&*container.image, dice % 23) {
            (image, 0) if image.starts_with("node") || image.starts_with("wordpress") => (
                Output::Error,
                format!("ERROR upstream timed out after 30 s: GET {request}"),
            ),
            (image, _) if image.starts_with("postgres") || image.starts_with("mariadb") => (
                Output::Error,
                format!(
                    "LOG:  checkpoint complete: wrote {} buffers (1.{}%)",
                    dice % 900,
                    dice % 10
                ),
            ),
            (image, 1..=3) if image.starts_with("caddy") => (
                Output::Error,
                format!(
                    r#"{{"level":"warn","logger":"http.log","msg":"slow","uri":"{request}","status":200,"duration":{millis}.2}}"#
                ),
            ),
            (image, _) if image.starts_with("caddy") => (
                Output::Error,
                format!(
                    r#"{{"level":"info","logger":"http.log","msg":"handled","uri":"{request}","status":200,"duration":0.0{millis}}}"#
                ),
            ),
            (_, 1) => (
                Output::Out,
                format!(
                    "WARN slow answer: GET {request} took {}.{} s",
                    1 + dice % 3,
                    dice % 10
                ),
            ),
            (image, _) if image.starts_with("node") => (
                Output::Out,
                format!("level=info msg=\"request\" path={request} status=200 ms={millis}"),
            ),
            _ => (
                Output::Out,
                format!("INFO  GET {request} 200 in {millis} ms"),
            ),
        }
    }

    fn execute(&self, container: &Container, command: &[String]) -> ExecOutput {
        let text = format!("simulated in {}: {}\n", container.name, command.join(" "));
        ExecOutput {
            exit_code: 0,
            output: text.into_bytes(),
        }
    }
}

/// The course of a machine's containers before the demo began, by the same formula as what follows.
pub(super) async fn past(actor: &Actor, rate: f64, seed: u64, now: Time) -> Vec<Fact> {
    let programs = Programs { seed, rate };
    let step = Span::seconds(10);
    let moments: Vec<Time> = (1..=super::PAST.0 / step.0)
        .rev()
        .map(|back| now - step.times(back))
        .collect();
    let mut facts = Vec::new();
    for container in actor.engine.list().await.unwrap_or_default() {
        let samples: Vec<ContainerSample> = moments
            .iter()
            .map(|at| programs.sample(&container, *at))
            .collect();
        let series = |metric, value: fn(&ContainerSample) -> f32| Fact::HistoryRestored {
            key: SeriesKey::new(
                Subject::Container {
                    node: actor.profile.name.clone(),
                    name: container.name.clone(),
                },
                metric,
            ),
            points: moments
                .iter()
                .zip(&samples)
                .map(|(at, sample)| Point {
                    at: *at,
                    value: value(sample),
                })
                .collect(),
        };
        facts.push(series(Metric::Cpu, |sample| sample.cpu.0));
        facts.push(series(Metric::Memory, |sample| sample.memory.0 as f32));
    }
    facts
}
