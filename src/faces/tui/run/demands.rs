//! What the app asks for and takes time: each in a task of its own, with a deadline, that sends one message back.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use config::Report;
use link::{Command, Reading};
use tokio::sync::mpsc;
use tokio::time::timeout;
use ui::{Recalled, Role};
use vocab::{RunId, ScheduleName, Text};
use world::{
    AutopilotRequest, Consent, Intent, ItemId, MarkRequest, NoteRequest, Plan, Refusal,
    RefusalKind, ScheduleVerb, WayOut,
};

use super::folder;
use crate::app::{Demand, Message};

/// A plan may look at the fleet first; nobody waits longer than this for one.
const PATIENCE: Duration = Duration::from_secs(20);

/// The tasks of the console.
pub struct Tasks {
    command: Option<Arc<dyn Command>>,
    messages: mpsc::Sender<Message>,
    exports: PathBuf,
    themes: Option<PathBuf>,
}

impl Tasks {
    /// None yet.
    pub fn new(
        command: Option<Arc<dyn Command>>,
        messages: mpsc::Sender<Message>,
        exports: PathBuf,
        themes: Option<PathBuf>,
    ) -> Self {
        Self {
            command,
            messages,
            exports,
            themes,
        }
    }

    /// The way changes go, when there is one.
    pub fn command(&self) -> Option<Arc<dyn Command>> {
        self.command.clone()
    }

    /// Starts what a demand needs; those the loop does itself are not for here.
    pub fn start(&self, demand: Demand) {
        let messages = self.messages.clone();
        let command = self.command.clone();
        let work = async move {
            match (demand, command) {
                (Demand::Plan(intent) | Demand::Shell(intent), Some(command)) => {
                    plan(command, intent).await
                }
                (Demand::Submit(plan, consent), Some(command)) => {
                    submit(command, plan, consent).await
                }
                (Demand::Cancel(run), Some(command)) => cancel(command, run).await,
                (Demand::Autopilot(request), Some(command)) => switch(command, request).await,
                (Demand::Mark(items, request), Some(command)) => {
                    mark(command, items, request).await
                }
                (Demand::Note(request), Some(command)) => note(command, *request).await,
                (Demand::Resolve(run, way), Some(command)) => resolve(command, run, way).await,
                (Demand::Schedule(name, verb), Some(command)) => {
                    schedule(command, name, verb).await
                }
                _ => Message::Said("this session is read-only".into(), Role::Warn),
            }
        };
        tokio::spawn(async move {
            if messages.send(work.await).await.is_err() {
                tracing::debug!("the console ended before its answer came");
            }
        });
    }

    /// Has it written down that somebody is at the keys; a session that is read-only leaves no trace.
    pub fn attended(&self) {
        if let Some(command) = self.command() {
            tokio::spawn(async move { command.attended().await });
        }
    }

    /// Loads a theme.
    pub fn load_theme(&self, name: String) {
        let (messages, folder) = (self.messages.clone(), self.themes.clone());
        tokio::task::spawn_blocking(move || {
            let mut report = Report::default();
            let theme = config::theme::load(&name, folder.as_deref(), &mut report);
            let loaded = Message::Themed(Box::new((theme, report)));
            if messages.blocking_send(loaded).is_err() {
                tracing::debug!("the console ended before its theme was loaded");
            }
        });
    }

    /// Waits for what is read of the journal.
    pub fn recall<T: Send + 'static>(
        &self,
        reading: Reading<Result<T, Refusal>>,
        into: impl FnOnce(T) -> Recalled + Send + 'static,
    ) {
        let messages = self.messages.clone();
        tokio::spawn(async move {
            let read = match reading.await {
                Ok(found) => Message::Recalled(into(found)),
                Err(refusal) => Message::Said(refusal.text, Role::Warn),
            };
            if messages.send(read).await.is_err() {
                tracing::debug!("the console ended before the journal was read");
            }
        });
    }

    /// Lists a folder for a path that is being typed.
    pub fn list_folder(&self, typed: String) {
        let messages = self.messages.clone();
        tokio::task::spawn_blocking(move || {
            if messages
                .blocking_send(Message::Listed(folder::list(typed)))
                .is_err()
            {
                tracing::debug!("the console ended before its folder was listed");
            }
        });
    }

    /// Writes a file, and says where or why not.
    pub fn export(&self, name: String, text: String) {
        let (messages, folder) = (self.messages.clone(), self.exports.clone());
        tokio::spawn(async move {
            let written = tokio::task::spawn_blocking(move || write(&folder, &name, &text)).await;
            let result = written.unwrap_or_else(|_| Err("the file could not be written".into()));
            if messages.send(Message::Exported(result)).await.is_err() {
                tracing::debug!("the console ended before its file was written");
            }
        });
    }
}

