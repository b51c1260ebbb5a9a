//! The watcher: a thread that sleeps in poll(2) until the terminal goes away, takes more output, or a signal comes.
//!
//! Reading cannot be trusted with this: crossterm 0.29's poll spins for ever on a terminal that was hung up while SIGHUP
//! was ignored.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGCONT, SIGINT, SIGQUIT, SIGTSTP};

use super::guard::Shared;
use super::happening::Happening;
use super::signals::Signals;

/// Starts the thread. It ends when the guard does, or after it has told of a hang-up.
pub(super) fn start(
    shared: Arc<Shared>,
    signals: Signals,
    woken: UnixStream,
    tell: impl Fn(Happening) + Send + 'static,
) -> io::Result<()> {
    woken.set_nonblocking(true)?;
    let watch = move || watch(&shared, &signals, &woken, tell);
    thread::Builder::new()
        .name("terminal".to_owned())
        .spawn(watch)
        .map(drop)
}

fn watch(shared: &Shared, signals: &Signals, woken: &UnixStream, tell: impl Fn(Happening)) {
    loop {
        let wanted = if shared.output.busy() {
            PollFlags::OUT
        } else {
            PollFlags::empty()
        };
        // Hang-up and error are always reported, whatever is asked for.
        let mut files = [
            PollFd::new(&shared.output.tty, wanted),
            PollFd::new(woken, PollFlags::IN),
        ];
        match poll(&mut files, None) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(_) => {
                // Out of memory at worst; trying again at once would be a busy loop.
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        }
        let (terminal, waker) = (files[0].revents(), files[1].revents());
        if !waker.is_empty() {
            drain(woken);
        }
        if shared.has_ended() {
            return;
        }
        for signal in signals.take() {
            if let Some(happening) = meant_for_us(signal, shared.is_on()) {
                tell(happening);
            }
        }
        if terminal.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            tell(Happening::HungUp);
            return;
        }
        if terminal.contains(PollFlags::OUT) && shared.output.go_on().is_ok_and(|done| done) {
            tell(Happening::Writable);
        }
    }
}

/// While the terminal is lent to a shell, its keys (ctrl-c, ctrl-\, ctrl-z) signal the whole group; they are the shell's.
fn meant_for_us(signal: i32, on: bool) -> Option<Happening> {
    match signal {
        SIGINT | SIGQUIT | SIGTSTP | SIGCONT if !on => None,
        SIGTSTP => Some(Happening::Stop),
        SIGCONT => Some(Happening::Continued),
        _ => Some(Happening::Signal(signal)),
    }
}

fn drain(mut woken: &UnixStream) {
    let mut bytes = [0; 64];
    while matches!(woken.read(&mut bytes), Ok(count) if count == bytes.len()) {}
}

#[cfg(test)]
mod tests {
    use signal_hook::consts::SIGTERM;

    use super::*;

    #[test]
    fn the_keys_of_a_lent_terminal_are_the_shells() {
        assert_eq!(meant_for_us(SIGINT, false), None);
        assert_eq!(meant_for_us(SIGINT, true), Some(Happening::Signal(SIGINT)));
        assert_eq!(
            meant_for_us(SIGTERM, false),
            Some(Happening::Signal(SIGTERM))
        );
        assert_eq!(meant_for_us(SIGCONT, true), Some(Happening::Continued));
    }
}
