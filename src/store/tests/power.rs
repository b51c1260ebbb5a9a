//! The power goes: of what was written since the last sync, any part may be on the disk, in any order, or torn.
//!
//! Shown here: after every acknowledged commit, the two files as they were then, with any mixture of what was written
//! next, sector by sector, kept, lost or torn. Not shown: that the disk keeps what it says it has synced; that the library
//! asks for the sync at each commit is a setting (`synchronous = full`), which is looked at.

use std::fs;
use std::path::Path;
use std::process::Command;

use kit::backoff::mix;
use world::{RunState, StepState};

use super::support::{NOW, entry, restart, scratch, under_way};
use crate::{How, Options, Store};

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// Runs that are written, and so three times as many cuts.
const RUNS: u128 = 60;

/// The database and its log, as the disk has them.
#[derive(Clone)]
struct Disk {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Disk {
    /// What is there now. Copied by another process: a second descriptor here would take the store's locks away.
    fn now(folder: &Path, copy: &Path) -> Self {
        let read = |name: &str| {
            let (from, to) = (folder.join(name), copy.join(name));
            let copied = Command::new("cp").args([&from, &to]).status().unwrap();
            assert!(copied.success(), "{name}");
            fs::read(to).unwrap()
        };
        Self {
            database: read("history.sqlite"),
            log: read("history.sqlite-wal"),
        }
    }

    /// This disk, with a part of what was written until `next`.
    fn cut_on_the_way_to(&self, next: &Self, seed: &mut u64) -> Self {
        // A log that was begun anew stands on a database that was synced before.
        let synced = next.log.len() < self.log.len() || next.log[..32] != self.log[..32];
        let database = if synced {
            next.database.clone()
        } else {
            torn(&self.database, &next.database, seed)
        };
        Self {
            database,
            log: torn(&self.log, &next.log, seed),
        }
    }

    fn put(&self, folder: &Path) {
        fs::write(folder.join("history.sqlite"), &self.database).unwrap();
        fs::write(folder.join("history.sqlite-wal"), &self.log).unwrap();
    }
}

/// Each sector as it was or as it was to be; of those that are new, some half written.
fn torn(before: &[u8], after: &[u8], seed: &mut u64) -> Vec<u8> {
    let mut mixture = before.to_vec();
    mixture.resize(before.len().max(after.len()), 0);
    for start in (0..after.len()).step_by(SECTOR) {
        let end = (start + SECTOR).min(after.len());
        if before.get(start..end) == Some(&after[start..end]) {
            continue;
        }
        *seed = mix(*seed);
        let upto = match *seed % 4 {
            0 => start,
            1 => start + (*seed as usize >> 8) % (end - start),
            _ => end,
        };
        mixture[start..upto].copy_from_slice(&after[start..upto]);
    }
    *seed = mix(*seed);
    // What was appended may not have made the file longer yet.
    if after.len() > before.len() && seed.is_multiple_of(3) {
        mixture.truncate(before.len() + (*seed as usize >> 8) % (after.len() - before.len()));
    }
    mixture
}

/// What is acknowledged at each moment: run and how far it was.
type Acknowledged = (u128, u8);

#[tokio::test]
async fn what_was_acknowledged_outlives_the_power() {
    let (folder, copy) = (scratch(), scratch());
    let (store, _) = Store::open(folder.path(), Options::new(NOW)).await.unwrap();
    let mut moments: Vec<(Acknowledged, Disk)> = Vec::new();
    for number in 1..=RUNS {
        let run = restart(number, 1);
        for far in 0..3 {
            match far {
                0 => drop(store.take_on(&run, entry(&run, "submitted")).await.unwrap()),
                1 => store.step(run.id(), 0, &under_way(), None).await.unwrap(),
                _ => {
                    let line = Some(entry(&run, "done"));
                    let ended = store.run_state(run.id(), &RunState::Done, Some(NOW), line);
                    drop(ended.await.unwrap());
                }
            }
            moments.push(((number, far), Disk::now(folder.path(), copy.path())));
        }
    }
    store.close().await;

    let mut seed = 1;
    let mut began_anew = 0;
    for pair in moments.windows(2) {
        let [((number, far), disk), (_, next)] = pair else {
            continue;
        };
        began_anew += u32::from(next.log[..32] != disk.log[..32]);
        let after = scratch();
        disk.cut_on_the_way_to(next, &mut seed).put(after.path());
        let (store, opened) = Store::open(after.path(), Options::new(NOW)).await.unwrap();
        assert!(matches!(opened.how, How::Kept), "{number}, {far}: {opened}");
        store.verify_audit().await.unwrap();
        let runs = store.runs(1_000).await.unwrap();
        assert!(runs.unreadable.is_empty(), "{number}, {far}");
        let run = runs.runs.iter().find(|run| run.id().0.as_u128() == *number);
        let run = run.unwrap_or_else(|| panic!("run {number} is lost"));
        if *far >= 1 {
            assert!(
                matches!(run.steps[0].state, StepState::Running { .. }),
                "{number}, {far}"
            );
        }
        if *far >= 2 {
            assert_eq!(run.state, RunState::Done, "{number}, {far}");
        }
        for before in 1..*number {
            let whole =
                |run: &&world::Run| run.id().0.as_u128() == before && run.state == RunState::Done;
            assert!(
                runs.runs.iter().any(|run| whole(&run)),
                "run {before} is lost"
            );
        }
        store.close().await;
    }
    println!(
        "{} cuts, the log begun anew {began_anew} times",
        moments.len() - 1
    );
}
