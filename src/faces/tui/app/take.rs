//! What comes back: plans, refusals, lines, files read again; and what the console has to say of itself.

use config::{Config, Diagnostic, Report, Severity, Theme};
use ui::{Figure, Role, Seen, View};
use vocab::{LogBatch, Text, Time};
use world::{AutopilotRequest, Confirmation, Consent, Plan};

use super::{App, Demand, Message};
use crate::dialogs::{Dialog, Item, Note, PlanDialog};

impl App {
    /// Takes in what came back.
    pub fn take(&mut self, message: Message, now: Time) -> Vec<Demand> {
        match message {
            Message::Planned(Ok(plan)) => return self.planned(plan, now),
            Message::Planned(Err(refusal)) => match self.dialogs.last_mut() {
                Some(Dialog::Form(form)) if form.is_waiting() => {
                    self.said = None;
                    form.refused(refusal.text);
                }
                _ => self.say(refusal.text, Role::Warn, now),
            },
            Message::Recalled(recalled) => {
                for pane in &mut self.panes {
                    pane.recall(&recalled);
                }
            }
            Message::Listed(listing) => {
                if let Some(Dialog::Form(form)) = self.dialogs.last_mut() {
                    form.listed(&listing);
                }
            }
            Message::Marked(words, Ok(())) => self.say(words, Role::Text, now),
            Message::Submitted(_, Err(refusal))
            | Message::Marked(_, Err(refusal))
            | Message::Cancelled(Err(refusal))
            | Message::Switched(_, Err(refusal))
            | Message::Resolved(Err(refusal)) => {
                self.say(refusal.text, Role::Warn, now);
            }
            Message::Submitted(title, Ok(())) => {
                self.draft = None;
                self.say(format!("taken on: {title}"), Role::Text, now);
            }
            Message::Resolved(Ok(())) => self.say("decided: the run goes on", Role::Text, now),
            Message::Switched(request, Ok(())) => self.say(switched(&request), Role::Text, now),
            Message::Cancelled(Ok(())) => self.say("taken back", Role::Text, now),
            Message::Said(text, role) => self.say(text, role, now),
            Message::Exported(Ok(path)) => {
                self.say(format!("written to {}", path.display()), Role::Text, now);
            }
            Message::Exported(Err(text)) => self.say(text, Role::Warn, now),
            Message::Themed(loaded) => {
                let (theme, report) = *loaded;
                self.themed(&theme, &report, now);
            }
            Message::Reloaded(read) => {
                let (config, report) = *read;
                self.configure(config, &report);
                let text = match self.problems.len() {
                    0 => Text::from("configuration read again"),
                    count => Text::line(format!(
                        "configuration read again; {} (:notices lists them)",
                        crate::words::count(count, "problem")
                    )),
                };
                self.say(
                    text,
                    if self.problems.is_empty() {
                        Role::Text
                    } else {
                        Role::Warn
                    },
                    now,
                );
            }
            Message::Gone => self.gone = true,
            // The loop does this itself: it holds the terminal.
            Message::Handover(_) => {}
        }
        Vec::new()
    }

    fn themed(&mut self, theme: &Theme, report: &Report, now: Time) {
        self.dress(theme);
        self.theme = Some(theme.name.clone());
        let words = match report.iter().next() {
            Some(problem) => problem.to_string(),
            None if self.plain => "NO_COLOR is set: no theme has colours".to_owned(),
            None => format!(
                "theme {}; theme = \"{0}\" in settings.toml keeps it",
                theme.name
            ),
        };
        let fine = report.is_empty() && !self.plain;
        let role = if fine { Role::Text } else { Role::Warn };
        self.say(Text::line(words), role, now);
    }

    /// Takes in lines of logs.
    pub fn lines(&mut self, batches: Vec<LogBatch>) {
        if let Some(pane) = self.pane(View::Logs) {
            for batch in batches {
                pane.take(batch);
            }
        }
    }

