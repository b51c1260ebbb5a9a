//! What of a site runs in containers on its server: one for each release that is kept, of which one serves, and for
//! `WordPress` a database. All of it carries the deployment's mark, by which it is found, and is reached through the web
//! server alone.
//!
//! Flow: [`template`] → a file on the server → compose there → asked for a page until it answers. What runs already is
//! stopped, started and removed by its name.

mod content;
mod database;
mod health;
mod template;

use drivers::host::CommandLine;
use serde_json::{Value, json};
use vocab::{ReleaseId, RunId, SiteKind, Span, Text};
use world::Site;

use crate::names;
use crate::webserver::{Result, SHORT, WebServer};

/// The images that sites run on.
const NODE: &str = "node:22-alpine";
const WORDPRESS: &str = "wordpress:6";
const MARIADB: &str = "mariadb:11";

/// How long starting may take, with the image to be fetched.
const START: Span = Span::minutes(8);

/// How long stopping or removing may take: ten seconds a container are its own.
const STOP: Span = Span::minutes(2);

/// Compose as a part of Docker where it is, else as the program that Debian 12 has.
const COMPOSE: &str = "if docker compose version > /dev/null 2>&1; then exec docker compose \"$@\"; \
    else exec docker-compose \"$@\"; fi";

/// Makes something of Docker's with a label unless it is there.
const MAKE: &str = "docker \"$1\" inspect \"$2\" > /dev/null 2>&1 || exec docker \"$1\" create --label \"$3\" \"$2\"";

/// Removes everything with a label: containers, then volumes and networks.
const REMOVE: &str = "set -eu; l=\"label=$1\"; \
    c=$(docker ps --all --quiet --filter \"$l\"); [ -z \"$c\" ] || docker rm --force --volumes $c; \
    v=$(docker volume ls --quiet --filter \"$l\"); [ -z \"$v\" ] || docker volume rm $v; \
    n=$(docker network ls --quiet --filter \"$l\"); [ -z \"$n\" ] || docker network rm $n";

/// The label of everything of a deployment.
const DEPLOYMENT: &str = "wheelhouse.deployment";

/// The containers of a site on its server.
pub struct Containers<'a> {
    /// The server.
    there: &'a WebServer,
    /// The deployment whose mark they carry.
    deployment: RunId,
    kind: SiteKind,
}

impl<'a> Containers<'a> {
    /// Those of a site; of one of plain files there are none.
    pub const fn of(there: &'a WebServer, site: &Site) -> Self {
        Self {
            there,
            deployment: site.deployment,
            kind: site.kind,
        }
    }

    /// Starts what serves a release on a port of the server's own, and waits until it answers there. What is there of it
    /// already is gone on with.
    pub async fn up(&self, release: &ReleaseId, port: u16) -> Result<()> {
        self.network().await?;
        let name = self.name_of(release);
        let values = match self.kind {
            SiteKind::WordPress => self.wordpress(release, port).await?,
            SiteKind::Static | SiteKind::Node => {
                self.install(release).await?;
                self.node(release, port)
            }
        };
        let (template, patience) = match self.kind {
            SiteKind::WordPress => (template::WORDPRESS, Span::minutes(2)),
            SiteKind::Static | SiteKind::Node => (template::NODE, Span::minutes(1)),
        };
        self.compose_up(&name, template, &values).await?;
        if self.kind == SiteKind::WordPress {
            self.lay_uploads(&name).await?;
        }
        health::wait(self.there, &name, port, patience).await
    }

    /// Stops what serves a release. It is kept, and is not started again when its server starts.
    pub async fn stop(&self, release: &ReleaseId) -> Result<()> {
        self.docker(["stop", &self.name_of(release)], STOP).await
    }

    /// Starts everything that was stopped of a release: the database first.
    pub async fn start(&self, release: &ReleaseId) -> Result<()> {
        if self.kind == SiteKind::WordPress {
            self.docker(["start", &self.database()], STOP).await?;
            self.database_ready().await?;
        }
        self.docker(["start", &self.name_of(release)], STOP).await
    }

    /// Stops what serves any other release than this one.
    pub async fn stop_all_but(&self, release: &ReleaseId) -> Result<()> {
        let stays = [self.name_of(release), self.database()];
        for name in self.running().await? {
            if !stays.contains(&name) {
                self.docker(["stop", &name], STOP).await?;
            }
        }
        Ok(())
    }

    /// Stops everything of the site, whatever serves.
    pub async fn stop_all(&self) -> Result<()> {
        for name in self.running().await? {
            self.docker(["stop", &name], STOP).await?;
        }
        Ok(())
    }

    /// The names of the site's containers that run, the newest first.
    pub async fn running(&self) -> Result<Vec<String>> {
        self.list(false).await
    }

    /// The end of what a release has said, at most so many lines of it, without what looks like a secret.
    pub async fn logs(&self, release: &ReleaseId, lines: u16) -> Result<Text> {
        health::said(self.there, &self.name_of(release), lines).await
    }

