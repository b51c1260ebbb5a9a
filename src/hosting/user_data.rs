//! What a new server is told to make of itself: a cloud-config document
//! (<https://cloudinit.readthedocs.io/en/latest/reference/examples.html>).

use serde_json::json;

/// The web server's configuration: one file a site, and nothing else served.
const CADDYFILE: &str = "import /etc/caddy/sites/*.caddy\n";

/// Installs the web server where the image does not bring it. Our configuration is there before the package's.
const INSTALL: &str = "command -v caddy > /dev/null || { apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -o Dpkg::Options::=--force-confold caddy; }";

/// The document. `private` and `public` are the host key that the server has until its first login, `login` is who may log
/// in. Nothing else in it is secret, and the host key is worth nothing once it is replaced.
pub fn cloud_config(private: &str, public: &str, login: &str) -> String {
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
        "runcmd": [["mkdir", "-p", "/srv/sites"], ["sh", "-c", INSTALL]],
    });
    // JSON is YAML, and quotes everything that needs it.
    format!("#cloud-config\n{document}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small_and_says_whose_keys_it_holds() {
        let text = cloud_config("PRIVATE\nKEY\n", "ssh-ed25519 AAAA", "ssh-ed25519 BBBB");
        assert!(text.starts_with("#cloud-config\n{"));
        // The provider's limit is 32 KiB.
        assert!(text.len() < 8 * 1024);
        let body: serde_json::Value =
            serde_json::from_str(text.trim_start_matches("#cloud-config\n")).unwrap();
        assert_eq!(body["ssh_keys"]["ed25519_private"], "PRIVATE\nKEY\n");
        assert_eq!(body["ssh_authorized_keys"][0], "ssh-ed25519 BBBB");
    }
}