    /// What is reversible begins its grace window at once; all else asks.
    fn planned(&mut self, plan: Box<Plan>, now: Time) -> Vec<Demand> {
        self.said = None;
        match &plan.confirmation {
            Confirmation::Grace(_) => self.submit(plan, Consent::Grace),
            Confirmation::Letter(_) | Confirmation::TypedName(_) => {
                // A plan that arrives while another asks must not slip under its letter.
                if self
                    .dialogs
                    .iter()
                    .any(|dialog| matches!(dialog, Dialog::Plan(_)))
                {
                    self.say("another plan is waiting for an answer", Role::Warn, now);
                } else if self.filter.is_some() {
                    // What is being typed must not be taken for an answer.
                    let words = format!("{}: finish typing, then ask again", plan.title);
                    self.say(words, Role::Warn, now);
                } else {
                    self.pressed.clear();
                    self.dialogs
                        .push(Dialog::Plan(Box::new(PlanDialog::new(*plan))));
                }
                Vec::new()
            }
        }
    }
}

/// What the autopilot does now that it was asked to.
fn switched(request: &AutopilotRequest) -> Text {
    match request {
        AutopilotRequest::Stop => {
            "the autopilot is stopped; `wheelhouse autopilot start` lets it go on".into()
        }
        AutopilotRequest::Start => "the autopilot may go on; what failed is forgiven".into(),
        AutopilotRequest::Trust(what) => Text::line(format!(
            "trusted: {what} is tried again where the policy allows it"
        )),
        AutopilotRequest::Distrust(what) => Text::line(format!(
            "trust withdrawn: of {what} the record alone counts"
        )),
    }
}

/// Everything the console has to say of itself.
pub fn notices(problems: &[Diagnostic], seen: Seen<'_>) -> Note {
    let mut items: Vec<Item> = problems
        .iter()
        .map(|problem| Item::Words {
            text: problem.to_string(),
            grave: problem.severity == Severity::Error,
        })
        .collect();
    // A problem of the configuration is known here and to the engine; it is said once.
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let more = seen.world.notices.values();
    let more = more.filter(|notice| !told.iter().any(|text| *notice.text == **text));
    items.extend(more.map(|notice| Item::Words {
        text: format!("{}: {}", notice.subject, notice.text),
        grave: notice.grave,
    }));
    if seen.world.replaced > 0 {
        let text = format!(
            "{} samples were replaced by newer ones before they were shown: this machine was too busy",
            seen.world.replaced
        );
        items.push(Item::Words { text, grave: false });
    }
    let subject = crate::words::count(items.len(), "notice");
    if items.is_empty() {
        items.push(Item::Words {
            text: "nothing to report".to_owned(),
            grave: false,
        });
    }
    Note::of("notices", subject, items)
}

/// The settings in force.
pub fn settings(config: &Config, theme: Option<&str>) -> Note {
    let settings = &config.settings;
    let figure =
        |label: &str, value: String, source: &str| Item::Figure(Figure::new(label, value, source));
    let items = vec![
        figure(
            "theme",
            theme.map_or_else(
                || settings.theme.clone(),
                |theme| format!("{theme}, by hand"),
            ),
            "theme = \"night\", \"day\", \"contrast\", \"plain\" or a file in themes/",
        ),
        figure(
            "keymap",
            settings.keymap.clone(),
            "keymap = \"default\", \"vim\" or \"k9s\"; keymap.toml lies above it",
        ),
        figure(
            "mouse",
            settings.mouse.to_string(),
            "mouse = true captures it from the start",
        ),
        figure(
            "read only",
            settings.read_only.to_string(),
            "read_only = true starts locked",
        ),
        figure(
            "refresh",
            settings.refresh.to_string(),
            "refresh = \"2s\": how often figures are sampled",
        ),
        figure(
            "grace",
            settings.grace.to_string(),
            "grace = \"5s\": how long a reversible change waits for u",
        ),
        figure(
            "history",
            format!("{} days", settings.history_days),
            "history_days",
        ),
        figure(
            "log lines",
            settings.log_lines.to_string(),
            "log_lines, and log_memory for their memory",
        ),
    ];
    Note::of(
        "settings",
        "in settings.toml; read again as soon as it is saved".to_owned(),
        items,
    )
}
