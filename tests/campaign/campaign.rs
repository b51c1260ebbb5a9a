//! The kill campaign: runs on sites are killed at every moment of every step, and then at random, and the providers'
//! own inventory is asked what is left.
//!
//! `campaign points` kills once at every moment of a deploy, release and delete with every level and of a backup, `points
//! all` of the rest of a site's life as well, `points grow` of the runs of one verb; `campaign random N` plays N runs with up to five
//! deaths each and with faults at the providers; `campaign bugs` plants bugs and demands that each is found.
//!
//! Flow: [`parent`] starts [`child`] processes on errands → a child does the errand with the real journal, clients and saga,
//! and dies by SIGKILL ([`death`]) → the next one goes on → `faults::judge` compares what is left with what should be.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for developers, whose result is what it prints"
)]

mod bugs;
mod child;
mod death;
mod parent;
mod scenes;
mod vault;

use std::process::ExitCode;

use vocab::Text;

use crate::scenes::Which;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(async {
        match words.as_slice() {
            ["child", errand] => {
                let errand =
                    serde_json::from_str(errand).map_err(|error| Text::line(error.to_string()))?;
                child::run(errand).await
            }
            ["points"] => scenes::points(Which::First).await,
            ["points", "all"] => scenes::points(Which::All).await,
            ["points", verb] => scenes::points(Which::Of(verb)).await,
            ["random", count] => match count.parse() {
                Ok(count) => scenes::random(count, 1).await,
                Err(_) => Err(Text::line("how many runs?")),
            },
            ["random", count, seed] => match (count.parse(), seed.parse()) {
                (Ok(count), Ok(seed)) => scenes::random(count, seed).await,
                _ => Err(Text::line("how many runs, from which seed?")),
            },
            ["bugs"] => scenes::bugs().await,
            _ => Err(Text::line(
                "usage: campaign points [all|VERB] | random RUNS [SEED] | bugs",
            )),
        }
    });
    done.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}
