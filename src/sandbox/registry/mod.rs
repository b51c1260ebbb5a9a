//! The registry of images that the hosts' Docker asks before any other: read-only, with stand-ins for the few official
//! images that sites run on, so that a host needs no way out.
//!
//! Flow: a host's Docker asks for an image → [`standin`] has it made, the first time → [`shelf`] lays its parts out →
//! [`serve`] sends them (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>).

mod serve;
mod shelf;
mod standin;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use standin::NAMES as STAND_INS;

/// A running registry; dropped, it ends.
#[derive(Debug)]
pub struct Registry {
    /// Where it is reached by those on its network.
    pub url: String,
    serving: JoinHandle<()>,
}

impl Registry {
    /// Listens on a free port of an address of this machine that only the hosts can reach.
    pub async fn start(address: IpAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((address, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shelf = Arc::new(shelf::Shelf::default());
        let serving = tokio::spawn(async move { match serve::serve(listener, shelf).await {} });
        Ok(Self { url, serving })
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
