//! Logging in on servers that are ours.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use drivers::Host;
use drivers::host::{SshHost, SshTarget};
use vocab::{Domain, Text};

use crate::keys::Keys;
use crate::webserver::{Trouble, WebServer};

/// How servers are logged in on.
#[async_trait]
pub trait Machines: Send + Sync {
    /// The server by this name at this address; its host key must be a trusted one. One connection serves all who ask;
    /// it is made when it is first used.
    async fn login(&self, server: &str, address: &str) -> Result<Arc<dyn Host>, Text>;

    /// Closes the connection to a server: the next login makes a new one.
    async fn leave(&self, server: &str);

    /// Closes it unless somebody else uses it now.
    async fn rest(&self, server: &str);
}

/// The certificate (PEM) by which the own authority of a site's web server is known; why it cannot be had, in words.
pub async fn authority(host: Arc<dyn Host>, domain: &Domain) -> Result<Vec<u8>, Text> {
    let there = WebServer {
        host,
        domain: domain.clone(),
    };
    there.authority().await.map_err(|trouble| match trouble {
        Trouble::Not(why) | Trouble::Unknown(why) => why,
    })
}

/// Over SSH, with the installation's own key and its own list of trusted host keys. The operator's SSH configuration
/// is not asked: these servers are known by what was made here.
pub struct SshMachines {
    keys: Keys,
    open: Mutex<BTreeMap<String, Arc<SshHost>>>,
}

impl SshMachines {
    /// With these keys.
    pub const fn new(keys: Keys) -> Self {
        Self {
            keys,
            open: Mutex::new(BTreeMap::new()),
        }
    }
}

#[async_trait]
impl Machines for SshMachines {
    async fn login(&self, server: &str, address: &str) -> Result<Arc<dyn Host>, Text> {
        let identity = self.keys.login().await.map_err(|error| error.0)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = open.get(server) {
            return Ok(host.clone());
        }
        let host = SshHost::new(SshTarget {
            destination: address.to_owned(),
            user: Some("root".to_owned()),
            port: None,
            identity: Some(identity),
            config_file: Some("/dev/null".into()),
            known_hosts: Some(self.keys.known_hosts(server)),
        });
        let host = Arc::new(host.map_err(|error| error.text)?);
        open.insert(server.to_owned(), host.clone());
        Ok(host)
    }

    async fn leave(&self, server: &str) {
        let host = self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(server);
        if let Some(host) = host {
            host.close().await;
        }
    }

    async fn rest(&self, server: &str) {
        let host = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            // The list's own hold is one; who uses it has another.
            let idle = open
                .get(server)
                .is_some_and(|host| Arc::strong_count(host) == 1);
            if idle { open.remove(server) } else { None }
        };
        if let Some(host) = host {
            host.close().await;
        }
    }
}
