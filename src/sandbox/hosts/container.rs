//! The containers of one sandbox, found by their labels.

use tokio::sync::OnceCell;

use super::address::PORTS;
use super::docker::docker;
use super::order::Seed;
use super::{image, owner, seed};
use crate::random;

/// The label that says which sandbox a container or network belongs to.
const SANDBOX: &str = "wheelhouse.sandbox";

/// The label that says which process that sandbox runs in.
const OWNER: &str = "wheelhouse.sandbox.owner";

/// Where cloud-init looks for its seed. The image has this folder.
const SEED: &str = "/var/lib/cloud/seed/nocloud";

/// The containers of one sandbox.
#[derive(Debug, Clone)]
pub struct Containers {
    /// The sandbox's own id.
    id: String,
    /// The network between them, once it is made.
    network: std::sync::Arc<OnceCell<()>>,
}

impl Containers {
    /// Those of a new sandbox: none.
    pub fn new() -> Self {
        Self {
            id: random::token(12),
            network: std::sync::Arc::default(),
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

    /// Makes a container with its seed, without starting it.
    pub async fn create(&self, server: u64, seed: &Seed) -> Result<(), String> {
        let network = || async {
            let [sandbox, owner] = self.labels();
            let name = self.name();
            docker(&[
                "network", "create", "--label", &sandbox, "--label", &owner, &name,
            ])
            .await
        };
        self.network
            .get_or_try_init(|| async { network().await.map(drop) })
            .await?;
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
        for port in &ports {
            arguments.extend(["--publish", port]);
        }
        let tag = image::tag();
        arguments.push(&tag);
        docker(&arguments).await?;
        let seeded = sow(seed, &name).await;
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
async fn sow(seed: &Seed, name: &str) -> Result<(), String> {
    let folder = seed::write(seed).map_err(|error| format!("writing the seed: {error}"))?;
    let from = format!("{}/.", folder.path().display());
    docker(&["cp", &from, &format!("{name}:{SEED}")])
        .await
        .map(drop)
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
