//! A container's log, from its engine.

use drivers::docker::LogWindow;
use drivers::{Connection, Docker, DriverError, Trouble};
use futures::StreamExt;
use vocab::{ContainerKey, LogRequest, Text};

use super::line::RawLine;
use super::outage::Outage;
use super::outbox::Outbox;
use super::seam::TimeSeam;

/// How reading a stretch of the log ended.
enum End {
    /// The container has ended, or everything that was asked for is read.
    Ended,
    /// The container does not exist any more.
    Gone,
    /// Something is in the way.
    Failed(DriverError),
}

/// Reads the log; while following, through the container's restarts and the engine's.
pub(super) async fn read(
    connection: &Connection,
    key: &ContainerKey,
    request: &LogRequest,
    outbox: &Outbox,
) {
    let mut seam = TimeSeam::default();
    let mut outage = Outage::new(seed(key));
    let mut stopped = false;
    loop {
        let Some(docker) = connection.docker() else {
            if !request.follow {
                outbox.gap(Text::line(format!(
                    "{} has no container engine that answers",
                    key.node
                )));
                return;
            }
            outage
                .wait(
                    outbox,
                    &format!("no container engine answers on {}", key.node),
                )
                .await;
            continue;
        };
        let window = LogWindow {
            tail: if seam.since().is_some() {
                None
            } else {
                request.tail
            },
            since: seam.since().or(request.since),
            until: request.until,
            follow: request.follow,
        };
        seam.resume();
        match stretch(
            &*docker,
            key,
            window,
            &mut seam,
            &mut outage,
            stopped,
            outbox,
        )
        .await
        {
            End::Ended if !request.follow => return,
            End::Ended => {
                stopped = true;
                tokio::time::sleep(STOPPED_POLL).await;
            }
            End::Gone => {
                outbox.gap(Text::line("the container was removed"));
                return;
            }
            End::Failed(error) if !request.follow => {
                outbox.gap(error.text);
                return;
            }
            End::Failed(error) => outage.wait(outbox, &error.text).await,
        }
    }
}

/// How often a container that has ended is looked at for having started again.
const STOPPED_POLL: std::time::Duration = std::time::Duration::from_secs(2);

/// Reads until the stream ends. `stopped` is whether the container was seen to end before.
async fn stretch(
    docker: &dyn Docker,
    key: &ContainerKey,
    window: LogWindow,
    seam: &mut TimeSeam,
    outage: &mut Outage,
    mut stopped: bool,
    outbox: &Outbox,
) -> End {
    let mut stream = match docker.logs(&key.id, window).await {
        Ok(stream) => stream,
        Err(error) if error.trouble == Trouble::NotFound => return End::Gone,
        Err(error) => return End::Failed(error),
    };
    outage.over(outbox, &format!("{} reconnecting", key.node));
    while let Some(next) = stream.next().await {
        let line = match next {
            Ok(line) => line,
            Err(error) => return End::Failed(error),
        };
        if !seam.is_new(line.at, (line.output as u8, &line.bytes)) {
            continue;
        }
        if stopped {
            outbox.gap(Text::line("the container ended and was started again"));
            stopped = false;
        }
        outbox.line(RawLine {
            at: line.at,
            output: line.output,
            level: None,
            bytes: line.bytes,
        });
    }
    End::Ended
}

fn seed(key: &ContainerKey) -> u64 {
    key.id
        .as_str()
        .bytes()
        .fold(0, |seed, byte| kit::backoff::mix(seed ^ u64::from(byte)))
}
