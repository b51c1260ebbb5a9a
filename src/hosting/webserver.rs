//! What is done on a site's server, over its [`Host`]: every name that varies is an argument of its own, every text that
//! varies comes on standard input; no shell there ever reads either.

use std::sync::Arc;

use drivers::Host;
use drivers::host::{CommandLine, CommandOutput};
use vocab::{Domain, ReleaseId, Span, Text};

use crate::offer::Acme;

/// How a remote step failed: whether its effect is unknown, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It was refused, or failed and said so.
    Not(Text),
    /// No answer came.
    Unknown(Text),
}

/// What a remote step comes to.
pub type Result<T> = std::result::Result<T, Trouble>;

/// Who signs a site's certificate.
#[derive(Debug, Clone, Copy)]
pub enum Signer<'a> {
    /// The web server itself.
    Own,
    /// The public authorities that the web server asks unless told otherwise.
    Public,
    /// This one.
    Of(&'a Acme),
}

/// Where the certificates lie by which a private authority is known.
const ACME_AUTHORITY: &str = "/etc/caddy/acme-authority.pem";

/// Where all sites lie.
const SITES: &str = "/srv/sites";

/// How long a small command may take.
pub const SHORT: Span = Span::seconds(30);

/// How long sending a release may take.
pub(crate) const UPLOAD: Span = Span::minutes(10);

/// Makes the server's own host key, once, and prints its public half.
const OWN_KEY: &str = "set -eu; k=/etc/ssh/wheelhouse_host_key; \
    [ -s $k.pub ] || { rm -f $k; ssh-keygen -q -t ed25519 -N '' -C '' -f $k; }; cat $k.pub";

/// Puts it in the place of the one the server was made with. sshd(8) reads the host keys anew for each connection when it
/// executes itself for it, as it does by default; where it says its number, SIGHUP makes sure. While it starts anew it may
/// say none for a moment. The next login proves it.
const USE_OWN_KEY: &str = "set -eu; k=/etc/ssh/wheelhouse_host_key; h=/etc/ssh/ssh_host_ed25519_key; \
    cp -p $k $h.new; cp -p $k.pub $h.pub.new; mv -f $h.pub.new $h.pub; mv -f $h.new $h; \
    p=$(cat /run/sshd.pid 2> /dev/null || true); [ -z \"$p\" ] || kill -HUP \"$p\" || true";

/// Waits until the server has made of itself what its user data says. How that went is seen by what is there: cloud-init
/// calls a run failed also for what nobody here needs, a locale for example.
const READY: &str = "cloud-init status --wait > /dev/null; \
    grep -q '^import /etc/caddy/sites/' /etc/caddy/Caddyfile || { echo 'its user data was not carried out' >&2; exit 1; }; \
    mkdir -p /srv/sites /etc/caddy/sites && caddy version";

/// Installs Docker with compose where the user data of the server did not ask for it, and waits until Docker answers. On
/// Debian 12 compose is a program of its own, later a part of Docker. What runs in containers does not reach the address at
/// which the provider tells a server about itself, now and whenever Docker starts.
const ENGINE: &str = "set -eu; command -v curl > /dev/null && command -v docker > /dev/null && \
    { command -v docker-compose > /dev/null || docker compose version > /dev/null 2>&1; } || \
    { apt-get update > /dev/null; DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends curl docker.io docker-compose iptables > /dev/null; }; \
    v=$(docker version --format '{{.Server.Version}}'); \
    set -- DOCKER-USER -d 169.254.169.254 -j DROP; \
    iptables -w -C \"$@\" 2> /dev/null || iptables -w -I \"$@\"; \
    u=/etc/systemd/system/docker.service.d; mkdir -p $u; \
    printf '[Service]\\nExecStartPost=-/usr/sbin/iptables -w -I %s\\n' \"$*\" > $u/wheelhouse.conf; \
    echo \"$v\"";

/// A site's server.
pub struct WebServer {
    /// The way to it.
    pub host: Arc<dyn Host>,
    /// The site.
    pub domain: Domain,
}

