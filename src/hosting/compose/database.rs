//! The database of a site: a container with a volume of its own and a password that is made on the server and never leaves
//! it.

use drivers::host::CommandLine;
use serde_json::json;
use vocab::{Span, Text, mask};

use super::{Containers, MARIADB, health, template};
use crate::webserver::{Result, SHORT, Trouble};

/// Makes the passwords and salts, once, in files that only root reads: for the database and for the site.
const SECRETS: &str = "set -eu; umask 077; d=$1/database.env; w=$1/wordpress.env; [ ! -s \"$w\" ] || exit 0; \
    hex() { od -An -N24 -tx1 /dev/urandom | tr -d ' \\n'; }; p=$(hex); \
    printf '%s\\n' MARIADB_DATABASE=wordpress MARIADB_USER=wordpress \"MARIADB_PASSWORD=$p\" \
        \"MARIADB_ROOT_PASSWORD=$(hex)\" > \"$d\"; \
    { printf '%s\\n' WORDPRESS_DB_NAME=wordpress WORDPRESS_DB_USER=wordpress \"WORDPRESS_DB_PASSWORD=$p\"; \
    for k in AUTH SECURE_AUTH LOGGED_IN NONCE; do \
        printf '%s\\n' \"WORDPRESS_${k}_KEY=$(hex)\" \"WORDPRESS_${k}_SALT=$(hex)\"; done; } > \"$w.new\"; \
    mv \"$w.new\" \"$w\"";

/// Says the database as SQL. The password is a variable of the container's own, and no argument of a program.
const DUMP: &str = "MYSQL_PWD=\"$MARIADB_PASSWORD\" exec mariadb-dump --single-transaction --routines --triggers \
    --user=\"$MARIADB_USER\" \"$MARIADB_DATABASE\"";

/// Takes SQL in, into a database that holds nothing else.
const LOAD: &str = "export MYSQL_PWD=\"$MARIADB_ROOT_PASSWORD\"; d=\"$MARIADB_DATABASE\"; \
    mariadb --user=root --execute=\"DROP DATABASE IF EXISTS \\`$d\\`; CREATE DATABASE \\`$d\\`\" || exit 1; \
    MYSQL_PWD=\"$MARIADB_PASSWORD\" exec mariadb --user=\"$MARIADB_USER\" \"$d\"";

/// Takes no writes of the site any more, until it is told otherwise or is started anew; root's are taken.
const FREEZE: &str = "MYSQL_PWD=\"$MARIADB_ROOT_PASSWORD\" exec mariadb --user=root --execute='SET GLOBAL read_only = 1'";

/// Takes them again.
const THAW: &str = "MYSQL_PWD=\"$MARIADB_ROOT_PASSWORD\" exec mariadb --user=root --execute='SET GLOBAL read_only = 0'";

/// Says whether it takes none.
const IS_FROZEN: &str = "MYSQL_PWD=\"$MARIADB_ROOT_PASSWORD\" exec mariadb --user=root --skip-column-names --batch \
    --execute='SELECT @@GLOBAL.read_only'";

/// The address that `WordPress` has for itself; nothing before it is installed.
const ADDRESS: &str = "MYSQL_PWD=\"$MARIADB_PASSWORD\" mariadb --user=\"$MARIADB_USER\" --skip-column-names --batch \
    --execute=\"SELECT option_value FROM wp_options WHERE option_name = 'siteurl'\" \"$MARIADB_DATABASE\" 2> /dev/null \
    || true";

/// Takes SQL into a database of its own beside the site's, and drops that again, however it went.
const TRY: &str = "export MYSQL_PWD=\"$MARIADB_ROOT_PASSWORD\"; \
    mariadb --user=root --execute='DROP DATABASE IF EXISTS wheelhouse_drill; CREATE DATABASE wheelhouse_drill' || exit 1; \
    mariadb --user=root wheelhouse_drill; s=$?; \
    mariadb --user=root --execute='DROP DATABASE wheelhouse_drill' || exit 1; exit $s";

/// The version that `WordPress` gives its schema
/// (<https://developer.wordpress.org/reference/functions/wp_upgrade/>); nothing before it is installed.
const SCHEMA: &str = "MYSQL_PWD=\"$MARIADB_PASSWORD\" mariadb --user=\"$MARIADB_USER\" --skip-column-names --batch \
    --execute=\"SELECT option_value FROM wp_options WHERE option_name = 'db_version'\" \"$MARIADB_DATABASE\" 2> /dev/null \
    || true";

