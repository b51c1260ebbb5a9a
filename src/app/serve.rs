//! `wheelhouse serve`: the engine without a screen, whose fleet file is read again at SIGHUP.

use std::process::ExitCode;

use cli::Arguments;
use color_eyre::eyre::{Context as _, Result};
use config::Report;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use world::Face;

use super::boot::{self, Running};
use super::{fabric, hosting};

/// Serves until a signal comes.
pub async fn run(arguments: &Arguments, options: &cli::serve::Options) -> Result<ExitCode> {
    // Before anything else, so that no early signal ends the program in its usual way.
    let mut hangups = signal(SignalKind::hangup()).context("listening to SIGHUP")?;
    let running = boot::start(arguments).await?;
    let session = cli::Session {
        watch: running.watch().await?,
        command: running.command(Face::Shell),
        logs: running.config.fleet.logs.clone(),
        affiliates: running.config.fleet.affiliates.clone(),
        providers: hosting::are_providers_named(&running.config.fleet),
        report: running.report.clone(),
    };
    let (reloaded, reloads) = mpsc::channel(4);
    let following = async {
        while hangups.recv().await.is_some() {
            let report = reload(arguments, &running).await;
            if reloaded.send(report).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    let code = tokio::select! {
        code = cli::serve::run(options, session, reloads) => code,
        () = following => Ok(ExitCode::SUCCESS),
    };
    running.engine.shutdown().await;
    Ok(code?)
}

/// Reads the configuration again and has the engine follow it.
async fn reload(arguments: &Arguments, running: &Running) -> Report {
    let loaded = boot::configuration(arguments);
    let (fabric, mut notices) = fabric::of(&loaded.config, &running.state);
    notices.extend(boot::notices_of(&loaded.report));
    running.engine.reload(fabric, notices).await;
    loaded.report
}
