//! Sites: a row for each that is hosted; its detail with money, visits, releases, backups, invoices, objects at the providers and runs.
//!
//! Flow: `list` (rows and order) → this pane (actions) → `detail` (its pages, as lines).

mod backups;
mod detail;
mod list;
mod watch;

use std::cell::RefCell;
use std::rc::Rc;

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Column;
use ui::{Action, Figure, Look, Outcome, Pick, Seen, View, Wish};
use vocab::{Domain, ServiceName, Text, Time};
use world::About;
use world::{Site, SiteRequest};

use super::amounts::invoice_lines;
use super::listing::{Chosen, Drawn, ListPane, Order, Rows, Scopes};
use super::shared::{age, heading};

/// The pane.
pub type Sites = ListPane<SiteRows>;

/// What it lists.
#[derive(Default)]
pub struct SiteRows {
    /// What was reckoned last, for which state of the world and when: a frame asks for it several times.
    reckoned: RefCell<Option<(u64, Time, Rc<list::Sums>)>>,
}

/// The service that watches a site: the one that is called like it.
fn service(site: &Site, seen: Seen<'_>) -> Option<ServiceName> {
    let name = ServiceName::new(site.domain.as_str()).ok()?;
    seen.world.services.contains_key(&name).then_some(name)
}

/// A wish about one site: each is planned and agreed to for itself.
fn order(chosen: &Chosen<'_, SiteRows>, wish: impl Fn(Domain) -> SiteRequest) -> Outcome {
    match chosen.keys.as_slice() {
        [one] => Outcome::Ask(wish(one.clone()).into()),
        many => Outcome::Say(Text::line(format!(
            "{} sites are marked; each has a plan of its own: esc takes the marks away",
            many.len()
        ))),
    }
}

impl Rows for SiteRows {
    type Key = Domain;
    type Item = Site;
    type Sums = Rc<list::Sums>;

