//! `wheelhouse alerts`: who is told of what is wrong, whether that is delivered, what was told; a test of a channel.

use serde::Serialize;
use vocab::{ChannelName, Severity, Time};
use world::alerts::{Alerts, Channel, Delivery, DeliveryState, Standing};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::{moment, rfc3339};
use crate::print::{Cell, Table, Tone, piece};

/// Options.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is done with channels.
#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List the newest messages, and what became of each
    #[command(after_long_help = crate::exit::HELP)]
    Log {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Send a test by a channel, or by all, and say what came back
    #[command(after_long_help = crate::exit::HELP)]
    Test {
        /// The channel; all of them when it is left out
        name: Option<ChannelName>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// A channel in JSON.
#[derive(Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    kind: &'static str,
    to: &'a str,
    /// `critical`, `warning`, `notice`: what is less grave is not told.
    level: &'static str,
    quiet: Option<String>,
    repeat_seconds: Option<i64>,
    /// Messages that may be sent within `rate_seconds`.
    rate: u32,
    rate_seconds: i64,
    /// `fine`, `waiting` (nothing was delivered yet), `failing`.
    state: &'static str,
    delivered: Option<String>,
    waiting: usize,
    given_up: usize,
    trouble: Option<String>,
}

impl<'a> Row<'a> {
    fn of(channel: &'a Channel, alerts: &Alerts) -> Self {
        let standing = alerts.outbox.standing(&channel.name);
        Self {
            name: channel.name.as_str(),
            kind: channel.kind.word(),
            to: &channel.to,
            level: channel.level.word(),
            quiet: channel.quiet.map(world::autopilot::Hours::words),
            repeat_seconds: channel.repeat.map(vocab::Span::as_seconds),
            rate: channel.rate.most,
            rate_seconds: channel.rate.within.as_seconds(),
            state: state(channel, alerts, &standing),
            delivered: standing.delivered.map(rfc3339),
            waiting: standing.waiting,
            given_up: standing.given_up,
            trouble: alerts.trouble(channel).map(|words| words.to_string()),
        }
    }
}

fn state(channel: &Channel, alerts: &Alerts, standing: &Standing) -> &'static str {
    if alerts.trouble(channel).is_some() {
        "failing"
    } else if standing.delivered.is_none() {
        "waiting"
    } else {
        "fine"
    }
}

/// A message in JSON.
#[derive(Debug, Serialize)]
struct Message<'a> {
    at: String,
    channel: &'a str,
    kind: &'static str,
    severity: &'static str,
    title: &'a str,
    detail: &'a str,
    incident: Option<String>,
    /// `queued`, `failed` (tried again), `sent`, `given up`, `not needed`.
    state: &'static str,
    attempts: u32,
    next: Option<String>,
    /// What the other side said last.
    words: &'a str,
}

impl<'a> Message<'a> {
    fn of(delivery: &'a Delivery) -> Self {
        Self {
            at: rfc3339(delivery.made),
            channel: delivery.channel.as_str(),
            kind: delivery.kind.word(),
            severity: delivery.severity.word(),
            title: &delivery.title,
            detail: &delivery.detail,
            incident: delivery.incident.as_ref().map(ToString::to_string),
            state: delivery.state.word(),
            attempts: delivery.attempts,
            next: (!delivery.state.is_over()).then(|| rfc3339(delivery.next)),
            words: &delivery.words,
        }
    }
}

/// Lists the channels, or does what is asked.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    match &options.verb {
        None => list(options.json, context),
        Some(Verb::Log { limit, json }) => log(usize::from(*limit), *json, context),
        Some(Verb::Test { name, json }) => test(name.as_ref(), *json, context).await,
    }
}

const NONE: &str = "no alert channels: write [[alerts]] with name and kind into the fleet file";

