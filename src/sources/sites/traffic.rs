//! Traffic: each site's access log, read from where it was read last, over SSH.

use std::time::Duration;

use drivers::Host;
use drivers::host::CommandLine;
use futures::StreamExt;
use futures::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use vocab::{Domain, Span, Text};
use world::Fact;

use super::{Shared, caddy};
use crate::keeper::SiteTarget;

/// How often a log is read.
const EVERY: Span = Span::minutes(2);

/// The first time comes later than a command takes that only asks what is known.
const FIRST: Duration = Duration::from_secs(5);

/// How long one reading may take.
const WITHIN: Span = Span::seconds(20);

/// No more logs than these are read at the same time.
const AT_ONCE: usize = 8;

/// So many pieces are read at a time; what is left is read the next time.
const MOST_PIECES: usize = 16;

/// Reads a piece of a site's log. `$1` is its domain, `$2` the inode of the file that was read last and `$3` how far. The
/// first line of what it prints: the inode of the present log, the inode of the file that follows, its length, and where
/// in it the piece begins; then at most 900,000 bytes. A log that was rolled is read to its end before the next one is
/// begun; once it was packed it is unpacked for that. One that was emptied is read from its beginning.
const READ: &str = r#"set -eu; d=/var/log/caddy; f="$d/$1.log"; now=$(stat -c %i -- "$f"); n=$3
r="$f"; i=$now
if [ "$2" != "$now" ]; then n=0
  if [ "$2" != 0 ]; then
    o=$(find "$d" -maxdepth 1 -name "$1-*.log" -inum "$2" | head -n 1)
    if [ -n "$o" ]; then r="$o"; i=$2; n=$3
    else
      z=$(find "$d" -maxdepth 1 -name "$1-*.log.gz" -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
      if [ -n "$z" ]; then
        s=$(gzip -dc -- "$z" | wc -c)
        if [ "$s" -gt "$3" ]; then
          echo "$now $2 $s $3"; gzip -dc -- "$z" | tail -c "+$(($3 + 1))" | head -c 900000; exit 0
        fi
      fi
    fi
  fi
fi
s=$(stat -c %s -- "$r"); if [ "$s" -lt "$n" ]; then n=0; fi
echo "$now $i $s $n"; tail -c "+$((n + 1))" -- "$r" | head -c 900000"#;

/// How far a log was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Mark {
    /// The file's inode; 0 before the first time.
    inode: u64,
    /// Bytes of it.
    offset: u64,
}

/// Round after round, until nobody listens.
pub(super) async fn watch(shared: &Shared, mut sites: watch::Receiver<Vec<SiteTarget>>) {
    sleep(FIRST).await;
    loop {
        let begun = Instant::now();
        let targets = sites.borrow_and_update().clone();
        let listened = stream::iter(targets)
            .map(|target| async move { read(shared, &target).await })
            .buffer_unordered(AT_ONCE)
            .all(|listened| async move { listened })
            .await;
        if !listened {
            return;
        }
        tokio::select! {
            () = sleep_until(begun + EVERY.duration()) => {}
            changed = sites.changed() => match changed {
                // A site that was just made has no visitors in its first seconds.
                Ok(()) => sleep(FIRST).await,
                Err(_) => return,
            },
        }
    }
}

/// Reads a site's log to its end; whether anybody still listens.
async fn read(shared: &Shared, target: &SiteTarget) -> bool {
    match pieces(shared, target).await {
        Ok(listened) => listened,
        Err(text) => {
            let site = target.site.clone();
            shared
                .context
                .send(Fact::TrafficUnread { site, text })
                .await
        }
    }
}

async fn pieces(shared: &Shared, target: &SiteTarget) -> Result<bool, Text> {
    let host = shared.doors.login(&target.server, &target.address).await?;
    for _ in 0..MOST_PIECES {
        let before = shared.keeper.log_mark(&target.site).await?;
        let mark: Mark = before
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let piece = piece(host.as_ref(), &target.site, mark).await?;
        let now = drivers::clock::now();
        let (counts, used) = caddy::count(&piece.bytes, now);
        let after = piece.after(used);
        let text = serde_json::to_string(&after).unwrap_or_default();
        let kept = shared
            .keeper
            .count_log(&target.site, (before, text), counts, now);
        // Another process that reads the same log has told it to its own screen; the store has it once.
        if let Some(counts) = kept.await?
            && !shared.tell(counts, Some(now)).await
        {
            return Ok(false);
        }
        if after == mark || piece.is_last(&after) {
            break;
        }
    }
    Ok(true)
}

/// A piece of a log.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    /// The inode of the present log.
    present: u64,
    /// The file it is of.
    inode: u64,
    /// That file's length.
    length: u64,
    /// Where in it the piece begins.
    begin: u64,
    bytes: Vec<u8>,
}

impl Piece {
    /// From what [`READ`] printed.
    fn parse(output: &[u8]) -> Option<Self> {
        let end = output.iter().position(|byte| *byte == b'\n')?;
        let head = std::str::from_utf8(&output[..end]).ok()?;
        let figures: Vec<u64> = head
            .split(' ')
            .map(|part| part.parse().ok())
            .collect::<Option<_>>()?;
        let [present, inode, length, begin] = figures.try_into().ok()?;
        Some(Self {
            present,
            inode,
            length,
            begin,
            bytes: output[end + 1..].to_vec(),
        })
    }

