//! Prices (<https://docs.hetzner.cloud/reference/cloud#pricing>): decimal strings in euro.

use serde_json::{Value, json};

use super::location::{LOCATIONS, Location};
use super::server_type::SERVER_TYPES;

/// A price of so many euro, without and with 19 % of tax.
pub fn price(net: f64) -> Value {
    json!({"net": format!("{net:.10}"), "gross": format!("{:.16}", net * 1.19)})
}

/// The answer of `GET /pricing`.
pub fn pricing() -> Value {
    let types: Vec<Value> = SERVER_TYPES
        .iter()
        .map(|kind| json!({"id": kind.id, "name": kind.name, "prices": kind.prices()}))
        .collect();
    let address = |location: &Location| {
        json!({
            "location": location.name,
            "price_hourly": price(0.0008),
            "price_monthly": price(0.5),
        })
    };
    let addresses: Vec<Value> = LOCATIONS.iter().map(address).collect();
    json!({"pricing": {
        "currency": "EUR",
        "vat_rate": "19.00",
        "server_types": types,
        "primary_ips": [
            {"type": "ipv4", "prices": addresses},
            {"type": "ipv6", "prices": []},
        ],
        "volume": {"price_per_gb_month": price(0.044)},
        "image": {"price_per_gb_month": price(0.011)},
        "server_backup": {"percentage": "20.00"},
        "load_balancer_types": [],
        "floating_ips": [],
        "floating_ip": {"price_monthly": price(3.0)},
    }})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_decimal_strings() {
        assert_eq!(
            price(2.99),
            json!({"net": "2.9900000000", "gross": "3.5581000000000000"})
        );
        let all = pricing();
        let types = all["pricing"]["server_types"].as_array().unwrap();
        assert_eq!(types.len(), SERVER_TYPES.len());
        assert!(
            types
                .iter()
                .all(|kind| !kind["prices"].as_array().unwrap().is_empty())
        );
    }
}
