//! The one that kills: children on errands, one after another until one ends by itself, and the judge after each.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use faults::judge::{self, Left};
use faults::played::Never;
use faults::providers::Providers;
use serde_json::Value;
use tokio::process::Command;
use vocab::{Domain, RollbackLevel, SiteKind, Text};
use world::{DeployRequest, Placement, RestoreRequest, SiteRequest, SiteVerb, Wanted};

use crate::bugs::Bug;
use crate::child::{self, Errand};
use crate::death::Death;
use crate::vault;

/// The site that is made and removed again and again.
const DOMAIN: &str = "shop.example.com";

/// Another one, that may stand on the same server.
const NEIGHBOUR: &str = "blog.example.com";

/// What the site is called by a scene that renames it.
const NEW_DOMAIN: &str = "store.example.com";

/// What a server of ours becomes when it grows; in a region that has no `cx23` it is made as another type.
const GROWN: &str = "cx33";

/// How long one child may take; one that takes longer hangs.
const CHILD: Duration = Duration::from_mins(1);

/// What one run of the campaign is about.
#[derive(Debug, Clone)]
pub struct Scene {
    /// What is done.
    pub verb: SiteVerb,
    /// What the site is made of.
    pub kind: SiteKind,
    /// How far it goes back.
    pub level: RollbackLevel,
    /// What never comes about, so that it must go back.
    pub never: Option<Never>,
    /// Whether a neighbour stands on the site's server, or is there for the site to come to.
    pub neighbour: bool,
    /// Whether it is about the neighbour.
    pub about_neighbour: bool,
    /// Whether its server is gone before it begins.
    pub server_is_lost: bool,
    /// How often a step is tried.
    pub attempts: u32,
    /// How the processes die, one after another; the one after the last lives.
    pub deaths: Vec<Death>,
    /// What goes wrong at the providers, in the words of the sandbox.
    pub faults: Value,
}

impl Scene {
    /// Whether it begins with a backup.
    pub fn needs_backup(&self) -> bool {
        let uses = matches!(self.verb, SiteVerb::Restore | SiteVerb::Drill);
        let stands_in = matches!(self.verb, SiteVerb::Failover | SiteVerb::Rehearse)
            && self.kind == SiteKind::WordPress;
        uses || stands_in
    }
}

/// What is at the providers, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct There {
    /// How much of what.
    pub left: Left,
    /// Subscriptions that are not billed for the time being.
    pub paused: usize,
    /// Records that lead to no server of ours.
    pub astray: usize,
    /// Servers of ours that do not run.
    pub off: usize,
    /// Servers of ours that have grown.
    pub grown: usize,
    /// Backups that are whole where they lie, and in the books.
    pub backups: usize,
    /// What lies there or in the books and is no whole backup.
    pub halves: usize,
}

/// A place to play scenes at: a sandbox of its own, a journal of its own.
pub struct Stage {
    providers: Providers,
    folder: tempfile::TempDir,
    scenes: u64,
    /// Scenes played, with one journal or another.
    played: usize,
}

/// How a scene went.
#[derive(Debug)]
pub struct Played {
    /// The exit code of the child that lived.
    pub code: i32,
    /// How many were killed on the way.
    pub killed: usize,
}

fn words(error: &impl ToString) -> Text {
    Text::line(error.to_string())
}

impl Stage {
    /// A new sandbox with strangers' objects in it.
    pub async fn new() -> Result<Self, Text> {
        Ok(Self {
            providers: Providers::open(Duration::from_millis(5)).await?,
            folder: folder().map_err(|error| words(&error))?,
            scenes: 0,
            played: 0,
        })
    }

    /// Ends the sandbox.
    pub async fn close(self) {
        self.providers.close().await;
    }

    /// What is there now.
    pub async fn left(&self) -> Result<There, Text> {
        let inventory = self.providers.inventory().await?;
        let ours = |provider: &str, kind: &str| judge::ours(&inventory, provider, kind);
        let servers = ours("hetzner", "servers");
        let leads = |record: &Value| {
            servers
                .iter()
                .any(|server| server["public_net"]["ipv4"]["ip"] == record["content"])
        };
        let is_off = |server: &&Value| server["status"] != "running";
        let is_grown = |server: &&Value| server["server_type"]["name"] == GROWN;
        let subscriptions = ours("stripe", "subscriptions");
        let paused = |subscription: &&Value| !subscription["pause_collection"].is_null();
        let (backups, halves) = vault::kept(&self.state()).await?;
        Ok(There {
            backups,
            halves,
            paused: subscriptions.iter().filter(paused).count(),
            astray: ours("cloudflare", "dns_records")
                .iter()
                .filter(|record| !leads(record))
                .count(),
            off: servers.iter().filter(is_off).count(),
            grown: servers.iter().filter(is_grown).count(),
            left: judge::left(&inventory),
        })
    }

