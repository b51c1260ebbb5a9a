//! Sagas against a provider that exists only here: every way of answering, and an end of the process at every await.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;
use vocab::{RollbackLevel, RunId, Span, Text, Time};

use crate::{
    Context, Direction, End, Facts, Forward, Journal, JournalError, Look, Object, Outcome, Pace,
    Record, Status, Step, Undoing, Undone, drive,
    stuck::{self, WayOut},
};
use crate::{WayBack, way_back};

/// How the provider answers one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Well,
    Refused,
    /// Carried out, and the answer lost.
    Lost,
    /// Not carried out, and no answer.
    Nothing,
    /// No answer now, carried out three seconds later.
    Late,
}

/// What exists, by name: the key it was made with. Twice the same name is a second object, as with a careless provider.
type Inventory = Arc<Mutex<Vec<(String, String)>>>;

struct Making {
    name: String,
    from: RollbackLevel,
    cloud: Inventory,
    answers: Mutex<Vec<Answer>>,
    undos: Mutex<Vec<Answer>>,
    performed: AtomicUsize,
    /// Whether there is no way back from it on.
    one_way: bool,
}

impl Making {
    fn object(&self) -> Object {
        Object {
            kind: "thing".into(),
            id: self.name.clone(),
            name: self.name.clone(),
            facts: Facts::from([(format!("{}.id", self.name), self.name.clone())]),
            ..Object::default()
        }
    }
}

fn next(answers: &Mutex<Vec<Answer>>) -> Answer {
    answers.lock().unwrap().pop().unwrap_or(Answer::Well)
}

#[async_trait]
impl Step for Making {
    fn name(&self) -> &str {
        &self.name
    }

    fn undone_from(&self) -> Option<RollbackLevel> {
        Some(self.from)
    }

    fn one_way(&self) -> bool {
        self.one_way
    }

    fn settle(&self) -> Span {
        Span::seconds(5)
    }

    async fn look(&self, _: &Facts) -> Look {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let found = self
            .cloud
            .lock()
            .unwrap()
            .iter()
            .any(|(name, _)| *name == self.name);
        if found {
            Look::Ours(self.object())
        } else {
            Look::Absent
        }
    }

    async fn perform(&self, _: &Facts, key: &str) -> Outcome {
        self.performed.fetch_add(1, Ordering::SeqCst);
        let answer = next(&self.answers);
        let (cloud, made) = (self.cloud.clone(), (self.name.clone(), key.to_owned()));
        match answer {
            Answer::Refused => return Outcome::Not(Text::line("refused")),
            Answer::Nothing => return Outcome::Unknown(Text::line("no answer")),
            Answer::Late => {
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_secs(3)).await;
                    cloud.lock().unwrap().push(made);
                });
                return Outcome::Unknown(Text::line("no answer"));
            }
            Answer::Well | Answer::Lost => cloud.lock().unwrap().push(made),
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
        if answer == Answer::Lost {
            return Outcome::Unknown(Text::line("no answer"));
        }
        Outcome::Done(self.object())
    }

    async fn undo(&self, _: &Facts, object: &Object) -> Undone {
        let answer = next(&self.undos);
        if answer == Answer::Refused {
            return Undone::Not(Text::line("protected"));
        }
        if answer != Answer::Nothing {
            self.cloud
                .lock()
                .unwrap()
                .retain(|(name, _)| *name != object.id);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
        if answer == Answer::Well {
            Undone::Done(Text::line("deleted"))
        } else {
            Undone::Unknown(Text::line("no answer"))
        }
    }
}

/// A journal in memory; what was written before the process ended is what the next one finds.
#[derive(Default)]
struct Memory(Mutex<(Status, BTreeMap<usize, Record>)>);

#[async_trait]
impl Journal for Memory {
    async fn load(&self, _: RunId) -> Result<(Status, Vec<Record>), JournalError> {
        let kept = self.0.lock().unwrap();
        let count = kept.1.keys().next_back().map_or(0, |last| last + 1);
        let records = (0..count).map(|index| kept.1.get(&index).cloned().unwrap_or_default());
        Ok((kept.0.clone(), records.collect()))
    }

