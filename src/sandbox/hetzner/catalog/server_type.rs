//! Server types with their places and prices (<https://docs.hetzner.cloud/reference/cloud#server-types>).

use serde_json::{Value, json};

use super::location::{LOCATIONS, Location};
use super::pricing::price;

/// Traffic that a month's price includes in Europe, in bytes: 20 TB of 2^40.
pub const TRAFFIC: u64 = 20 << 40;

/// A kind of server.
#[derive(Debug, PartialEq, Eq)]
pub struct ServerType {
    /// Its id.
    pub id: u64,
    /// Its name, as it is given in calls.
    pub name: &'static str,
    /// `x86` or `arm`.
    pub architecture: &'static str,
    family: Family,
    cores: u32,
    /// GB.
    memory: u32,
    /// GB.
    pub disk: u32,
    /// Thousandths of a euro a month in Europe, without tax.
    pub monthly: u32,
    /// Where it is offered and sold out.
    sold_out_in: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// `cx`: shared, Intel or AMD, Europe alone.
    CostOptimised,
    /// `cpx`: shared, AMD, everywhere.
    Regular,
    /// `cax`: shared, Arm, Europe alone.
    Arm,
    /// `ccx`: cores of its own, everywhere.
    Dedicated,
}

/// All server types in service.
pub static SERVER_TYPES: [ServerType; 17] = {
    use Family::{Arm, CostOptimised, Dedicated, Regular};
    [
        of(114, "cx23", CostOptimised, (2, 4, 40), 2_990, &[]),
        of(115, "cx33", CostOptimised, (4, 8, 80), 4_990, &[]),
        of(116, "cx43", CostOptimised, (8, 16, 160), 9_490, &["hel1"]),
        of(
            117,
            "cx53",
            CostOptimised,
            (16, 32, 320),
            17_490,
            &["fsn1", "hel1"],
        ),
        of(45, "cax11", Arm, (2, 4, 40), 3_290, &[]),
        of(93, "cax21", Arm, (4, 8, 80), 5_990, &[]),
        of(94, "cax31", Arm, (8, 16, 160), 11_990, &["nbg1"]),
        of(95, "cax41", Arm, (16, 32, 320), 23_990, &[]),
        of(109, "cpx12", Regular, (1, 2, 40), 5_490, &[]),
        of(110, "cpx22", Regular, (2, 4, 80), 6_490, &[]),
        of(111, "cpx32", Regular, (4, 8, 160), 10_990, &["sin"]),
        of(112, "cpx42", Regular, (8, 16, 320), 19_990, &[]),
        of(113, "cpx52", Regular, (12, 24, 480), 28_490, &[]),
        of(96, "ccx13", Dedicated, (2, 8, 80), 12_490, &[]),
        of(97, "ccx23", Dedicated, (4, 16, 160), 24_490, &[]),
        of(98, "ccx33", Dedicated, (8, 32, 240), 48_490, &["hil"]),
        of(
            101,
            "ccx63",
            Dedicated,
            (48, 192, 960),
            288_490,
            &["hil", "sin"],
        ),
    ]
};

const fn of(
    id: u64,
    name: &'static str,
    family: Family,
    (cores, memory, disk): (u32, u32, u32),
    monthly: u32,
    sold_out_in: &'static [&'static str],
) -> ServerType {
    ServerType {
        id,
        name,
        architecture: if matches!(family, Family::Arm) {
            "arm"
        } else {
            "x86"
        },
        family,
        cores,
        memory,
        disk,
        monthly,
        sold_out_in,
    }
}

impl ServerType {
    /// Whether it is offered there at all.
    pub fn is_offered_in(&self, location: &Location) -> bool {
        location.is_european || matches!(self.family, Family::Regular | Family::Dedicated)
    }

    /// Whether it can be ordered there now.
    pub fn is_available_in(&self, location: &Location) -> bool {
        self.is_offered_in(location) && !self.sold_out_in.contains(&location.name)
    }

    /// The places where it is offered.
    pub fn locations(&self) -> impl Iterator<Item = &'static Location> {
        LOCATIONS
            .iter()
            .filter(|location| self.is_offered_in(location))
    }

    /// What it costs in each place.
    pub fn prices(&self) -> Vec<Value> {
        let price_in = |location: &Location| {
            // Outside Europe everything is a fifth dearer, and a twentieth of the traffic is included.
            let (monthly, traffic) = if location.is_european {
                (self.monthly, TRAFFIC)
            } else {
                (self.monthly * 6 / 5, TRAFFIC / 20)
            };
            json!({
                "location": location.name,
                // The month's price is reached after 624 hours.
                "price_hourly": price(f64::from(monthly) / 1_000.0 / 624.0),
                "price_monthly": price(f64::from(monthly) / 1_000.0),
                "included_traffic": traffic,
                "price_per_tb_traffic": price(1.0),
            })
        };
        self.locations().map(price_in).collect()
    }

    /// As the API shows it.
    pub fn shown(&self) -> Value {
        let (category, cpu) = match self.family {
            Family::CostOptimised | Family::Arm => ("Cost-Optimized", "shared"),
            Family::Regular => ("Regular Performance", "shared"),
            Family::Dedicated => ("General Purpose", "dedicated"),
        };
        let place = |location: &'static Location| {
            json!({
                "id": location.id,
                "name": location.name,
                "deprecation": null,
                "available": self.is_available_in(location),
                "recommended": self.is_available_in(location),
            })
        };
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.name.to_uppercase(),
            "category": category,
            "cores": self.cores,
            "memory": f64::from(self.memory),
            "disk": self.disk,
            "deprecated": false,
            "deprecation": null,
            "prices": self.prices(),
            "storage_type": "local",
            "cpu_type": cpu,
            "architecture": self.architecture,
            "locations": self.locations().map(place).collect::<Vec<_>>(),
        })
    }
}
