//! One turn at the provider of servers: which are ours, and what each costs by the list of prices.

use drivers::provider::hetzner::{Pricing, Server};
use vocab::{Money, NodeName, Text, Time};
use world::{ServerPrice, ServerPrices};

use super::{Account, SERVERS_EVERY, Trouble, is_young};
use crate::keeper::Keeper;

/// Our servers with their prices; what another process has just read is taken as it is.
pub(super) async fn turn(
    account: &Account,
    keeper: &dyn Keeper,
    now: Time,
) -> Result<Option<ServerPrices>, Trouble> {
    let known = keeper.servers().await.map_err(Trouble::Memory)?;
    if is_young(known.as_ref().map(|known| known.read), SERVERS_EVERY, now) {
        return Ok(known);
    }
    let servers = account.hetzner.servers(Some(&account.selector)).await?;
    let pricing = account.hetzner.pricing().await?;
    let prices = ServerPrices {
        servers: servers
            .iter()
            .filter_map(|server| price(server, &pricing))
            .map(|price| (price.name.clone(), price))
            .collect(),
        read: now,
    };
    let kept = keeper.keep_servers(&prices).await;
    kept.map_err(Trouble::Memory)?;
    Ok(Some(prices))
}

/// The most a server costs a month: its type, and its IPv4 address, which is priced on its own. Without tax. `None` where
/// the list has no price for it.
pub(super) fn price(server: &Server, pricing: &Pricing) -> Option<ServerPrice> {
    let place = server.location.name.as_str();
    let kind = pricing
        .server_types
        .iter()
        .find(|kind| kind.name == server.server_type.name)?;
    let mut monthly = kind
        .prices
        .iter()
        .find(|price| price.location == place)?
        .price_monthly
        .net;
    if server.ipv4().is_some() {
        let addresses = pricing.primary_ips.iter().filter(|ip| ip.kind == "ipv4");
        let mut prices = addresses.flat_map(|ip| &ip.prices);
        let address = prices.find(|price| price.location == place)?;
        monthly = monthly.checked_add(address.price_monthly.net)?;
    }
    Some(ServerPrice {
        id: Text::line(server.id.to_string()),
        name: NodeName::new(&server.name).ok()?,
        kind: server.server_type.name.clone(),
        location: server.location.name.clone(),
        monthly: Money::new(monthly, pricing.currency),
        created: server.created,
    })
}