fn list(json: bool, context: &mut Context) -> Result<Exit> {
    let world = context.watch.world();
    let alerts = &world.alerts;
    let console = &mut context.console;
    if json {
        let rows: Vec<Row<'_>> = alerts
            .channels
            .iter()
            .map(|channel| Row::of(channel, alerts))
            .collect();
        console.out.json(&rows)?;
        return Ok(Exit::Fine);
    }
    if alerts.channels.is_empty() {
        console.out.say(Tone::Plain, NONE)?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&[
        "CHANNEL", "KIND", "LEVEL", "QUIET", "LAST", "WAITS", "STATE", "TO",
    ]);
    for channel in &alerts.channels {
        let standing = alerts.outbox.standing(&channel.name);
        let state = state(channel, alerts, &standing);
        let tone = match state {
            "failing" => Tone::Bad,
            "fine" => Tone::Good,
            _ => Tone::Plain,
        };
        let quiet = channel.quiet.map(world::autopilot::Hours::words);
        let last = standing.delivered.map(|at| moment(at, &console.zone));
        table.row(vec![
            Cell::of(channel.name.as_str()),
            Cell::of(channel.kind.word()),
            Cell::of(channel.level.word()),
            Cell::of(quiet.unwrap_or_else(|| "-".to_owned())),
            Cell::of(last.unwrap_or_else(|| "-".to_owned())),
            Cell::figure(Some(standing.waiting)),
            Cell::of(state).tone(tone),
            Cell::from(&channel.to),
        ]);
    }
    table.print(&mut console.out, 0)?;
    for channel in &alerts.channels {
        if let Some(why) = alerts.trouble(channel) {
            let words = format!("{}: {why}", channel.name);
            console.err.say(Tone::Bad, words)?;
        }
    }
    if world.executor.is_none() {
        let words =
            "nobody sends them at present: start `wheelhouse serve`, or leave a console open";
        console.err.say(Tone::Warn, words)?;
    }
    Ok(Exit::Fine)
}

fn log(limit: usize, json: bool, context: &mut Context) -> Result<Exit> {
    let outbox = &context.watch.world().alerts.outbox;
    let mut newest: Vec<&Delivery> = outbox.all().collect();
    newest.sort_by_key(|delivery| (std::cmp::Reverse(delivery.made), &delivery.id));
    newest.truncate(limit);
    let console = &mut context.console;
    if json {
        let rows: Vec<Message<'_>> = newest.into_iter().map(Message::of).collect();
        console.out.json(&rows)?;
        return Ok(Exit::Fine);
    }
    if newest.is_empty() {
        console.out.say(Tone::Plain, "nothing was told yet")?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&["AT", "CHANNEL", "KIND", "STATE", "TRIES", "TITLE", "ANSWER"]);
    for delivery in newest {
        table.row(vec![
            Cell::of(moment(delivery.made, &console.zone)),
            Cell::of(delivery.channel.as_str()),
            Cell::of(delivery.kind.word()),
            Cell::of(delivery.state.word()).tone(tone(delivery.state)),
            Cell::figure(Some(delivery.attempts)),
            Cell::from(&delivery.title).tone(gravity(delivery.severity)),
            Cell::from(&delivery.words),
        ]);
    }
    table.print(&mut console.out, 0)?;
    Ok(Exit::Fine)
}

async fn test(name: Option<&ChannelName>, json: bool, context: &mut Context) -> Result<Exit> {
    let command = context.command.as_ref().ok_or(Error::ReadOnly)?;
    let begun = context.watch.now();
    let tested = command.test_alerts(name.cloned()).await?;
    let well = |delivery: &Delivery| matches!(delivery.state, DeliveryState::Sent { .. });
    let all_well = tested.iter().all(well);
    let console = &mut context.console;
    if json {
        let rows: Vec<Message<'_>> = tested.iter().map(Message::of).collect();
        console.out.json(&rows)?;
    } else if tested.is_empty() {
        console.out.say(Tone::Plain, NONE)?;
    } else {
        for delivery in &tested {
            let word = if well(delivery) { "sent" } else { "not sent" };
            console.out.line(&[
                piece(Tone::Plain, format!("{}: ", delivery.channel)),
                piece(tone(delivery.state), word),
                piece(
                    Tone::Plain,
                    format!(": {}{}", delivery.words, took(delivery, begun)),
                ),
            ])?;
        }
    }
    Ok(if all_well { Exit::Fine } else { Exit::Wrong })
}

