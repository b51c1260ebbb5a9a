//! What a host is given before it starts: the `NoCloud` seed
//! (<https://cloudinit.readthedocs.io/en/22.4.2/reference/datasources/nocloud.html>), and where its Docker finds images.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use tempfile::TempDir;

use super::order::Seed;

/// Where cloud-init looks for its seed.
const SEED: &str = "var/lib/cloud/seed/nocloud";

/// Writes a seed into a folder as it is to lie in the host, which goes when it is dropped.
pub fn write(seed: &Seed, mirror: Option<&str>) -> io::Result<TempDir> {
    let folder = tempfile::Builder::new()
        .prefix("wheelhouse-sandbox-seed-")
        .tempdir()?;
    // The folder stands for the host's root.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let place = folder.path().join(SEED);
    fs::create_dir_all(&place)?;
    if let Some(mirror) = mirror {
        fs::create_dir_all(folder.path().join("etc/docker"))?;
        let daemon = json!({ "registry-mirrors": [mirror] });
        fs::write(
            folder.path().join("etc/docker/daemon.json"),
            daemon.to_string(),
        )?;
    }
    // JSON is YAML, and needs no quoting of what stands in it.
    let meta = json!({
        "instance-id": seed.instance.to_string(),
        "local-hostname": seed.name,
        "public-keys": seed.keys,
    });
    fs::write(place.join("meta-data"), meta.to_string())?;
    fs::write(place.join("user-data"), &seed.user_data)?;
    if let Some(password) = &seed.password {
        let vendor = json!({"chpasswd": {"expire": false, "list": [format!("root:{password}")]}});
        let text = format!("#cloud-config\n{vendor}\n");
        fs::write(place.join("vendor-data"), text)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_what_the_host_is_told() {
        let seed = Seed {
            instance: 7,
            name: "web-1".into(),
            address: None,
            user_data: "#!/bin/sh\ntrue\n".into(),
            keys: vec!["ssh-ed25519 AAAA \"quoted\"".into()],
            password: Some("secret".into()),
        };
        let folder = write(&seed, Some("http://192.0.2.1:5000")).unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(SEED).join(name)).unwrap();
        assert_eq!(read("user-data"), seed.user_data);
        let meta: serde_json::Value = serde_json::from_str(&read("meta-data")).unwrap();
        assert_eq!(meta["public-keys"][0], seed.keys[0]);
        assert!(read("vendor-data").starts_with("#cloud-config\n"));
        assert!(read("../../../../../etc/docker/daemon.json").contains("192.0.2.1:5000"));
    }
}
