//! What a server that sites stand on becomes, and what it was: frozen with the order, so that it is the same way back.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use vocab::{Bytes, Domain, Money, Text};

/// How large a server is, by the provider's list of types (<https://docs.hetzner.cloud/reference/cloud#server-types>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// The provider's name of the type: `cx23`.
    pub server_type: Text,
    /// Processors.
    pub cores: u32,
    /// Memory.
    pub memory: Bytes,
    /// What it costs a month where the server stands, without tax and address; `None` where the list has no price.
    pub monthly: Option<Money>,
}

impl Size {
    /// `cx33 (4 processors, 8.0G of memory)`.
    pub fn words(&self) -> String {
        format!(
            "{} ({} processors, {} of memory)",
            self.server_type, self.cores, self.memory
        )
    }
}

/// Another type for a server. Its disk stays, so that the old type fits it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    /// What it was.
    pub from: Size,
    /// What it becomes.
    pub to: Size,
    /// The other sites that stand on it: they are away with it, so nothing else is done to them meanwhile.
    pub beside: BTreeSet<Domain>,
}

/// One step of a run that makes a server another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrowthStep {
    /// The server is ours and as large as the plan says; which of the sites there answer.
    Standing,
    /// It is off.
    PowerOff,
    /// It is of another type.
    Resize,
    /// It is on.
    PowerOn,
    /// Every site there that answered before answers again.
    AllAnswer,
    /// What it costs now, in the books.
    Cost,
}

impl Growth {
    /// What it costs more a month, negative for less; `None` when a price is not known.
    pub fn costs_more(&self) -> Option<Money> {
        self.to.monthly?.checked_sub(self.from.monthly?).ok()
    }
}

#[cfg(test)]
mod tests {
    use vocab::{RollbackLevel, RunId, Severity, Span};

    use super::*;
    use crate::autopilot::{Allow, Decision, Mode, Policy, decide, permits};
    use crate::plan::{Confirmation, Plan, Reversibility};
    use crate::priorities::Item;
    use crate::query::items;
    use crate::run::{Actor, Face};
    use crate::signals::{Figure, Kind, Signal, SignalId};
    use crate::site::{Machine, Site, SiteOrder, SiteState, SiteVerb};
    use crate::testing::{NOW, declared, domain, node};
    use crate::{About, Event, Fact, Intent, SiteRequest, World, looks, testing};

    fn here() -> About {
        About::Node(node("web-1"))
    }

    /// A site on the server that is the node of the fleet.
    fn site(name: &str, price: &str) -> Site {
        let mut site = testing::site(name, "web-1", price);
        site.objects.server = "4711".into();
        site
    }

    fn sites() -> [Site; 2] {
        [
            site("a.example.com", "15 USD"),
            site("b.example.com", "30 USD"),
        ]
    }

    /// A node of the fleet with these sites on it, and no memory left.
    fn world(sites: [Site; 2]) -> World {
        let mut world = World::default();
        let booked = sites.map(|site| Fact::SiteBooked(Box::new(site)));
        for fact in std::iter::once(declared(&["web-1"])).chain(booked) {
            world.apply(&Event { at: NOW, fact });
        }
        // As it is, judged by nobody.
        world.rules = testing::rules();
        world.signals = std::iter::once(full()).collect();
        world
    }

    fn full() -> (SignalId, Signal) {
        let signal = Signal {
            figure: Figure::NodeMemory,
            kind: Kind::Capacity,
            value: 97.0,
            worst: 97.0,
            title: "web-1: memory 97 % used".into(),
            ..testing::open("memory.full", here(), Severity::Critical, NOW)
        };
        (signal.id.clone(), signal)
    }

    fn item(world: &World) -> Item {
        let found = items(world, NOW);
        let [item] = &*found else { panic!("{found:?}") };
        (**item).clone()
    }

    fn size(server_type: &str, monthly: Option<&str>) -> Size {
        Size {
            server_type: server_type.into(),
            cores: 2,
            memory: Bytes(4 << 30),
            monthly: monthly.map(|monthly| monthly.parse().unwrap()),
        }
    }

