//! The business sections: what they can say and what is wrong with them.

use proptest::prelude::*;
use vocab::{Currency, Decimal, Money, Region, Span, Time};

use super::{BackupTarget, Certificates, Credential, Hosting, Keep};
use crate::fleet::tests::parsed;

const WHOLE: &str = r#"
[providers.hetzner]
token_file = "/run/secrets/hetzner"
expires = 2026-12-31
[providers.cloudflare]
url = "http://127.0.0.1:4100/client/v4/"
token = "made-up"
[providers.stripe]
url = "https://api.stripe.com"
token_env = "STRIPE_API_KEY"
[hosting]
price = "19.90 EUR"
server_cost = "12 CHF"
fee = { percent = 1.5, fixed = "0.25 EUR" }
affiliate_share = 12.5
exchange = { rate = "1.0623", date = 2026-11-20 }
server_type = "cpx12"
image = "ubuntu-24.04"
certificates = "internal"
port_range = "3000-3099"
sites_per_node = 25
at_once = 8
keep_releases = 2
dns = "127.0.0.1:5353"
installation = "lab-1"
[[affiliates]]
name = "north-shop"
email = "shop@example.com"
region = "us-east"
share = 0
[[affiliates]]
name = "south-shop"
region = "asia-pacific"
[backup]
every = "6h"
daily = 14
monthly = 0
key_file = "/keys/backup"
[backup.s3]
url = "http://[::1]:9000/"
bucket = "fleet.backups"
region = "eu"
key = "made-up"
secret_file = "/run/secrets/s3"
expires = "2027-01-31"
"#;

#[test]
fn everything_can_be_said() {
    let (fleet, report) = parsed(WHOLE);
    assert_eq!(report, "");
    let (hetzner, cloudflare) = (fleet.providers.hetzner, fleet.providers.cloudflare);
    let hetzner = hetzner.expect("hetzner");
    assert_eq!(
        (hetzner.url, hetzner.token),
        (None, Credential::File("/run/secrets/hetzner".into()))
    );
    assert_eq!(hetzner.expires, Time::parse("2026-12-31T00:00:00Z"));
    let cloudflare = cloudflare.expect("cloudflare");
    assert_eq!(cloudflare.expires, None);
    assert_eq!(
        cloudflare.url.as_deref(),
        Some("http://127.0.0.1:4100/client/v4")
    );
    assert_eq!(cloudflare.token, Credential::Inline("made-up".into()));
    assert!(
        !format!("{cloudflare:?}").contains("made-up"),
        "a token is never shown"
    );
    let hosting = fleet.hosting.expect("hosting");
    assert_eq!(hosting.price.to_string(), "€19.90");
    assert_eq!(hosting.server_cost.to_string(), "CHF 12.00");
    assert_eq!(
        (hosting.fee.percent, hosting.fee.fixed.to_string()),
        (Decimal::new(15, 1), "€0.25".into())
    );
    assert_eq!(hosting.affiliate_share, Decimal::new(125, 1));
    let exchange = hosting.exchange.expect("a rate");
    assert_eq!(
        (exchange.rate, Some(exchange.date)),
        (Decimal::new(10_623, 4), Time::parse("2026-11-20T00:00:00Z"))
    );
    assert_eq!(
        (hosting.certificates, hosting.port_range),
        (Certificates::Internal, 3000..=3099)
    );
    assert_eq!((hosting.sites_per_node, hosting.keep_releases), (25, 2));
    assert_eq!((hosting.at_once, Hosting::default().at_once), (8, 4));
    assert_eq!(
        (hosting.dns.as_deref(), hosting.installation.as_deref()),
        (Some("127.0.0.1:5353"), Some("lab-1"))
    );
    let affiliates: Vec<_> = fleet
        .affiliates
        .iter()
        .map(|one| (one.name.as_str(), one.region, one.share))
        .collect();
    assert_eq!(
        affiliates,
        [
            ("north-shop", Region::UsEast, Some(Decimal::ZERO)),
            ("south-shop", Region::AsiaPacific, None)
        ]
    );
    let backup = fleet.backup.expect("backups");
    assert_eq!(
        (backup.every, backup.keep, backup.key_file),
        (
            Span::hours(6),
            Keep {
                daily: 14,
                weekly: 4,
                monthly: 0
            },
            Some("/keys/backup".into())
        )
    );
    assert!(
        matches!(backup.target, BackupTarget::Bucket(bucket) if bucket.bucket == "fleet.backups" && bucket.url == "http://[::1]:9000" && bucket.expires == Time::parse("2027-01-31T00:00:00Z"))
    );
}

