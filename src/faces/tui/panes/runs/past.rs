//! The past: runs and audit lines of the journal beyond those the world holds, read as their end is come to.

use std::collections::BTreeMap;

use ui::{Past, Recalled, Seen};
use vocab::RunId;
use world::{AuditLine, Run};

/// So many more at a time.
const STEP: usize = 500;

/// What was read of one kind.
#[derive(Debug, Default)]
struct Reach {
    /// How many were asked for in all.
    asked: usize,
    /// Whether an answer is due.
    waits: bool,
    /// Whether the last answer was shorter than what was asked for: there is no more.
    whole: bool,
}

impl Reach {
    /// The end of `known` was seen: how many to ask for, when there may be more.
    fn further(&mut self, known: usize) -> Option<usize> {
        if self.waits || self.whole {
            return None;
        }
        self.waits = true;
        self.asked = self.asked.max(known) + STEP;
        Some(self.asked)
    }

    const fn answered(&mut self, count: usize) {
        self.waits = false;
        self.whole = count < self.asked;
    }
}

/// What is known of the past.
#[derive(Debug, Default)]
pub struct Memory {
    runs: BTreeMap<RunId, Run>,
    /// The newest first.
    audit: Vec<AuditLine>,
    of_runs: Reach,
    of_audit: Reach,
    wants: Option<Past>,
}

impl Memory {
    /// All runs, the newest first; what the world holds is newer than what was read.
    pub fn runs<'a>(&'a self, seen: Seen<'a>) -> Vec<&'a Run> {
        let world = &seen.world.runs;
        if self.runs.is_empty() {
            return world.values().rev().collect();
        }
        let mut all: BTreeMap<RunId, &Run> = self.runs.iter().map(|(id, run)| (*id, run)).collect();
        all.extend(world.iter().map(|(id, run)| (*id, run)));
        all.into_values().rev().collect()
    }

    /// A run.
    pub fn run<'a>(&'a self, id: &RunId, seen: Seen<'a>) -> Option<&'a Run> {
        seen.world.runs.get(id).or_else(|| self.runs.get(id))
    }

    /// All audit lines, the newest first.
    pub fn audit<'a>(&'a self, seen: Seen<'a>) -> impl Iterator<Item = &'a AuditLine> {
        let world = &seen.world.audit;
        let oldest = world.iter().next().map_or(u64::MAX, |line| line.sequence);
        let older = self.audit.iter().filter(move |line| line.sequence < oldest);
        world.iter().rev().chain(older)
    }

    /// The end of the runs, or of the audit log, was seen.
    pub fn reached(&mut self, audit: bool, seen: Seen<'_>) {
        let more = if audit {
            self.of_audit
                .further(seen.world.audit.len())
                .map(Past::Audit)
        } else {
            self.of_runs.further(seen.world.runs.len()).map(Past::Runs)
        };
        self.wants = more.or_else(|| self.wants.take());
    }

    /// What is to be read; `Some` once.
    pub const fn wants(&mut self) -> Option<Past> {
        self.wants.take()
    }

    /// Takes in what was read.
    pub fn recall(&mut self, recalled: &Recalled) {
        match recalled {
            Recalled::Runs(runs) => {
                self.of_runs.answered(runs.len());
                self.runs = runs.iter().map(|run| (run.id(), run.clone())).collect();
            }
            Recalled::Audit(lines) => {
                self.of_audit.answered(lines.len());
                self.audit.clone_from(lines);
            }
            Recalled::Happenings(..) | Recalled::Tail(..) => {}
        }
    }
}
