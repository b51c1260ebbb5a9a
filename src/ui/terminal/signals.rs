//! Signals: noted where they arrive, told where it is safe.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::low_level::{pipe, unregister};
use signal_hook::{SigId, flag};

/// All that are answered; the first four end the program.
const WATCHED: [i32; 6] = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT];

/// Handlers of a guard that has ended. They stay until the next guard's are there, so that a signal between the two does
/// what it does without any: it ends the program.
static ENDED: Mutex<Vec<SigId>> = Mutex::new(Vec::new());

/// Signals that came and were not told yet.
pub(super) struct Signals {
    came: [Arc<AtomicBool>; WATCHED.len()],
    handlers: Vec<SigId>,
    /// Once set, a signal does what it does without any handler.
    usual: Arc<AtomicBool>,
}

impl Signals {
    /// Begins to note signals; each also writes a byte to `wake`.
    pub(super) fn new(wake: &UnixStream) -> io::Result<Self> {
        let mut signals = Self {
            came: Default::default(),
            handlers: Vec::new(),
            usual: Arc::default(),
        };
        for (signal, came) in WATCHED.into_iter().zip(&signals.came) {
            // In this order: the note is there before anybody is woken to read it.
            if !matches!(signal, SIGTSTP | SIGCONT) {
                signals.handlers.push(flag::register_conditional_default(
                    signal,
                    Arc::clone(&signals.usual),
                )?);
            }
            signals
                .handlers
                .push(flag::register(signal, Arc::clone(came))?);
            signals
                .handlers
                .push(pipe::register(signal, wake.try_clone()?)?);
        }
        let mut ended = ENDED.lock().unwrap_or_else(PoisonError::into_inner);
        for handler in ended.drain(..) {
            unregister(handler);
        }
        Ok(signals)
    }

    /// Those that came since the last call, the ending ones first.
    pub(super) fn take(&self) -> impl Iterator<Item = i32> {
        WATCHED
            .into_iter()
            .zip(&self.came)
            .filter(|(_, came)| came.swap(false, Ordering::SeqCst))
            .map(|(signal, _)| signal)
    }

    /// From now on a signal ends the program at once, as if nobody listened.
    pub(super) fn be_usual(&self) {
        self.usual.store(true, Ordering::SeqCst);
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.be_usual();
        ENDED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .append(&mut self.handlers);
    }
}
