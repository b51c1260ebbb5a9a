//! Looks on demand: something was changed, and what it touches is looked at at once instead of at its next turn. A look
//! that gets lost costs nothing but the wait for that turn.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use world::About;

/// The most looks that wait for a source that is busy.
const WAITING: usize = 64;

/// Between two attempts of one look.
pub(crate) const AGAIN: Duration = Duration::from_secs(1);

/// How long a look goes on at something that does not answer yet: what was just started may take its time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// So many good answers in a row end a look: what counts its last answers has counted enough then.
pub(crate) const CONVINCED: u32 = 3;

/// Where looks are asked for; cheap to clone.
#[derive(Debug, Clone)]
pub struct Looks(broadcast::Sender<Arc<BTreeSet<About>>>);

impl Default for Looks {
    fn default() -> Self {
        Self(broadcast::channel(WAITING).0)
    }
}

impl Looks {
    /// Asks for a look at all of these.
    pub fn ask(&self, at: BTreeSet<About>) {
        // With no source there is nobody to look.
        drop(self.0.send(Arc::new(at)));
    }

    /// What is asked for from now on.
    pub fn eyes(&self) -> Eyes {
        Eyes(self.0.subscribe())
    }
}

/// A source's ear for what it is asked to look at.
#[derive(Debug)]
pub struct Eyes(broadcast::Receiver<Arc<BTreeSet<About>>>);

impl Eyes {
    /// Waits until something is asked for of which `mine` makes something, and hands back all of that. Cancel-safe.
    pub async fn next<T>(&mut self, mine: impl Fn(&About) -> Option<T>) -> Vec<T> {
        loop {
            match self.0.recv().await {
                Ok(asked) => {
                    let found: Vec<T> = asked.iter().filter_map(&mine).collect();
                    if !found.is_empty() {
                        return found;
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use vocab::{NodeName, ServiceName};

    use super::*;

    #[tokio::test]
    async fn a_source_hears_of_its_own_alone() {
        let looks = Looks::default();
        let mut eyes = looks.eyes();
        let shop = ServiceName::new("shop").unwrap();
        let node = About::Node(NodeName::new("lead-1").unwrap());
        looks.ask(BTreeSet::from([node.clone()]));
        looks.ask(BTreeSet::from([node, About::Service(shop.clone())]));
        let service = |about: &About| match about {
            About::Service(name) => Some(name.clone()),
            _ => None,
        };
        assert_eq!(eyes.next(service).await, [shop]);
        drop(looks);
        let waited = tokio::time::timeout(Duration::from_millis(20), eyes.next(service)).await;
        assert!(waited.is_err(), "with nobody to ask it waits for ever");
    }
}