    fn plan() -> Plan {
        let order = SiteOrder {
            verb: SiteVerb::Grow,
            site: site("b.example.com", "30 USD"),
            was: None,
            before: None,
            port_before: None,
            files: None,
            installation: "test".into(),
            machine: Machine {
                server_type: "cx33".into(),
                image: "debian-12".into(),
                location: "nbg1".into(),
            },
            certificates: "internal".into(),
            email: None,
            level: RollbackLevel::Full,
            backup: None,
            growth: Some(Growth {
                from: size("cx23", Some("2.99 EUR")),
                to: size("cx33", Some("4.99 EUR")),
                beside: std::iter::once(domain("a.example.com")).collect(),
            }),
            version: 3,
        };
        Plan {
            id: RunId::default(),
            by: Actor {
                user: Actor::AUTOPILOT.into(),
                face: Face::Autopilot,
            },
            made: NOW,
            title: "grow b.example.com".into(),
            reversibility: Reversibility::Disruptive,
            confirmation: Confirmation::Letter('g'),
            objects: Vec::new(),
            steps: Vec::new(),
            verification: Text::default(),
            inverse: None,
            warnings: Vec::new(),
            one_by_one: true,
            expected: Span::minutes(2),
            intent: Intent::Site(Box::new(order)),
        }
    }

    #[test]
    fn what_it_costs_more_is_known_by_both_prices_only() {
        let more = |from, to| {
            let growth = Growth {
                from: size("cx23", from),
                to: size("cx33", to),
                beside: BTreeSet::new(),
            };
            growth.costs_more().map(|more| more.to_string())
        };
        assert_eq!(more(Some("2.99 EUR"), Some("4.99 EUR")).unwrap(), "€2.00");
        assert_eq!(more(Some("2.99 EUR"), None), None);
        assert_eq!(more(Some("2.99 EUR"), Some("4.99 USD")), None);
    }

    #[test]
    fn it_is_about_every_site_there_and_holds_the_server() {
        let (world, plan) = (world(sites()), plan());
        let order = plan.order().unwrap();
        let [a, b] = ["a.example.com", "b.example.com"].map(domain);
        assert_eq!(order.domains(), [&a, &b].into_iter().collect());
        assert_eq!(order.servers(), std::iter::once("web-1").collect());
        let looked_at = [
            About::Site(a),
            About::Site(b),
            here(),
            About::Server("web-1".into()),
        ];
        assert_eq!(looks::after(&world, &plan), looked_at.into_iter().collect());
    }

    #[test]
    fn a_node_without_memory_grows_by_the_server_of_its_best_site() {
        let grow = |name: &str| {
            let domain = domain(name);
            Some(SiteRequest::Grow { domain, to: None }.into())
        };
        assert_eq!(item(&world(sites())).fix, grow("b.example.com"));
        let [a, mut b] = sites();
        b.state = SiteState::Suspended;
        assert_eq!(item(&world([a, b])).fix, grow("a.example.com"));
        // A machine that nothing was made for at the provider is none of ours to make larger.
        let strangers = sites().map(|mut site| {
            site.objects.server = String::new();
            site
        });
        assert_eq!(item(&world(strangers)).fix, None);
    }

    #[test]
    fn a_person_decides_and_all_that_is_away_counts() {
        let mut world = world(sites());
        world.autopilot.policy = Policy {
            mode: Mode::On,
            runs: 6,
            allow: vec![Allow {
                place: "fleet.toml:3".into(),
                fixes: vec!["grow".into()],
                only: Vec::new(),
                hours: None,
                confidence: vocab::Decimal::new(8, 1),
                presumed: Some(vocab::Decimal::ONE),
                at_risk_most: None,
                disruptive: true,
            }],
            ..Policy::default()
        };
        let item = item(&world);
        let decision = decide(&world, &item, NOW, 0);
        assert!(
            matches!(&decision, Decision::Ask(why) if why.contains("a person sees to it")),
            "{decision:?}"
        );
        // 45 dollars a month in one of its 730 hours, though the order names one of the two.
        let blast = permits(&world, &item, &plan()).unwrap().unwrap();
        assert_eq!(blast.rounded().to_string(), "$0.06");
        world.autopilot.policy.budget = Some("0.05 USD".parse().unwrap());
        let refused = permits(&world, &item, &plan()).unwrap_err();
        assert!(refused.contains("more than the budget"), "{refused}");
        world.autopilot.policy.allow[0].disruptive = false;
        let refused = permits(&world, &item, &plan()).unwrap_err();
        assert!(refused.contains("disruptive"), "{refused}");
    }
}