#[test]
fn what_is_left_out_is_usual() {
    let (fleet, report) = parsed(
        "[hosting]\nexchange = { rate = 1.10, date = \"2026-11-20\" }\n[backup]\nfolder = \"/backups\"\n",
    );
    assert_eq!(report, "");
    let hosting = fleet.hosting.expect("hosting");
    assert_eq!(
        Hosting {
            exchange: hosting.exchange,
            ..Hosting::default()
        },
        hosting
    );
    assert_eq!(hosting.price, Money::from_smallest(1500, Currency::USD));
    assert_eq!(
        hosting.exchange.map(|exchange| exchange.rate),
        Some(Decimal::new(110, 2)),
        "a float keeps its digits"
    );
    let backup = fleet.backup.expect("backups");
    assert_eq!(
        (backup.every, backup.keep, backup.key_file),
        (Span::hours(24), Keep::default(), None)
    );
    let (fleet, _) = parsed("");
    assert!(fleet.hosting.is_none() && fleet.backup.is_none() && fleet.providers.stripe.is_none());
}

/// Each mistake alone: the file, and what is reported of it. No `hunter2` is ever repeated.
const MISTAKES: [(&str, &str); 47] = [
    (
        "[providers.hetzner]",
        "1: providers.hetzner: says no token; write token_file = \"/path\" or token_env = \"VARIABLE\"",
    ),
    (
        "[providers.hetzner]\ntoken = \"hunter2\"",
        "2: providers.hetzner.token: must not stand in the file; put it into a file only you can read and write token_file = \"/path\", or name the variable that holds it in token_env",
    ),
    (
        "[providers.hetzner]\nurl = \"https://127.0.0.1.example.com\"\ntoken = \"hunter2\"",
        "3: providers.hetzner.token: must not stand in the file; put it into a file only you can read and write token_file = \"/path\", or name the variable that holds it in token_env",
    ),
    (
        "[providers.hetzner]\ntoken_env = \"hunter2!\"",
        "2: providers.hetzner.token_env: must be the name of an environment variable that holds the token, never the token itself",
    ),
    (
        "[providers.hetzner]\ntoken_env = \"T\"\ntoken_file = \"/t\"",
        "1: providers.hetzner: says its token more than once; keep one of token_file and token_env",
    ),
    (
        "[providers.hetzner]\ntoken_file = \"t\"",
        "2: providers.hetzner.token_file: must be an absolute path, or begin with ~/",
    ),
    (
        "[providers.stripe]\ntoken_env = \"T\"\nurl = \"http://api.example.com\"",
        "3: providers.stripe.url: must begin with https://: the token would cross the network readable by everyone; http:// is for this machine alone",
    ),
    (
        "[providers.stripe]\ntoken_env = \"T\"\nurl = \"https://api.example.com/?a=b\"",
        "3: providers.stripe.url: must end with its path: take the ? or # and what follows out",
    ),
    (
        "[providers.stripe]\ntoken_env = \"T\"\nexpires = \"soon\"",
        "3: providers.stripe.expires: must be a day, such as 2026-11-20",
    ),
    (
        "[providers.stripe]\ntoken_env = \"T\"\ntokn_file = \"/t\"",
        "3: providers.stripe.tokn_file: unknown field; did you mean \"token_file\"?",
    ),
    (
        "[hosting]\nexchange = { rate = 1.10, date = \"2026-11-20\" }\nacme = \"http://ca.example.com/directory\"",
        "3: hosting.acme: must begin with https://: who answers there is believed",
    ),
    (
        "[hosting]\nexchange = { rate = 1.10, date = \"2026-11-20\" }\nacme = \"https://ca.example.com/{env.HOME}\"",
        "3: hosting.acme: must be a plain address, without spaces, quotes, braces, '\\' and '#'",
    ),
    (
        "[hosting]\nexchange = { rate = 1.10, date = \"2026-11-20\" }\nacme_ca_file = \"/ca.pem\"",
        "3: hosting.acme_ca_file: belongs to acme; write the directory of that authority, such as acme = \"https://ca.example.com/acme/directory\"",
    ),
    (
        "[providers.strip]\ntoken_env = \"T\"",
        "1: providers.strip: unknown field; did you mean \"stripe\"?",
    ),
    (
        "providers = 1",
        "1: providers: must be a table, not a whole number",
    ),
    (
        "[hosting]\nprice = 15.00",
        "2: hosting.price: must be text in quotes, not a number",
    ),
    (
        "[hosting]\nprice = \"$15\"",
        "2: hosting.price: \"$15\" is no amount of money: write it with its currency, such as \"15.00 USD\"",
    ),
    (
        "[hosting]\nprice = \"-1 USD\"",
        "2: hosting.price: must be more than nothing",
    ),
    (
        "[hosting]\nprice = \"1 DOLLAR\"",
        "2: hosting.price: \"DOLLAR\" is no currency: write its three letters, such as USD or EUR",
    ),
    (
        "[hosting]\naffiliate_share = 101",
        "2: hosting.affiliate_share: must be from 0 to 100",
    ),
    (
        "[hosting]\naffiliate_share = \"a fifth\"",
        "2: hosting.affiliate_share: must be a number such as 20 or 12.5",
    ),
    (
        "[hosting]\naffiliate_share = true",
        "2: hosting.affiliate_share: must be a number such as 20 or 12.5",
    ),
    (
        "[hosting]\nexchange = { rate = 1.1 }",
        "2: hosting.exchange.date: missing; write the day of the rate, such as date = 2026-11-20",
    ),
    (
        "[hosting]\nexchange = { date = 2026-11-20 }",
        "2: hosting.exchange.rate: missing; write rate = 1.10",
    ),
    (
        "[hosting]\nexchange = { rate = 0, date = 2026-11-20 }",
        "2: hosting.exchange.rate: must be from 0.000001 to 1000000",
    ),
    (
        "[hosting]\nexchange = { rate = nan, date = 2026-11-20 }",
        "2: hosting.exchange.rate: must be a number such as 20 or 12.5",
    ),
    (
        "[hosting]\nexchange = { rate = 1.1, date = 2026-11-20T10:00:00Z }",
        "2: hosting.exchange.date: must be a day, such as 2026-11-20",
    ),
    (
        "[hosting]\nexchange = { rate = 1.1, date = \"yesterday\" }",
        "2: hosting.exchange.date: must be a day, such as 2026-11-20",
    ),
    (
        "[hosting]\nfee = { fixed = \"0.30 EUR\" }",
        "2: hosting.fee.fixed: must be in the price's currency, USD",
    ),
    (
        "[hosting]\nfee = { fixed = \"-0.30 USD\" }",
        "2: hosting.fee.fixed: must not be less than nothing",
    ),
    (
        "[hosting]\nfee = { percnt = 3 }",
        "2: hosting.fee.percnt: unknown field; did you mean \"percent\"?",
    ),
    (
        "[hosting]\nserver_type = \"cx23; rm\"",
        "2: hosting.server_type: must be small letters, digits and '-' between them, at most 32",
    ),
    (
        "[hosting]\nimage = \"../etc\"",
        "2: hosting.image: must be the name of an image at the provider, such as \"debian-12\"",
    ),
    (
        "[hosting]\ncertificates = \"intern\"",
        "2: hosting.certificates: must be one of \"acme\", \"internal\"; did you mean \"internal\"?",
    ),
    (
        "[hosting]\nport_range = \"80-90\"",
        "2: hosting.port_range: must begin at 1024 or above: smaller ports belong to the system",
    ),
    (
        "[hosting]\nport_range = \"3000-2999\"",
        "2: hosting.port_range: ends before it begins",
    ),
    (
        "[hosting]\nport_range = \"3000-99999\"",
        "2: hosting.port_range: must be the first port and the last, such as \"20000-20999\"",
    ),
    (
        "[hosting]\nsites_per_node = 0",
        "2: hosting.sites_per_node: must be from 1 to 1000",
    ),
    (
        "[hosting]\nat_once = 33",
        "2: hosting.at_once: must be from 1 to 32",
    ),
    (
        "[hosting]\nkeep_releases = 101",
        "2: hosting.keep_releases: must be from 1 to 100",
    ),
    (
        "[hosting]\ndns = \"dns.example.com\"",
        "2: hosting.dns: must be the server's IP address, such as \"192.0.2.53\" or \"192.0.2.53:5353\"",
    ),
    (
        "[[affiliates]]\nname = \"North\"\nregion = \"us-east\"",
        "2: affiliates[0].name: \"North\" is no affiliate name: lower-case letters, digits and single '-' between them, at most 40",
    ),
    (
        "[[affiliates]]\nname = \"a\"\nregion = \"us-west\"",
        "3: affiliates[0].region: must be one of \"us-east\", \"eu-central\", \"asia-pacific\"; did you mean \"us-east\"?",
    ),
    (
        "[[affiliates]]\nname = \"a\"\nregion = \"us-east\"\nemail = \"a b@example.com\"",
        "4: affiliates[0].email: must be an e-mail address, such as \"shop@example.com\"",
    ),
    (
        "[backup]",
        "1: backup: says no place; write folder = \"/path\", or a table [backup.s3]",
    ),
    (
        "[backup]\nfolder = \"/b\"\ndaily = 0\nweekly = 0\nmonthly = 0",
        "1: backup: keeps no backup but the newest; write daily = 7, weekly = 4 or monthly = 12",
    ),
    (
        "[backup.s3]\nurl = \"https://s3.example.com\"\nbucket = \"B\"\nkey_env = \"K\"\nsecret_env = \"S\"",
        "3: backup.s3.bucket: must be 3 to 63 small letters, digits, '-' and '.', beginning and ending with a letter or digit",
    ),
];

