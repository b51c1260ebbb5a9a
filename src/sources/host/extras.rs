//! GPUs and WireGuard of a node, where their tools are: each asked by a command of its own with a hard limit, because a
//! sick GPU may hold nvidia-smi for ever and must not hold anything else.

use std::time::Duration;

use drivers::host::{CommandLine, CommandOutput};
use drivers::{DriverError, Host, Trouble};
use kit::backoff::Backoff;
use tokio::time::sleep;
use vocab::{Gpu, Mesh, Span};
use world::Fact;

use super::parse::{gpu, mesh};
use crate::{Context, NodeTarget};

/// How often each is asked.
const EVERY: Span = Span::seconds(10);

/// How long a tool may take.
const LIMIT: Span = Span::seconds(5);

/// After a tool that did not answer: the next attempts are put off up to this, as each may leave one more of them stuck.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// Which tools a node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tools {
    /// `nvidia-smi`.
    pub gpus: bool,
    /// `wg`.
    pub mesh: bool,
}

/// A tool that may be on a node.
#[derive(Debug, Clone, Copy)]
enum Tool {
    NvidiaSmi,
    Wg,
}

/// Asks the tools for ever; returns only when the engine is gone.
pub async fn watch(context: &Context, target: &NodeTarget, tools: Tools) {
    tokio::select! {
        () = repeat(context, target, Tool::NvidiaSmi), if tools.gpus => {}
        () = repeat(context, target, Tool::Wg), if tools.mesh => {}
        () = std::future::pending() => {}
    }
}

/// Asks one tool every so often, less often while it fails, until nobody wants to hear of it any more.
async fn repeat(context: &Context, target: &NodeTarget, tool: Tool) {
    let mut backoff = Backoff::new(EVERY.duration(), LONGEST_WAIT, 0);
    loop {
        let wait = match look(target, tool).await {
            Ok(fact) => {
                if let Some(fact) = fact
                    && !context.send(fact).await
                {
                    return;
                }
                backoff.reset();
                EVERY.duration()
            }
            Err(error) => {
                tracing::debug!(node = %target.node, ?tool, %error, "tool did not answer");
                backoff.next_wait()
            }
        };
        sleep(wait).await;
    }
}

async fn look(target: &NodeTarget, tool: Tool) -> Result<Option<Fact>, DriverError> {
    let host = target.connection.host.as_ref();
    let node = target.node.clone();
    match tool {
        Tool::NvidiaSmi => Ok(Some(Fact::GpusSampled {
            node,
            gpus: read_gpus(host).await?,
            every: EVERY,
        })),
        Tool::Wg => {
            let mesh = read_mesh(host).await?;
            Ok(mesh.map(|mesh| Fact::MeshRead {
                node,
                mesh: Box::new(mesh),
                every: EVERY,
            }))
        }
    }
}

/// Asks nvidia-smi for columns as CSV.
async fn ask(host: &dyn Host, what: &str, columns: &str) -> Result<CommandOutput, DriverError> {
    let query = format!("--query-{what}={columns}");
    host.run(
        &CommandLine::new(
            "nvidia-smi",
            [query.as_str(), "--format=csv,noheader,nounits"],
        ),
        b"",
        LIMIT,
    )
    .await
}

/// The GPUs; none when the driver says that they are gone, so that they are missed at once.
async fn read_gpus(host: &dyn Host) -> Result<Vec<Gpu>, DriverError> {
    let answer = ask(host, "gpu", gpu::GPU_COLUMNS).await?;
    let mut gpus = gpu::gpus(&answer.stdout);
    if gpus.is_empty() {
        let said = [answer.stdout, answer.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        return if gpu::says_lost(&said) {
            Ok(gpus)
        } else {
            Err(not_understood("nvidia-smi", &said))
        };
    }
    gpu::attach_processes(
        &mut gpus,
        &ask(host, "compute-apps", gpu::PROCESS_COLUMNS)
            .await?
            .stdout,
    );
    Ok(gpus)
}

/// The mesh; `None` when there is no interface, or none that this user may see.
async fn read_mesh(host: &dyn Host) -> Result<Option<Mesh>, DriverError> {
    let answer = host
        .run(&CommandLine::new("wg", ["show", "all", "dump"]), b"", LIMIT)
        .await?;
    let mesh = mesh::parse(&answer.stdout, drivers::clock::now());
    Ok((!mesh.interfaces.is_empty()).then_some(mesh))
}

fn not_understood(tool: &str, said: &str) -> DriverError {
    let line = said.lines().next().unwrap_or("nothing");
    DriverError::new(Trouble::Garbled, format!("{tool} said: {line}"))
}
