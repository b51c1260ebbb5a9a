//! Locations (<https://docs.hetzner.cloud/reference/cloud#locations>).

use serde_json::{Value, json};

/// A place where servers can be.
#[derive(Debug, PartialEq)]
pub struct Location {
    /// Its id.
    pub id: u64,
    /// Its name, as it is given in calls.
    pub name: &'static str,
    city: &'static str,
    country: &'static str,
    zone: &'static str,
    latitude: f64,
    longitude: f64,
    /// Whether it is one of those in Europe, where everything is offered and prices are lowest.
    pub is_european: bool,
}

/// All locations.
pub static LOCATIONS: [Location; 6] = [
    at(
        1,
        "fsn1",
        ("Falkenstein", "DE"),
        "eu-central",
        50.476_12,
        12.370_071,
    ),
    at(
        2,
        "nbg1",
        ("Nuremberg", "DE"),
        "eu-central",
        49.452_102,
        11.076_665,
    ),
    at(
        3,
        "hel1",
        ("Helsinki", "FI"),
        "eu-central",
        60.169_855,
        24.938_379,
    ),
    at(
        4,
        "ash",
        ("Ashburn, VA", "US"),
        "us-east",
        39.045_821,
        -77.487_073,
    ),
    at(
        5,
        "hil",
        ("Hillsboro, OR", "US"),
        "us-west",
        45.542_22,
        -122.951_924,
    ),
    at(
        6,
        "sin",
        ("Singapore", "SG"),
        "ap-southeast",
        1.283_333,
        103.833_333,
    ),
];

const fn at(
    id: u64,
    name: &'static str,
    (city, country): (&'static str, &'static str),
    zone: &'static str,
    latitude: f64,
    longitude: f64,
) -> Location {
    Location {
        id,
        name,
        city,
        country,
        zone,
        latitude,
        longitude,
        is_european: id <= 3,
    }
}

impl Location {
    /// As the API shows it.
    pub fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": format!("{} DC Park {}", self.city, self.id),
            "country": self.country,
            "city": self.city,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "network_zone": self.zone,
        })
    }
}
