//! A command inside a container, without a terminal.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures::StreamExt;
use vocab::{ContainerId, Span};

use super::ExecOutput;
use super::engine::EngineClient;
use super::failure::{from_client, garbled};
use crate::error::{DriverError, Result, Trouble};

/// The most output that is kept.
const OUTPUT_LIMIT: usize = 1 << 20;

/// Runs it and waits. After the deadline it is left running: the API has no way to end it.
pub async fn run(
    engine: &EngineClient,
    id: &ContainerId,
    command: &[String],
    deadline: Span,
) -> Result<ExecOutput> {
    let program = command.first().map_or("nothing", String::as_str);
    let what = format!("run {program} in {}", id.short());
    let deadline = deadline.duration();
    match tokio::time::timeout(deadline, run_to_end(engine, id, command, &what, deadline)).await {
        Ok(result) => result,
        Err(_) => Err(DriverError::new(
            Trouble::Timeout,
            format!(
                "cannot {what}: it did not end within {} s and goes on in there",
                deadline.as_secs()
            ),
        )),
    }
}

async fn run_to_end(
    engine: &EngineClient,
    id: &ContainerId,
    command: &[String],
    what: &str,
    deadline: Duration,
) -> Result<ExecOutput> {
    let options = CreateExecOptions::<String> {
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        cmd: Some(command.to_vec()),
        ..CreateExecOptions::default()
    };
    let made = engine
        .call_within(deadline, what, async |client: bollard::Docker| {
            client.create_exec(id.as_str(), options).await
        })
        .await?;
    let start = StartExecOptions {
        detach: false,
        tty: false,
        output_capacity: None,
    };
    let started = engine
        .call_within(deadline, what, async |client: bollard::Docker| {
            client.start_exec(&made.id, Some(start)).await
        })
        .await?;
    let StartExecResults::Attached {
        output: mut pieces,
        input,
    } = started
    else {
        return Err(garbled(engine.address(), what, "the command was detached"));
    };
    let mut output = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = match piece.map_err(|error| from_client(&error, engine.address(), what))? {
            LogOutput::StdErr { message }
            | LogOutput::StdOut { message }
            | LogOutput::Console { message } => message,
            LogOutput::StdIn { .. } => continue,
        };
        let room = OUTPUT_LIMIT - output.len();
        output.extend_from_slice(&piece[..piece.len().min(room)]);
    }
    drop(input);
    let ended = engine
        .call(what, async |client: bollard::Docker| {
            client.inspect_exec(&made.id).await
        })
        .await?;
    let code = ended.exit_code.and_then(|code| i32::try_from(code).ok());
    let exit_code =
        code.ok_or_else(|| garbled(engine.address(), what, "the command has no exit code"))?;
    Ok(ExecOutput { exit_code, output })
}
