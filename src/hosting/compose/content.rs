//! What of a release's files goes where in its container.

use serde_json::{Value, json};
use vocab::{Domain, ReleaseId, Span};

use super::{Containers, NODE, WORDPRESS};
use crate::webserver::{Result, SHORT};

/// Installs what the lock file names, unless it is there; a mark beside the release says that it was done whole. In a
/// container of its own with the limits of a site, in nothing but the release's folder.
const INSTALL: &str = "set -eu; r=$1; [ -f \"$r/package-lock.json\" ] && [ ! -e \"$r.installed\" ] || exit 0; \
    [ ! -d \"$r/node_modules\" ] || [ -e \"$r.installing\" ] || exit 0; : > \"$r.installing\"; \
    docker rm --force \"$2-install\" > /dev/null 2>&1 || true; \
    docker run --rm --name \"$2-install\" --label \"$3\" --memory 512m --memory-swap 512m --cpus 0.5 --pids-limit 256 \
        --cap-drop ALL --security-opt no-new-privileges --read-only --tmpfs /tmp:size=256m --env HOME=/tmp \
        --volume \"$r:/site\" --workdir /site \"$4\" npm ci --omit=dev --no-audit --no-fund > \"$r.log\" 2>&1 \
        || { tail -n 2 \"$r.log\" | tr '\\n' ' ' >&2; exit 1; }; \
    chmod -R a+rX \"$r\"; : > \"$r.installed\"; rm -f \"$r.installing\" \"$r.log\"";

/// How long installing may take.
const INSTALLING: Span = Span::minutes(8);

/// Copies what a release brings as uploads to where there is nothing of that name, and has the site's own user own them.
const UPLOADS: &str = "u=/var/www/html/wp-content/uploads; mkdir -p $u; \
    for d in /release/wp-content/uploads /release/uploads; do [ ! -d $d ] || cp -rn $d/. $u/ || exit 1; done; \
    chown -R www-data:www-data $u";

/// The program that goes through the database for a domain; PHP, since the image has that.
const READDRESS: &str = include_str!("../../../assets/wordpress/readdress.php");

/// How long that may take: it reads every text there is.
const READDRESSING: Span = Span::minutes(10);

/// Where the image has its content.
const CONTENT: &str = "/var/www/html/wp-content";

/// The folders of content whose parts a release lays over those of the image.
const LAID: [&str; 3] = ["themes", "plugins", "mu-plugins"];

impl Containers<'_> {
    /// Installs what a release's lock file names.
    pub(super) async fn install(&self, release: &ReleaseId) -> Result<()> {
        let (folder, name, label) = (
            self.there.release(release),
            self.name_of(release),
            self.mark(),
        );
        let arguments = ["-c", INSTALL, "install", &folder, &name, &label, NODE];
        self.there
            .run("sh", arguments, b"", INSTALLING)
            .await
            .map(drop)
    }

    /// What a site of `WordPress` is started with.
    pub(super) async fn wordpress(
        &self,
        release: &ReleaseId,
        port: u16,
    ) -> Result<Vec<(&'static str, Value)>> {
        let folder = self.there.release(release);
        let find = [
            &*folder,
            "-mindepth",
            "2",
            "-maxdepth",
            "3",
            "-printf",
            "%P\\0",
        ];
        let found = self.there.run("find", find, b"", SHORT).await?;
        let found = String::from_utf8_lossy(&found.stdout).into_owned();
        let secrets = format!("{}/wordpress.env", self.there.folder());
        Ok(vec![
            ("name", json!(self.name_of(release))),
            ("image", json!(WORDPRESS)),
            ("secrets", json!(secrets)),
            ("volumes", volumes(&folder, found.split('\0'))),
            ("uploads", json!(self.uploads())),
            ("published", json!(format!("127.0.0.1:{port}:80"))),
            ("network", json!(self.name())),
            ("labels", self.labels(Some(release))),
        ])
    }

    /// Has the database say one domain where it said another; says how many values that changed. All of it or nothing.
    pub async fn readdress(
        &self,
        release: &ReleaseId,
        from: &Domain,
        to: &Domain,
    ) -> Result<String> {
        let name = self.name_of(release);
        let (from, to) = (from.as_str(), to.as_str());
        let arguments = ["exec", "--interactive", &name, "php", "--", from, to];
        let done = self
            .there
            .run("docker", arguments, READDRESS.as_bytes(), READDRESSING)
            .await?;
        Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
    }

    /// Lays a release's uploads beside those that there are.
    pub(super) async fn lay_uploads(&self, name: &str) -> Result<()> {
        let arguments = ["exec", name, "sh", "-c", UPLOADS];
        self.there
            .run("docker", arguments, b"", Span::minutes(2))
            .await
            .map(drop)
    }
}

/// The mounts of a release whose folder has these paths: the uploads' volume, the release whole, and each theme and plugin
/// over the image's.
fn volumes<'a>(folder: &str, found: impl Iterator<Item = &'a str>) -> Value {
    let bind = |source: String, target: String| json!({"type": "bind", "source": source, "target": target, "read_only": true});
    let mut volumes = vec![
        json!({"type": "volume", "source": "uploads", "target": format!("{CONTENT}/uploads")}),
        bind(folder.to_owned(), "/release".to_owned()),
    ];
    let mut laid: Vec<Value> = found
        .filter_map(|path| {
            let within = path.strip_prefix("wp-content/").unwrap_or(path);
            let (kind, name) = within.split_once('/')?;
            let is_laid = LAID.contains(&kind) && !name.is_empty() && !name.contains('/');
            is_laid.then(|| bind(format!("{folder}/{path}"), format!("{CONTENT}/{within}")))
        })
        .collect();
    laid.sort_by_key(ToString::to_string);
    volumes.append(&mut laid);
    json!(volumes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_and_plugins_are_laid_over_and_nothing_else() {
        let found = [
            "wp-content/themes",
            "wp-content/themes/harbor",
            "wp-content/uploads/2026",
            "plugins/a b",
            "themes/harbor/style.css",
            "other/plugins/x",
            "",
        ];
        let volumes = volumes("/srv/sites/example.com/releases/1", found.into_iter());
        let targets: Vec<&str> = volumes
            .as_array()
            .unwrap()
            .iter()
            .map(|volume| volume["target"].as_str().unwrap())
            .collect();
        assert_eq!(
            targets,
            [
                "/var/www/html/wp-content/uploads",
                "/release",
                "/var/www/html/wp-content/plugins/a b",
                "/var/www/html/wp-content/themes/harbor",
            ]
        );
    }
}
