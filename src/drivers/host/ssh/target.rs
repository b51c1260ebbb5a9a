//! Where and how a machine is reached, and the exact `ssh` command lines made of it.

use std::path::{Path, PathBuf};

use super::quote::quote;
use crate::error::{DriverError, Result, Trouble};
use crate::host::CommandLine;

/// How a machine is reached; what is `None` is as the operator's ssh configuration says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SshTarget {
    /// A host, `user@host`, `ssh://user@host:port` or an alias of the operator's ssh configuration.
    pub destination: String,
    /// The user to log in as.
    pub user: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// A private key, used instead of all others.
    pub identity: Option<PathBuf>,
    /// A configuration file, used instead of the operator's and the system's.
    pub config_file: Option<PathBuf>,
    /// A `known_hosts` file, used instead of the operator's.
    pub known_hosts: Option<PathBuf>,
}

/// Options of every connection, before anything the operator's configuration says (`ssh_config(5)`: the first value
/// wins). Host keys are checked, nothing is lent to the other side, nothing of the configuration runs a command here,
/// and a silent connection is dropped after 16 s.
const OPTIONS: [&str; 7] = [
    "StrictHostKeyChecking=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    "ConnectTimeout=5",
    "ServerAliveInterval=4",
    "ServerAliveCountMax=3",
];

/// Options of the master alone: it asks nothing, forwards nothing by itself, writes no file of the operator, tells why
/// it ends, and ends by itself a minute after its last user, which is when this program was killed.
const MASTER_OPTIONS: [&str; 9] = [
    "BatchMode=yes",
    "ClearAllForwardings=yes",
    "RemoteCommand=none",
    "RequestTTY=no",
    "Tunnel=no",
    "UpdateHostKeys=no",
    "AddKeysToAgent=no",
    "LogLevel=INFO",
    "ControlPersist=60",
];

impl SshTarget {
    /// A destination with everything else as the operator's configuration says.
    pub fn new(destination: &str) -> Self {
        Self {
            destination: destination.to_owned(),
            ..Self::default()
        }
    }

    /// Refuses what ssh could take for an option or what no name has.
    pub(super) fn check(&self) -> Result<()> {
        let wrong = |word: &str| {
            word.is_empty()
                || word.len() > 255
                || word.starts_with('-')
                || word.chars().any(|c| c.is_whitespace() || c.is_control())
        };
        let refused = |what: &str, word: &str| {
            let text =
                format!("`{word}` is no {what} for ssh: it may not start with `-` or hold spaces");
            Err(DriverError::new(Trouble::Refused, text))
        };
        if wrong(&self.destination) {
            return refused("destination", &self.destination);
        }
        if let Some(user) = self.user.as_deref().filter(|user| wrong(user)) {
            return refused("user", user);
        }
        for path in [&self.identity, &self.config_file, &self.known_hosts]
            .into_iter()
            .flatten()
        {
            if path
                .to_str()
                .is_none_or(|text| text.contains(['"', '\n', '\0']))
            {
                return refused("file name", &path.to_string_lossy());
            }
        }
        Ok(())
    }

    fn options(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(file) = &self.config_file {
            words.extend(["-F".to_owned(), file.display().to_string()]);
        }
        for option in OPTIONS {
            words.extend(["-o".to_owned(), option.to_owned()]);
        }
        if let Some(port) = self.port {
            words.extend(["-p".to_owned(), port.to_string()]);
        }
        if let Some(user) = &self.user {
            words.extend(["-l".to_owned(), user.clone()]);
        }
        if let Some(identity) = &self.identity {
            words.extend(["-o", "IdentitiesOnly=yes", "-o"].map(str::to_owned));
            words.push(format!("IdentityFile={}", literal(identity)));
        }
        if let Some(file) = &self.known_hosts {
            words.extend([
                "-o".to_owned(),
                format!("UserKnownHostsFile={}", literal(file)),
            ]);
        }
        words
    }

    /// Arguments of the `ssh` that becomes the master of a connection, with its control socket and its log.
    pub(super) fn master(&self, control: &Path, log: &Path) -> Vec<String> {
        let mut words: Vec<String> = ["-M", "-f", "-N", "-S"].map(str::to_owned).into();
        words.push(control.display().to_string());
        words.extend(["-E".to_owned(), log.display().to_string()]);
        words.extend(
            MASTER_OPTIONS
                .iter()
                .flat_map(|option| ["-o".to_owned(), (*option).to_owned()]),
        );
        words.extend(self.options());
        words.extend(["--".to_owned(), self.destination.clone()]);
        words
    }

