//! The way out: one write a frame, and what the terminal does not take at once waits without anybody waiting for it.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::tty::Tty;

/// So long the end of the program waits for a terminal that takes nothing (a stuck connection) before it goes without.
const PATIENCE: Duration = Duration::from_millis(50);

/// Writes to the terminal, from the face's thread and, for what is left over, from the watcher's.
pub(super) struct Output {
    pub(super) tty: Tty,
    left: Mutex<Vec<u8>>,
    /// Wakes the watcher, which then waits for the terminal to take more.
    wake: UnixStream,
    written: AtomicU64,
}

impl Output {
    pub(super) const fn new(tty: Tty, wake: UnixStream) -> Self {
        Self {
            tty,
            left: Mutex::new(Vec::new()),
            wake,
            written: AtomicU64::new(0),
        }
    }

    /// Whether something is left that the terminal has not taken.
    pub(super) fn busy(&self) -> bool {
        !self.left().is_empty()
    }

    /// Bytes sent since the start.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Sends bytes behind all that were sent before. Never blocks; fails when the terminal is gone.
    pub(super) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let mut left = self.left();
        self.written
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let taken = if left.is_empty() {
            self.tty.write_some(bytes)?
        } else {
            0
        };
        if taken < bytes.len() {
            left.extend_from_slice(&bytes[taken..]);
            drop(left);
            self.wake();
        }
        Ok(())
    }

    /// Sends what is left, as far as the terminal takes it; whether nothing is left now.
    pub(super) fn go_on(&self) -> io::Result<bool> {
        let mut left = self.left();
        let taken = self.tty.write_some(&left)?;
        left.drain(..taken);
        Ok(left.is_empty())
    }

    /// Sends what is left and then these, within a short time or not at all.
    pub(super) fn send_last(&self, bytes: &[u8]) -> io::Result<()> {
        let mut left = self.left();
        let rest = std::mem::take(&mut *left);
        self.written
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.tty
            .write_within(&rest, PATIENCE)
            .and_then(|()| self.tty.write_within(bytes, PATIENCE))
    }

    /// Wakes the watcher.
    pub(super) fn wake(&self) {
        // A full pipe has enough bytes in it to wake anybody.
        let _ = rustix::io::write(&self.wake, b"w");
    }

    fn left(&self) -> MutexGuard<'_, Vec<u8>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
