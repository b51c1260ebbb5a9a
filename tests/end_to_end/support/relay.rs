//! A relay before a Docker socket that can be cut and joined again.

use std::fs;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A relay.
pub struct Relay {
    /// Where it listens.
    pub path: PathBuf,
    to: PathBuf,
    open: Arc<Mutex<Open>>,
}

/// What is passed on at the moment.
#[derive(Default)]
struct Open {
    /// Whether new connections are passed on.
    joined: bool,
    /// Both ends of those that were.
    streams: Vec<UnixStream>,
}

impl Relay {
    /// Listens at `path` and passes on to the socket `to`.
    pub fn start(path: PathBuf, to: &Path) -> Self {
        let relay = Self {
            path,
            to: to.to_owned(),
            open: Arc::default(),
        };
        relay.join();
        relay
    }

    /// Passes connections on, again after [`Self::cut`].
    pub fn join(&self) {
        let listener = UnixListener::bind(&self.path).unwrap();
        let (open, to) = (Arc::clone(&self.open), self.to.clone());
        lock(&open).joined = true;
        thread::spawn(move || {
            for stream in listener.incoming() {
                if !lock(&open).joined {
                    return;
                }
                if let (Ok(near), Ok(far)) = (stream, UnixStream::connect(&to)) {
                    pass(&open, &near, &far).unwrap();
                }
            }
        });
    }

    /// Cuts all connections; the socket is gone until [`Self::join`].
    pub fn cut(&self) {
        let streams = {
            let mut open = lock(&self.open);
            open.joined = false;
            std::mem::take(&mut open.streams)
        };
        for stream in streams {
            drop(stream.shutdown(Shutdown::Both));
        }
        // Wakes the listener's thread, which sees that it is over and lets the socket go.
        drop(UnixStream::connect(&self.path));
        fs::remove_file(&self.path).unwrap();
    }
}

fn lock(open: &Mutex<Open>) -> std::sync::MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pass(open: &Mutex<Open>, near: &UnixStream, far: &UnixStream) -> io::Result<()> {
    lock(open)
        .streams
        .extend([near.try_clone()?, far.try_clone()?]);
    for (from, to) in [(near, far), (far, near)] {
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        thread::spawn(move || {
            let mut buffer = [0; 16_384];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                if to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            drop(to.shutdown(Shutdown::Write));
        });
    }
    Ok(())
}

impl Drop for Relay {
    fn drop(&mut self) {
        if lock(&self.open).joined {
            self.cut();
        }
    }
}
