//! The sweep: what carries our mark at the providers and belongs to nobody by the books becomes a notice each.

use std::collections::BTreeSet;

use store::Store;
use tokio::sync::oneshot;
use vocab::{RunId, Text, Time};
use world::{Event, Fact, Kept, Notice, NoticeKind, Run, RunState};

use crate::core::Core;

impl Core {
    /// Looks for what carries our mark and belongs to nobody, in a task of its own; what is found becomes a notice each.
    /// Whoever waits is told how much that is, or why it could not be looked everywhere.
    pub(crate) fn sweep(&self, reply: Option<oneshot::Sender<Result<usize, Text>>>) {
        let tell = move |found: Result<usize, Text>| drop(reply.map(|reply| reply.send(found)));
        // Without the books everything would look like nobody's.
        let Some(store) = self.store.clone().filter(|_| self.booked) else {
            return tell(Err(Text::line("there are no books to compare with")));
        };
        let ends = match &self.fabric.hosting {
            Ok(ends) => ends.clone(),
            Err(why) => return tell(Err(why.clone())),
        };
        let under_way = self
            .world
            .runs
            .values()
            .filter(|run| !matches!(run.state, RunState::Verified | RunState::Cancelled))
            .map(Run::id);
        let known: BTreeSet<RunId> = self
            .world
            .sites
            .values()
            .flat_map(|site| {
                let behind = site.objects.left_behind.as_ref();
                let behind = behind.map(|place| place.made_by);
                [Some(site.deployment), site.objects.made_by, behind]
            })
            .flatten()
            .chain(under_way)
            .collect();
        let told: Vec<Text> = self
            .world
            .notices
            .values()
            .filter(|notice| notice.kind == NoticeKind::Orphan)
            .map(|notice| notice.subject.clone())
            .collect();
        let events = self.events.clone();
        self.tasks.spawn(async move {
            let at = drivers::clock::now();
            let kept = match kept(&store, at).await {
                Ok(kept) => kept,
                Err(why) => return tell(Err(why)),
            };
            let orphans = match hosting::sweep(&ends, &known, at).await {
                // What an operator has chosen to keep is known.
                Ok(mut orphans) => {
                    orphans.retain(|orphan| {
                        let is_kept = |kept: &Kept| {
                            kept.object.kind == orphan.kind && kept.object.id == orphan.id
                        };
                        !kept.iter().any(is_kept)
                    });
                    orphans
                }
                Err(error) => {
                    tracing::warn!(%error, "the sweep could not look everywhere");
                    return tell(Err(Text::line(error.to_string())));
                }
            };
            let subject =
                |orphan: &hosting::Orphan| Text::line(format!("{} {}", orphan.kind, orphan.id));
            let gone = told
                .into_iter()
                .filter(|told| !orphans.iter().any(|orphan| subject(orphan) == *told))
                .map(|subject| Fact::NoticeCleared {
                    kind: NoticeKind::Orphan,
                    subject,
                });
            let found = orphans.iter().map(|orphan| {
                Fact::Noticed(Notice {
                    kind: NoticeKind::Orphan,
                    subject: subject(orphan),
                    text: orphan.words(),
                    grave: true,
                })
            });
            for fact in gone.chain(found).collect::<Vec<_>>() {
                if events.send(Event { at, fact }).await.is_err() {
                    return;
                }
            }
            tell(Ok(orphans.len()));
        });
    }
}

/// What operators have chosen to keep. Where that cannot be read nothing may be called nobody's: a fix would delete it.
async fn kept(store: &Store, now: Time) -> Result<Vec<Kept>, Text> {
    store.kept(now).await.map_err(|error| {
        tracing::warn!(%error, "the sweep could not read what is kept");
        Text::line(format!(
            "what operators have chosen to keep could not be read, so nothing is called left over: {error}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use store::Options;

    use super::*;

    #[tokio::test]
    async fn what_is_kept_and_cannot_be_read_is_not_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let now = drivers::clock::now();
        let (store, _) = Store::open(folder.path(), Options::new(now)).await.unwrap();
        assert_eq!(kept(&store, now).await, Ok(Vec::new()));
        store.clone().close().await;
        let why = kept(&store, now).await.unwrap_err();
        assert!(why.contains("nothing is called left over"), "{why}");
    }
}
