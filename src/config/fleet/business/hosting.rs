//! Hosting: what it is sold for, what it costs, and how sites are placed and kept.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use vocab::{Currency, Decimal, Money, Text, Time};

use super::value;
use crate::fleet::parse;
use crate::reader::Fields;

/// Who signs the certificates of sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Certificates {
    /// A public authority, asked over ACME (RFC 8555).
    #[default]
    Acme,
    /// The web server itself: for trying things out, browsers warn.
    Internal,
}

/// What one unit of the costs' currency is worth in that of the price, and since when that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// Units of the price's currency for one of the costs': 1.10 dollars for a euro.
    pub rate: Decimal,
    /// The day of the rate: its first moment in UTC.
    pub date: Time,
}

/// What the payment provider keeps of each charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee {
    /// Hundredths of the charge.
    pub percent: Decimal,
    /// And this much for each.
    pub fixed: Money,
}

/// How sites are hosted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosting {
    /// What a site is sold for, a month.
    pub price: Money,
    /// What its server costs a month, until the provider says it.
    pub server_cost: Money,
    /// What the payment provider keeps, until it says it; in the price's currency.
    pub fee: Fee,
    /// The affiliate's hundredths of the price, 0 to 100, unless the affiliate has its own.
    pub affiliate_share: Decimal,
    /// What costs are worth in the price's currency; without it no margin is known.
    pub exchange: Option<Exchange>,
    /// The provider's type of server.
    pub server_type: Text,
    /// The system a server is made with.
    pub image: Text,
    /// Who signs certificates.
    pub certificates: Certificates,
    /// The directory of the authority that is asked over ACME; the web server's usual ones unless given.
    pub acme: Option<Text>,
    /// A file (PEM) with the authorities by which that directory and the certificates it gives are known, where visitors'
    /// own do not know them: a private authority.
    pub acme_ca_file: Option<PathBuf>,
    /// The ports programs of sites listen on behind the web server.
    pub port_range: RangeInclusive<u16>,
    /// The most sites of a node, 1 to 1000.
    pub sites_per_node: u16,
    /// How many releases of a site are kept, 1 to 100.
    pub keep_releases: u16,
    /// The most runs on sites that are driven at once, in all processes of the installation, 1 to 32; others wait.
    pub at_once: u16,
    /// The resolver that is asked whether a name is there yet, as `address:port`; the system's unless given.
    pub dns: Option<Text>,
    /// What tells this installation's objects at the providers from those of another one.
    pub installation: Option<Text>,
}

impl Default for Hosting {
    fn default() -> Self {
        Self::sold_for(Money::from_smallest(1500, Currency::USD))
    }
}

impl Hosting {
    /// With defaults for everything but the price.
    fn sold_for(price: Money) -> Self {
        Self {
            price,
            server_cost: Money::from_smallest(1000, Currency::EUR),
            // Stripe's fee for cards of the United States (https://stripe.com/pricing).
            fee: Fee {
                percent: Decimal::new(29, 1),
                fixed: Money::new(Decimal::new(30, 2), price.currency),
            },
            affiliate_share: Decimal::from(20),
            exchange: None,
            server_type: "cx23".into(),
            image: "debian-12".into(),
            certificates: Certificates::default(),
            acme: None,
            acme_ca_file: None,
            port_range: 20_000..=20_999,
            sites_per_node: 10,
            keep_releases: 5,
            at_once: 4,
            dns: None,
            installation: None,
        }
    }
}

/// Reads `[hosting]`; `None` when a value in it cannot be used.
pub(super) fn read(mut fields: Fields<'_>) -> Option<Hosting> {
    let mut hosting = fields
        .parsed("price", value::price)
        .map_or_else(Hosting::default, Hosting::sold_for);
    if let Some(cost) = fields.parsed("server_cost", value::price) {
        hosting.server_cost = cost;
    }
    if let Some(table) = fields.table("fee") {
        match read_fee(table, hosting.fee) {
            Some(fee) => hosting.fee = fee,
            None => fields.mark_broken(),
        }
    }
    if let Some(share) = value::decimal(&mut fields, "affiliate_share", PERCENT) {
        hosting.affiliate_share = share;
    }
    if let Some(table) = fields.table("exchange") {
        hosting.exchange = read_exchange(table);
        if hosting.exchange.is_none() {
            fields.mark_broken();
        }
    } else if hosting.server_cost.currency != hosting.price.currency && !fields.has("exchange") {
        fields.warn(
            "",
            format!(
                "servers cost {} and sites are sold for {}: without exchange = {{ rate = 1.10, date = 2026-11-20 }} no margin is known",
                hosting.server_cost.currency, hosting.price.currency
            ),
        );
    }
    read_placing(&mut fields, &mut hosting);
    fields.finish().then_some(hosting)
}

