//! Logs of servers that sites are hosted on, over the connection by which they are deployed. Nothing there is changed.
//!
//! Flow: login → for the end of a log, commands that are bounded in lines, bytes and time → merged by time → the outbox.
//! While following, the readers of nodes do it; a container is followed by its engine's own program there.

use drivers::Host;
use drivers::host::CommandLine;
use tokio::time::{Duration, timeout};
use vocab::styled::STYLED_LIMIT;
use vocab::{Domain, HostedLog, LogRequest, Output, Span, Text, Time};
use world::query::telling::access_log;

use super::file;
use super::journal::{self, Which};
use super::line::RawLine;
use super::outage::Outage;
use super::outbox::Outbox;
use super::process::{Listener, Said};
use super::seam::TimeSeam;
use super::splitter::Splitter;
use super::stamp::{self, Stamper};
use crate::Doors;

/// The web server's unit.
const WEB_SERVER: &str = "caddy.service";

/// So many of the newest lines are read at once, however many are asked for.
const MOST_LINES: u32 = 1_000;

/// So many bytes of them, the newest: less than is kept of a command's output.
const MOST_BYTES: usize = 1_000_000;

/// Runs its arguments and prints the end of what they say, on either output.
const END: &str = "\"$@\" 2>&1 | tail -c 1000000";

/// How long reading the end of a log may take, with the login: less than a face waits for it.
const WITHIN: Span = Span::seconds(11);

/// So many entries of the web server's journal are gone through for those of a site.
const ENTRIES: u32 = 200;

/// How often a container that has ended is looked at for having started again.
const STOPPED_POLL: Duration = Duration::from_secs(2);

/// Reads the log as requested; why it cannot be read is a gap in it.
pub(super) async fn read(
    doors: &dyn Doors,
    address: &Text,
    log: &HostedLog,
    request: &LogRequest,
    outbox: &Outbox,
) {
    let there = There {
        name: request.source.node().as_str(),
        address,
        request,
    };
    let reading = async {
        let host = doors.login(there.name, address).await;
        let host = host.map_err(|why| there.silent(&why))?;
        let container = |deployment, release| doors.container(deployment, release);
        let server = Server {
            host: &*host,
            there,
        };
        match log {
            HostedLog::Journal if request.follow => server.follow_journal(outbox).await,
            HostedLog::Web(site) if request.follow => server.follow_web(site, outbox).await,
            HostedLog::Container {
                deployment,
                release,
                ..
            } if request.follow => {
                let name = container(*deployment, release);
                server.follow_container(&name, outbox).await;
            }
            HostedLog::Journal => return server.journal(outbox).await,
            HostedLog::Web(site) => return server.web(site, outbox).await,
            HostedLog::Container {
                site,
                deployment,
                release,
            } => {
                let name = container(*deployment, release);
                return server.container(site, &name, outbox).await;
            }
        }
        Ok(())
    };
    let read = if request.follow {
        reading.await
    } else {
        let patience = WITHIN.duration();
        let late = || there.silent(&format!("nothing came within {WITHIN}"));
        timeout(patience, reading)
            .await
            .unwrap_or_else(|_| Err(late()))
    };
    if let Err(why) = read {
        outbox.gap(why);
    }
}

/// A server, and what is asked of it.
#[derive(Clone, Copy)]
struct There<'a> {
    name: &'a str,
    address: &'a Text,
    request: &'a LogRequest,
}

impl There<'_> {
    /// That the server does not answer, and what to do.
    fn silent(&self, why: &str) -> Text {
        Text::line(format!(
            "server {} does not let its log be read: {why}; see in Hetzner's console whether {} is on",
            self.name, self.address
        ))
    }
}

/// The way to it.
struct Server<'a> {
    host: &'a dyn Host,
    there: There<'a>,
}

/// Entries of the server's journal that are worth a look.
const GRAVE: Which<'static> = Which {
    unit: None,
    grave: true,
    site: None,
};

/// What the web server says beside its log of requests: what is wrong with a site, and what becomes of itself.
const fn said_of(site: &Domain) -> Which<'_> {
    Which {
        unit: Some(WEB_SERVER),
        grave: false,
        site: Some(site),
    }
}

