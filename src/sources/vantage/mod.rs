//! Other points of view: what does not answer here is tried from other nodes and servers, and the provider of servers is
//! asked whether it is switched on. At rest nothing is asked of anybody.
//!
//! Flow: the view (what is missing, who may look) → `look` on another machine (fixed commands, data as arguments) and
//! `provider` (one list, background quota) → [`Fact::SeenFrom`]. Who cannot look says nothing.

mod look;
mod provider;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use drivers::provider::Hetzner;
use drivers::{Connections, Host};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use vocab::{NodeName, ProbeKind, Provider, Text};
use world::signals::Seen;
use world::{About, Fact};

use crate::Context;
use crate::keeper::{Doors, SiteTarget};

/// What is still missing is looked at again after so long: well within the time for which a look counts.
const AGAIN: Duration = Duration::from_mins(1);

/// No more objects than these are looked at at the same time.
const AT_ONCE: usize = 8;

/// So many places are asked at the same time, and so many in all when those cannot look.
const PLACES: usize = 2;
const PLACES_IN_ALL: usize = 6;

/// How long it may take to find out what to ask.
const PREPARED_WITHIN: Duration = Duration::from_secs(5);

/// What does not answer here, and who could look at it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// What does not answer.
    pub missing: Vec<Missing>,
    /// Nodes that answer, this machine not among them.
    pub nodes: Vec<NodeName>,
    /// Servers of sites that answer, each by one of its sites.
    pub servers: Vec<SiteTarget>,
}

/// Something that does not answer here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What.
    pub about: About,
    /// How another machine tries it.
    pub trial: Trial,
    /// Nodes from which a look proves nothing: it stands on them.
    pub not_from: BTreeSet<NodeName>,
}

/// How another machine tries what does not answer here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// Whether a node's login greets.
    Login {
        /// The node.
        node: NodeName,
        /// Its public address, when it is declared.
        address: Option<Text>,
    },
    /// Whether a site answers over HTTPS.
    Site {
        /// Where it stands.
        target: SiteTarget,
        /// Whether its name did not resolve here: then it is looked up there too, and not only asked for at its address.
        by_name: bool,
        /// Whether its server is one that was made for sites.
        made_for_it: bool,
    },
    /// Whether a service answers its probe.
    Service(ProbeKind),
}

/// The ways to whoever may look.
#[derive(Clone)]
pub struct Ways {
    /// To nodes.
    pub connections: Arc<RwLock<Arc<Connections>>>,
    /// To servers of sites, when sites are hosted.
    pub doors: Option<Arc<dyn Doors>>,
    /// To the provider of servers, when sites are hosted.
    pub hetzner: Option<Hetzner>,
}

/// A look: at what, and what each place said.
type Looked = (About, Vec<(About, Text, Seen)>);

/// Looks while something is missing, until it is cancelled or nobody takes events any more.
pub async fn watch(context: Context, ways: Ways, mut view: watch::Receiver<View>) {
    let cancel = context.cancel.clone();
    let looking = async {
        let mut asked: BTreeMap<About, Instant> = BTreeMap::new();
        let mut looks: FuturesUnordered<BoxFuture<'_, Looked>> = FuturesUnordered::new();
        loop {
            let now = view.borrow_and_update().clone();
            let next = begin(&ways, &now, &mut asked, &mut looks);
            let (about, said) = tokio::select! {
                changed = view.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return,
                },
                Some(looked) = looks.next() => looked,
                () = sleep_until(next), if !asked.is_empty() => continue,
            };
            asked.insert(about, Instant::now());
            for (about, from, seen) in said {
                let fact = Fact::SeenFrom { about, from, seen };
                if !context.send(fact).await {
                    return;
                }
            }
        }
    };
    tokio::select! {
        () = cancel.cancelled() => {}
        () = looking => {}
    }
}

/// Begins the looks that are due, and says when the next ones are.
fn begin<'a>(
    ways: &'a Ways,
    view: &View,
    asked: &mut BTreeMap<About, Instant>,
    looks: &mut FuturesUnordered<BoxFuture<'a, Looked>>,
) -> Instant {
    let book = About::Provider(Provider::Hetzner);
    let of_provider = ways.hetzner.as_ref().filter(|_| provider::may_know(view));
    let wanted = |about: &About| {
        view.missing.iter().any(|one| one.about == *about)
            || (*about == book && of_provider.is_some())
    };
    asked.retain(|about, _| wanted(about));
    let now = Instant::now();
    let far = now + AGAIN;
    let is_due = |asked: &BTreeMap<About, Instant>, about: &About| {
        asked.get(about).is_none_or(|at| now >= *at + AGAIN)
    };
    if let Some(hetzner) = of_provider.filter(|_| is_due(asked, &book)) {
        asked.insert(book, far);
        let missing = view.missing.clone();
        looks.push(Box::pin(provider::look(hetzner, missing)));
    }
    for missing in &view.missing {
        if looks.len() >= AT_ONCE {
            break;
        }
        if !is_due(asked, &missing.about) {
            continue;
        }
        // Not again before it is over, whenever that is.
        asked.insert(missing.about.clone(), far);
        let (missing, places) = (missing.clone(), places(view, missing));
        looks.push(Box::pin(look_at(ways, missing, places)));
    }
    let next = asked.values().map(|at| *at + AGAIN).min();
    next.unwrap_or(far).max(now + Duration::from_millis(100))
}

