//! Panics: the screen is given back before the report is printed, and only when it is the screen's own thread that ended.

use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, Once, PoisonError, Weak};
use std::thread::{self, ThreadId};

use super::guard::Shared;

/// The terminal that is taken over now, and the thread that draws on it.
static DRAWN_ON: Mutex<Option<(ThreadId, Weak<Shared>)>> = Mutex::new(None);

static HOOK: Once = Once::new();

/// From now on a panic of this thread gives the terminal back first. A panic of any other thread is a background task's,
/// which its own supervisor answers: it goes to the log, because its report would tear the running screen.
pub(super) fn watch(shared: Weak<Shared>) {
    *DRAWN_ON.lock().unwrap_or_else(PoisonError::into_inner) =
        Some((thread::current().id(), shared));
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !kept_from_the_screen(info) {
                before(info);
            }
        }));
    });
}

/// Gives the terminal back when its own thread panics; whether the report must not be printed because a screen is up.
fn kept_from_the_screen(info: &PanicHookInfo<'_>) -> bool {
    // Never waits: a panic of the thread that holds the lock would hang here instead of being reported.
    let Some((thread, shared)) = DRAWN_ON.try_lock().ok().and_then(|drawn| drawn.clone()) else {
        return false;
    };
    let Some(shared) = shared.upgrade().filter(|shared| shared.is_on()) else {
        return false;
    };
    if thread == thread::current().id() {
        // The report matters more than a terminal that cannot be restored; it says so on its own.
        drop(shared.off());
        return false;
    }
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let text = info.payload_as_str().unwrap_or("no message");
    tracing::error!(place, "a background task panicked: {text}");
    true
}
