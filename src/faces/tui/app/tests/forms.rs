//! Keys into forms and choices on sites: what they ask for, what they say, what they keep.

use std::path::{Path, PathBuf};

use config::fleet::AffiliateSpec;
use vocab::{AffiliateName, Domain, Region, RollbackLevel, RunId, SiteKind, Span};
use world::{
    Backup, Confirmation, Consent, DeployRequest, Intent, Placement, Refusal, RefusalKind,
    RestoreRequest, SiteRequest, Wanted, World,
};

use super::Bench;
use crate::app::{Demand, Message};
use crate::dialogs::Listing;
use crate::fixture::{Fixture, NOW, plan};

/// A console whose fleet file declares two affiliates.
fn bench(world: World) -> Bench {
    let affiliate = |name: &str, region| AffiliateSpec {
        name: AffiliateName::new(name).unwrap(),
        email: None,
        region,
        share: None,
    };
    let mut bench = Bench::new(world);
    bench.app.config.fleet.affiliates = vec![
        affiliate("harbor", Region::EuCentral),
        affiliate("juniper", Region::UsEast),
    ];
    bench
}

/// Answers what a form wants to know of folders.
fn list(bench: &mut Bench, names: &[&str]) {
    for demand in bench.app.requests() {
        if let Demand::Folder(typed) = demand {
            let listing = Listing {
                folder: Path::new("/srv").join(&typed),
                typed,
                names: Ok(names.iter().map(ToString::to_string).collect()),
            };
            bench.app.take(Message::Listed(listing), NOW);
        }
    }
}

fn domain(name: &str) -> Domain {
    Domain::new(name).unwrap()
}

fn order(request: SiteRequest) -> Vec<Demand> {
    vec![Demand::Plan(Intent::SiteRequest(Box::new(request)))]
}

fn refused(bench: &mut Bench, words: &str) {
    let refusal = Refusal::new(RefusalKind::Invalid, words);
    bench.app.take(Message::Planned(Err(refusal)), NOW);
}

#[test]
fn a_site_is_deployed_by_a_form() {
    let mut bench = bench(Fixture::before_the_first_site());
    assert_eq!(bench.press("7D"), []);
    list(&mut bench, &["acme/", "notes/"]);
    assert_eq!(bench.press("acme.example<tab>a<tab>"), []);
    list(&mut bench, &["acme/", "notes/"]);
    insta::assert_snapshot!("deploy_form", bench.screen(120, 36));
    let demands = bench.press("<tab>n<tab>j<tab><tab><tab>p<enter>");
    let wanted = DeployRequest {
        domain: domain("acme.example"),
        files: PathBuf::from("/srv/acme/"),
        kind: Some(SiteKind::Node),
        affiliate: "juniper".to_owned(),
        placement: Placement::Room,
        region: None,
        level: RollbackLevel::Partial,
    };
    assert_eq!(demands, order(SiteRequest::Deploy(wanted)));
    assert_eq!(bench.press("x<enter>"), [], "one plan at a time");
}

#[test]
fn what_is_wrong_is_said_at_its_field_and_nothing_is_lost() {
    let mut bench = bench(Fixture::before_the_first_site());
    assert_eq!(bench.press("7D<enter>"), []);
    assert!(bench.screen(100, 30).contains("such as shop.example.com"));
    bench.press("not a domain<enter>");
    assert!(bench.screen(100, 30).contains("not a domain"));
    bench.press("<c-u>acme.example<enter>");
    assert!(bench.screen(100, 30).contains("or a zip archive of them"));
    list(&mut bench, &["acme/"]);
    bench.press("akme<enter>");
    assert!(bench.screen(100, 30).contains("no zip archive akme"));
    bench.press("<c-u>acme");
    assert_eq!(bench.press("<enter>").len(), 1);
    refused(
        &mut bench,
        "acme.example has a DNS record already (A 192.0.2.9)",
    );
    let screen = bench.screen(100, 30);
    assert!(
        screen.contains("▸ domain") && screen.contains("192.0.2.9"),
        "{screen}"
    );
    // Closed and opened again it is as it was left.
    bench.press("<esc>");
    assert!(!bench.screen(100, 30).contains("192.0.2.9"));
    bench.press("D");
    assert_eq!(bench.press("<enter>").len(), 1);
    refused(&mut bench, "no answer from the engine");
    let screen = bench.screen(100, 30);
    assert!(
        screen.contains("no answer") && screen.contains("acme.example"),
        "{screen}"
    );
}