#[test]
fn every_mistake_says_its_line_and_how_to_mend_it() {
    const WARNING: &str =
        "without exchange = { rate = 1.10, date = 2026-11-20 } no margin is known";
    for (text, wanted) in MISTAKES {
        let (fleet, report) = parsed(text);
        let found: Vec<&str> = report
            .lines()
            .filter(|line| !line.ends_with(WARNING))
            .collect();
        assert_eq!(found, [format!("fleet.toml:{wanted}")], "{text}");
        assert!(!report.contains("hunter2"), "a token is never repeated");
        let typo = wanted.contains("unknown field");
        let used = fleet.hosting.is_some()
            || fleet.backup.is_some()
            || !fleet.affiliates.is_empty()
            || fleet.providers != super::Providers::default();
        assert_eq!(
            used,
            typo && !wanted.contains("strip:"),
            "a section that cannot be used is left out whole: {text}"
        );
    }
}

#[test]
fn costs_in_another_currency_need_a_rate() {
    let (fleet, report) = parsed("[hosting]\n");
    assert_eq!(
        report,
        "fleet.toml:1: hosting: servers cost EUR and sites are sold for USD: without exchange = { rate = 1.10, date = 2026-11-20 } no margin is known"
    );
    assert!(fleet.hosting.is_some(), "a warning costs nothing");
    let (_, report) = parsed("[hosting]\nprice = \"15 EUR\"\n");
    assert_eq!(report, "");
}