impl WebServer {
    /// Waits until the server answers; `within` at most.
    pub async fn reached(&self, within: Span) -> Result<()> {
        let ends = tokio::time::Instant::now() + within.duration();
        loop {
            let Err(error) = self.host.connect().await else {
                return Ok(());
            };
            if tokio::time::Instant::now() >= ends {
                return Err(Trouble::Unknown(error.text));
            }
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
    }

    /// The public half of the server's own host key; made when there is none.
    pub async fn own_key(&self) -> Result<String> {
        let output = self.shell(OWN_KEY, SHORT).await?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Has the server use its own host key from the next login on.
    pub async fn use_own_key(&self) -> Result<()> {
        self.shell(USE_OWN_KEY, SHORT).await.map(drop)
    }

    /// Waits until the server is set up; says the web server's version.
    pub async fn ready(&self) -> Result<String> {
        let output = self.shell(READY, Span::minutes(5)).await?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Sees to it that the server has Docker and compose; says Docker's version.
    pub async fn engine(&self) -> Result<String> {
        let output = self.shell(ENGINE, Span::minutes(5)).await?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Whether a release lies there whole.
    pub async fn has(&self, release: &ReleaseId) -> Result<bool> {
        let path = self.release(release);
        let output = self.plain("test", ["-d", &path], b"", SHORT).await?;
        Ok(output.status == Some(0))
    }

    /// Sends a release as a tar archive: unpacked beside its place, checked against its list of SHA-256 sums, then renamed
    /// into it. Half of one is never seen.
    pub async fn send(&self, release: &ReleaseId, archive: &[u8], sums: &str) -> Result<()> {
        let part = self.unpack(release, archive, sums).await?;
        self.settle(release, &part).await
    }

    /// Puts what was unpacked beside a release's place, and checked, into it.
    pub(crate) async fn settle(&self, release: &ReleaseId, part: &str) -> Result<()> {
        if self.has(release).await? {
            return self
                .run("rm", ["-rf", "--", part], b"", SHORT)
                .await
                .map(drop);
        }
        let path = self.release(release);
        self.run("mv", ["-T", "--", part, &path], b"", SHORT)
            .await
            .map(drop)
    }

    /// The same, for a release that may lie there damaged: what is there goes.
    pub async fn replace(&self, release: &ReleaseId, archive: &[u8], sums: &str) -> Result<()> {
        // One after the other, as near as two renames are; what was installed beside the old files is installed again.
        const REPLACE: &str = "set -eu; rm -rf \"$1.old\"; [ ! -e \"$1\" ] || mv -T \"$1\" \"$1.old\"; \
            mv -T \"$2\" \"$1\"; rm -rf \"$1.old\" \"$1.installed\" \"$1.installing\"";
        let (path, part) = (
            self.release(release),
            self.unpack(release, archive, sums).await?,
        );
        self.run("sh", ["-c", REPLACE, "replace", &path, &part], b"", SHORT)
            .await
            .map(drop)
    }

    /// Unpacks a release beside its place and checks it; says where.
    async fn unpack(&self, release: &ReleaseId, archive: &[u8], sums: &str) -> Result<String> {
        let part = format!("{}.part", self.release(release));
        self.run("rm", ["-rf", "--", &part], b"", SHORT).await?;
        self.run("mkdir", ["-p", "--", &part], b"", SHORT).await?;
        let unpack = ["-x", "-f", "-", "--touch", "--no-same-owner", "-C", &part];
        self.run("tar", unpack, archive, UPLOAD).await?;
        self.check(&part, sums).await?;
        Ok(part)
    }

    /// Whether what was unpacked is what its list of SHA-256 sums says; then everybody may read it.
    pub(crate) async fn check(&self, part: &str, sums: &str) -> Result<()> {
        let check = [
            "-C",
            part,
            "sha256sum",
            "--check",
            "--quiet",
            "--strict",
            "-",
        ];
        self.run("env", check, sums.as_bytes(), UPLOAD).await?;
        self.run("chmod", ["-R", "a+rX", "--", part], b"", SHORT)
            .await
            .map(drop)
    }

    /// Takes a release away.
    pub async fn forget(&self, release: &ReleaseId) -> Result<()> {
        let path = self.release(release);
        self.run("rm", ["-rf", "--", &path], b"", SHORT)
            .await
            .map(drop)
    }

    /// The release that is served, when there is one.
    pub async fn current(&self) -> Result<Option<String>> {
        let link = format!("{}/current", self.folder());
        let output = self.plain("readlink", ["--", &link], b"", SHORT).await?;
        let target = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(target.strip_prefix("releases/").map(str::to_owned))
    }

    /// Serves a release from the next request on: the link is replaced in one step.
    pub async fn switch(&self, release: &ReleaseId) -> Result<()> {
        let (fresh, link) = (
            format!("{}/current.new", self.folder()),
            format!("{}/current", self.folder()),
        );
        let target = format!("releases/{release}");
        self.run("ln", ["-sfn", "--", &target, &fresh], b"", SHORT)
            .await?;
        self.run("mv", ["-T", "--", &fresh, &link], b"", SHORT)
            .await
            .map(drop)
    }

    /// Has the web server serve the site: its files, or what answers on a port of the server's own. A configuration it does
    /// not take is not kept.
    pub async fn route(&self, signer: Signer<'_>, port: Option<u16>) -> Result<()> {
        self.know(signer).await?;
        self.set_route(&route(&self.domain, signer, port)).await
    }

    /// Lays down by what a private authority is known.
    async fn know(&self, signer: Signer<'_>) -> Result<()> {
        let Signer::Of(Acme {
            authority: Some(pem),
            ..
        }) = signer
        else {
            return Ok(());
        };
        self.run("tee", ["--", ACME_AUTHORITY], pem, SHORT)
            .await
            .map(drop)
    }

    /// Puts a route in the place of the one there is; that one is put back when the new one is not taken.
    async fn set_route(&self, text: &str) -> Result<()> {
        let path = self.route_file();
        let (fresh, before) = (format!("{path}.new"), format!("{path}.before"));
        self.run("tee", ["--", &fresh], text.as_bytes(), SHORT)
            .await?;
        let kept = ["-f", "--", &path, &before];
        let there = self.plain("cp", kept, b"", SHORT).await?.status == Some(0);
        self.run("mv", ["-T", "--", &fresh, &path], b"", SHORT)
            .await?;
        let reloaded = self.reload().await;
        if matches!(reloaded, Err(Trouble::Not(_))) {
            if there {
                let back = ["-T", "--", &before, &path];
                self.run("mv", back, b"", SHORT).await?;
            } else {
                self.run("rm", ["-f", "--", &path], b"", SHORT).await?;
            }
            return reloaded;
        }
        self.run("rm", ["-f", "--", &before], b"", SHORT).await?;
        reloaded
    }

    /// The certificate by which the web server's own authority is known, when it has one.
    pub async fn authority(&self) -> Result<Vec<u8>> {
        // The service's home on Debian, and root's.
        const AUTHORITY: &str = "cat /var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt \
            2> /dev/null || cat \"$HOME/.local/share/caddy/pki/authorities/local/root.crt\"";
        self.shell(AUTHORITY, SHORT)
            .await
            .map(|output| output.stdout)
    }

    /// Has the web server read its configuration anew. No connection is cut.
    pub async fn reload(&self) -> Result<()> {
        let arguments = ["reload", "--config", "/etc/caddy/Caddyfile"];
        self.run("caddy", arguments, b"", SHORT).await.map(drop)
    }

    /// Takes the site's route away; what is not there is no failure.
    pub async fn unroute(&self) -> Result<()> {
        let path = self.route_file();
        let (fresh, before) = (format!("{path}.new"), format!("{path}.before"));
        self.run("rm", ["-f", "--", &path, &fresh, &before], b"", SHORT)
            .await?;
        self.reload().await
    }

    /// Takes the site's files and its logs away.
    pub async fn clear(&self) -> Result<()> {
        let folder = self.folder();
        self.run("rm", ["-rf", "--", &folder], b"", UPLOAD).await?;
        let log = format!("/var/log/caddy/{}.log", self.domain);
        self.run("rm", ["-f", "--", &log], b"", SHORT)
            .await
            .map(drop)
    }

    /// Whether anything of the site lies there.
    pub async fn holds_any(&self) -> Result<bool> {
        for path in [self.route_file(), self.folder()] {
            let output = self.plain("test", ["-e", &path], b"", SHORT).await?;
            if output.status == Some(0) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Copies the releases of another domain of this server to this one's place.
    pub async fn copy_from(&self, domain: &Domain) -> Result<()> {
        let (from, to) = (format!("{SITES}/{domain}"), self.folder());
        let copy = ["-a", "--no-target-directory", "--", &from, &to];
        self.run("cp", copy, b"", UPLOAD).await.map(drop)
    }

    /// Has visitors told that the site is suspended, with status 503 (RFC 9110, 15.6.4).
    pub async fn close(&self, signer: Signer<'_>) -> Result<()> {
        self.know(signer).await?;
        self.set_route(&closed(&self.domain, signer)).await
    }

    pub(crate) fn part(&self, release: &ReleaseId) -> String {
        format!("{}.part", self.release(release))
    }

    /// Where the site lies on its server.
    pub fn folder(&self) -> String {
        format!("{SITES}/{}", self.domain)
    }

    /// Where the files of a release lie.
    pub fn release(&self, release: &ReleaseId) -> String {
        format!("{}/releases/{release}", self.folder())
    }

    fn route_file(&self) -> String {
        format!("/etc/caddy/sites/{}.caddy", self.domain)
    }

    /// A constant text for a shell there.
    pub(crate) async fn shell(
        &self,
        constant: &'static str,
        deadline: Span,
    ) -> Result<CommandOutput> {
        self.run("sh", ["-c", constant], b"", deadline).await
    }

    /// A command that must end with 0.
    pub async fn run<const N: usize>(
        &self,
        program: &str,
        arguments: [&str; N],
        input: &[u8],
        deadline: Span,
    ) -> Result<CommandOutput> {
        let output = self.plain(program, arguments, input, deadline).await?;
        if output.status == Some(0) {
            return Ok(output);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().lines().last().unwrap_or("it said nothing");
        Err(Trouble::Not(Text::line(format!(
            "{program} on the server failed: {}",
            vocab::mask::mask(said)
        ))))
    }

    /// A command, however it ends.
    pub async fn plain<const N: usize>(
        &self,
        program: &str,
        arguments: [&str; N],
        input: &[u8],
        deadline: Span,
    ) -> Result<CommandOutput> {
        let command = CommandLine::new(program, arguments);
        self.host
            .run(&command, input, deadline)
            .await
            .map_err(|error| {
                if error.effect_unknown() {
                    Trouble::Unknown(error.text)
                } else {
                    Trouble::Not(error.text)
                }
            })
    }
}

/// A site's route. The domain's grammar holds nothing that means anything to the web server's.
fn route(domain: &Domain, signer: Signer<'_>, port: Option<u16>) -> String {
    let serve = port.map_or_else(
        || format!("\troot * {SITES}/{domain}/current\n\tfile_server\n\tencode gzip\n"),
        |port| format!("\treverse_proxy 127.0.0.1:{port}\n\tencode gzip\n"),
    );
    block(domain, &serve, signer)
}

/// The route of a site that is suspended.
fn closed(domain: &Domain, signer: Signer<'_>) -> String {
    const SAYS: &str = "\theader Content-Type \"text/html; charset=utf-8\"\n\theader Retry-After 86400\n\
        \theader Cache-Control no-store\n\trespond \"<!doctype html><title>Suspended</title><p>This site is suspended.\" 503\n";
    block(domain, SAYS, signer)
}

/// A domain's block of the configuration, with its log.
fn block(domain: &Domain, does: &str, signer: Signer<'_>) -> String {
    let tls = match signer {
        Signer::Own => "\ttls internal\n".to_owned(),
        Signer::Public => String::new(),
        Signer::Of(acme) => {
            let root = if acme.authority.is_some() {
                format!("\t\tca_root {ACME_AUTHORITY}\n")
            } else {
                String::new()
            };
            format!("\ttls {{\n\t\tca {}\n{root}\t}}\n", acme.directory)
        }
    };
    format!(
        "{domain} {{\n{does}{tls}\tlog {{\n\t\toutput file /var/log/caddy/{domain}.log {{\n\t\t\troll_size 10MiB\n\
         \t\t\troll_keep 3\n\t\t}}\n\t}}\n}}\n"
    )
}
