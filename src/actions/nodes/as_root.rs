//! Running what only root may: plainly where the login is root, else through `sudo -n`, else as polkit allows.

use drivers::host::{CommandLine, CommandOutput};
use drivers::{DriverError, Host, Trouble};
use vocab::{Span, Text};

use crate::execute::effect::{Answer, printed};

/// How long `id -u` may take.
const ASK: Span = Span::seconds(10);

/// What the ways in say when they refuse before anything is done (sudo(8), systemctl(1), reboot(8)). A mere `sudo:` is not
/// enough: sudo also warns about a host name and then runs the command.
const REFUSALS: [&str; 12] = [
    "a password is required",
    "a terminal is required",
    "sudoers",
    "is not allowed to",
    "may not run",
    "command not found",
    "nteractive authentication required",
    "ccess denied",
    "ermission denied",
    "not permitted",
    "must be root",
    "must be superuser",
];

/// Whether commands on the node run as root.
pub(super) async fn is_root(host: &dyn Host) -> drivers::error::Result<bool> {
    let ran = host.run(&CommandLine::new("id", ["-u"]), b"", ASK).await?;
    Ok(ran.stdout.trim_ascii() == b"0")
}

/// What a command prints that changes nothing, by the first way in which it ends well.
pub(super) async fn read(
    host: &dyn Host,
    command: &CommandLine,
    deadline: Span,
    mend: &str,
) -> drivers::error::Result<String> {
    let root = is_root(host).await?;
    let mut said = Text::default();
    for attempt in ways(root, command) {
        match host.run(&attempt, b"", deadline).await {
            Ok(ran) if ran.status == Some(0) => {
                return Ok(String::from_utf8_lossy(&ran.stdout).into_owned());
            }
            Ok(ran) => said = Text::line(vocab::mask::mask(&String::from_utf8_lossy(&ran.stderr))),
            Err(error) if error.trouble == Trouble::NotFound => said = error.text,
            Err(error) => return Err(error),
        }
    }
    let words = format!("{}: {said}; {mend}", crate::words::of(command));
    Err(DriverError::new(Trouble::Refused, words))
}

/// Runs the first of `commands` that exists, by the first way that is allowed. Only a refusal before anything was done
/// leads to the next; `mend` says how to allow it.
pub(super) async fn run(
    host: &dyn Host,
    root: bool,
    commands: &[CommandLine],
    deadline: Span,
    mend: &str,
) -> drivers::error::Result<Answer> {
    let mut refusals: Vec<String> = Vec::new();
    for command in commands {
        for attempt in ways(root, command) {
            let refusal = match host.run(&attempt, b"", deadline).await {
                Ok(ran) => match judge(&ran)? {
                    Verdict::Ended(answer) => return Ok(answer),
                    Verdict::Refused(words) => words,
                },
                Err(error) if error.trouble == Trouble::NotFound => error.text.to_string(),
                Err(error) => return Err(error),
            };
            refusals.push(format!("{}: {refusal}", crate::words::of(&attempt)));
        }
    }
    let reason = format!("not allowed: {}; {mend}", refusals.join("; "));
    Ok(Answer::NotDone {
        reason,
        output: Text::default(),
    })
}

/// As root as it is; else through sudo without a question, then plainly, which polkit may allow.
fn ways(root: bool, command: &CommandLine) -> Vec<CommandLine> {
    if root {
        return vec![command.clone()];
    }
    let words = ["-n".to_owned(), command.program.clone()]
        .into_iter()
        .chain(command.arguments.iter().cloned());
    vec![CommandLine::new("sudo", words), command.clone()]
}

enum Verdict {
    Ended(Answer),
    Refused(String),
}

fn judge(ran: &CommandOutput) -> drivers::error::Result<Verdict> {
    let output = printed(&[&ran.stdout, &ran.stderr]);
    let said = String::from_utf8_lossy(&ran.stderr);
    let last = Text::line(said.trim().lines().last().unwrap_or("it gave no reason"));
    Ok(match ran.status {
        Some(0) => Verdict::Ended(Answer::Done {
            note: String::new(),
            output,
        }),
        Some(127) => Verdict::Refused("there is no such program".to_owned()),
        Some(_) if REFUSALS.iter().any(|refusal| said.contains(refusal)) => {
            Verdict::Refused(last.to_string())
        }
        Some(status) => Verdict::Ended(Answer::NotDone {
            reason: format!("exit status {status}: {last}"),
            output,
        }),
        // A reboot may end its own command; what came of it is seen by looking.
        None => {
            return Err(DriverError::new(
                Trouble::Broken,
                "a signal ended the command",
            ));
        }
    })
}