#[test]
fn a_plan_lies_above_its_form_until_it_is_agreed_to() {
    let mut bench = bench(Fixture::before_the_first_site());
    bench.press("7Dacme.example<tab>");
    list(&mut bench, &["acme/"]);
    bench.press("acme<enter>");
    let made = || Box::new(plan(9, Confirmation::Letter('d')));
    bench.app.take(Message::Planned(Ok(made())), NOW);
    bench.read();
    bench.press("<esc>");
    assert!(
        bench.screen(100, 30).contains("acme.example"),
        "back in the form"
    );
    bench.press("<enter>");
    bench.app.take(Message::Planned(Ok(made())), NOW);
    bench.read();
    assert_eq!(
        bench.press("d"),
        [Demand::Submit(made(), Consent::Letter('d'))]
    );
    assert!(
        bench.screen(100, 30).contains("7 sites"),
        "the form is gone"
    );
    // Whoever was faster has the site: the form is kept until the plan is taken on.
    let held = Refusal::new(RefusalKind::Conflict, "site acme.example is held by ada");
    bench
        .app
        .take(Message::Submitted("deploy".into(), Err(held)), NOW);
    assert!(bench.screen(100, 30).contains("held by ada"));
    bench.press("D");
    assert!(bench.screen(100, 30).contains("acme.example"));
    bench.press("<esc>");
    bench
        .app
        .take(Message::Submitted("deploy".into(), Ok(())), NOW);
    bench.press("D");
    assert!(!bench.screen(100, 30).contains("acme.example"));
}

#[test]
fn new_files_go_to_the_site_that_is_open() {
    let mut bench = bench(Fixture::hosting());
    bench.press(":go acme.example<enter>D");
    list(&mut bench, &["v2.zip"]);
    assert_eq!(
        bench.press("v<tab><enter>"),
        order(SiteRequest::Release {
            domain: domain("acme.example"),
            files: PathBuf::from("/srv/v2.zip"),
        })
    );
}

#[test]
fn a_kept_release_is_chosen_from_a_list() {
    let mut bench = bench(Fixture::hosting());
    bench.press(":go site-5.example<enter>B");
    insta::assert_snapshot!("release_picker", bench.screen(120, 30));
    let site = bench.world.sites[&domain("site-5.example")].clone();
    let older = site.releases[2].id.to_string();
    assert_eq!(
        bench.press("j<enter>"),
        order(SiteRequest::Rollback {
            domain: site.domain,
            release: Some(older),
        })
    );
    bench.press("Bkk<enter>");
    assert!(
        bench.screen(120, 30).contains("served now"),
        "the served one is no choice"
    );
    bench.press("<esc><esc>:go acme.example<enter>B");
    assert!(bench.screen(120, 30).contains("keeps no other release"));
}

#[test]
fn one_site_is_deleted_at_a_time() {
    let mut bench = bench(Fixture::hosting());
    let wanted = order(SiteRequest::Delete {
        domain: domain("acme.example"),
    });
    assert_eq!(bench.press("7/acme<enter>K"), wanted);
    bench.press("<esc>  ");
    assert_eq!(bench.press("K"), []);
    assert!(bench.screen(160, 30).contains("2 sites are marked"));
}

#[test]
fn without_the_means_nothing_is_asked() {
    let mut bench = Bench::new(Fixture::full());
    assert_eq!(bench.press("7D"), []);
    assert!(bench.screen(120, 30).contains("hosting is not set up"));
    let mut bench = Bench::with(Fixture::hosting(), false);
    assert_eq!(bench.press("7DB"), []);
    assert!(bench.screen(120, 30).contains("this session is read-only"));
    let mut bench = Bench::new(Fixture::before_the_first_site());
    bench.press("D");
    assert!(bench.screen(120, 30).contains("write [[affiliates]]"));
}

#[test]
fn a_part_of_a_site_comes_back_from_a_chosen_backup() {
    let mut bench = bench(Fixture::hosting());
    bench.press("7/acme<enter>:change.restore<enter>");
    let screen = bench.screen(120, 30);
    assert!(screen.contains("there is none yet"), "{screen}");
    assert_eq!(bench.press("<enter>"), []);
    bench.press("<esc>");
    let site = bench.world.sites[&domain("acme.example")].clone();
    for (number, days) in [(1_u128, 3), (2, 1)] {
        let id: RunId = format!("019a9f00-0000-7000-8000-{number:012x}")
            .parse()
            .unwrap();
        let backup = Backup {
            id,
            domain: site.domain.clone(),
            at: NOW - Span::days(days),
            took: Span::seconds(4),
            release: site.current.clone(),
            files: 140,
            parts: Vec::new(),
            key: "k1".into(),
            place: "/backups".into(),
            verified: None,
        };
        bench.world.backups.insert(id, backup);
    }
    // What there is to choose from is of now, not of when the form was closed.
    bench.press(":change.restore<enter>");
    let screen = bench.screen(120, 30);
    assert!(screen.contains("24h ago, 140 files"), "{screen}");
    assert_eq!(
        bench.press("<right><tab>f<enter>"),
        order(SiteRequest::Restore(RestoreRequest {
            domain: site.domain.clone(),
            backup: Some("00000001".to_owned()),
            wanted: Wanted::Files,
            to: None,
        }))
    );
    bench.press("<esc>");
    assert_eq!(
        bench.press(":change.backup<enter>"),
        order(SiteRequest::Backup {
            domain: site.domain
        })
    );
}