    /// The journal of this scene.
    fn state(&self) -> PathBuf {
        self.folder.path().join(format!("scene-{}", self.scenes))
    }

    /// Empties the providers but for the strangers.
    pub async fn reset(&self) -> Result<(), Text> {
        self.providers.reset().await
    }

    /// Has the provider delete the servers of ours, whoever counts on them.
    pub async fn lose_servers(&self) -> Result<(), Text> {
        for server in self.providers.ours("hetzner", "servers").await? {
            let path = format!("/servers/{}", server["id"]);
            self.providers.ask("hetzner", "DELETE", &path, "").await?;
        }
        Ok(())
    }

    /// Begins with an empty journal.
    pub fn clean(&mut self) {
        // What cannot be removed only takes room until the end.
        drop(std::fs::remove_dir_all(self.state()));
        self.scenes += 1;
    }

    /// Plays a scene: children die as it says, and the last one ends by itself.
    pub async fn play(&mut self, scene: &Scene, bug: Option<Bug>) -> Result<Played, Text> {
        // The quota of an hour, for this scene.
        self.providers.later(3_600).await?;
        self.providers.fail(&scene.faults).await?;
        let state = self.state();
        std::fs::create_dir_all(&state).map_err(|error| words(&error))?;
        self.played += 1;
        let wish = wish(scene, self.played, &state)?;
        let mut killed = 0;
        let mut deaths = scene.deaths.iter().copied();
        let code = loop {
            let errand = Errand {
                state: state.clone(),
                hetzner: self.providers.access("hetzner"),
                cloudflare: self.providers.access("cloudflare"),
                stripe: self.providers.access("stripe"),
                request: wish.clone(),
                death: deaths.next().unwrap_or(Death::Never),
                never: scene.never,
                attempts: scene.attempts,
                bug,
            };
            let status = spawn(&errand).await?;
            match status.code() {
                Some(code) => break code,
                None => killed += 1,
            }
        };
        self.providers.heal().await?;
        tokio::time::sleep(aftermath(&scene.faults)).await;
        Ok(Played { code, killed })
    }
}

/// Where the journals of a stage lie: in memory where there is such a place. What a killed process has written is there
/// either way; only a machine without power makes a difference, and none is switched off here.
fn folder() -> std::io::Result<tempfile::TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())
}

/// How long a provider may still be at what it was asked when the last child has ended: longer only where a fault says
/// that it carries out late.
fn aftermath(faults: &Value) -> Duration {
    let mut faults = faults.as_array().into_iter().flatten();
    let late = faults.any(|fault| fault["effect"] == "late");
    Duration::from_millis(if late { 250 } else { 25 })
}

async fn spawn(errand: &Errand) -> Result<ExitStatus, Text> {
    let errand = serde_json::to_string(errand).map_err(|error| words(&error))?;
    let program = std::env::current_exe().map_err(|error| words(&error))?;
    let mut child = Command::new(program)
        .args(["child", &errand])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| words(&error))?;
    tokio::time::timeout(CHILD, child.wait())
        .await
        .map_err(|_| Text::line(format!("a child did not end within {CHILD:?}")))?
        .map_err(|error| words(&error))
}

/// Files of a release: others for each scene, so that none is served already.
fn files(kind: SiteKind, scene: usize, state: &Path) -> Result<PathBuf, Text> {
    let name = match kind {
        SiteKind::Node => "server.js",
        SiteKind::WordPress => "wp-content/themes/harbor/index.php",
        SiteKind::Static => "index.html",
    };
    let folder = state.join(format!("files-{kind}"));
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(&folder)).map_err(|error| words(&error))?;
    std::fs::write(path, format!("<p>hello {scene}")).map_err(|error| words(&error))?;
    Ok(folder)
}