/// How long a new database may take until it answers.
const FIRST: Span = Span::minutes(4);

impl Containers<'_> {
    /// Starts the database, and waits until it answers. One that is there goes on as it is.
    pub async fn database_up(&self) -> Result<()> {
        let folder = self.there.folder();
        let secrets = ["-c", SECRETS, "secrets", &folder];
        self.there.run("sh", secrets, b"", SHORT).await?;
        self.network().await?;
        let (name, data) = (self.database(), format!("{}-data", self.name()));
        self.make("volume", &data).await?;
        self.make("volume", &self.uploads()).await?;
        let values = [
            ("name", json!(name)),
            ("image", json!(MARIADB)),
            ("secrets", json!(format!("{folder}/database.env"))),
            ("data", json!(data)),
            ("network", json!(self.name())),
            ("labels", self.labels(None)),
        ];
        self.compose_up(&name, template::MARIADB, &values).await?;
        self.database_ready().await
    }

    /// Waits until the database answers.
    pub(super) async fn database_ready(&self) -> Result<()> {
        let name = self.database();
        // Over TCP: while the image sets itself up it listens on its socket alone. Refused is answered, too.
        let ask = [
            "exec",
            &name,
            "mariadb-admin",
            "--host=127.0.0.1",
            "--connect-timeout=2",
            "ping",
        ];
        let ends = tokio::time::Instant::now() + FIRST.duration();
        loop {
            let asked = self.there.plain("docker", ask, b"", SHORT).await?;
            if asked.status == Some(0) {
                return Ok(());
            }
            if tokio::time::Instant::now() >= ends {
                let why = mask::mask(String::from_utf8_lossy(&asked.stderr).trim());
                let said = health::told(self.there, &name).await?;
                return Err(Trouble::Not(Text::line(format!(
                    "the database did not answer within {FIRST} ({why}); it said: {said}"
                ))));
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
    }

    /// The version of the database's schema; `None` without a database, or before there is one.
    pub async fn schema(&self) -> Result<Option<Text>> {
        if !self.has_database() {
            return Ok(None);
        }
        let name = self.database();
        let ask = ["exec", &name, "sh", "-c", SCHEMA];
        let asked = self.there.plain("docker", ask, b"", SHORT).await?;
        let version = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        let is_one = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        Ok(is_one.then(|| Text::line(version)))
    }

    /// Has the database take no writes of the site any more, or take them again.
    pub async fn freeze(&self, frozen: bool) -> Result<()> {
        let name = self.database();
        let does = if frozen { FREEZE } else { THAW };
        self.docker(["exec", &name, "sh", "-c", does], SHORT).await
    }

    /// Whether it takes none.
    pub async fn is_frozen(&self) -> Result<bool> {
        let name = self.database();
        let ask = ["exec", &name, "sh", "-c", IS_FROZEN];
        let asked = self.there.run("docker", ask, b"", SHORT).await?;
        let said = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        Ok(matches!(said.as_str(), "1" | "ON"))
    }

    /// The address that the site has for itself; `None` before it is installed.
    pub async fn address(&self) -> Result<Option<String>> {
        let name = self.database();
        let ask = ["exec", &name, "sh", "-c", ADDRESS];
        let asked = self.there.run("docker", ask, b"", SHORT).await?;
        let said = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        Ok((!said.is_empty()).then_some(said))
    }

    pub(super) fn database(&self) -> String {
        format!("{}-database", self.name())
    }
}

/// The command that dumps the database of a container.
pub(super) fn dump(container: &str) -> CommandLine {
    CommandLine::new("docker", ["exec", container, "sh", "-c", DUMP])
}

/// The command that loads it into a scratch database of the same container.
pub(super) fn load_scratch(container: &str) -> CommandLine {
    let arguments = ["exec", "--interactive", container, "sh", "-c", TRY];
    CommandLine::new("docker", arguments)
}

/// The command that loads it.
pub(super) fn load(container: &str) -> CommandLine {
    let arguments = ["exec", "--interactive", container, "sh", "-c", LOAD];
    CommandLine::new("docker", arguments)
}
