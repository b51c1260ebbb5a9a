//! Reads a command's two outputs side by side, bounded in memory, whether or not the command keeps them open.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

/// The most bytes kept of one output; what comes beyond is read and dropped, so that the command can go on.
const LIMIT: usize = 1 << 20;

/// How long an output may stay silent after its command has ended: a background child of the command may hold it open
/// for ever, and bytes of a slow link may still be under way.
const SILENCE: Duration = Duration::from_secs(1);

/// One output: what was kept of it, how much came in all, and whether its end was reached.
struct Capture<S> {
    stream: S,
    kept: Vec<u8>,
    seen: u64,
    ended: bool,
}

impl<S: AsyncRead + Unpin> Capture<S> {
    const fn new(stream: S) -> Self {
        Self {
            stream,
            kept: Vec::new(),
            seen: 0,
            ended: false,
        }
    }

    /// Reads to the end. May be dropped and called again without losing a byte.
    async fn pump(&mut self) {
        let mut chunk = vec![0_u8; 8192];
        while !self.ended {
            match self.stream.read(&mut chunk).await {
                Ok(0) | Err(_) => self.ended = true,
                Ok(count) => {
                    self.seen += count as u64;
                    let room = LIMIT.saturating_sub(self.kept.len()).min(count);
                    self.kept.extend_from_slice(&chunk[..room]);
                }
            }
        }
    }
}

/// Waits for a command's end while reading both its outputs; returns how it ended and what was read of each.
pub(super) async fn collect<T>(
    stdout: impl AsyncRead + Unpin,
    stderr: impl AsyncRead + Unpin,
    ended: impl Future<Output = T>,
) -> (T, Vec<u8>, Vec<u8>) {
    let (mut out, mut err) = (Capture::new(stdout), Capture::new(stderr));
    let mut ended = std::pin::pin!(ended);
    let result = tokio::select! {
        result = &mut ended => result,
        _ = async { tokio::join!(out.pump(), err.pump()) } => ended.await,
    };
    loop {
        let before = out.seen + err.seen;
        let all = timeout(SILENCE, async { tokio::join!(out.pump(), err.pump()) })
            .await
            .is_ok();
        if all || out.seen + err.seen == before {
            return (result, out.kept, err.kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn bytes_after_the_end_are_kept_and_an_output_held_open_does_not_hold_us() {
        let (mut ours, theirs) = tokio::io::duplex(64);
        let late = tokio::spawn(async move {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_millis(900)).await;
                ours.write_all(b"late ").await.unwrap();
            }
            tokio::time::sleep(Duration::from_hours(1)).await;
            drop(ours);
        });
        let ((), out, err) = collect(theirs, tokio::io::empty(), async {}).await;
        late.abort();
        assert_eq!(out, b"late late late ");
        assert!(err.is_empty());
    }

    #[tokio::test]
    async fn what_is_too_much_is_read_and_dropped() {
        let flood = tokio::io::repeat(b'x').take(3 * LIMIT as u64);
        let ((), out, _) = collect(flood, tokio::io::empty(), async {}).await;
        assert_eq!(out.len(), LIMIT);
    }
}
