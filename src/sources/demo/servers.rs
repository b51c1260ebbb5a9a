//! The servers that the play's sites stand on: what they answer, and what a restart or another certificate changes.

use std::sync::Arc;

use drivers::Host;
use drivers::docker::Docker;
use drivers::host::{CommandOutput, SimulatedHost};
use vocab::{ContainerKey, Domain, LinkTrouble, Span, Text, Time};

use super::scenario::{BROKEN, DOWN, ENDING, Mending, SITES_ON_DOWN};
use super::{Actor, Scenario, Simulation, lines};

/// Days until the certificate ends that ends soon.
pub(super) const ENDS_IN: i64 = 6;

/// Days until any other one ends, and one that was renewed.
const USUAL: i64 = 83;

/// How a site's web server refuses when what is behind it is gone.
pub(super) const BAD_GATEWAY: &str = "answers 502 Bad Gateway, not 2xx or 3xx";

impl Simulation {
    /// The server of this name, as one that is logged in to.
    pub fn server(&self, name: &str) -> Arc<dyn Host> {
        let (server, mended) = (name.to_owned(), self.mended.clone());
        let mut there = self.sites.iter();
        let site = there.find(|site| site.objects.server_name == name);
        let domain = site.map_or_else(String::new, |site| site.domain.to_string());
        let is_broken = self.scenario.is_bad() && BROKEN.contains(&domain.as_str());
        let host = SimulatedHost::new(name, move |command, input| {
            let words: Vec<&str> = command.arguments.iter().map(String::as_str).collect();
            let log = |program: &str| {
                let broken = is_broken && !mended.has(&Mending::WebServer(server.clone()));
                lines::of(program, &domain, broken, drivers::clock::now())
            };
            let mut stdout = Vec::new();
            match (command.program.as_str(), words.as_slice()) {
                ("sh", ["-c", _, "end", program, ..]) => stdout = log(program),
                (program @ ("docker" | "tail" | "journalctl"), _) if input.is_empty() => {
                    stdout = log(program);
                }
                ("caddy", ["reload", ..]) => mended.note(Mending::WebServer(server.clone())),
                ("sh", ["-c", script, "sh", domain]) if script.contains("certificates") => {
                    mended.note(Mending::Certificate((*domain).to_owned()));
                }
                _ => {}
            }
            CommandOutput {
                status: Some(0),
                stdout,
                stderr: Vec::new(),
            }
        });
        if self.scenario.is_bad() && name == DOWN {
            host.set_trouble(Some(LinkTrouble::Timeout));
        }
        Arc::new(host)
    }

    /// Whether a site answers now; else why not.
    pub fn answers(&self, domain: &Domain) -> Result<Text, Text> {
        if !self.scenario.is_bad() {
            return Ok(Text::line("200"));
        }
        let is = |names: &[&str]| names.contains(&domain.as_str());
        if is(&SITES_ON_DOWN) && self.actor(DOWN).is_some() {
            return Err(Text::line("no answer within 10 s"));
        }
        let site = self.sites.iter().find(|site| site.domain == *domain);
        let restarted = site.is_some_and(|site| {
            let server = site.objects.server_name.clone();
            self.mended.has(&Mending::WebServer(server))
        });
        if is(&BROKEN) && !restarted {
            return Err(Text::line(BAD_GATEWAY));
        }
        Ok(Text::line("200"))
    }

    /// The serial number of the certificate that is served for a site, and until when it is good.
    pub fn certificate(&self, domain: &Domain, now: Time) -> (Text, Time) {
        let renewed = self
            .mended
            .has(&Mending::Certificate(domain.as_str().to_owned()));
        let (days, serial) = match (domain.as_str(), renewed) {
            (_, true) => (USUAL, 2),
            (ENDING, false) if self.scenario.is_bad() => (ENDS_IN, 1),
            _ => (USUAL, 1),
        };
        let until = now + Span::days(days) + Span::hours(3);
        let number = super::shape::salt(domain.as_str()) ^ serial;
        (Text::line(format!("{number:016x}")), until)
    }

    /// Which day is played.
    pub const fn scenario(&self) -> Scenario {
        self.scenario
    }

    /// The first container of this name, when one plays.
    pub async fn container(&self, name: &str) -> Option<ContainerKey> {
        for actor in &self.actors {
            let list = actor.engine.list().await.unwrap_or_default();
            if let Some(found) = list.into_iter().find(|one| *one.name == *name) {
                let node = actor.profile.name.clone();
                return Some(ContainerKey { node, id: found.id });
            }
        }
        None
    }

    /// The machine of this name, when it plays.
    pub(super) fn actor(&self, name: &str) -> Option<&Actor> {
        let mut actors = self.actors.iter();
        actors.find(|actor| actor.profile.name.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use drivers::host::CommandLine;

    use super::*;
    use crate::demo::Size;

    const NOW: Time = Time(1_795_269_731_000);

    fn simulation(scenario: Scenario) -> Simulation {
        Simulation::playing(Size::default(), scenario, NOW)
    }

    fn domain(name: &str) -> Domain {
        Domain::new(name).unwrap()
    }

    #[tokio::test]
    async fn a_restart_and_another_certificate_are_seen_afterwards() {
        let simulation = simulation(Scenario::BadDay);
        let acme = domain("acme.example");
        assert_eq!(
            simulation.answers(&acme),
            Err(Text::line("answers 502 Bad Gateway, not 2xx or 3xx"))
        );
        let server = simulation.server("site-acme-example");
        let reload = CommandLine::new("caddy", ["reload", "--config", "/etc/caddy/Caddyfile"]);
        server.run(&reload, b"", Span::seconds(1)).await.unwrap();
        assert!(simulation.answers(&acme).is_ok());
        assert!(simulation.answers(&domain("kappa-2.example")).is_err());

        let gamma = domain(ENDING);
        let (before, until) = simulation.certificate(&gamma, NOW);
        assert!(until < NOW + Span::days(7));
        let aside = CommandLine::new("sh", ["-c", "cd certificates", "sh", ENDING]);
        server.run(&aside, b"", Span::seconds(1)).await.unwrap();
        let (after, until) = simulation.certificate(&gamma, NOW);
        assert!(before != after && until > NOW + Span::days(30));
    }

    #[tokio::test]
    async fn what_stands_on_the_machine_that_is_down_is_not_reached() {
        let bad = simulation(Scenario::BadDay);
        assert!(bad.answers(&domain(SITES_ON_DOWN[0])).is_err());
        assert!(bad.server(DOWN).connect().await.is_err());
        let quiet = simulation(Scenario::Quiet);
        assert!(quiet.answers(&domain(SITES_ON_DOWN[0])).is_ok());
        assert!(quiet.server(DOWN).connect().await.is_ok());
    }
}
