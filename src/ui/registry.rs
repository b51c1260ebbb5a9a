//! The one list of actions. Keys, the palette, help, the hint bar, the menu and the documentation all come from it.

/// Where an action makes sense: the heading it stands under in help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everywhere.
    Global,
    /// In every pane that shows a list or a page that scrolls.
    List,
    /// In the logs.
    Logs,
    /// In a dialog.
    Dialog,
    /// In a line that is typed.
    Input,
}

impl Scope {
    /// The heading's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::List => "list",
            Self::Logs => "logs",
            Self::Dialog => "dialog",
            Self::Input => "input",
        }
    }
}

/// What an action may do to the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// Nothing: it looks, or changes the console itself.
    Look,
    /// A change that its inverse takes back.
    Reversible,
    /// A change that loses nothing, but somebody may notice.
    Disruptive,
    /// A change that cannot be taken back.
    Irreversible,
    /// It depends on what it is applied to; the plan says.
    Varies,
}

impl Risk {
    /// The word shown in the menu and in help.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Reversible => "reversible",
            Self::Disruptive => "disruptive",
            Self::Irreversible => "irreversible",
            Self::Varies => "by plan",
        }
    }

    /// Whether the fleet may be another one afterwards.
    pub const fn changes(self) -> bool {
        !matches!(self, Self::Look)
    }
}

/// What there is to know of an action.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// The action.
    pub action: Action,
    /// Its name in keymaps, the palette and the documentation: `list.down`.
    pub name: &'static str,
    /// Where it makes sense.
    pub scope: Scope,
    /// What it may do.
    pub risk: Risk,
    /// Two or three words for the hint bar and the menu.
    pub title: &'static str,
    /// One sentence for help.
    pub doc: &'static str,
}

macro_rules! actions {
    ($($variant:ident $name:literal $scope:ident $risk:ident $title:literal $doc:literal;)*) => {
        /// A named verb that a key can be bound to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $(#[doc = $doc] $variant,)*
        }

        /// Every action, in the order of help.
        pub const ALL: &[Definition] = &[
            $(Definition {
                action: Action::$variant,
                name: $name,
                scope: Scope::$scope,
                risk: Risk::$risk,
                title: $title,
                doc: $doc,
            },)*
        ];
    };
}