    async fn write(&self, _: RunId, step: usize, record: &Record) -> Result<(), JournalError> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.0.lock().unwrap().1.insert(step, record.clone());
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok(())
    }

    async fn turn(&self, _: RunId, status: &Status) -> Result<(), JournalError> {
        self.0.lock().unwrap().0 = status.clone();
        Ok(())
    }
}

struct Rig {
    cloud: Inventory,
    steps: Vec<Arc<dyn Step>>,
    makings: Vec<Arc<Making>>,
    journal: Arc<Memory>,
    context: Context,
    id: RunId,
}

fn rig(scripts: &[(&[Answer], &[Answer])]) -> Rig {
    rig_with(scripts, scripts.len())
}

/// From the step of this number on there is no way back.
fn rig_with(scripts: &[(&[Answer], &[Answer])], one_way: usize) -> Rig {
    let cloud = Inventory::default();
    let levels = [
        RollbackLevel::Full,
        RollbackLevel::Partial,
        RollbackLevel::Full,
    ];
    let makings: Vec<Arc<Making>> = scripts
        .iter()
        .enumerate()
        .map(|(index, (answers, undos))| {
            Arc::new(Making {
                name: format!("step{index}"),
                from: levels[index % 3],
                cloud: cloud.clone(),
                answers: Mutex::new(answers.iter().rev().copied().collect()),
                undos: Mutex::new(undos.iter().rev().copied().collect()),
                performed: AtomicUsize::new(0),
                one_way: index >= one_way,
            })
        })
        .collect();
    let journal = Arc::new(Memory::default());
    Rig {
        steps: makings
            .iter()
            .map(|making| making.clone() as Arc<dyn Step>)
            .collect(),
        makings,
        cloud,
        context: Context {
            journal: journal.clone(),
            progress: Arc::new(|_| {}),
            cancel: CancellationToken::new(),
            shutdown: CancellationToken::new(),
            clock: || Time::from_seconds(1_700_000_000),
            pace: Pace {
                budget: Span::minutes(2),
                ..Pace::default()
            },
        },
        journal,
        id: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
    }
}

impl Rig {
    fn names(&self) -> Vec<String> {
        self.cloud
            .lock()
            .unwrap()
            .iter()
            .map(|(name, _)| name.clone())
            .collect()
    }