    /// How far it is read when so many of its bytes were used. A file that was rolled and is read to its end gives way to
    /// the present one; half a line at its end will never be whole.
    fn after(&self, used: usize) -> Mark {
        let whole = self.begin + self.bytes.len() as u64 >= self.length;
        if self.inode != self.present && whole {
            return Mark {
                inode: self.present,
                offset: 0,
            };
        }
        // A line longer than a piece would be read for ever.
        let used = if used == 0 && !whole {
            self.bytes.len()
        } else {
            used
        };
        Mark {
            inode: self.inode,
            offset: self.begin + used as u64,
        }
    }

    /// Whether nothing is left behind a mark.
    fn is_last(&self, after: &Mark) -> bool {
        after.inode == self.present
            && self.inode == self.present
            && self.begin + self.bytes.len() as u64 >= self.length
    }
}

async fn piece(host: &dyn Host, site: &Domain, mark: Mark) -> Result<Piece, Text> {
    let (inode, offset) = (mark.inode.to_string(), mark.offset.to_string());
    let arguments = ["-c", READ, "sh", site.as_str(), &inode, &offset];
    let command = CommandLine::new("sh", arguments);
    let output = host.run(&command, b"", WITHIN).await;
    let output = output.map_err(|error| error.text)?;
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().lines().last().unwrap_or("it said nothing");
    match (output.status, Piece::parse(&output.stdout)) {
        (Some(0), Some(piece)) => Ok(piece),
        _ => Err(Text::line(format!(
            "the access log cannot be read: {}",
            vocab::mask::mask(said)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use drivers::host::LocalHost;

    use super::*;

    const PLACE: &str = "/var/log/caddy";

    /// The script over a folder of the test's own.
    async fn read_from(folder: &std::path::Path, mark: Mark) -> Piece {
        let script = READ.replace(PLACE, &folder.display().to_string());
        let (inode, offset) = (mark.inode.to_string(), mark.offset.to_string());
        let arguments = ["-c", &script, "sh", "acme.example", &inode, &offset];
        let command = CommandLine::new("sh", arguments);
        let output = LocalHost.run(&command, b"", WITHIN).await.unwrap();
        assert_eq!(
            output.status,
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Piece::parse(&output.stdout).unwrap()
    }

    /// What is read until nothing is left, and the mark behind it.
    async fn all_from(folder: &std::path::Path, mut mark: Mark) -> (String, Mark) {
        let mut text = Vec::new();
        loop {
            let piece = read_from(folder, mark).await;
            let used = piece
                .bytes
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1);
            text.extend_from_slice(&piece.bytes[..used]);
            mark = piece.after(used);
            if piece.is_last(&mark) {
                return (String::from_utf8(text).unwrap(), mark);
            }
        }
    }

    #[tokio::test]
    async fn every_line_is_read_once_whatever_rolls() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let log = at("acme.example.log");
        std::fs::write(&log, "one\ntwo\nthr").unwrap();
        let (text, mark) = all_from(folder.path(), Mark::default()).await;
        assert_eq!(text, "one\ntwo\n");
        // The line is ended, the file rolled, and a new one begun.
        std::fs::write(&log, "one\ntwo\nthree\nfour\n").unwrap();
        std::fs::rename(&log, at("acme.example-2026-11-21T08-00-00.000.log")).unwrap();
        std::fs::write(&log, "five\n").unwrap();
        let (text, later) = all_from(folder.path(), mark).await;
        assert_eq!(text, "three\nfour\nfive\n");
        assert_eq!(all_from(folder.path(), later).await, (String::new(), later));
        // The same, when it was packed before it was looked at again.
        let packed = tokio::process::Command::new("gzip")
            .arg(at("acme.example-2026-11-21T08-00-00.000.log"))
            .status()
            .await
            .unwrap();
        assert!(packed.success());
        assert_eq!(all_from(folder.path(), mark).await.0, "three\nfour\nfive\n");
        // Emptied in its place.
        std::fs::write(&log, "6\n").unwrap();
        assert_eq!(all_from(folder.path(), later).await.0, "6\n");
    }

    #[test]
    fn only_what_the_script_prints_is_a_piece() {
        assert!(Piece::parse(b"1 2 3 4\nrest").is_some_and(|piece| piece.bytes == b"rest"));
        for wrong in [
            "",
            "1 2 3 4",
            "1 2 3\n",
            "1 2 3 4 5\n",
            "a b c d\n",
            "-1 2 3 4\n",
        ] {
            assert_eq!(Piece::parse(wrong.as_bytes()), None, "{wrong:?}");
        }
        let endless = Piece {
            present: 7,
            inode: 7,
            length: 5_000_000,
            begin: 0,
            bytes: vec![b'x'; 900_000],
        };
        assert_eq!(
            endless.after(0).offset,
            900_000,
            "a line without end is passed over"
        );
    }
}