    const VIEW: View = View::Sites;
    const SCOPES: Scopes = Scopes {
        list: &["pane.sites", "list"],
        page: &["pane.sites", "text"],
        detail: &["pane.site", "text"],
    };
    const COLUMNS: &'static [Column] = &list::COLUMNS;
    const ORDERS: &'static [Order] = &list::ORDERS;
    const TABS: &'static [&'static str] = &[
        "overview", "visits", "releases", "backups", "invoices", "objects", "runs",
    ];
    const NOUN: &'static str = "site";

    fn sums(&self, seen: Seen<'_>) -> Rc<list::Sums> {
        let mut known = self.reckoned.borrow_mut();
        if let Some((revision, now, sums)) = &*known
            && (*revision, *now) == (seen.world.revision, seen.now)
        {
            return Rc::clone(sums);
        }
        let sums = Rc::new(list::Sums::new(seen));
        *known = Some((seen.world.revision, seen.now, Rc::clone(&sums)));
        sums
    }

    fn items<'a>(&'a self, _sums: &Rc<list::Sums>, seen: Seen<'a>) -> Vec<&'a Site> {
        list::items(seen)
    }

    fn item<'a>(&'a self, key: &Domain, seen: Seen<'a>) -> Option<&'a Site> {
        list::item(key, seen)
    }

    fn key(site: &Site) -> Domain {
        site.domain.clone()
    }

    fn about(key: &Domain) -> About {
        About::Site(key.clone())
    }

    fn key_of(about: &About) -> Option<Domain> {
        match about {
            About::Site(domain) => Some(domain.clone()),
            _ => None,
        }
    }

    fn words(site: &Site, sums: &Rc<list::Sums>, seen: Seen<'_>) -> String {
        list::words(site, sums, seen)
    }

    fn sort(rows: &mut [&Site], order: usize, sums: &Rc<list::Sums>, seen: Seen<'_>) {
        list::sort(rows, order, sums, seen);
    }

    fn count(&self, seen: Seen<'_>) -> usize {
        list::items(seen).len()
    }

    fn nothing(&self, seen: Seen<'_>) -> (String, String) {
        list::nothing(seen)
    }

    fn cells(&self, site: &Site, drawn: &Drawn<'_, Rc<list::Sums>>) -> Vec<Line<'static>> {
        list::cells(site, drawn)
    }

    fn heading(&self, site: &Site, seen: Seen<'_>, look: &Look<'_>) -> Vec<Ink<'static>> {
        let sign = self.sums(seen).sign(site, seen);
        heading(look.styles, sign, site.domain.to_string())
    }

    fn detail(
        &self,
        site: &Site,
        tab: usize,
        seen: Seen<'_>,
        look: &Look<'_>,
        _width: usize,
    ) -> Vec<Line<'static>> {
        match tab {
            0 => detail::overview(site, self.sums(seen).sign(site, seen), seen, look),
            1 => watch::page(site, seen, look),
            2 => detail::list_releases(site, seen, look),
            3 => backups::page(site, seen, look),
            4 => invoice_lines(Some(&site.domain), seen, look),
            5 => detail::objects(site, look),
            _ => detail::runs(site, seen, look),
        }
    }

    fn act(&self, action: Action, chosen: &Chosen<'_, Self>, seen: Seen<'_>) -> Outcome {
        let site = chosen.item;
        match action {
            Action::JumpService => match service(site, seen) {
                Some(name) => Outcome::Jump(About::Service(name)),
                None => Outcome::Say(Text::line(format!(
                    "no service is called {}; declare one in the fleet file to have it probed",
                    site.domain
                ))),
            },
            Action::CopyCell => Outcome::Copy(site.domain.to_string()),
            Action::CopyCommand => Outcome::Copy(format!("wheelhouse sites {}", site.domain)),
            Action::ChangeRelease => Outcome::Fill(Wish::Release(site.domain.clone())),
            Action::ChangeRollback => Outcome::Choose(Pick::Release(site.domain.clone())),
            Action::ChangeRestore => Outcome::Fill(Wish::Restore(site.domain.clone())),
            Action::ChangeMove => Outcome::Fill(Wish::Move(site.domain.clone())),
            Action::ChangeRename => Outcome::Fill(Wish::Rename(site.domain.clone())),
            Action::ChangeRestart => order(chosen, |domain| SiteRequest::Restart { domain }),
            Action::ChangeRenew => order(chosen, |domain| SiteRequest::Renew { domain }),
            Action::ChangeGrow => order(chosen, |domain| SiteRequest::Grow { domain, to: None }),
            Action::ChangeSuspend => order(chosen, |domain| SiteRequest::Suspend { domain }),
            Action::ChangeResume => order(chosen, |domain| SiteRequest::Resume { domain }),
            Action::ChangeFailover | Action::ChangeRehearse => {
                let rehearse = action == Action::ChangeRehearse;
                order(chosen, |domain| SiteRequest::Failover { domain, rehearse })
            }
            Action::ChangeBackup => order(chosen, |domain| SiteRequest::Backup { domain }),
            Action::ChangeDump => order(chosen, |domain| SiteRequest::Dump { domain }),
            Action::ChangeDrill => order(chosen, |domain| SiteRequest::Drill {
                domain,
                backup: None,
            }),
            Action::ChangeDelete | Action::ChangeRemove => {
                order(chosen, |domain| SiteRequest::Delete { domain })
            }
            action if action.definition().risk.changes() => Self::is_for_others(action),
            _ => Outcome::Ignored,
        }
    }

    fn offers(action: Action, site: &Site) -> bool {
        action != Action::ChangeDump || site.kind.has_database()
    }

    fn why(&self, site: &Site, seen: Seen<'_>) -> Vec<Figure> {
        let mut figures = vec![
            Figure::new(
                "state",
                self.sums(seen).sign(site, seen).word,
                "the books; down when a probe of its address fails",
            ),
            Figure::new(
                "made",
                format!("{} ago", age(seen.now, site.created)),
                format!("run {}", site.deployment),
            ),
        ];
        figures.extend(backups::figures(site, seen));
        figures.extend(detail::figures(site, seen));
        figures
    }
}