/// Who may look at something.
#[derive(Debug, Clone)]
enum Place {
    Node(NodeName),
    Server(SiteTarget),
}

impl Place {
    fn name(&self) -> Text {
        match self {
            Self::Node(name) => Text::line(name.as_str()),
            Self::Server(target) => Text::line(&target.server),
        }
    }
}

/// Who is asked about something, in this order: nodes, then servers of other sites.
fn places(view: &View, missing: &Missing) -> Vec<Place> {
    let nodes = view.nodes.iter().filter(|node| {
        !missing.not_from.contains(*node) && About::Node((*node).clone()) != missing.about
    });
    let itself = |server: &SiteTarget| match &missing.trial {
        Trial::Site { target, .. } => {
            target.server == server.server || target.address == server.address
        }
        Trial::Login { node, address } => {
            node.as_str() == server.server || address.as_deref() == Some(server.address.as_str())
        }
        Trial::Service(_) => true,
    };
    let servers = view.servers.iter().filter(|server| !itself(server));
    nodes
        .cloned()
        .map(Place::Node)
        .chain(servers.cloned().map(Place::Server))
        .take(PLACES_IN_ALL)
        .collect()
}

/// Asks places until some can say something.
async fn look_at(ways: &Ways, missing: Missing, places: Vec<Place>) -> Looked {
    let prepared = timeout(PREPARED_WITHIN, questions(ways, &missing.trial)).await;
    let questions = prepared.unwrap_or_default();
    let mut said = Vec::new();
    for some in places.chunks(PLACES) {
        if questions.is_empty() {
            break;
        }
        let looks = some.iter().map(|place| ask(ways, place, &questions));
        let seen = futures::future::join_all(looks).await;
        let words = some.iter().zip(seen).filter_map(|(place, seen)| {
            let about = missing.about.clone();
            Some((about, place.name(), seen?))
        });
        said.extend(words);
        if !said.is_empty() {
            break;
        }
    }
    (missing.about, said)
}

/// What is asked of another machine: the same at each address that is known.
async fn questions(ways: &Ways, trial: &Trial) -> Vec<look::Question> {
    match trial {
        Trial::Login { node, address } => {
            let host = host_of(ways, node);
            let Some((name, port)) = (match host {
                Some(host) => host.endpoint().await,
                None => None,
            }) else {
                return Vec::new();
            };
            let hosts: BTreeSet<&Text> = address.iter().chain([&name]).collect();
            hosts
                .into_iter()
                .filter_map(|host| look::login(host, port))
                .collect()
        }
        Trial::Site {
            target, by_name, ..
        } => {
            let Some(doors) = &ways.doors else {
                return Vec::new();
            };
            // With a name server of its own nobody else resolves its name.
            if *by_name && doors.name_server().is_some() {
                return Vec::new();
            }
            let Ok(authority) = doors.authority(target).await else {
                return Vec::new();
            };
            look::site(target, *by_name, authority)
                .into_iter()
                .collect()
        }
        Trial::Service(probe) => look::service(probe).into_iter().collect(),
    }
}

fn host_of(ways: &Ways, node: &NodeName) -> Option<Arc<dyn Host>> {
    let connections = ways
        .connections
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    Some(connections.get(node)?.host.clone())
}

/// What a place has to say: that it answers at one of its addresses, else why not; `None` when it cannot look.
async fn ask(ways: &Ways, place: &Place, questions: &[look::Question]) -> Option<Seen> {
    let host = match place {
        Place::Node(node) => host_of(ways, node)?,
        Place::Server(target) => {
            let login = ways.doors.as_ref()?.login(&target.server, &target.address);
            timeout(PREPARED_WITHIN, login).await.ok()?.ok()?
        }
    };
    let mut fails = None;
    for question in questions {
        match question.ask(host.as_ref()).await {
            Some(Seen::Answers) => return Some(Seen::Answers),
            Some(other) => fails = Some(other),
            None => {}
        }
    }
    fails
}