actions! {
    AppBack "app.back" Global Look "back" "Closes the topmost thing: a dialog, a filter, a detail. Never quits.";
    AppQuit "app.quit" Global Look "quit" "Closes the console; asks first while a run is under way.";
    AppHelp "app.help" Global Look "help" "Lists every key that works here; type to search.";
    AppCommand "app.command" Global Look "command" "Opens the command line, which also finds actions and objects by name.";
    AppLock "app.lock" Global Look "lock" "Locks the console: it looks and changes nothing until it is unlocked.";
    AppSettings "app.settings" Global Look "settings" "Shows the settings in force and the files they come from.";
    AppMouse "app.mouse" Global Look "mouse" "Turns the mouse on or off; while on, hold shift to select text.";
    AppRedraw "app.redraw" Global Look "redraw" "Draws the whole screen anew.";
    AutopilotStop "autopilot.stop" Global Look "stop autopilot" "Stops the autopilot at once, in every process; `wheelhouse autopilot start` lets it go on.";
    AwayShow "away.show" Global Look "while you were away" "Shows what became of items while nobody was at the keys, by what it cost.";
    StatisticsShow "statistics.show" Global Look "statistics" "Shows how well items were dealt with, beside the goals.";
    NoteWrite "note.write" Global Look "write a note" "Writes down what is to be done, with a date and what it is worth; it becomes an item.";
    AppNotices "app.notices" Global Look "notices" "Lists what the console has to say about itself.";
    ViewOverview "view.overview" Global Look "overview" "Shows all panes at once.";
    ViewTop "view.top" Global Look "top ten" "Goes to the ten things that matter now, the first first.";
    ViewNodes "view.nodes" Global Look "nodes" "Goes to the nodes.";
    ViewContainers "view.containers" Global Look "containers" "Goes to the containers.";
    ViewServices "view.services" Global Look "services" "Goes to the services.";
    ViewRuns "view.runs" Global Look "runs" "Goes to the runs and the audit log.";
    ViewLogs "view.logs" Global Look "logs" "Goes to the logs.";
    ViewSites "view.sites" Global Look "sites" "Goes to the hosted sites.";
    ViewRevenue "view.revenue" Global Look "revenue" "Goes to what the sites bring and what of it is left.";
    ViewSchedules "view.schedules" Global Look "schedules" "Goes to what is done by itself.";
    ViewLast "view.last" Global Look "last view" "Goes back to the view before this one.";
    PaneNext "pane.next" Global Look "next pane" "Moves to the next pane.";
    PanePrevious "pane.previous" Global Look "previous pane" "Moves to the previous pane.";
    PaneNextTab "pane.next-tab" Global Look "next tab" "Shows the next page of a detail.";
    PanePreviousTab "pane.previous-tab" Global Look "previous tab" "Shows the previous page of a detail.";
    PaneGrow "pane.grow" Global Look "bigger" "Makes the pane bigger: normal, then the whole screen.";
    PaneShrink "pane.shrink" Global Look "smaller" "Makes the pane smaller again.";
    ListDown "list.down" List Look "down" "Moves down.";
    ListUp "list.up" List Look "up" "Moves up.";
    ListTop "list.top" List Look "top" "Moves to the first row.";
    ListBottom "list.bottom" List Look "bottom" "Moves to the last row.";
    ListPageDown "list.page-down" List Look "page down" "Moves down by a page.";
    ListPageUp "list.page-up" List Look "page up" "Moves up by a page.";
    ListHalfDown "list.half-down" List Look "half down" "Moves down by half a page.";
    ListHalfUp "list.half-up" List Look "half up" "Moves up by half a page.";
    ListLeft "list.left" List Look "left" "Scrolls to the left.";
    ListRight "list.right" List Look "right" "Scrolls to the right.";
    ListOpen "list.open" List Look "open" "Opens the selected row; changes nothing.";
    ListMark "list.mark" List Look "mark" "Marks the row; changes then apply to all marked rows.";
    ListMarkRange "list.mark-range" List Look "mark range" "Marks all rows from the last mark to here.";
    ListSort "list.sort" List Look "sort" "Sorts by the next column.";
    ListReverse "list.sort-reverse" List Look "reverse" "Turns the order round.";
    FilterStart "filter.start" List Look "filter" "Filters the pane while you type; ! inverts, ~ is fuzzy.";
    SearchNext "search.next" List Look "next hit" "Moves to the next hit.";
    SearchPrevious "search.previous" List Look "previous hit" "Moves to the previous hit.";
    JumpNode "jump.node" List Look "to its node" "Jumps to the node of the selected row.";
    JumpContainer "jump.container" List Look "to its container" "Jumps to the container of the selected row.";
    JumpService "jump.service" List Look "to its service" "Jumps to the service of the selected row.";
    JumpLogs "jump.logs" List Look "to its logs" "Jumps to the logs of the selected row.";
    LogsOpen "logs.open" List Look "logs" "Opens the logs of the selected row, or of all marked rows.";
    ShellOpen "shell.open" List Look "shell" "Opens a shell on the node or in the container; noted in the audit log.";
    MenuActions "menu.actions" List Look "actions" "Lists what can be done with the selection, with its risk.";
    WhyShow "why.show" List Look "why" "Shows where the figures of the row come from and how old they are.";
    CopyCell "copy.cell" List Look "copy" "Copies the name of the selected row.";
    CopyCommand "copy.command" List Look "copy command" "Copies the selected row as a shell command or as JSON.";
    RevenueExport "revenue.export" List Look "export" "Writes the figures of every site to a CSV file.";
    ItemAcknowledge "item.acknowledge" List Look "acknowledge" "Notes that the item was seen: it goes below those nobody has seen; again takes it back.";
    ItemSnooze "item.snooze" List Look "snooze" "Hides the item until a moment you choose, with a reason; then it comes back.";
    ItemDelegate "item.delegate" List Look "delegate" "Notes who sees to the item instead, and until when; then it comes back.";
    ItemNote "item.note" List Look "note" "Writes something to the item.";
    ItemDone "item.done" List Look "done" "Says that the item is done; what is still wrong in 10 minutes comes back by itself.";
    ItemClear "item.clear" List Look "take back" "Takes back what was said of the item, but for its notes.";
    ItemAll "item.all" List Look "all items" "Shows all items, also those that are snoozed, delegated, done or put away; again only the ten.";
    RunUndo "run.undo" Global Look "undo" "Takes the newest change back: in its grace window as if it had never been, later by its inverse plan.";
    ChangeRestart "change.restart" List Disruptive "restart" "Restarts the selected containers, or what serves the selected site.";
    ChangeStart "change.start" List Reversible "start" "Starts the selected containers.";
    ChangeStop "change.stop" List Disruptive "stop" "Stops the selected containers.";
    ChangeKill "change.kill" List Irreversible "kill or remove" "Ends the selected containers at once; removes those that have ended.";
    ChangeFix "change.fix" List Varies "fix" "Plans what would mend the selected item.";
    ChangeTrust "change.trust" List Reversible "trust its fix" "Has the autopilot try the fix of the selected item again although it failed, or takes that back; asks first.";
    ChangePause "change.pause" List Reversible "pause" "Freezes the selected containers.";
    ChangeUnpause "change.unpause" List Reversible "unpause" "Thaws the selected containers.";
    ChangeRemove "change.remove" List Irreversible "remove" "Removes the selected containers.";
    ChangePrune "change.prune" List Irreversible "prune" "Removes what nothing uses on the nodes; lists it first.";
    ChangePruneLogs "change.prune-logs" List Irreversible "cut logs" "Cuts logs of the nodes that have grown over their bound: the journal, those of containers; shows each first.";
    ChangeReconnect "change.reconnect" List Disruptive "reconnect" "Drops the connections to the selected nodes and makes them anew at once.";
    ChangeReboot "change.reboot" List Disruptive "reboot" "Reboots the selected nodes.";
    ChangeRestartUnit "change.restart-unit" List Disruptive "restart unit" "Restarts the failed units of the selected nodes.";
    ChangeDeploy "change.deploy" Global Disruptive "deploy" "Makes a site: asks for its files, its domain and for whom it is, then shows the plan.";
    ChangeRelease "change.release" List Disruptive "release" "Has the selected site serve new files; asks for them, then shows the plan.";
    ChangeRollback "change.rollback" List Disruptive "roll back" "Has the selected site serve a kept release again, chosen from a list.";
    ChangeDelete "change.delete" List Irreversible "delete" "Removes the selected site: its subscription first, then its record and its server.";
    ChangeBackup "change.backup" List Reversible "back up" "Makes a backup of the selected site now.";
    ChangeDump "change.dump" List Reversible "dump database" "Makes a dump of the database of the selected site now; the rest of it is not backed up.";
    ChangeDrill "change.drill" List Reversible "try the backup" "Restores the newest backup of the selected site into a scratch place, and compares every file.";
    ChangeRestore "change.restore" List Disruptive "restore" "Brings the selected site, or a part of it, back from a backup; asks which.";
    ChangeSuspend "change.suspend" List Disruptive "suspend" "Serves and bills the selected site no more, until it is resumed.";
    ChangeResume "change.resume" List Disruptive "resume" "Serves and bills the selected site again.";
    ChangeMove "change.move" List Disruptive "move" "Has the selected site stand elsewhere, without a moment in which it does not answer.";
    ChangeFailover "change.failover" List Disruptive "fail over" "Serves the selected site from the next region, because its own is down.";
    ChangeRehearse "change.rehearse" List Reversible "rehearse failover" "Does all of a failover but the change of name, and takes it back.";
    ChangeRename "change.rename" List Disruptive "rename" "Gives the selected site another domain; asks for it first.";
    ChangeGrow "change.grow" List Disruptive "grow" "Makes the server of the selected site larger; its address and disk stay.";
    ChangeRenew "change.renew" List Disruptive "renew certificate" "Has the selected site serve a new certificate.";
    ChangeRunNow "change.run-now" List Varies "run now" "Has a turn of the selected schedule begun now; asks first.";
    ChangeHold "change.hold" List Reversible "pause schedule" "Begins no turn of the selected schedule until it is resumed; asks first.";
    ChangeGoOn "change.go-on" List Reversible "resume schedule" "Begins the turns of the selected schedule again; asks first.";
    LogsFollow "logs.follow" Logs Look "follow" "Follows the newest line, or stops following.";
    LogsPause "logs.pause" Logs Look "pause" "Holds the view still; new lines are counted.";
    LogsLevel "logs.level" Logs Look "level" "Shows only lines of the next higher level.";
    LogsMarker "logs.marker" Logs Look "marker" "Draws a line with the time, to find this place again.";
    LogsTimestamps "logs.timestamps" Logs Look "timestamps" "Shows moments as an age, in local time or in UTC.";
    LogsWrap "logs.wrap" Logs Look "wrap" "Wraps long lines or cuts them.";
    LogsNextError "logs.next-error" Logs Look "next error" "Moves to the next error.";
    LogsPreviousError "logs.previous-error" Logs Look "previous error" "Moves to the previous error.";
    LogsExport "logs.export" Logs Look "export" "Writes the lines that are shown to a file.";
    LogsFields "logs.fields" Logs Look "fields" "Shows the fields of a JSON or logfmt line.";
    LogsSources "logs.sources" Logs Look "sources" "Chooses which logs are read.";
    DialogCancel "dialog.cancel" Dialog Look "cancel" "Closes the dialog; nothing is done.";
    DialogPress "dialog.press" Dialog Look "press" "Presses the button that has the focus.";
    DialogNext "dialog.next" Dialog Look "next" "Moves the focus to the next field or button.";
    DialogPrevious "dialog.previous" Dialog Look "previous" "Moves the focus to the previous field or button.";
    InputAccept "input.accept" Input Look "accept" "Takes what was typed.";
    InputCancel "input.cancel" Input Look "cancel" "Drops what was typed.";
    InputPrevious "input.previous" Input Look "earlier" "Brings back the line typed before, or moves up in what was found.";
    InputNext "input.next" Input Look "later" "Brings back the line typed after, or moves down in what was found.";
    InputComplete "input.complete" Input Look "complete" "Completes the word that was begun.";
}

