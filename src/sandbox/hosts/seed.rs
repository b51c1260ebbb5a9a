//! The `NoCloud` seed of a host
//! (<https://cloudinit.readthedocs.io/en/22.4.2/reference/datasources/nocloud.html>).

use std::fs;
use std::io;

use serde_json::json;
use tempfile::TempDir;

use super::order::Seed;

/// Writes a seed into a folder, which goes when it is dropped.
pub fn write(seed: &Seed) -> io::Result<TempDir> {
    let folder = tempfile::Builder::new()
        .prefix("wheelhouse-sandbox-seed-")
        .tempdir()?;
    // JSON is YAML, and needs no quoting of what stands in it.
    let meta = json!({
        "instance-id": seed.instance.to_string(),
        "local-hostname": seed.name,
        "public-keys": seed.keys,
    });
    fs::write(folder.path().join("meta-data"), meta.to_string())?;
    fs::write(folder.path().join("user-data"), &seed.user_data)?;
    if let Some(password) = &seed.password {
        let vendor = json!({"chpasswd": {"expire": false, "list": [format!("root:{password}")]}});
        let text = format!("#cloud-config\n{vendor}\n");
        fs::write(folder.path().join("vendor-data"), text)?;
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
        let folder = write(&seed).unwrap();
        let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("user-data"), seed.user_data);
        let meta: serde_json::Value = serde_json::from_str(&read("meta-data")).unwrap();
        assert_eq!(meta["public-keys"][0], seed.keys[0]);
        assert!(read("vendor-data").starts_with("#cloud-config\n"));
    }
}
