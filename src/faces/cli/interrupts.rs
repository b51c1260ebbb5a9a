//! Ctrl-c and its kin: SIGINT, SIGTERM and SIGHUP, heard by whoever waits at the moment.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::error::{Error, Result};

/// Interrupts as they come.
pub(crate) struct Interrupts(mpsc::Receiver<()>);

impl Interrupts {
    /// Listens from now on; the process is no longer ended by these signals.
    pub fn listen() -> Self {
        Self::to(&[
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ])
    }

    /// Listens to what ends a service: SIGINT and SIGTERM.
    pub fn of_service() -> Self {
        Self::to(&[SignalKind::interrupt(), SignalKind::terminate()])
    }

    fn to(kinds: &[SignalKind]) -> Self {
        let (heard, interrupts) = mpsc::channel(8);
        for kind in kinds.iter().copied() {
            // Where a signal cannot be listened to it keeps its usual effect.
            let Ok(mut signals) = signal(kind) else {
                continue;
            };
            let heard = heard.clone();
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    if heard.send(()).await.is_err() {
                        return;
                    }
                }
            });
        }
        Self(interrupts)
    }

    /// From a channel, for tests.
    #[cfg(test)]
    pub const fn of(interrupts: mpsc::Receiver<()>) -> Self {
        Self(interrupts)
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Forgets those that were meant for somebody else: a shell that had the terminal.
    pub fn forget(&mut self) {
        while self.0.try_recv().is_ok() {}
    }

    /// Lets the work go on until an interrupt comes.
    pub async fn guard<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.next() => Err(Error::Interrupted),
            done = work => done,
        }
    }
}