/// The wish of a scene.
fn wish(scene: &Scene, number: usize, state: &Path) -> Result<SiteRequest, Text> {
    let named = |name| Domain::new(name).map_err(|error| words(&error));
    let domain = named(if scene.about_neighbour {
        NEIGHBOUR
    } else {
        DOMAIN
    })?;
    Ok(match scene.verb {
        SiteVerb::Deploy => SiteRequest::Deploy(DeployRequest {
            domain,
            files: files(scene.kind, number, state)?,
            kind: Some(scene.kind),
            affiliate: "acme".to_owned(),
            region: None,
            placement: Placement::Room,
            level: scene.level,
        }),
        SiteVerb::Release => SiteRequest::Release {
            domain,
            files: files(scene.kind, number, state)?,
        },
        SiteVerb::Delete => SiteRequest::Delete { domain },
        SiteVerb::Backup => SiteRequest::Backup { domain },
        SiteVerb::Dump => SiteRequest::Dump { domain },
        SiteVerb::Drill => SiteRequest::Drill {
            domain,
            backup: None,
        },
        SiteVerb::Prune => SiteRequest::Prune { domain },
        SiteVerb::Restore => SiteRequest::Restore(RestoreRequest {
            domain,
            backup: None,
            wanted: Wanted::All,
            to: None,
        }),
        SiteVerb::Move => SiteRequest::Move {
            domain,
            region: None,
            placement: Placement::New,
        },
        SiteVerb::Failover => SiteRequest::Failover {
            domain,
            rehearse: false,
        },
        SiteVerb::Rehearse => SiteRequest::Failover {
            domain,
            rehearse: true,
        },
        SiteVerb::Suspend => SiteRequest::Suspend { domain },
        SiteVerb::Resume => SiteRequest::Resume { domain },
        SiteVerb::Restart => SiteRequest::Restart { domain },
        SiteVerb::Renew => SiteRequest::Renew { domain },
        SiteVerb::Repoint => SiteRequest::Repoint { domain },
        SiteVerb::Collect => SiteRequest::Collect { domain },
        SiteVerb::Grow => SiteRequest::Grow { domain, to: None },
        SiteVerb::Rename => SiteRequest::Rename {
            domain,
            to: named(NEW_DOMAIN)?,
        },
    })
}

/// What should be there after a scene that began with what its verb needs, and ended with this code.
pub fn expected(scene: &Scene, code: i32) -> Option<There> {
    let (nothing, one) = (Left::nothing(), Left::sites(1));
    let both = Left {
        servers: 1,
        ..Left::sites(2)
    };
    let (with, without) = if scene.neighbour {
        (both, one)
    } else {
        (one, nothing)
    };
    let code = u8::try_from(code).ok()?;
    // A run on a server that is gone and turns back leaves the name where nobody answers, and makes no other server.
    let lost = scene.server_is_lost && code != child::COMPLETE;
    let with = Left {
        servers: with.servers - usize::from(lost),
        ..with
    };
    let backups = match (scene.verb, code) {
        (SiteVerb::Backup | SiteVerb::Dump, child::COMPLETE) => 1,
        _ => usize::from(scene.needs_backup()),
    };
    // A neighbour stands on the same server.
    let grown = usize::from(scene.verb == SiteVerb::Grow && code == child::COMPLETE);
    let mut paused = 0;
    let left = match (scene.verb, code) {
        (SiteVerb::Deploy, child::ROLLED_BACK) => match scene.level {
            // A run that turned back at the looks has made no customer yet.
            RollbackLevel::Soft => Left {
                customers: with.customers - 1,
                subscriptions: with.subscriptions - 1,
                ..with
            },
            RollbackLevel::Partial | RollbackLevel::Full => without,
        },
        (SiteVerb::Deploy, child::REFUSED) | (SiteVerb::Delete, child::COMPLETE) => without,
        // The old place stays until somebody says that it may go; a neighbour keeps its server.
        (SiteVerb::Failover, child::COMPLETE) => Left {
            servers: with.servers + 1,
            ..with
        },
        (SiteVerb::Move, child::COMPLETE) if scene.neighbour => Left {
            servers: with.servers + 1,
            ..with
        },
        (SiteVerb::Suspend, child::COMPLETE) | (SiteVerb::Resume, child::ROLLED_BACK) => {
            paused = 1;
            with
        }
        (SiteVerb::Delete, _) => return None,
        (_, child::COMPLETE | child::ROLLED_BACK) => with,
        _ => return None,
    };
    Some(There {
        left,
        paused,
        off: 0,
        grown,
        astray: usize::from(lost),
        backups,
        halves: 0,
    })
}
