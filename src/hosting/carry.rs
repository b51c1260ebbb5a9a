//! What is carried from one server to another: releases, and the certificate they are served with. It goes through this
//! console, which may log in on both, as a stream; neither server is given a way to the other.

use drivers::host::{CommandLine, Running};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vocab::{ReleaseId, Text};

use crate::backup::FILES;
use crate::webserver::{Result, SHORT, Trouble, UPLOAD, WebServer};

/// The longest list of sums that is read: of 20,000 files with long names.
const LONGEST_LIST: u64 = 16 << 20;

/// Lists a release's files with their SHA-256 sums, but for what was installed there from its lock file: that is installed
/// again where it goes.
const SUMS: &str = "set -eu; r=$1; set --; [ ! -e \"$r.installed\" ] || set -- -path ./node_modules -prune -o; \
    cd \"$r\"; exec find . \"$@\" -type f -exec sha256sum {} +";

/// Finds the web server's store of certificates: that of the service on Debian, or root's
/// (<https://caddyserver.com/docs/conventions#data-directory>).
macro_rules! in_store {
    ($rest:literal) => {
        concat!(
            "set -eu; s=/var/lib/caddy/.local/share/caddy; r=\"$HOME/.local/share/caddy\"; ",
            "if ! [ -d \"$s/certificates\" ]; then \
             if [ -d \"$r/certificates\" ] || ! [ -d /var/lib/caddy ]; then s=\"$r\"; fi; fi; ",
            $rest
        )
    };
}

/// Packs the public certificates of the domain that is its argument, with their keys.
const PACK: &str = in_store!(
    "cd \"$s/certificates\"; find . -mindepth 2 -maxdepth 2 -type d -name \"$1\" -not -path './local/*' -print0 \
     | tar -c -f - --null -T -"
);

/// Unpacks them, for the web server alone.
const UNPACK: &str = in_store!(
    "mkdir -p \"$s/certificates\"; cd \"$s/certificates\"; tar -x -f - --no-same-owner; \
     chown -R --reference=\"${s%/.local/share/caddy}\" \"$s\"; chmod -R go= \"$s/certificates\""
);

/// Puts the certificates of the domain that is its argument aside, so that the web server fetches another one. It keeps
/// serving the old one until it has it.
const ASIDE: &str = in_store!(
    "cd \"$s/certificates\"; find . -mindepth 2 -maxdepth 2 -type d -name \"$1\" | while read -r c; do \
     mkdir -p \"../aside/${c%/*}\"; rm -rf \"../aside/$c\"; mv \"$c\" \"../aside/$c\"; done; \
     caddy reload --force --config /etc/caddy/Caddyfile"
);

/// Puts them back, where no other one has come.
const BACK: &str = in_store!(
    "[ -d \"$s/aside\" ] || exit 0; cd \"$s/aside\"; find . -mindepth 2 -maxdepth 2 -type d -name \"$1\" \
     | while read -r c; do [ -e \"../certificates/$c\" ] || mv \"$c\" \"../certificates/$c\"; rm -rf \"$c\"; done; \
     caddy reload --force --config /etc/caddy/Caddyfile"
);

/// Forgets what was put aside.
const FORGET: &str = in_store!(
    "[ -d \"$s/aside\" ] || exit 0; find \"$s/aside\" -mindepth 2 -maxdepth 2 -type d -name \"$1\" -exec rm -rf {} +"
);

impl WebServer {
    /// Carries a release over from another server. One that is here already stays as it is.
    pub async fn carry(&self, from: &Self, release: &ReleaseId) -> Result<()> {
        if self.has(release).await? {
            return Ok(());
        }
        let sums = from.sums(release).await?;
        let part = self.part(release);
        self.run("rm", ["-rf", "--", &part], b"", SHORT).await?;
        self.run("mkdir", ["-p", "--", &part], b"", SHORT).await?;
        let packing = from
            .goes_on("sh", &["-c", FILES, "files", &from.release(release)])
            .await?;
        let unpack = ["-x", "-f", "-", "--touch", "--no-same-owner", "-C", &part];
        let unpacking = self.goes_on("tar", &unpack).await?;
        tokio::time::timeout(UPLOAD.duration(), pump(packing, unpacking))
            .await
            .map_err(|_| Trouble::Unknown(Text::line("carrying the files over took too long")))?
            .map_err(|error| Trouble::Unknown(Text::line(error.to_string())))?;
        // What was cut on the way does not have the sums of the original.
        self.check(&part, &sums).await?;
        self.settle(release, &part).await
    }

    /// Carries the site's public certificate over from another server, with its key, so that it can be served before the
    /// name leads here.
    pub async fn carry_certificate(&self, from: &Self) -> Result<()> {
        let packed = from
            .run("sh", ["-c", PACK, "sh", from.domain.as_str()], b"", SHORT)
            .await?;
        self.run("sh", ["-c", UNPACK], &packed.stdout, SHORT)
            .await
            .map(drop)
    }

    /// Has the web server fetch another certificate.
    pub async fn put_certificate_aside(&self) -> Result<()> {
        self.with_domain(ASIDE).await
    }

    /// Has it serve the one before again, when it has no other.
    pub async fn put_certificate_back(&self) -> Result<()> {
        self.with_domain(BACK).await
    }

    /// Deletes the one before.
    pub async fn forget_certificate(&self) -> Result<()> {
        self.with_domain(FORGET).await
    }

    /// A constant text for a shell there, which is given the domain as its argument.
    async fn with_domain(&self, constant: &'static str) -> Result<()> {
        let arguments = ["-c", constant, "sh", self.domain.as_str()];
        self.run("sh", arguments, b"", SHORT).await.map(drop)
    }

    /// The list of SHA-256 sums of a release's files, as sha256sum(1) writes and checks it.
    async fn sums(&self, release: &ReleaseId) -> Result<String> {
        let path = self.release(release);
        let Running {
            stdout,
            stderr: _stderr,
            guard: _guard,
            ..
        } = self.goes_on("sh", &["-c", SUMS, "sums", &path]).await?;
        let mut sums = String::new();
        let mut limited = stdout.take(LONGEST_LIST);
        tokio::time::timeout(UPLOAD.duration(), limited.read_to_string(&mut sums))
            .await
            .map_err(|_| Trouble::Unknown(Text::line("listing the files took too long")))?
            .map_err(|error| Trouble::Unknown(Text::line(error.to_string())))?;
        if sums.is_empty() {
            return Err(Trouble::Not(Text::line(format!(
                "release {release} of {} is not whole on its server",
                self.domain
            ))));
        }
        Ok(sums)
    }

    async fn goes_on(&self, program: &str, arguments: &[&str]) -> Result<Running> {
        let command = CommandLine::new(program, arguments.iter().copied());
        let running = self.host.spawn(&command).await;
        running.map_err(|error| Trouble::Not(error.text))
    }
}

/// From one command's output to another one's input, until both have ended.
async fn pump(from: Running, to: Running) -> std::io::Result<()> {
    let Running {
        mut stdout,
        guard: _packing,
        stderr: _packing_says,
        stdin: _packing_asks,
    } = from;
    let Running {
        mut stdin,
        stdout: mut ends,
        guard: _unpacking,
        stderr: _unpacking_says,
    } = to;
    tokio::io::copy(&mut stdout, &mut stdin).await?;
    stdin.shutdown().await?;
    drop(stdin);
    // It says nothing; its end is the end of its output.
    ends.read_to_end(&mut Vec::new()).await.map(drop)
}
