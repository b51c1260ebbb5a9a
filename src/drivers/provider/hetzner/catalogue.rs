//! What can be ordered, where, and at what price. Read when needed and never compiled in.

use serde::Deserialize;
use vocab::{Currency, Decimal, Text};

use super::Hetzner;
use crate::provider::Read;
use crate::provider::call::Call;

/// A location.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Location {
    /// Its id.
    pub id: u64,
    /// Its name, such as `fsn1`.
    pub name: Text,
    /// The town.
    #[serde(default)]
    pub city: Text,
    /// The country's two letters.
    #[serde(default)]
    pub country: Text,
    /// The zone within which networks are private, such as `eu-central`.
    #[serde(default)]
    pub network_zone: Text,
}

/// A kind of server.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ServerType {
    /// Its id.
    pub id: u64,
    /// Its name, such as `cx23`.
    pub name: Text,
    /// Processors.
    #[serde(default)]
    pub cores: u32,
    /// Memory in GB.
    #[serde(default)]
    pub memory: f64,
    /// Disk in GB.
    #[serde(default)]
    pub disk: u64,
    /// `x86` or `arm`.
    #[serde(default)]
    pub architecture: Text,
    /// What it costs in each location.
    #[serde(default)]
    pub prices: Vec<Price>,
    /// Where it exists, and whether it can be had there now.
    #[serde(default)]
    pub locations: Vec<Offer>,
}

impl ServerType {
    /// Whether it can be ordered in a location now.
    pub fn is_available(&self, location: &str) -> bool {
        self.locations
            .iter()
            .any(|offer| offer.name == location && offer.available)
    }

    /// What it costs in a location.
    pub fn price(&self, location: &str) -> Option<&Price> {
        self.prices.iter().find(|price| price.location == location)
    }
}

/// A location of a kind of server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Offer {
    /// The location's name.
    pub name: Text,
    /// Whether it can be ordered there now; being listed only means that it exists there.
    #[serde(default)]
    pub available: bool,
}

/// A price in one location, in the currency of [`Pricing::currency`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// The location's name.
    pub location: Text,
    /// For an hour.
    pub price_hourly: Amount,
    /// The most for a month.
    pub price_monthly: Amount,
    /// Outgoing traffic within the price, in bytes.
    #[serde(default)]
    pub included_traffic: u64,
    /// For each terabyte beyond.
    #[serde(default)]
    pub price_per_tb_traffic: Option<Amount>,
}

/// An amount without and with value-added tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Amount {
    /// Without.
    pub net: Decimal,
    /// With.
    pub gross: Decimal,
}

/// The list of prices.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pricing {
    /// In what all prices are.
    pub currency: Currency,
    /// The tax within the gross prices, in percent.
    #[serde(default)]
    pub vat_rate: Decimal,
    /// Servers.
    #[serde(default)]
    pub server_types: Vec<NamedPrices>,
    /// Addresses, of which an IPv4 costs.
    #[serde(default)]
    pub primary_ips: Vec<IpPrice>,
}

/// The prices of a kind of server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NamedPrices {
    /// Its name, such as `cx23`.
    pub name: Text,
    /// In each location.
    pub prices: Vec<Price>,
}

/// The prices of a kind of address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IpPrice {
    /// `ipv4` or `ipv6`.
    #[serde(rename = "type")]
    pub kind: Text,
    /// In each location.
    pub prices: Vec<Price>,
}

#[derive(Deserialize)]
struct Body {
    pricing: Pricing,
}

impl Hetzner {
    /// All locations.
    pub async fn locations(&self) -> Read<Vec<Location>> {
        self.all("locations", || Call::get(&[&"locations"])).await
    }

    /// All kinds of server.
    pub async fn server_types(&self) -> Read<Vec<ServerType>> {
        self.all("server_types", || Call::get(&[&"server_types"]))
            .await
    }

    /// The list of prices.
    pub async fn pricing(&self) -> Read<Pricing> {
        let body: Body = self.transport.read(Call::get(&[&"pricing"])).await?;
        Ok(body.pricing)
    }
}