    /// Arguments of an `ssh` that connects in the foreground, does nothing there and ends.
    pub(super) fn once(&self) -> Vec<String> {
        let own = ["ControlMaster=no", "ControlPath=none", "ControlPersist=no"];
        let master = MASTER_OPTIONS
            .iter()
            .filter(|option| !option.starts_with("ControlPersist"));
        let mut words: Vec<String> = master
            .chain(&own)
            .flat_map(|option| ["-o".to_owned(), (*option).to_owned()])
            .collect();
        words.extend(self.options());
        words.extend(["--".to_owned(), self.destination.clone(), "true".to_owned()]);
        words
    }

    /// Arguments of an `ssh` that connects nowhere and prints what it would do (`ssh -G`).
    pub(super) fn resolve(&self) -> Vec<String> {
        let mut words = vec!["-G".to_owned()];
        words.extend(self.options());
        words.extend(["--".to_owned(), self.destination.clone()]);
        words
    }

    /// The command line that opens a terminal there: a shell, or a command.
    pub(super) fn interactive(&self, command: Option<&CommandLine>) -> CommandLine {
        let mut words = vec!["-t".to_owned()];
        words.extend(self.options());
        words.extend(["--".to_owned(), self.destination.clone()]);
        if let Some(command) = command {
            words.push(quote(&command.program));
            words.extend(command.arguments.iter().map(|argument| quote(argument)));
        }
        CommandLine {
            program: "ssh".to_owned(),
            arguments: words,
        }
    }
}

/// A path as an option's value: quoted against spaces, and with ssh's `%` tokens taken literally.
fn literal(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('%', "%%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_ssh_could_take_for_options_are_refused() {
        for bad in ["", "-oProxyCommand=id", "a b", "a\nb", "a\u{7}"] {
            assert!(SshTarget::new(bad).check().is_err(), "{bad:?}");
        }
        for good in [
            "aurora",
            "admin@192.0.2.7",
            "ssh://admin@example.com:2222",
            "2001:db8::1",
            "web-1",
        ] {
            assert!(SshTarget::new(good).check().is_ok(), "{good:?}");
        }
        let user = SshTarget {
            user: Some("-l".into()),
            ..SshTarget::new("aurora")
        };
        assert!(user.check().is_err());
    }

    #[test]
    fn the_whole_command_line_of_a_master() {
        let target = SshTarget {
            user: Some("admin".into()),
            port: Some(2222),
            identity: Some("/keys/of 100%".into()),
            config_file: Some("/etc/own".into()),
            known_hosts: Some("/keys/known".into()),
            ..SshTarget::new("aurora")
        };
        let words = target
            .master(Path::new("/run/m"), Path::new("/run/log"))
            .join(" ");
        assert_eq!(
            words,
            "-M -f -N -S /run/m -E /run/log -o BatchMode=yes -o ClearAllForwardings=yes -o RemoteCommand=none \
             -o RequestTTY=no -o Tunnel=no -o UpdateHostKeys=no -o AddKeysToAgent=no -o LogLevel=INFO \
             -o ControlPersist=60 -F /etc/own -o StrictHostKeyChecking=yes -o ForwardAgent=no -o ForwardX11=no \
             -o PermitLocalCommand=no -o ConnectTimeout=5 -o ServerAliveInterval=4 -o ServerAliveCountMax=3 \
             -p 2222 -l admin -o IdentitiesOnly=yes -o IdentityFile=\"/keys/of 100%%\" \
             -o UserKnownHostsFile=\"/keys/known\" -- aurora"
        );
    }

    #[test]
    fn a_terminal_there_quotes_the_command() {
        let command = CommandLine::new("tail", ["-f", "/var/log/my log; reboot"]);
        let line = SshTarget::new("aurora").interactive(Some(&command));
        assert_eq!(line.program, "ssh");
        assert_eq!(line.arguments[0], "-t");
        let tail: Vec<&str> = line
            .arguments
            .iter()
            .map(String::as_str)
            .skip_while(|word| *word != "--")
            .collect();
        assert_eq!(
            tail,
            ["--", "aurora", "tail", "-f", "'/var/log/my log; reboot'"]
        );
        assert!(
            line.arguments
                .iter()
                .any(|word| word == "StrictHostKeyChecking=yes")
        );
    }
}