    /// Removes what serves a release; its files stay.
    pub async fn forget(&self, release: &ReleaseId) -> Result<()> {
        let name = self.name_of(release);
        self.docker(["rm", "--force", "--volumes", &name], STOP)
            .await
    }

    /// Removes what served releases that are not kept.
    pub async fn forget_all_but(&self, kept: &[&ReleaseId]) -> Result<()> {
        let kept: Vec<String> = kept.iter().map(|release| self.name_of(release)).collect();
        let database = self.database();
        for name in self.list(true).await? {
            if name != database && !kept.contains(&name) {
                self.docker(["rm", "--force", "--volumes", &name], STOP)
                    .await?;
            }
        }
        Ok(())
    }

    /// Removes everything of the site that Docker has: containers, volumes with all data, the network.
    pub async fn down(&self) -> Result<()> {
        let label = self.mark();
        let arguments = ["-c", REMOVE, "remove", &label];
        self.there.run("sh", arguments, b"", STOP).await.map(drop)
    }

    /// The volumes that hold what only the site itself has: what visitors uploaded. The database is dumped instead.
    pub fn volumes(&self) -> Vec<String> {
        match self.kind {
            SiteKind::WordPress => vec![self.uploads()],
            SiteKind::Static | SiteKind::Node => Vec::new(),
        }
    }

    /// The command on the server that writes the database as SQL to its standard output; `None` without one.
    pub fn dump(&self) -> Option<CommandLine> {
        self.has_database()
            .then(|| database::dump(&self.database()))
    }

    /// The command on the server that reads the database as SQL from its standard input; `None` without one.
    pub fn load(&self) -> Option<CommandLine> {
        self.has_database()
            .then(|| database::load(&self.database()))
    }

    /// The command on the server that reads the database as SQL into a scratch one, which goes again; `None` without one.
    pub(crate) fn load_scratch(&self) -> Option<CommandLine> {
        self.has_database()
            .then(|| database::load_scratch(&self.database()))
    }

    const fn has_database(&self) -> bool {
        self.kind.has_database()
    }

    /// What all names begin with; the network's too.
    fn name(&self) -> String {
        names::containers(self.deployment)
    }

    fn name_of(&self, release: &ReleaseId) -> String {
        names::container(self.deployment, release)
    }

    fn uploads(&self) -> String {
        format!("{}-uploads", self.name())
    }

    fn mark(&self) -> String {
        format!("{DEPLOYMENT}={}", self.deployment)
    }

    fn labels(&self, release: Option<&ReleaseId>) -> Value {
        let mut labels = json!({
            DEPLOYMENT: self.deployment.to_string(),
            "wheelhouse.site": self.there.domain.as_str(),
        });
        if let Some(release) = release {
            labels["wheelhouse.release"] = json!(release.as_str());
        }
        labels
    }

    fn node(&self, release: &ReleaseId, port: u16) -> Vec<(&'static str, Value)> {
        vec![
            ("name", json!(self.name_of(release))),
            ("image", json!(NODE)),
            ("release", json!(self.there.release(release))),
            ("published", json!(format!("127.0.0.1:{port}:3000"))),
            ("network", json!(self.name())),
            ("labels", self.labels(Some(release))),
        ]
    }

    /// Writes a compose file to the server and has compose do it.
    async fn compose_up(
        &self,
        name: &str,
        template: &str,
        values: &[(&'static str, Value)],
    ) -> Result<()> {
        let folder = format!("{}/compose", self.there.folder());
        let file = format!("{folder}/{name}.yaml");
        let text = template::render(template, values);
        self.there
            .run("mkdir", ["-p", "--", &folder], b"", SHORT)
            .await?;
        self.there
            .run("tee", ["--", &file], text.as_bytes(), SHORT)
            .await?;
        let arguments = [
            "-c",
            COMPOSE,
            "compose",
            "--project-name",
            name,
            "--file",
            &file,
            "up",
            "--detach",
            "--no-build",
        ];
        self.there.run("sh", arguments, b"", START).await.map(drop)
    }

    async fn network(&self) -> Result<()> {
        self.make("network", &self.name()).await
    }

    /// Makes a network or a volume with the deployment's mark, unless it is there.
    async fn make(&self, kind: &str, name: &str) -> Result<()> {
        let label = self.mark();
        let arguments = ["-c", MAKE, "make", kind, name, &label];
        self.there.run("sh", arguments, b"", SHORT).await.map(drop)
    }

    async fn list(&self, stopped_too: bool) -> Result<Vec<String>> {
        let filter = format!("label={}", self.mark());
        let all = format!("--all={stopped_too}");
        let arguments = ["ps", &all, "--filter", &filter, "--format", "{{.Names}}"];
        let output = self.there.run("docker", arguments, b"", SHORT).await?;
        Ok(String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(str::to_owned)
            .collect())
    }

    async fn docker<const N: usize>(&self, arguments: [&str; N], deadline: Span) -> Result<()> {
        self.there
            .run("docker", arguments, b"", deadline)
            .await
            .map(drop)
    }
}