impl Action {
    /// What there is to know of it.
    pub fn definition(self) -> &'static Definition {
        // The table is written in the order of the variants, which the test below holds it to.
        ALL.get(self as usize).unwrap_or(&ALL[0])
    }

    /// Its name in keymaps.
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// Two or three words.
    pub fn title(self) -> &'static str {
        self.definition().title
    }

    /// By its name; `None` when there is no such action.
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.iter()
            .find(|definition| definition.name == name)
            .map(|definition| definition.action)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_is_named_once_and_explained() {
        let mut names = BTreeSet::new();
        for (index, definition) in ALL.iter().enumerate() {
            assert_eq!(definition.action as usize, index, "{}", definition.name);
            assert!(names.insert(definition.name), "{} twice", definition.name);
            assert!(definition.name.contains('.'), "{}", definition.name);
            assert!(
                !definition.title.is_empty() && definition.title.len() <= 20,
                "{}",
                definition.name
            );
            assert!(
                definition.doc.ends_with('.') && definition.doc.len() > 8,
                "{}",
                definition.name
            );
            assert_eq!(Action::from_name(definition.name), Some(definition.action));
        }
    }

    #[test]
    fn only_changes_are_called_so() {
        for definition in ALL {
            assert_eq!(
                definition.name.starts_with("change."),
                definition.risk.changes(),
                "{}",
                definition.name
            );
        }
    }
}
