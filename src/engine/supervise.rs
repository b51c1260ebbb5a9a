//! Keeps a task alive: one that panics costs itself a pause, not the console.

use std::future::Future;
use std::time::Duration;

use kit::Backoff;
use kit::queue;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vocab::Text;
use world::{Event, Fact, Notice, NoticeKind};

/// Runs a task until it ends or is cancelled; after a panic tells of it and starts it again, with growing pauses.
pub(crate) fn supervise<F, T>(
    tasks: &TaskTracker,
    name: String,
    events: queue::Sender<Event>,
    cancel: CancellationToken,
    task: F,
) where
    F: Fn() -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    tasks.spawn(async move {
        let mut backoff = Backoff::new(
            Duration::from_secs(1),
            Duration::from_mins(1),
            name.len() as u64,
        );
        loop {
            let running = tokio::spawn(task());
            let abort = running.abort_handle();
            let ended = tokio::select! {
                ended = running => ended,
                () = cancel.cancelled() => {
                    abort.abort();
                    return;
                }
            };
            let Err(error) = ended else { return };
            if !error.is_panic() {
                return;
            }
            let notice = Notice {
                kind: NoticeKind::Internal,
                subject: Text::line(&name),
                text: Text::line(format!(
                    "{name} failed inside and is started again; the log file has the details"
                )),
                grave: true,
            };
            drop(
                events
                    .send(Event {
                        at: drivers::clock::now(),
                        fact: Fact::Noticed(notice),
                    })
                    .await,
            );
            tokio::select! {
                () = tokio::time::sleep(backoff.next_wait()) => {}
                () = cancel.cancelled() => return,
            }
        }
    });
}
