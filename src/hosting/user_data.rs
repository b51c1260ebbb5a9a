//! What a new server is told to make of itself: a cloud-config document
//! (<https://cloudinit.readthedocs.io/en/latest/reference/examples.html>).

use serde_json::json;

/// The web server's configuration: one file a site, and nothing else served.
const CADDYFILE: &str = "import /etc/caddy/sites/*.caddy\n";

/// Installs the web server where the image does not bring it. Our configuration is there before the package's.
const INSTALL: &str = "command -v caddy > /dev/null || { apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -o Dpkg::Options::=--force-confold caddy; }";

/// Installs Docker and compose, for sites that run in containers.
const ENGINE: &str = "command -v dockerd > /dev/null || { apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends curl docker.io docker-compose iptables; }";

/// The document. `private` and `public` are the host key that the server has until its first login, `login` is who may log
/// in; `containers` whether sites run in containers there. Nothing else in it is secret, and the host key is worth nothing once it is replaced.
pub fn cloud_config(private: &str, public: &str, login: &str, containers: bool) -> String {
    let mut commands = vec![
        json!(["mkdir", "-p", "/srv/sites"]),
        json!(["sh", "-c", INSTALL]),
    ];
    if containers {
        commands.push(json!(["sh", "-c", ENGINE]));
    }
    let document = json!({
        "locale": false,
        "disable_root": false,
        "ssh_pwauth": false,
        "ssh_deletekeys": true,
        "ssh_genkeytypes": [],
        "ssh_keys": { "ed25519_private": private, "ed25519_public": public },
        "ssh_authorized_keys": [login],
        "write_files": [
            { "path": "/etc/caddy/Caddyfile", "content": CADDYFILE },
            { "path": "/etc/caddy/sites/.keep", "content": "" },
        ],
        "runcmd": commands,
    });
    // JSON is YAML, and quotes everything that needs it.
    format!("#cloud-config\n{document}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small_and_says_whose_keys_it_holds() {
        let config = |containers| {
            cloud_config(
                "PRIVATE\nKEY\n",
                "ssh-ed25519 AAAA",
                "ssh-ed25519 BBBB",
                containers,
            )
        };
        assert!(!config(false).contains("docker"));
        let text = config(true);
        assert!(text.contains("docker.io"));
        assert!(text.starts_with("#cloud-config\n{"));
        // The provider's limit is 32 KiB.
        assert!(text.len() < 8 * 1024);
        let body: serde_json::Value =
            serde_json::from_str(text.trim_start_matches("#cloud-config\n")).unwrap();
        assert_eq!(body["ssh_keys"]["ed25519_private"], "PRIVATE\nKEY\n");
        assert_eq!(body["ssh_authorized_keys"][0], "ssh-ed25519 BBBB");
    }
}