/// What a share can be.
pub(super) const PERCENT: RangeInclusive<Decimal> = Decimal::ZERO..=Decimal::ONE_HUNDRED;

fn read_placing(fields: &mut Fields<'_>, hosting: &mut Hosting) {
    if let Some(kind) = fields.parsed("server_type", value::slug) {
        hosting.server_type = kind;
    }
    if let Some(image) = fields.parsed("image", image) {
        hosting.image = image;
    }
    hosting.certificates = fields
        .choice(
            "certificates",
            &[
                ("acme", Certificates::Acme),
                ("internal", Certificates::Internal),
            ],
        )
        .unwrap_or_default();
    hosting.acme = fields.parsed("acme", directory);
    hosting.acme_ca_file = fields.parsed("acme_ca_file", parse::path);
    if hosting.certificates == Certificates::Internal && fields.has("acme") {
        fields.error(
            "acme",
            "means nothing with certificates = \"internal\"; take one of them out",
        );
    }
    if fields.has("acme_ca_file") && !fields.has("acme") {
        fields.error(
            "acme_ca_file",
            "belongs to acme; write the directory of that authority, such as acme = \"https://ca.example.com/acme/directory\"",
        );
    }
    if let Some(ports) = fields.parsed("port_range", value::ports) {
        hosting.port_range = ports;
    }
    if let Some(count) = fields.integer("sites_per_node", 1..=1000) {
        hosting.sites_per_node = count as u16;
    }
    if let Some(count) = fields.integer("keep_releases", 1..=100) {
        hosting.keep_releases = count as u16;
    }
    if let Some(count) = fields.integer("at_once", 1..=32) {
        hosting.at_once = count as u16;
    }
    hosting.dns = fields.parsed("dns", parse::dns_server);
    hosting.installation = fields.parsed("installation", value::slug);
}

fn read_exchange(mut fields: Fields<'_>) -> Option<Exchange> {
    fields.require("rate", "write rate = 1.10");
    fields.require(
        "date",
        "write the day of the rate, such as date = 2026-11-20",
    );
    let least = Decimal::new(1, 6);
    let rate = value::decimal(&mut fields, "rate", least..=Decimal::from(1_000_000));
    let date = value::day(&mut fields, "date");
    fields.finish();
    Some(Exchange {
        rate: rate?,
        date: date?,
    })
}

fn read_fee(mut fields: Fields<'_>, usual: Fee) -> Option<Fee> {
    let percent = value::decimal(&mut fields, "percent", PERCENT).unwrap_or(usual.percent);
    let fixed = fields
        .parsed("fixed", str::parse::<Money>)
        .unwrap_or(usual.fixed);
    if fixed.currency != usual.fixed.currency {
        fields.error(
            "fixed",
            format!("must be in the price's currency, {}", usual.fixed.currency),
        );
    } else if fixed.is_negative() {
        fields.error("fixed", "must not be less than nothing");
    }
    fields.finish().then_some(Fee { percent, fixed })
}

/// The directory of an authority: an address over TLS, without what means something to the web server's configuration.
fn directory(text: &str) -> Result<Text, &'static str> {
    let url = parse::url(text)?;
    if !url.to_ascii_lowercase().starts_with("https://") {
        return Err("must begin with https://: who answers there is believed");
    }
    if url.contains(|c: char| c.is_whitespace() || "{}\"'`\\#".contains(c)) {
        return Err("must be a plain address, without spaces, quotes, braces, '\\' and '#'");
    }
    Ok(url)
}

/// The name of an image at the provider: small letters, digits, `-` and `.`.
fn image(text: &str) -> Result<Text, &'static str> {
    let word = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
    if word {
        Ok(Text::line(text))
    } else {
        Err("must be the name of an image at the provider, such as \"debian-12\"")
    }
}