fn too_late() -> Refusal {
    let text = format!(
        "no answer from the engine within {} s; nothing was begun",
        PATIENCE.as_secs()
    );
    Refusal {
        kind: RefusalKind::Unreachable,
        text: Text::line(text),
    }
}

async fn plan(command: Arc<dyn Command>, intent: Intent) -> Message {
    let made = timeout(PATIENCE, command.plan(intent)).await;
    Message::Planned(made.unwrap_or_else(|_| Err(too_late())).map(Box::new))
}

async fn submit(command: Arc<dyn Command>, plan: Box<Plan>, consent: Consent) -> Message {
    let taken = timeout(PATIENCE, command.submit(plan.id, consent))
        .await
        .unwrap_or_else(|_| Err(too_late()));
    match taken {
        Ok(()) if plan.intent.is_shell() => Message::Handover(plan),
        taken => Message::Submitted(plan.title, taken),
    }
}

async fn cancel(command: Arc<dyn Command>, run: RunId) -> Message {
    Message::Cancelled(
        timeout(PATIENCE, command.cancel(run))
            .await
            .unwrap_or_else(|_| Err(too_late())),
    )
}

async fn schedule(command: Arc<dyn Command>, name: ScheduleName, verb: ScheduleVerb) -> Message {
    let said = timeout(PATIENCE, command.schedule(name.clone(), verb)).await;
    match said.unwrap_or_else(|_| Err(too_late())) {
        Ok(_) => {
            let done = match verb {
                ScheduleVerb::Run => "asked for a turn of",
                ScheduleVerb::Pause { .. } => "paused",
                ScheduleVerb::Resume => "resumed",
            };
            Message::Said(Text::line(format!("{done} {name}")), Role::Text)
        }
        Err(refusal) => Message::Said(refusal.text, Role::Warn),
    }
}

/// Does the same with each of these items; what is refused for one is refused for those behind it too.
async fn mark(command: Arc<dyn Command>, items: Vec<ItemId>, request: MarkRequest) -> Message {
    let words = match &request {
        MarkRequest::Acknowledge => "acknowledged",
        MarkRequest::Snooze { .. } => "snoozed",
        MarkRequest::Delegate { .. } => "delegated",
        MarkRequest::Note(_) => "noted",
        MarkRequest::Done => "done; what is still wrong in 10 minutes comes back by itself",
        MarkRequest::Clear => "taken back: it is as if nothing had been said of it",
    };
    let many = match items.len() {
        1 => String::new(),
        count => format!("{count} items "),
    };
    let marking = async {
        for item in items {
            command.mark(item, request.clone()).await?;
        }
        Ok(())
    };
    let marked = timeout(PATIENCE, marking).await;
    let words = Text::line(format!("{many}{words}"));
    Message::Marked(words, marked.unwrap_or_else(|_| Err(too_late())))
}

async fn note(command: Arc<dyn Command>, request: NoteRequest) -> Message {
    let words = Text::line(format!("noted: {}", request.text));
    let written = timeout(PATIENCE, command.note(request)).await;
    let written = written.unwrap_or_else(|_| Err(too_late()));
    Message::Marked(words, written.map(drop))
}

async fn switch(command: Arc<dyn Command>, request: AutopilotRequest) -> Message {
    let switched = timeout(PATIENCE, command.autopilot(request.clone())).await;
    Message::Switched(request, switched.unwrap_or_else(|_| Err(too_late())))
}

async fn resolve(command: Arc<dyn Command>, run: RunId, way: WayOut) -> Message {
    Message::Resolved(
        timeout(PATIENCE, command.resolve(run, way))
            .await
            .unwrap_or_else(|_| Err(too_late())),
    )
}

fn write(folder: &std::path::Path, name: &str, text: &str) -> Result<PathBuf, Text> {
    let path = folder.join(name);
    let done = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
    done.map(|()| path.clone())
        .map_err(|error| Text::line(format!("{} cannot be written: {error}", path.display())))
}
