//! Where an engine is: the order in which the docker command looks, and whose socket it is when we may not use it.

use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use vocab::Text;

use crate::error::{DriverError, Result, Trouble};

/// The socket an engine of the system listens on (dockerd(8)).
pub const SYSTEM_SOCKET: &str = "/var/run/docker.sock";

/// The port of an engine on plain TCP when none is named.
const PLAIN_PORT: u16 = 2375;

/// Where an engine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A socket on this machine.
    Socket(PathBuf),
    /// Plain HTTP on `host:port`.
    Http(String),
    /// On another machine, through the SSH connection to it: `user@host:port` as it was written, without `ssh://`.
    Ssh(Text),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => f.write_str(&Text::line(path.to_string_lossy().as_bytes())),
            Self::Http(host) => write!(f, "http://{}", Text::line(host)),
            Self::Ssh(host) => write!(f, "ssh://{host}"),
        }
    }
}

/// A Docker context: a name for an engine, made by `docker context create`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: Text,
    /// Its engine's address as written, such as `ssh://deploy@example.com`.
    pub host: Text,
    /// Whether the docker command uses it when nothing else is said.
    pub current: bool,
}

/// The part of the process's surroundings that decides where the engine is.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// `DOCKER_HOST`.
    pub docker_host: Option<String>,
    /// `DOCKER_CONTEXT`.
    pub docker_context: Option<String>,
    /// Whether `DOCKER_TLS_VERIFY` asks for TLS.
    pub tls: bool,
    /// `DOCKER_CONFIG`, else `~/.docker`.
    pub folder: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`, where a rootless engine has its socket.
    pub runtime: Option<PathBuf>,
}

impl Surroundings {
    /// As this process sees them.
    pub fn read() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        Self {
            docker_host: text("DOCKER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            tls: text("DOCKER_TLS_VERIFY").is_some(),
            folder: path("DOCKER_CONFIG").or_else(|| path("HOME").map(|home| home.join(".docker"))),
            runtime: path("XDG_RUNTIME_DIR"),
        }
    }

    /// Where the engine is: `explicit`, else `DOCKER_HOST`, else the context in use, else the system's socket, else the
    /// rootless one. When no socket exists, the system's is named, so that an engine started later is found.
    pub fn resolve(&self, explicit: Option<&str>) -> Result<Address> {
        if let Some(address) = explicit {
            return self.parse(address);
        }
        if let Some(address) = &self.docker_host {
            return self.parse(address);
        }
        let name = self
            .docker_context
            .clone()
            .or_else(|| self.current_context());
        if let Some(name) = name.filter(|name| name != "default") {
            let known = self.contexts();
            return match known
                .iter()
                .find(|context| context.name == Text::line(&name))
            {
                Some(context) => self.parse(&context.host),
                None => Err(DriverError::new(
                    Trouble::Absent,
                    format!(
                        "no docker context is called {name}; see `docker context ls`, or name a socket"
                    ),
                )),
            };
        }
        let rootless = self
            .runtime
            .as_ref()
            .map(|folder| folder.join("docker.sock"))
            .filter(|path| path.exists());
        let system = PathBuf::from(SYSTEM_SOCKET);
        Ok(Address::Socket(if system.exists() {
            system
        } else {
            rootless.unwrap_or(system)
        }))
    }

    /// The contexts of this user, by name; unreadable ones are left out.
    pub fn contexts(&self) -> Vec<Context> {
        let Some(folder) = &self.folder else {
            return Vec::new();
        };
        let current = self
            .docker_context
            .clone()
            .or_else(|| self.current_context());
        // Folders are named by the SHA-256 of the context's name, which is also inside: no need to compute it.
        let Ok(entries) = fs::read_dir(folder.join("contexts/meta")) else {
            return Vec::new();
        };
        let mut contexts: Vec<Context> = entries
            .filter_map(|entry| fs::read(entry.ok()?.path().join("meta.json")).ok())
            .filter_map(|bytes| serde_json::from_slice::<Meta>(&bytes).ok())
            .map(|meta| Context {
                current: current.as_deref() == Some(&meta.name),
                name: Text::line(meta.name),
                host: Text::line(meta.endpoints.docker.host),
            })
            .collect();
        contexts.sort_by(|a, b| a.name.cmp(&b.name));
        contexts
    }

    fn current_context(&self) -> Option<String> {
        let bytes = fs::read(self.folder.as_ref()?.join("config.json")).ok()?;
        serde_json::from_slice::<ClientConfig>(&bytes)
            .ok()?
            .current_context
            .filter(|name| !name.is_empty())
    }

    /// An address as `DOCKER_HOST` is written, or an absolute path of a socket.
    fn parse(&self, address: &str) -> Result<Address> {
        let refused = |why: &str| {
            Err(DriverError::new(
                Trouble::Refused,
                format!("docker address {address}: {why}"),
            ))
        };
        if address.starts_with('/') {
            return Ok(Address::Socket(address.into()));
        }
        match address.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => Ok(Address::Socket(path.into())),
            Some(("unix", _)) => {
                refused("the path of a socket begins with /, as in unix:///var/run/docker.sock")
            }
            Some(("ssh", host)) if !host.is_empty() => {
                Ok(Address::Ssh(Text::line(host.trim_end_matches('/'))))
            }
            Some(("tcp" | "http", _)) if self.tls => refused(
                "DOCKER_TLS_VERIFY asks for TLS, which is not spoken here; reach this engine over SSH instead",
            ),
            Some(("https", _)) => {
                refused("TLS is not spoken here; reach this engine over SSH instead")
            }
            Some(("tcp" | "http", host)) => match host.trim_end_matches('/') {
                "" => refused("no host is named"),
                host if host.contains('/') => refused("a path after the host is not supported"),
                host if has_port(host) => Ok(Address::Http(host.to_owned())),
                host => Ok(Address::Http(format!("{host}:{PLAIN_PORT}"))),
            },
            _ => refused("write unix:///path, tcp://host:port or ssh://user@host"),
        }
    }
}

/// Whether `host` ends in a port; the colons of a bare IPv6 address in brackets are not one.
fn has_port(host: &str) -> bool {
    host.rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
}

/// The name of the group that a socket belongs to, else its number; empty when the socket cannot be seen.
pub fn socket_group(path: &Path) -> Text {
    let Ok(gid) = fs::metadata(path).map(|metadata| metadata.gid()) else {
        return Text::default();
    };
    let groups = fs::read_to_string("/etc/group").unwrap_or_default();
    Text::line(group_name(&groups, gid).map_or_else(|| gid.to_string(), str::to_owned))
}

/// The name of a group in the text of /etc/group (group(5): `name:password:gid:members`).
fn group_name(groups: &str, gid: u32) -> Option<&str> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(gid)).then_some(name)
    })
}

#[derive(Deserialize)]
struct ClientConfig {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Endpoint,
}

#[derive(Deserialize)]
struct Endpoint {
    #[serde(rename = "Host")]
    host: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(path: &str) -> Address {
        Address::Socket(path.into())
    }

    #[test]
    fn addresses_are_read_as_docker_host_is() {
        let plain = Surroundings::default();
        assert_eq!(
            plain.resolve(Some("/run/other.sock")),
            Ok(socket("/run/other.sock"))
        );
        assert_eq!(
            plain.resolve(Some("unix:///run/other.sock")),
            Ok(socket("/run/other.sock"))
        );
        assert_eq!(
            plain.resolve(Some("tcp://192.0.2.7")),
            Ok(Address::Http("192.0.2.7:2375".into()))
        );
        assert_eq!(
            plain.resolve(Some("tcp://[2001:db8::7]")),
            Ok(Address::Http("[2001:db8::7]:2375".into()))
        );
        assert_eq!(
            plain.resolve(Some("http://192.0.2.7:8080/")),
            Ok(Address::Http("192.0.2.7:8080".into()))
        );
        assert_eq!(
            plain.resolve(Some("ssh://deploy@example.com:2222")),
            Ok(Address::Ssh(Text::line("deploy@example.com:2222")))
        );
        for wrong in [
            "unix://relative",
            "https://example.com",
            "tcp://",
            "npipe:////./pipe",
            "docker",
        ] {
            let error = plain.resolve(Some(wrong)).expect_err(wrong);
            assert_eq!(error.trouble, Trouble::Refused, "{wrong}");
            assert!(error.text.contains(wrong), "{error}");
        }
        let tls = Surroundings {
            tls: true,
            ..Surroundings::default()
        };
        assert!(tls.resolve(Some("tcp://192.0.2.7:2376")).is_err());
    }

    #[test]
    fn the_explicit_address_comes_before_the_variable_before_the_context() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let meta = folder.path().join("contexts/meta/0123abcd");
        fs::create_dir_all(&meta)?;
        fs::write(
            meta.join("meta.json"),
            r#"{"Name":"compute-1","Metadata":{},"Endpoints":{"docker":{"Host":"ssh://deploy@192.0.2.4","SkipTLSVerify":false}}}"#,
        )?;
        fs::write(
            folder.path().join("config.json"),
            r#"{"auths":{},"currentContext":"compute-1"}"#,
        )?;
        let mut here = Surroundings {
            docker_host: Some("unix:///run/variable.sock".into()),
            folder: Some(folder.path().into()),
            ..Surroundings::default()
        };
        assert_eq!(
            here.resolve(Some("/run/explicit.sock")),
            Ok(socket("/run/explicit.sock"))
        );
        assert_eq!(here.resolve(None), Ok(socket("/run/variable.sock")));
        here.docker_host = None;
        assert_eq!(
            here.resolve(None),
            Ok(Address::Ssh(Text::line("deploy@192.0.2.4")))
        );
        assert_eq!(
            here.contexts(),
            [Context {
                name: Text::line("compute-1"),
                host: Text::line("ssh://deploy@192.0.2.4"),
                current: true
            }]
        );
        here.docker_context = Some("gone".into());
        assert_eq!(
            here.resolve(None).map_err(|error| error.trouble),
            Err(Trouble::Absent)
        );
        here.docker_context = Some("default".into());
        assert!(matches!(here.resolve(None), Ok(Address::Socket(_))));
        Ok(())
    }

    #[test]
    fn groups_are_named() {
        let groups = "root:x:0:\ndocker:x:998:deploy\nbroken\n";
        assert_eq!(group_name(groups, 998), Some("docker"));
        assert_eq!(group_name(groups, 7), None);
        assert_eq!(
            socket_group(Path::new("/nowhere/docker.sock")),
            Text::default()
        );
    }
}
