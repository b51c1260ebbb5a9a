//! The provider sandbox as a command: starts it, says where it is, and ends it at a signal.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use cli::SandboxOptions;
use color_eyre::eyre::{Context as _, Result};
use sandbox::{Addresses, Health, Options, STAND_INS};
use tokio::signal::unix::{SignalKind, signal};

/// Serves the sandbox until a signal ends it. Its hosts go with it.
pub async fn run(options: &SandboxOptions) -> Result<ExitCode> {
    let running = sandbox::start(Options {
        listen: options.listen,
        faults: options.faults.clone(),
        hosts: !options.no_hosts,
        latency: Duration::from_millis(options.latency),
    })
    .await
    .context("starting the sandbox")?;
    let text = if options.json {
        format!("{}\n", running.addresses())
    } else if options.toml {
        fleet_file(running.addresses())
    } else {
        for_people(running.addresses(), running.health())
    };
    let mut out = std::io::stdout();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    let ended = match printed {
        Ok(()) => signalled().await,
        Err(error) => Err(error),
    };
    // Whatever happened, no host stays behind.
    running.stop().await;
    ended.context("serving the sandbox")?;
    Ok(ExitCode::SUCCESS)
}

async fn signalled() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// A fleet file whose sites are made at the sandbox: nothing in it is a secret, or outlives the sandbox.
fn fleet_file(addresses: &Addresses) -> String {
    let mut text = "# For the provider sandbox that printed this; another start has other addresses and tokens.\n\
         name = \"sandbox\"\n"
        .to_owned();
    for (name, access) in addresses.providers() {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\n[providers.{name}]\nurl = \"{}\"\ntoken = \"{}\"\n",
            access.url, access.token
        );
    }
    let _ = write!(
        text,
        "\n[hosting]\nprice = \"15.00 USD\"\ncertificates = \"internal\"\ndns = \"{}\"\n\
         exchange = {{ rate = \"1.10\", date = 2026-11-20 }}\n\
         \n[[affiliates]]\nname = \"harbor\"\nregion = \"eu-central\"\n\
         \n[backup]\nfolder = \"~/wheelhouse-sandbox\"\n",
        addresses.dns
    );
    text
}

fn for_people(addresses: &Addresses, health: &Health) -> String {
    let mut text = String::new();
    let servers = match health {
        Health::Real(name) => format!("real hosts, in containers {name}-*"),
        Health::ApiAlone(why) => format!("the API alone: {why}"),
    };
    let mut line = |name: &str, what: &str, token: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:<10}  {what} {token}");
    };
    for (name, access) in addresses.providers() {
        line(name, &access.url, &access.token);
    }
    line("dns", &addresses.dns.to_string(), "");
    line("discord", &addresses.discord.url, "");
    line("ntfy", &addresses.ntfy.url, &addresses.ntfy.token);
    let twilio = &addresses.twilio;
    line(
        "twilio",
        &format!("{} {}", twilio.url, twilio.account),
        &twilio.token,
    );
    let smtp = &addresses.smtp;
    line(
        "smtp",
        &format!("{}:{} {}", smtp.host, smtp.port, smtp.user),
        &smtp.password,
    );
    line("admin", &addresses.admin, "");
    line("servers", &servers, "");
    let images = format!("stand-ins for {}", STAND_INS.join(", "));
    line("images", &images, "");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_fleet_file_for_the_sandbox_has_no_problem() {
        let running = sandbox::start(Options {
            hosts: false,
            ..Options::default()
        })
        .await
        .unwrap();
        let text = fleet_file(running.addresses());
        running.stop().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fleet.toml");
        std::fs::write(&path, &text).unwrap();
        let (config, report) = config::load(&config::Paths {
            fleet: Some(path),
            fleet_is_named: true,
            ..config::Paths::default()
        });
        assert!(report.is_empty(), "{report}");
        assert!(config.fleet.hosting.is_some(), "{text}");
    }
}
