//! Wiring: arguments → configuration → store → engine → link → face → exit code. The only room that knows all others.

mod alerts;
mod autopilot;
mod backups;
mod boot;
mod demo;
mod diagnosis;
mod fabric;
mod hosting;
mod priorities;
mod provider_sandbox;
mod serve;
mod tokens;
mod trace;

use std::process::ExitCode;

use boot::Running;
use cli::{Arguments, Subcommand, WallOptions};
use color_eyre::eyre::{Context as _, Result};
use tokio::sync::mpsc;
use world::Face;

/// The whole program: from parsed arguments to the exit code.
pub fn main(arguments: Arguments) -> ExitCode {
    let run = || -> Result<ExitCode> {
        color_eyre::install()?;
        // One thread for all that waits beside the one that draws: more would wake each other for a few microseconds' work.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .context("starting the runtime")?;
        let code = runtime.block_on(dispatch(arguments))?;
        // Tasks that hang in the operating system do not keep the program from ending.
        runtime.shutdown_timeout(std::time::Duration::from_millis(200));
        Ok(code)
    };
    run().unwrap_or_else(|error| cli::exit::report(&format!("{error:#}")))
}

async fn dispatch(arguments: Arguments) -> Result<ExitCode> {
    match &arguments.command {
        None => Box::pin(console(&arguments, boot::start(&arguments).await?)).await,
        Some(Subcommand::Wall(options)) => wall(boot::start(&arguments).await?, options).await,
        Some(Subcommand::Demo(options)) => {
            let running = demo::start(&arguments, options).await?;
            if options.wall {
                wall(running, &WallOptions::default()).await
            } else {
                Box::pin(console(&arguments, running)).await
            }
        }
        Some(Subcommand::Sandbox(options)) => provider_sandbox::run(options).await,
        Some(Subcommand::Serve(options)) => serve::run(&arguments, options).await,
        Some(Subcommand::Init(options)) => Ok(cli::init::run(
            options,
            &arguments,
            &diagnosis::found().await,
        )?),
        Some(Subcommand::Doctor(options)) => Ok(cli::doctor::run(
            options,
            &diagnosis::examine(&arguments).await,
        )?),
        Some(Subcommand::Rules(options)) => {
            let loaded = boot::configuration(&arguments);
            Ok(cli::rules::run(options, &loaded.config, &loaded.report)?)
        }
        Some(Subcommand::Completions(options)) => Ok(cli::completions::run(options)?),
        Some(command) => {
            let running = boot::start(&arguments).await?;
            let session = cli::Session {
                watch: running.watch().await?,
                command: running.command(Face::Shell),
                logs: running.config.fleet.logs.clone(),
                affiliates: running.config.fleet.affiliates.clone(),
                providers: hosting::are_providers_named(&running.config.fleet),
                report: running.report.clone(),
            };
            let code = cli::run(command, session).await;
            running.engine.shutdown().await;
            Ok(code?)
        }
    }
}

/// The interactive console.
async fn console(arguments: &Arguments, running: Running) -> Result<ExitCode> {
    let (reloaded, mut reloads) = mpsc::channel(4);
    let session = tui::Session {
        watch: running.watch().await?,
        command: running.command(Face::Console),
        config: running.config.clone(),
        report: running.report.clone(),
        paths: running.paths.clone(),
        exports: running.state.clone(),
        plain: arguments.is_plain(),
        reloaded: Some(reloaded),
    };
    let engine = running.engine.clone();
    let state = running.state.clone();
    let is_demo = running.is_demo();
    let follow = tokio::spawn(async move {
        while let Some((config, report)) = reloads.recv().await {
            let config: config::Config = config;
            // A demo stays on its simulated fleet, whatever becomes of the real one's file.
            if is_demo {
                continue;
            }
            let (fabric, mut notices) = fabric::of(&config, &state);
            notices.extend(boot::notices_of(&report));
            engine.reload(fabric, notices).await;
        }
    });
    let ended = tui::run(session).await;
    follow.abort();
    running.engine.shutdown().await;
    Ok(ExitCode::from(u8::try_from(ended?.code()).unwrap_or(1)))
}

/// The wall: it is given a watch and nothing else.
async fn wall(running: Running, options: &WallOptions) -> Result<ExitCode> {
    let session = wall::Session {
        watch: running.watch().await?,
        theme: running.config.theme.clone(),
        seconds: options
            .seconds
            .unwrap_or(running.config.settings.wall_seconds),
        money: !options.no_money,
    };
    let ended = wall::run(session).await;
    running.engine.shutdown().await;
    Ok(ExitCode::from(u8::try_from(ended?.code()).unwrap_or(1)))
}
