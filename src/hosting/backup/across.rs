//! From a command on one server into a command on another, through this machine: neither server is given a way to the other.

use std::time::Duration;

use drivers::Host;
use drivers::host::CommandLine;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use vocab::Text;

use super::{Result, Told, progress, remote};
use crate::webserver::Trouble;

/// How much is read at once, in bytes.
const PIECE: usize = 64 * 1024;

/// How long all of it may take.
const WHOLE: Duration = Duration::from_hours(1);

/// A command and where it runs.
pub(crate) type End<'a> = (&'a dyn Host, &'a CommandLine);

/// Carries a stream across; says how long it was. The one that takes it is told of its end only when the one that gives it
/// has ended well. When this fails, nothing of it counts.
pub(crate) async fn across(from: End<'_>, to: End<'_>, told: &Told) -> Result<u64> {
    timeout(WHOLE, carry(from, to, told))
        .await
        .unwrap_or_else(|_| Err(unknown("it did not come to an end within an hour")))
}

/// What stopped it.
enum Broken {
    /// The one that gives.
    Gives(Trouble),
    /// The one that takes; it says why.
    Takes,
}

async fn carry(from: End<'_>, to: End<'_>, told: &Told) -> Result<u64> {
    let source = remote::start_taking(from.0, from.1).await?;
    let mut target = remote::start_taking(to.0, to.1).await?;
    let ended = async {
        let ended = remote::ended(&from.1.program, source.stderr).await;
        ended.map_err(Broken::Gives)
    };
    let pumped = pump(source.stdout, &mut target.stdin, told);
    let taken = remote::ended(&to.1.program, target.stderr);
    match tokio::try_join!(pumped, ended) {
        Ok((bytes, ())) => {
            let closed = target.stdin.shutdown().await;
            drop(target.stdin);
            closed.map_err(|error| unknown(&error.to_string()))?;
            let taken = timeout(remote::AFTER, taken).await;
            taken.unwrap_or_else(|_| Err(unknown("the server does not come to an end with it")))?;
            Ok(bytes)
        }
        Err(Broken::Gives(why)) => Err(why),
        Err(Broken::Takes) => {
            drop(target.stdin);
            timeout(remote::SILENCE, taken).await.unwrap_or(Ok(()))?;
            Err(unknown("the stream to the server broke off"))
        }
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    to: &mut (impl AsyncWrite + Unpin + ?Sized),
    told: &Told,
) -> std::result::Result<u64, Broken> {
    let mut piece = vec![0; PIECE];
    let mut done = 0;
    loop {
        let count = match timeout(remote::SILENCE, from.read(&mut piece)).await {
            Ok(Ok(count)) => count,
            Ok(Err(error)) => return Err(Broken::Gives(unknown(&error.to_string()))),
            Err(_) => return Err(Broken::Gives(unknown("the server sends nothing any more"))),
        };
        if count == 0 {
            return Ok(done);
        }
        match timeout(remote::SILENCE, to.write_all(&piece[..count])).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return Err(Broken::Takes),
        }
        done += count as u64;
        told(progress(done, None));
    }
}

fn unknown(why: &str) -> Trouble {
    Trouble::Unknown(Text::line(why))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use drivers::host::LocalHost;

    use super::*;

    async fn carried(gives: &str, takes: &str) -> Result<u64> {
        let command = |script: &str| CommandLine::new("sh", ["-c", script]);
        let told: Told = Arc::new(|_| {});
        let (gives, takes) = (command(gives), command(takes));
        across((&LocalHost, &gives), (&LocalHost, &takes), &told).await
    }

    #[tokio::test]
    async fn it_arrives_whole_or_is_said_not_to() {
        let there = tempfile::tempdir().unwrap();
        let file = there.path().join("copy");
        let into = format!("cat > '{}'", file.display());
        assert_eq!(
            carried("head -c 300000 /dev/zero", &into).await,
            Ok(300_000)
        );
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 300_000);

        let half = carried("printf half; echo disk gone >&2; exit 2", &into).await;
        assert!(
            matches!(&half, Err(Trouble::Not(why)) if why.contains("disk gone")),
            "{half:?}"
        );
        let full = carried(
            "cat /dev/zero",
            "head -c 9 > /dev/null; echo full >&2; exit 1",
        )
        .await;
        assert!(
            matches!(&full, Err(Trouble::Not(why)) if why.contains("full")),
            "{full:?}"
        );
    }
}
