//! System images (<https://docs.hetzner.cloud/reference/cloud#images>).

use serde_json::{Value, json};

/// A system image.
#[derive(Debug, PartialEq, Eq)]
pub struct Image {
    /// Its id.
    pub id: u64,
    /// Its name; the images of the two architectures share it.
    pub name: &'static str,
    /// `x86` or `arm`.
    pub architecture: &'static str,
    flavor: &'static str,
    version: &'static str,
}

/// All images.
pub static IMAGES: [Image; 8] = [
    of(114_690_387, "debian-12", "x86", "debian", "12"),
    of(114_690_389, "debian-12", "arm", "debian", "12"),
    of(310_557_660, "debian-13", "x86", "debian", "13"),
    of(310_557_661, "debian-13", "arm", "debian", "13"),
    of(161_547_269, "ubuntu-24.04", "x86", "ubuntu", "24.04"),
    of(161_547_270, "ubuntu-24.04", "arm", "ubuntu", "24.04"),
    of(382_917_004, "ubuntu-26.04", "x86", "ubuntu", "26.04"),
    of(382_917_005, "ubuntu-26.04", "arm", "ubuntu", "26.04"),
];

const fn of(
    id: u64,
    name: &'static str,
    architecture: &'static str,
    flavor: &'static str,
    version: &'static str,
) -> Image {
    Image {
        id,
        name,
        architecture,
        flavor,
        version,
    }
}

impl Image {
    /// As the API shows it.
    pub fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "type": "system",
            "status": "available",
            "name": self.name,
            "description": format!("{} {}", self.flavor, self.version),
            "image_size": null,
            "disk_size": 5,
            "created": "2026-01-12T08:41:17+00:00",
            "created_from": null,
            "bound_to": null,
            "os_flavor": self.flavor,
            "os_version": self.version,
            "rapid_deploy": true,
            "protection": {"delete": false},
            "deprecation": null,
            "deleted": null,
            "labels": {},
            "architecture": self.architecture,
        })
    }
}