/// How long it took until the other side had it.
fn took(delivery: &Delivery, begun: Time) -> String {
    match delivery.state {
        DeliveryState::Sent { at } if at > begun => {
            format!(" (after {})", crate::print::words::took(at.since(begun)))
        }
        _ => String::new(),
    }
}

const fn tone(state: DeliveryState) -> Tone {
    match state {
        DeliveryState::Sent { .. } => Tone::Good,
        DeliveryState::GivenUp { .. } => Tone::Bad,
        DeliveryState::Failed => Tone::Warn,
        DeliveryState::Queued => Tone::Plain,
        DeliveryState::Needless { .. } => Tone::Dim,
    }
}

const fn gravity(severity: Severity) -> Tone {
    match severity {
        Severity::Critical => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Notice => Tone::Plain,
    }
}

#[cfg(test)]
mod tests {
    use vocab::{RunId, Span};
    use world::alerts::{AlertRate, ChannelKind, test_message};
    use world::autopilot::Hours;
    use world::{Event, Fact};

    use super::*;
    use crate::testing::{NOW, Scene, ago, said, scene};

    fn channel(name: &str, kind: ChannelKind, to: &str) -> Channel {
        Channel {
            name: ChannelName::new(name).unwrap(),
            kind,
            to: to.into(),
            level: Severity::Warning,
            wait: Span::seconds(30),
            quiet: None,
            quiet_except: None,
            timezone: None,
            repeat: None,
            rate: AlertRate {
                most: 30,
                within: Span::hours(1),
            },
            report: None,
            unusable: None,
        }
    }

    fn told() -> Scene {
        let mut scene = scene();
        let mut chat = channel("chat", ChannelKind::Discord, "a webhook");
        chat.quiet = Some(Hours {
            from: 22 * 60,
            until: 7 * 60,
        });
        let mut mail = channel("mail", ChannelKind::Email, "operator@example.com");
        mail.unusable = Some("the environment variable MAIL is not set".into());
        let mut message = test_message(
            &chat.name,
            RunId::default(),
            &"aurora".into(),
            &"operator".into(),
            ago(Span::minutes(5)),
        );
        message.attempts = 2;
        let message = message.sent("HTTP 200".into(), ago(Span::minutes(4)));
        for fact in [
            Fact::AlertsDeclared(vec![chat, mail]),
            Fact::DeliveriesSeen(vec![message]),
        ] {
            scene.watch.apply(&Event { at: NOW, fact });
        }
        scene.command.look_at(scene.watch.world_copy());
        scene
    }

    #[tokio::test(start_paused = true)]
    async fn lists_channels_and_messages() {
        insta::assert_snapshot!("alerts", said(&["alerts"], told()).await.all());
        let json = said(&["alerts", "--json"], told()).await.json();
        assert_eq!(json[0]["state"], "fine");
        assert_eq!(json[0]["quiet"], "22:00-07:00");
        assert_eq!(json[1]["state"], "failing");
        insta::assert_snapshot!("alerts_log", said(&["alerts", "log"], told()).await.all());
        let json = said(&["alerts", "log", "--json"], told()).await.json();
        assert_eq!(
            (&json[0]["state"], &json[0]["attempts"]),
            (&"sent".into(), &2.into())
        );
        let none = said(&["alerts"], scene()).await;
        assert!(none.out.contains("[[alerts]]"), "{}", none.out);
    }

    #[tokio::test(start_paused = true)]
    async fn tests_say_what_came_back() {
        let sent = said(&["alerts", "test", "chat"], told()).await;
        assert_eq!(sent.exit, Exit::Fine, "{}", sent.all());
        assert_eq!(sent.out, "chat: sent: kept\n");
        let failed = said(&["alerts", "test", "mail"], told()).await;
        assert_eq!(failed.exit, Exit::Wrong);
        assert_eq!(failed.out, "mail: not sent: refused\n");
        let unknown = said(&["alerts", "test", "caht"], told()).await;
        assert_eq!(unknown.exit, Exit::NotFound);
        let mut locked = told();
        locked.read_only = true;
        let locked = said(&["alerts", "test"], locked).await;
        assert_eq!(locked.exit, Exit::Refused);
    }
}
