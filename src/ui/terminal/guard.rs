//! The guard: the terminal is taken over while it lives, and as it was found after it.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{Signal, getpid, getsid, kill_process};

use super::happening::Happening;
use super::modes::Modes;
use super::output::Output;
use super::screen::Screen;
use super::signals::Signals;
use super::tty::Tty;
use super::{panics, watcher};

/// What the guard, its screens, the watcher and the panic hook share.
pub(super) struct Shared {
    pub(super) output: Output,
    state: Mutex<State>,
    /// How often the screen was taken over: what was drawn before the last time is gone.
    taken: AtomicU64,
    ended: AtomicBool,
}

#[derive(Clone, Copy)]
struct State {
    on: bool,
    modes: Modes,
}

impl Shared {
    /// Takes the terminal over; again, when something else may have changed it.
    fn on(&self) -> io::Result<()> {
        let mut state = self.state();
        // First noted, then done: what fails half-way is taken back as a whole.
        state.on = true;
        self.taken.fetch_add(1, Ordering::SeqCst);
        self.output.tty.make_raw()?;
        self.output.send(&state.modes.on())
    }

    /// Gives the terminal back; nothing happens when that was done.
    pub(super) fn off(&self) -> io::Result<()> {
        let mut state = self.state();
        if !state.on {
            return Ok(());
        }
        state.on = false;
        let sent = self.output.send_last(&state.modes.off());
        if !self.output.tty.foreground() {
            return sent;
        }
        if state.modes.reports() {
            self.output.tty.drop_input();
        }
        // The settings are put back even when the screen took nothing.
        self.output.tty.make_original().and(sent)
    }

    /// Whether the screen is taken over now.
    pub(super) fn is_on(&self) -> bool {
        self.state().on
    }

    /// Whether the guard is gone.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// How often the screen was taken over.
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::SeqCst)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds the terminal. Dropping it, [`Self::restore`] and a panic of the thread that made it give it back.
///
/// Make it on the thread that draws, and end the loop when a [`Happening`] with an exit code comes. One at a time.
pub struct Guard {
    shared: Arc<Shared>,
}

impl Guard {
    /// Takes the terminal over. `tell` is called on a thread of its own, and soon: it should only pass the word on.
    /// Fails when standard output is no terminal (see [`super::check`]); the terminal is then as it was.
    pub fn enter(modes: Modes, tell: impl Fn(Happening) + Send + 'static) -> io::Result<Self> {
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let signals = Signals::new(&wake)?;
        let shared = Arc::new(Shared {
            output: Output::new(Tty::open()?, wake),
            state: Mutex::new(State { on: false, modes }),
            taken: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        });
        panics::watch(Arc::downgrade(&shared));
        let guard = Self {
            shared: Arc::clone(&shared),
        };
        guard.shared.on()?;
        watcher::start(shared, signals, woken, tell)?;
        Ok(guard)
    }

    /// A screen to draw on, empty.
    pub fn screen(&self) -> io::Result<Screen> {
        Screen::new(Arc::clone(&self.shared))
    }

    /// Turns reports of the mouse on or off.
    pub fn set_mouse(&self, on: bool) -> io::Result<()> {
        let mut state = self.shared.state();
        if state.modes.mouse != on {
            state.modes.mouse = on;
            if state.on {
                self.shared.output.send(Modes::mouse(on))?;
            }
        }
        Ok(())
    }

    /// Stops the program as ctrl-z does elsewhere and returns when it goes on, with the terminal taken over again.
    /// A leader of its session has nobody to wake it again and does not stop.
    pub fn suspend(&self) -> io::Result<()> {
        let away = self.leave()?;
        if getsid(None).is_ok_and(|session| session != getpid()) {
            kill_process(getpid(), Signal::STOP)?;
        }
        away.back()
    }

    /// Takes the terminal over again after the program was stopped from outside and goes on. Nothing happens while the
    /// terminal is given away.
    pub fn resume(&self) -> io::Result<()> {
        if self.shared.is_on() {
            self.shared.on()
        } else {
            Ok(())
        }
    }

    /// Gives the terminal to something else, a shell, until it returns.
    ///
    /// Whatever reads keys (crossterm's event stream) must be dropped before, or it takes the shell's keys.
    pub fn hand_over<T>(&self, other: impl FnOnce() -> T) -> io::Result<T> {
        let away = self.leave()?;
        let came_of_it = other();
        away.back()?;
        Ok(came_of_it)
    }

    /// Gives the terminal away until [`Away::back`], or until what is returned is dropped. As [`Self::hand_over`] for
    /// callers that wait in between.
    pub fn leave(&self) -> io::Result<Away> {
        self.shared.off()?;
        Ok(Away {
            shared: Some(Arc::clone(&self.shared)),
        })
    }

    /// Gives the terminal back for good. May be called again.
    pub fn restore(&self) -> io::Result<()> {
        self.shared.ended.store(true, Ordering::SeqCst);
        let restored = self.shared.off();
        self.shared.output.wake();
        restored
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Nobody is left to be told; a terminal that is gone needs no restoring.
        drop(self.restore());
    }
}

/// A terminal that is given away for a while.
#[must_use = "the terminal is taken back when this is dropped"]
pub struct Away {
    shared: Option<Arc<Shared>>,
}

impl Away {
    /// Takes the terminal over again; everything is drawn anew.
    pub fn back(mut self) -> io::Result<()> {
        self.take_back()
    }

    fn take_back(&mut self) -> io::Result<()> {
        match self.shared.take() {
            // When the guard has ended meanwhile the terminal stays with the shell.
            Some(shared) if !shared.has_ended() => shared.on(),
            _ => Ok(()),
        }
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        // If the terminal is gone the watcher tells of it.
        drop(self.take_back());
    }
}