#[test]
fn affiliates_have_names_of_their_own() {
    let (fleet, report) = parsed(
        "[[affiliates]]\nname = \"a\"\nregion = \"us-east\"\n[[affiliates]]\nname = \"a\"\nregion = \"us-east\"\n[[affiliates]]\n",
    );
    assert_eq!(
        report.lines().collect::<Vec<_>>(),
        [
            "fleet.toml:5: affiliates[1].name: \"a\" is the name of the one in line 1 already; choose another",
            "fleet.toml:7: affiliates[2].name: missing; each needs a name of its own",
            "fleet.toml:7: affiliates[2].region: missing; say where its sites stand: \"us-east\", \"eu-central\" or \"asia-pacific\"",
        ]
    );
    assert_eq!(fleet.affiliates.len(), 1);
}

proptest! {
    #[test]
    fn no_token_is_ever_repeated(field in "(token|token_env|token_file)", token in "sk_live_[A-Za-z0-9!]{8,40}", url in "(https://example.com|http://192.0.2.1|https://localhost.example.com)") {
        let (_, report) = parsed(&format!("[providers.stripe]\nurl = \"{url}\"\n{field} = \"{token}\"\n"));
        prop_assert!(!report.contains(&token), "{}", report);
    }

    #[test]
    fn nothing_that_looks_like_a_business_panics(
        text in "((\\[(providers.stripe|hosting|backup|backup.s3)\\]|\\[\\[affiliates\\]\\]|(price|rate|exchange|share|fee|dns|port_range|url|token|email|every|daily|s3|folder) = ('[a-z:/@.0-9é\\[\\]-]{0,12}'|-?[0-9]{1,40}|[0-9]{1,30}\\.[0-9]{1,30}|1e9|inf|2026-11-20|\\{ rate = 1, date = 07:32:00 \\}|true|\\{\\}))\n){0,20}"
    ) {
        parsed(&text);
    }
}
