//! Where a destination leads, by the operator's own ssh configuration: asked of `ssh -G`, which connects nowhere.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;
use vocab::Text;

use super::SshTarget;
use super::master::never_ask;

/// It reads a file or two.
const WITHIN: Duration = Duration::from_secs(5);

/// Name or address, and port; `None` when another machine leads there, or it cannot be said.
pub(super) async fn resolve(target: &SshTarget) -> Option<(Text, u16)> {
    let mut command = Command::new("ssh");
    command
        .args(target.resolve())
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    never_ask(&mut command);
    let output = timeout(WITHIN, command.output()).await.ok()?.ok()?;
    if !output.status.success() {
        return None;
    }
    parse(&String::from_utf8_lossy(&output.stdout))
}

fn parse(printed: &str) -> Option<(Text, u16)> {
    let value = |name: &str| {
        let mut lines = printed.lines().filter_map(|line| line.split_once(' '));
        lines
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.trim())
    };
    let given = |name| value(name).is_some_and(|value| value != "none");
    if given("proxyjump") || given("proxycommand") {
        return None;
    }
    let host = value("hostname").filter(|host| !host.is_empty())?;
    Some((Text::line(host), value("port")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ssh_prints_is_read() {
        let printed = "user deploy\nhostname 192.0.2.10\nport 2222\naddressfamily any\n";
        assert_eq!(parse(printed), Some(("192.0.2.10".into(), 2222)));
        let jumped = format!("{printed}proxyjump bastion\n");
        assert_eq!(parse(&jumped), None);
        let plain = format!("{printed}proxycommand none\n");
        assert!(parse(&plain).is_some());
        assert_eq!(parse("port 22\n"), None);
    }

    #[tokio::test]
    async fn the_operators_own_configuration_counts() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        let text = "Host web\n  HostName 192.0.2.7\n  Port 2200\nHost far\n  ProxyJump web\n";
        std::fs::write(&config, text).unwrap();
        let target = |name: &str| SshTarget {
            config_file: Some(config.clone()),
            ..SshTarget::new(name)
        };
        if Command::new("ssh").arg("-V").output().await.is_err() {
            println!("left out: no ssh");
            return;
        }
        assert_eq!(
            resolve(&target("web")).await,
            Some(("192.0.2.7".into(), 2200))
        );
        assert_eq!(resolve(&target("far")).await, None);
    }
}