impl Server<'_> {
    async fn journal(&self, outbox: &Outbox) -> Result<(), Text> {
        let found = self.entries(GRAVE, self.most()).await?;
        self.hand_on(found, outbox);
        Ok(())
    }

    /// Requests and errors of a site, merged by time.
    async fn web(&self, site: &Domain, outbox: &Outbox) -> Result<(), Text> {
        let (requests, said) = tokio::join!(
            self.requests(site),
            self.entries(said_of(site), ENTRIES.max(self.most()))
        );
        let mut found = requests?;
        // Without a journal there is still what was answered.
        found.extend(said.unwrap_or_default());
        if found.is_empty() {
            return Err(Text::line(format!(
                "the web server of {} has written nothing of {site} yet",
                self.there.name
            )));
        }
        self.hand_on(found, outbox);
        Ok(())
    }

    /// What a container wrote on both its outputs.
    async fn container(&self, site: &Domain, name: &str, outbox: &Outbox) -> Result<(), Text> {
        let command = self.docker(name, Some(self.most()), None);
        let said = self.ask(&command).await?;
        let mut found = Vec::new();
        let mut complaint = None;
        for line in lines(&said) {
            match stamp::leading(line) {
                Some((at, bytes)) => found.push(raw(at, bytes)),
                None => complaint = Some(Text::line(line)),
            }
        }
        self.hand_on(found, outbox);
        complaint.map_or(Ok(()), |why| {
            let name = self.there.name;
            Err(Text::line(format!(
                "Docker on {name}: {why}; `wheelhouse site restart {site}` begins the container anew"
            )))
        })
    }

    /// The requests that the web server answered for a site.
    async fn requests(&self, site: &Domain) -> Result<Vec<RawLine>, Text> {
        let path = access_log(site);
        let count = self.most().to_string();
        let command = CommandLine::new("tail", ["-n", count.as_str(), "--", path.as_str()]);
        let said = self.ask(&command).await?;
        let now = drivers::clock::now();
        let mut stamper = Stamper::default();
        // A site that nobody has visited has no log.
        let answered = lines(&said).filter(|line| !line.starts_with(b"tail: "));
        Ok(answered
            .map(|line| raw(stamper.time_of(line, now, false), line))
            .collect())
    }

    /// The newest entries of the journal, of which those that are not wanted are left out.
    async fn entries(&self, which: Which<'_>, count: u32) -> Result<Vec<RawLine>, Text> {
        let request = LogRequest {
            tail: Some(count),
            ..self.there.request.clone()
        };
        let said = self.ask(&journal::command(which, &request, None)).await?;
        let found = Outbox::new(request.source.clone());
        let mut complaint = None;
        for line in lines(&said) {
            if !journal::take(line, which, &request, &found) {
                complaint = Some(Text::line(line));
            }
        }
        let (lines, _) = found.drain();
        match complaint {
            Some(why) if lines.is_empty() => Err(Text::line(format!(
                "the journal of {} cannot be read: {why}; `wheelhouse doctor` checks the way there",
                self.there.name
            ))),
            _ => Ok(lines),
        }
    }

    /// What a command prints, the end of it.
    async fn ask(&self, command: &CommandLine) -> Result<Vec<u8>, Text> {
        let words = std::iter::once(command.program.clone()).chain(command.arguments.clone());
        let words = ["-c", END, "end"]
            .map(str::to_owned)
            .into_iter()
            .chain(words);
        let command = CommandLine::new("sh", words);
        let output = self.host.run(&command, b"", WITHIN).await;
        let said = output.map_err(|error| self.there.silent(&error.text))?;
        Ok(said.stdout)
    }

    /// How many lines are read.
    fn most(&self) -> u32 {
        self.there
            .request
            .tail
            .unwrap_or(MOST_LINES)
            .min(MOST_LINES)
    }

    /// Hands on the newest of these lines that are asked for, by time.
    fn hand_on(&self, mut found: Vec<RawLine>, outbox: &Outbox) {
        let request = self.there.request;
        found.retain(|line| {
            request.since.is_none_or(|since| line.at >= since)
                && request.until.is_none_or(|until| line.at <= until)
        });
        found.sort_by_key(|line| line.at);
        let most = self.most() as usize;
        if request.tail.is_none_or(|tail| tail > MOST_LINES) && found.len() >= most {
            outbox.gap(Text::line(format!(
                "only the newest {MOST_LINES} lines are read"
            )));
        }
        let older = found.len().saturating_sub(most);
        for line in found.drain(..).skip(older) {
            outbox.line(line);
        }
    }

    async fn follow_journal(&self, outbox: &Outbox) {
        journal::read(self.host, GRAVE, self.there.request, outbox).await;
    }

    async fn follow_web(&self, site: &Domain, outbox: &Outbox) {
        let path = access_log(site);
        tokio::join!(
            file::read(self.host, &path, self.there.request, outbox),
            journal::read(self.host, said_of(site), self.there.request, outbox)
        );
    }

    /// Follows a container through its restarts and lost connections.
    async fn follow_container(&self, name: &str, outbox: &Outbox) {
        let mut seam = TimeSeam::default();
        let mut outage = Outage::new(
            name.bytes()
                .fold(13, |seed, byte| kit::backoff::mix(seed ^ u64::from(byte))),
        );
        loop {
            let tail = if seam.since().is_some() {
                None
            } else {
                self.there.request.tail
            };
            let command = self.docker(name, tail, seam.since());
            seam.resume();
            let why = match self.host.spawn(&command).await {
                Ok(running) => {
                    outage.reached();
                    let listener = Listener::new(running, Splitter::new());
                    self.stretch(listener, &mut seam, &mut outage, outbox).await
                }
                Err(error) => Err(error.text),
            };
            match why {
                Ok(()) => tokio::time::sleep(STOPPED_POLL).await,
                Err(why) => outage.wait(outbox, &why).await,
            }
        }
    }

    /// Reads until the container ends; in words why, when something else is in the way.
    async fn stretch(
        &self,
        mut listener: Listener,
        seam: &mut TimeSeam,
        outage: &mut Outage,
        outbox: &Outbox,
    ) -> Result<(), Text> {
        let mut complaint = None;
        loop {
            let next = listener.next().await.map_err(|error| {
                Text::line(format!(
                    "the connection to {} broke: {error}",
                    self.there.name
                ))
            })?;
            let Some(said) = next else {
                return complaint.map_or(Ok(()), Err);
            };
            for said in said {
                let (Said::Line(line) | Said::Aside(line)) = said;
                let Some((at, bytes)) = stamp::leading(&line) else {
                    complaint = Some(Text::line(&line));
                    continue;
                };
                outage.over(outbox, &format!("{} reconnecting", self.there.name));
                if seam.is_new(at, (0, bytes)) {
                    outbox.line(raw(at, bytes));
                }
            }
        }
    }

    /// The command that prints a container's log, each line with its time. The name stands behind the options.
    fn docker(&self, name: &str, tail: Option<u32>, since: Option<Time>) -> CommandLine {
        let request = self.there.request;
        let mut words = vec!["logs".to_owned(), "--timestamps".to_owned()];
        words.extend(tail.map(|tail| format!("--tail={tail}")));
        words.extend(
            since
                .or(request.since)
                .map(|since| format!("--since={since}")),
        );
        words.extend(request.until.map(|until| format!("--until={until}")));
        words.extend(request.follow.then(|| "--follow".to_owned()));
        words.push(name.to_owned());
        CommandLine::new("docker", words)
    }
}

