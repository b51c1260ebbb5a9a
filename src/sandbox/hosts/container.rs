//! The containers of one sandbox, found by their labels.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::address::PORTS;
use super::image::IMAGE;
use super::order::Seed;
use super::seed;
use crate::command::docker;
use crate::registry::Registry;
use crate::{owner, random};

/// The label that says which sandbox a container or network belongs to.
const SANDBOX: &str = "wheelhouse.sandbox";

/// The label that says which process that sandbox runs in.
const OWNER: &str = "wheelhouse.sandbox.owner";

/// What a host may do besides what a container usually may: run a Docker of its own, with its storage on a volume of its
/// own. Not privileged: that asks for more than some machines have to give.
const POWERS: [&str; 14] = [
    "--cap-add",
    "SYS_ADMIN",
    "--cap-add",
    "NET_ADMIN",
    "--cap-add",
    "SYS_PTRACE",
    "--security-opt",
    "seccomp=unconfined",
    "--security-opt",
    "apparmor=unconfined",
    "--security-opt",
    "systempaths=unconfined",
    "--volume",
    "/var/lib/docker",
];

/// The containers of one sandbox.
#[derive(Debug, Clone)]
pub struct Containers {
    /// The sandbox's own id.
    id: String,
    /// The network between them, once it is made.
    network: Arc<OnceCell<Network>>,
}

/// The network of the hosts of one sandbox.
#[derive(Debug)]
struct Network {
    /// The images that its hosts can have, served on the network's own address of this machine.
    registry: Option<Registry>,
}

impl Containers {
    /// Those of a new sandbox: none.
    pub fn new() -> Self {
        Self {
            id: random::token(12),
            network: Arc::default(),
        }
    }

    /// What the names of all begin with; it is the network's name too.
    pub fn name(&self) -> String {
        format!("wheelhouse-sandbox-{}", self.id)
    }

    fn name_of(&self, server: u64) -> String {
        format!("{}-{server}", self.name())
    }

    fn labels(&self) -> [String; 2] {
        [
            format!("{SANDBOX}={}", self.id),
            format!("{OWNER}={}", owner::this_process()),
        ]
    }

    /// Makes the network, with the registry on this machine's address there. Hosts do without one where that address
    /// cannot be listened on.
    async fn make_network(&self) -> Result<Network, String> {
        let [sandbox, owner] = self.labels();
        let name = self.name();
        docker(&[
            "network", "create", "--label", &sandbox, "--label", &owner, &name,
        ])
        .await?;
        let format = "{{(index .IPAM.Config 0).Gateway}}";
        let gateway = docker(&["network", "inspect", "--format", format, &name]).await?;
        let address: Result<IpAddr, _> = gateway.parse();
        let registry = match address {
            Ok(address) => Registry::start(address).await.map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = &registry {
            tracing::warn!(%error, "the hosts have no registry of images");
        }
        Ok(Network {
            registry: registry.ok(),
        })
    }

    /// Makes a container with its seed, without starting it.
    pub async fn create(&self, server: u64, seed: &Seed) -> Result<(), String> {
        let made = self.network.get_or_try_init(|| self.make_network()).await?;
        let (name, network) = (self.name_of(server), self.name());
        let [sandbox, owner] = self.labels();
        let ports: Vec<String> = seed
            .address
            .into_iter()
            .flat_map(|address| PORTS.map(|port| format!("{address}:{port}:{port}")))
            .collect();
        let mut arguments = vec![
            "create",
            "--name",
            &name,
            "--hostname",
            &seed.name,
            "--network",
            &network,
            "--label",
            &sandbox,
            "--label",
            &owner,
        ];
        arguments.extend(POWERS);
        for port in &ports {
            arguments.extend(["--publish", port]);
        }
        let tag = IMAGE.tag();
        arguments.push(&tag);
        docker(&arguments).await?;
        let mirror = made.registry.as_ref().map(|registry| registry.url.as_str());
        let seeded = sow(seed, mirror, &name).await;
        if seeded.is_err() {
            // Without its seed it would be somebody else's host.
            self.remove(server).await?;
        }
        seeded
    }

    /// Starts a container. One that runs stays as it is.
    pub async fn start(&self, server: u64) -> Result<(), String> {
        docker(&["start", &self.name_of(server)]).await.map(drop)
    }

    /// Stops a container. One that does not run stays as it is.
    pub async fn stop(&self, server: u64) -> Result<(), String> {
        docker(&["stop", "--time", "5", &self.name_of(server)])
            .await
            .map(drop)
    }

    /// Removes a container with everything in it. One that is not there is no failure.
    pub async fn remove(&self, server: u64) -> Result<(), String> {
        let removed = docker(&["rm", "--force", "--volumes", &self.name_of(server)]).await;
        match removed {
            Err(error) if !error.contains("No such container") => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes all of them, and their network.
    pub async fn remove_all(&self) {
        if let Some(registry) = self.network.get().and_then(|made| made.registry.as_ref()) {
            registry.clear();
        }
        remove_labelled(&format!("{SANDBOX}={}", self.id)).await;
    }

    /// Removes those of sandboxes whose process is gone.
    pub async fn remove_orphans() {
        let format = format!("{{{{.Label \"{OWNER}\"}}}}");
        let filter = format!("label={OWNER}");
        let mut owners = Vec::new();
        for list in [&["ps", "--all"][..], &["network", "ls"]] {
            let arguments = [list, &["--filter", &filter, "--format", &format]].concat();
            let listed = docker(&arguments).await.unwrap_or_default();
            owners.extend(listed.lines().map(str::to_owned));
        }
        owners.sort();
        owners.dedup();
        for owner in owners.iter().filter(|owner| !owner::is_alive(owner)) {
            remove_labelled(&format!("{OWNER}={owner}")).await;
        }
    }
}

/// Puts a seed into a container.
async fn sow(seed: &Seed, mirror: Option<&str>, name: &str) -> Result<(), String> {
    let folder = seed::write(seed, mirror).map_err(|error| format!("writing the seed: {error}"))?;
    let from = format!("{}/.", folder.path().display());
    docker(&["cp", &from, &format!("{name}:/")]).await.map(drop)
}

/// Removes every container and network with a label. What cannot be removed is told and left.
async fn remove_labelled(label: &str) {
    let filter = format!("label={label}");
    let kinds: [(&[&str], &[&str]); 2] = [
        (&["ps", "--all", "--quiet"], &["rm", "--force", "--volumes"]),
        (&["network", "ls", "--quiet"], &["network", "rm"]),
    ];
    for (list, remove) in kinds {
        let listed = docker(&[list, &["--filter", &filter]].concat()).await;
        let listed = listed.unwrap_or_default();
        let ids: Vec<&str> = listed.lines().collect();
        if ids.is_empty() {
            continue;
        }
        if let Err(error) = docker(&[remove, &ids].concat()).await {
            tracing::warn!(%error, "a host of the sandbox was not removed");
        }
    }
}