    async fn drive(&self, level: RollbackLevel) -> End {
        drive(self.id, &self.steps, level, &self.context).await
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_well_is_made_once_in_order() {
    let rig = rig(&[(&[], &[]), (&[], &[]), (&[], &[])]);
    let End::Complete(made) = rig.drive(RollbackLevel::Full).await else {
        panic!("complete")
    };
    assert_eq!(made.len(), 3);
    assert_eq!(rig.names(), ["step0", "step1", "step2"]);
    // Driven again, nothing is made again.
    assert!(matches!(
        rig.drive(RollbackLevel::Full).await,
        End::Complete(_)
    ));
    assert_eq!(rig.names().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_is_found_by_looking() {
    for answer in [Answer::Lost, Answer::Late] {
        let rig = rig(&[(&[answer], &[]), (&[], &[])]);
        assert!(
            matches!(rig.drive(RollbackLevel::Full).await, End::Complete(_)),
            "{answer:?}"
        );
        assert_eq!(rig.names(), ["step0", "step1"], "{answer:?}");
        assert_eq!(
            rig.makings[0].performed.load(Ordering::SeqCst),
            1,
            "not asked twice"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_carried_out_is_asked_again_with_the_same_key() {
    let rig = rig(&[(&[Answer::Nothing, Answer::Nothing], &[])]);
    assert!(matches!(
        rig.drive(RollbackLevel::Full).await,
        End::Complete(_)
    ));
    let kept = rig.journal.0.lock().unwrap();
    assert!(matches!(kept.1[&0].forward, Forward::Done(_)));
    assert_eq!(rig.makings[0].performed.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn each_level_takes_back_what_it_says() {
    for (level, left) in [
        (RollbackLevel::Soft, vec!["step0", "step1"]),
        (RollbackLevel::Partial, vec!["step0"]),
        (RollbackLevel::Full, vec![]),
    ] {
        let rig = rig(&[(&[], &[]), (&[], &[]), (&[Answer::Refused], &[])]);
        let End::RolledBack { why, kept } = rig.drive(level).await else {
            panic!("{level:?}")
        };
        assert_eq!(why, "refused");
        assert_eq!(rig.names(), left, "{level:?}");
        assert_eq!(kept.len(), left.len());
        // The level is the stored one, whatever is asked later.
        assert!(matches!(
            rig.drive(RollbackLevel::Full).await,
            End::RolledBack { .. }
        ));
        assert_eq!(rig.names(), left, "{level:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_that_cannot_be_taken_back_stops_no_other_and_asks_for_an_operator() {
    let never = [Answer::Refused; 200];
    let rig = rig(&[(&[], &[]), (&[], &never), (&[Answer::Refused], &[])]);
    let End::NeedsOperator { stuck, .. } = rig.drive(RollbackLevel::Full).await else {
        panic!("stuck")
    };
    assert_eq!(stuck, [1]);
    assert_eq!(rig.names(), ["step1"]);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_turns_back_at_the_next_step() {
    let rig = rig(&[(&[Answer::Late], &[]), (&[], &[])]);
    rig.context.cancel.cancel();
    assert!(matches!(
        rig.drive(RollbackLevel::Full).await,
        End::RolledBack { .. }
    ));
    assert!(rig.names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn past_the_point_of_no_return_nothing_is_taken_back() {
    let rig = rig_with(&[(&[], &[]), (&[Answer::Refused], &[]), (&[], &[])], 1);
    let End::NeedsOperator { why, stuck } = rig.drive(RollbackLevel::Full).await else {
        panic!("stuck")
    };
    assert_eq!((why.as_str(), stuck), ("refused", vec![1]));
    assert_eq!(rig.names(), ["step0"], "what was made stays");
    // It stays so, and a wish to cancel is too late, until an operator has decided.
    rig.context.cancel.cancel();
    assert!(matches!(
        rig.drive(RollbackLevel::Full).await,
        End::NeedsOperator { .. }
    ));
    stuck::release(rig.id, &*rig.journal, &WayOut::Retry, (rig.context.clock)())
        .await
        .unwrap();
    assert!(matches!(
        rig.drive(RollbackLevel::Full).await,
        End::Complete(_)
    ));
    assert_eq!(rig.names(), ["step0", "step1", "step2"]);
}

#[tokio::test(start_paused = true)]
async fn what_turning_back_would_come_to_is_told_before_it_is_done() {
    let look = async |rig: &Rig, level| {
        way_back(rig.id, &rig.steps, level, &*rig.journal)
            .await
            .unwrap()
    };
    let open = |taken: &[usize], kept: &[usize]| WayBack::Open {
        taken: taken.to_vec(),
        kept: kept.to_vec(),
    };
    let going = rig(&[(&[], &[]), (&[], &[]), (&[], &[])]);
    assert_eq!(look(&going, RollbackLevel::Full).await, open(&[], &[]));
    assert!(matches!(
        going.drive(RollbackLevel::Full).await,
        End::Complete(_)
    ));
    assert_eq!(
        look(&going, RollbackLevel::Full).await,
        open(&[2, 1, 0], &[])
    );
    let WayBack::Open { taken, kept } = look(&going, RollbackLevel::Soft).await else {
        panic!("no step of it is one-way")
    };
    assert!(!kept.is_empty(), "the lowest level keeps something");
    assert_eq!(taken.len() + kept.len(), 3);

    // What has begun and has no way back closes it.
    let past = rig_with(&[(&[], &[]), (&[Answer::Refused], &[]), (&[], &[])], 1);
    assert!(matches!(
        past.drive(RollbackLevel::Full).await,
        End::NeedsOperator { .. }
    ));
    assert_eq!(look(&past, RollbackLevel::Full).await, WayBack::Closed(1));
}

#[tokio::test(start_paused = true)]
async fn three_ways_out_of_what_is_stuck() {
    let protected = [Answer::Refused; 200];
    for way in [
        WayOut::Retry,
        WayOut::Removed,
        WayOut::Keep(Text::line("the customer pays by hand")),
    ] {
        let rig = rig(&[(&[], &[]), (&[], &protected), (&[Answer::Refused], &[])]);
        assert!(matches!(
            rig.drive(RollbackLevel::Full).await,
            End::NeedsOperator { .. }
        ));
        let left = stuck::left(rig.id, &rig.steps, &*rig.journal)
            .await
            .unwrap();
        assert_eq!(left.len(), 1);
        assert!(matches!(&left[0].look, Look::Ours(object) if object.id == "step1"));
        if way == WayOut::Removed {
            rig.cloud.lock().unwrap().clear();
            let left = stuck::left(rig.id, &rig.steps, &*rig.journal)
                .await
                .unwrap();
            assert_eq!(left[0].look, Look::Absent);
        } else if way == WayOut::Retry {
            rig.makings[1].undos.lock().unwrap().clear();
        }
        stuck::release(rig.id, &*rig.journal, &way, (rig.context.clock)())
            .await
            .unwrap();
        assert!(matches!(
            rig.drive(RollbackLevel::Full).await,
            End::RolledBack { .. }
        ));
        let kept = matches!(way, WayOut::Keep(_));
        assert_eq!(rig.names().len(), usize::from(kept), "{way:?}");
    }
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        4 => Just(Answer::Well),
        1 => Just(Answer::Refused),
        2 => Just(Answer::Lost),
        2 => Just(Answer::Nothing),
        2 => Just(Answer::Late),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// However the provider answers and whenever the process ends: all or nothing, and nothing twice.
    #[test]
    fn nothing_is_left_and_nothing_is_made_twice(
        forward in prop::collection::vec(prop::collection::vec(answer(), 0..4), 3),
        undos in prop::collection::vec(prop::collection::vec(answer(), 0..4), 3),
        ends in prop::collection::vec(0_u64..12_000, 0..6),
    ) {
        let scripts: Vec<(&[Answer], &[Answer])> = forward
            .iter()
            .zip(&undos)
            .map(|(forward, undos)| (forward.as_slice(), undos.as_slice()))
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        let (end, names, status) = runtime.block_on(async {
            let rig = rig(&scripts);
            for millis in ends {
                let limit = Duration::from_millis(millis);
                if let Ok(end) = tokio::time::timeout(limit, rig.drive(RollbackLevel::Full)).await {
                    prop_assert!(!matches!(end, End::Interrupted(_)));
                    break;
                }
                // A step's own task outlives the one who waited for it only here; a process takes it along.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let end = rig.drive(RollbackLevel::Full).await;
            tokio::time::sleep(Duration::from_secs(10)).await;
            let status = rig.journal.0.lock().unwrap().0.clone();
            Ok((end, rig.names(), status))
        })?;
        match end {
            End::Complete(made) => {
                prop_assert_eq!(names, ["step0", "step1", "step2"]);
                prop_assert_eq!(made.len(), 3);
                prop_assert_eq!(status.direction, Direction::Forward);
            }
            End::RolledBack { kept, .. } => {
                prop_assert!(names.is_empty(), "{:?}", names);
                prop_assert!(kept.is_empty());
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

#[test]
fn a_record_is_read_back_as_it_was_written() {
    let record = Record {
        forward: Forward::Intended {
            attempt: 2,
            key: "k".into(),
            since: Time::from_seconds(5),
        },
        undo: Undoing::Stuck(Text::line("protected")),
    };
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
}