/// The lines of what a command printed. Where its beginning was cut off, the first one is not whole.
fn lines(said: &[u8]) -> impl Iterator<Item = &[u8]> {
    said.split(|byte| *byte == b'\n')
        .skip(usize::from(said.len() >= MOST_BYTES))
        .filter(|line| !line.is_empty())
}

/// A line whose level is in its words.
fn raw(at: Time, bytes: &[u8]) -> RawLine {
    RawLine {
        at,
        output: Output::Out,
        level: None,
        bytes: bytes[..bytes.len().min(STYLED_LIMIT)].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use async_trait::async_trait;
    use drivers::host::{CommandOutput, SimulatedHost};
    use vocab::{LinkTrouble, LogItem, LogSource, NodeName, ReleaseId, RunId};

    use super::*;
    use crate::SiteTarget;
    use crate::logs::line::RawItem;

    struct Door(SimulatedHost);

    #[async_trait]
    impl Doors for Door {
        fn name_server(&self) -> Option<SocketAddr> {
            None
        }
        async fn login(&self, _: &str, _: &str) -> Result<Arc<dyn Host>, Text> {
            Ok(Arc::new(self.0.clone()))
        }
        fn container(&self, _: RunId, release: &ReleaseId) -> String {
            format!("of-{release}")
        }
        async fn authority(&self, _: &SiteTarget) -> Result<Option<Vec<u8>>, Text> {
            Ok(None)
        }
    }

    /// A server on which these commands, by their first word, print this.
    fn server(said: &'static [(&'static str, &'static str)]) -> SimulatedHost {
        SimulatedHost::new("web", move |command, _| {
            assert_eq!(command.program, "sh");
            let program = &command.arguments[3];
            let found = said.iter().find(|(known, _)| known == program);
            CommandOutput {
                status: Some(0),
                stdout: found.map_or_else(Vec::new, |(_, said)| said.as_bytes().to_vec()),
                stderr: Vec::new(),
            }
        })
    }

    fn site() -> Domain {
        Domain::new("shop.example.com").unwrap()
    }

    /// What is read of a log: lines as they are, gaps in brackets.
    async fn read_of(host: SimulatedHost, log: HostedLog, tail: u32) -> Vec<String> {
        let (name, address) = (NodeName::new("web-1").unwrap(), Text::line("192.0.2.7"));
        let source = LogSource::Hosted {
            server: name,
            address: address.clone(),
            log: log.clone(),
        };
        let request = LogRequest {
            source: source.clone(),
            tail: Some(tail),
            since: None,
            until: None,
            follow: false,
        };
        let outbox = Outbox::new(source);
        read(&Door(host), &address, &log, &request, &outbox).await;
        let (lines, why) = outbox.drain();
        let lines = lines
            .into_iter()
            .map(|line| match RawItem::Line(line).finish() {
                LogItem::Line(line) => line.text.to_string(),
                LogItem::Gap { reason, .. } => reason.to_string(),
            });
        lines.chain(why.map(|why| format!("[{why}]"))).collect()
    }

    fn container() -> HostedLog {
        HostedLog::Container {
            site: site(),
            deployment: RunId::default(),
            release: ReleaseId::of_digest(&[7; 32]),
        }
    }

    #[tokio::test]
    async fn requests_and_what_is_wrong_are_merged_by_time_and_the_newest_are_kept() {
        let host = server(&[
            (
                "tail",
                "{\"level\":\"info\",\"ts\":1795269600.5,\"msg\":\"one\"}\n\
                 {\"level\":\"info\",\"ts\":1795269602.5,\"msg\":\"three\"}\n",
            ),
            (
                "journalctl",
                "{\"__REALTIME_TIMESTAMP\":\"1795269601000000\",\"SYSLOG_IDENTIFIER\":\"systemd\",\"MESSAGE\":\"two\"}\n\
                 {\"__REALTIME_TIMESTAMP\":\"1795269603000000\",\"SYSLOG_IDENTIFIER\":\"caddy\",\"MESSAGE\":\"of others\"}\n",
            ),
        ]);
        let lines = read_of(host.clone(), HostedLog::Web(site()), 9).await;
        let ends = |line: &String, word: &str| line.contains(word);
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(ends(&lines[0], "one") && lines[1] == "systemd: two" && ends(&lines[2], "three"));
        let newest = read_of(host, HostedLog::Web(site()), 1).await;
        assert!(newest.len() == 1 && ends(&newest[0], "three"), "{newest:?}");
    }

    #[tokio::test]
    async fn a_container_says_what_it_wrote_or_why_there_is_nothing() {
        let host = server(&[(
            "docker",
            "2026-11-21T14:02:09.5Z login with password=hunter2\n2026-11-21T14:02:08Z \u{1b}[2Jfirst\n",
        )]);
        let lines = read_of(host, container(), 9).await;
        assert_eq!(lines, ["\u{fffd}first", "login with password=••••••••"]);
        let none = server(&[(
            "docker",
            "Error response from daemon: No such container: x\n",
        )]);
        let [why] = &read_of(none, container(), 9).await[..] else {
            panic!("one line")
        };
        assert!(why.contains("No such container: x; `wheelhouse site restart shop.example.com`"));
    }

    #[tokio::test]
    async fn what_is_silent_or_empty_is_said_in_one_line() {
        let host = server(&[]);
        let empty = read_of(host.clone(), HostedLog::Web(site()), 9).await;
        assert_eq!(
            empty,
            ["[the web server of web-1 has written nothing of shop.example.com yet]"]
        );
        assert!(
            read_of(host.clone(), HostedLog::Journal, 9)
                .await
                .is_empty()
        );
        host.set_trouble(Some(LinkTrouble::Timeout));
        for log in [HostedLog::Journal, HostedLog::Web(site()), container()] {
            let said = read_of(host.clone(), log, 9).await;
            let [why] = &said[..] else { panic!("{said:?}") };
            assert!(
                why.contains("server web-1 does not let its log be read"),
                "{why}"
            );
            assert!(
                why.contains("see in Hetzner's console whether 192.0.2.7 is on"),
                "{why}"
            );
        }
    }
}
