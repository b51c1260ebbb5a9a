//! Whether servers serve what the books say: each site's server is asked, and what it says becomes a fact.

use std::collections::BTreeMap;

use tokio::sync::oneshot;
use vocab::Text;
use world::{Event, Fact, Site, SiteState};

use crate::core::Core;

impl Core {
    /// Asks the servers of all sites that are to be up and that nothing works on, one server after the other, in a task of its
    /// own. The answer says how many sites were looked at, or which could not be.
    pub(crate) fn compare_releases(&self, reply: oneshot::Sender<Result<usize, Text>>) {
        if self.fabric.simulation.is_some() {
            // A simulated server serves what the simulation says.
            return drop(reply.send(Ok(0)));
        }
        let ends = match &self.fabric.hosting {
            Ok(ends) => ends.clone(),
            Err(why) => return drop(reply.send(Err(why.clone()))),
        };
        let sites = self.world.sites.values();
        let sites: Vec<Site> = sites
            .filter(|site| site.state == SiteState::Active && !site.objects.address.is_empty())
            .filter(|site| self.world.run_on(&site.domain).is_none())
            .cloned()
            .collect();
        let events = self.events.clone();
        self.tasks.spawn(async move {
            let mut looked = 0;
            let mut unseen: BTreeMap<String, Text> = BTreeMap::new();
            for site in sites {
                // A server that does not answer for one site does not for another.
                if unseen.contains_key(&site.objects.server_name) {
                    continue;
                }
                match hosting::served(&ends, &site).await {
                    Ok(served) => {
                        looked += 1;
                        let fact = Fact::ReleaseSeen {
                            site: site.domain,
                            expected: site.current,
                            served: served.map_or_else(Text::default, Text::line),
                        };
                        let at = drivers::clock::now();
                        if events.send(Event { at, fact }).await.is_err() {
                            return;
                        }
                    }
                    Err(why) => {
                        unseen.insert(site.objects.server_name, why);
                    }
                }
            }
            let answer = if unseen.is_empty() {
                Ok(looked)
            } else {
                let words = unseen
                    .iter()
                    .map(|(server, why)| format!("{server}: {why}"));
                Err(Text::line(words.collect::<Vec<_>>().join("; ")))
            };
            drop(reply.send(answer));
        });
    }
}
