//! The stand-ins: images of Debian's packages under the names of the official ones, that take the same variables. They are
//! for trying things out, and are not what the official images are.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::debian::{Recipe, program};

const NPM: &str = include_str!("npm.js");
const WORDPRESS: &str = include_str!("wordpress.sh");
const WORDPRESS_CONFIG: &str = include_str!("wp-config.php");
const MARIADB: &str = include_str!("mariadb.sh");

/// A stand-in.
#[derive(Debug)]
pub struct StandIn {
    /// The repository it is served under, whatever version is asked for.
    pub repository: &'static str,
    /// What it is made of. Two of one recipe are made together.
    pub recipe: Recipe,
    /// What it does when it is started, as images say it
    /// (<https://github.com/opencontainers/image-spec/blob/main/config.md>).
    pub config: fn() -> Value,
}

/// Debian's Node.js.
const NODE: Recipe = Recipe {
    name: "wheelhouse-sandbox-node",
    packages: "ca-certificates,nodejs",
    more: &[],
    texts: &[NPM],
    furnish: |root| {
        program(root, "usr/local/bin/npm", NPM)?;
        // The official image has this user too.
        append(root, "etc/passwd", "node:x:1000:1000::/home/node:/bin/sh\n")?;
        append(root, "etc/group", "node:x:1000:\n")?;
        fs::create_dir_all(root.join("home/node"))?;
        std::os::unix::fs::chown(root.join("home/node"), Some(1000), Some(1000))
    },
    changes: &[],
};

/// Debian's `WordPress` with PHP, and its `MariaDB`: one recipe, since they go together.
const SITE: Recipe = Recipe {
    name: "wheelhouse-sandbox-wordpress",
    packages: "ca-certificates",
    more: &["mariadb-server", "php-cli", "php-mysql", "wordpress"],
    texts: &[WORDPRESS, WORDPRESS_CONFIG, MARIADB],
    furnish: |root| {
        program(root, "usr/local/bin/stand-in-wordpress", WORDPRESS)?;
        program(root, "usr/local/bin/stand-in-mariadb", MARIADB)?;
        fs::write(
            root.join("usr/share/wordpress/wp-config.php"),
            WORDPRESS_CONFIG,
        )
    },
    changes: &[],
};

/// What the registry has.
pub const STAND_INS: [StandIn; 3] = [
    StandIn {
        repository: "node",
        recipe: NODE,
        config: || json!({ "Cmd": ["node"], "Env": [PATH] }),
    },
    StandIn {
        repository: "wordpress",
        recipe: SITE,
        config: || json!({ "Entrypoint": ["stand-in-wordpress"], "StopSignal": "SIGINT", "Env": [PATH], "WorkingDir": "/var/www/html" }),
    },
    StandIn {
        repository: "mariadb",
        recipe: SITE,
        config: || json!({ "Entrypoint": ["stand-in-mariadb"], "Env": [PATH] }),
    },
];

/// The official images that hosts get a stand-in for.
pub const NAMES: [&str; 3] = ["node", "wordpress", "mariadb"];

/// Where programs are looked for.
const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

fn append(root: &Path, path: &str, line: &str) -> io::Result<()> {
    let text = fs::read_to_string(root.join(path))?;
    fs::write(root.join(path), text + line)
}
