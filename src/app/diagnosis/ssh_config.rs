//! The hosts of the operator's SSH configuration (`ssh_config(5)`): concrete `Host` aliases, `Include` followed. `Match`
//! blocks are passed over: what they say depends on the connection, and ssh itself reads them when it is used.

use std::fs;
use std::path::{Path, PathBuf};

use config::fleet::write::FoundHost;

/// How deep includes may go, as in OpenSSH (readconf.c, `READCONF_MAX_DEPTH`).
const DEEPEST: usize = 16;

/// The most hosts that are taken.
const MOST: usize = 500;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// The hosts of `~/.ssh/config`.
pub fn hosts() -> Vec<FoundHost> {
    let Some(home) = std::env::var_os("HOME")
        .map(PathBuf::from)
        .filter(|home| home.is_absolute())
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    read(&home.join(".ssh/config"), &home, 0, &mut found);
    found.truncate(MOST);
    found
}

/// Reads a file and those it includes.
fn read(path: &Path, home: &Path, depth: usize, found: &mut Vec<FoundHost>) {
    if depth > DEEPEST
        || fs::metadata(path).is_ok_and(|metadata| metadata.len() > LARGEST || !metadata.is_file())
    {
        return;
    }
    let Ok(bytes) = fs::read(path) else { return };
    let text = String::from_utf8_lossy(&bytes);
    // The hosts of the block that is open: none before the first Host and inside a Match.
    let mut open = found.len()..found.len();
    for line in text.lines() {
        let Some((keyword, words)) = split(line) else {
            continue;
        };
        match keyword.as_str() {
            "host" => {
                let start = found.len();
                let concrete = words.iter().filter(|word| !word.contains(['*', '?', '!']));
                found.extend(concrete.map(|alias| FoundHost {
                    alias: alias.clone(),
                    ..FoundHost::default()
                }));
                open = start..found.len();
            }
            "match" => open = found.len()..found.len(),
            "include" => {
                for path in words.iter().flat_map(|pattern| included(pattern, home)) {
                    read(&path, home, depth + 1, found);
                }
            }
            _ => {
                let Some(value) = words.first() else { continue };
                found[open.clone()]
                    .iter_mut()
                    .for_each(|host| set(host, &keyword, value));
            }
        }
    }
}

/// Sets a field; the first value wins.
fn set(host: &mut FoundHost, keyword: &str, value: &str) {
    match keyword {
        "hostname" => drop(host.hostname.get_or_insert_with(|| value.to_owned())),
        "user" => drop(host.user.get_or_insert_with(|| value.to_owned())),
        "port" if host.port.is_none() => host.port = value.parse().ok(),
        _ => {}
    }
}

/// The keyword in lower case and the words behind it: `Keyword value …`, `Keyword=value`, words may be quoted.
fn split(line: &str) -> Option<(String, Vec<String>)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|c: char| c.is_whitespace() || c == '=')?;
    let (keyword, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut begun) = (false, false);
    for c in rest.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            '#' if !quoted && !begun => break,
            c if c.is_whitespace() && !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    Some((keyword.to_lowercase(), words))
}

/// The files that an `Include` names: `~/` is the home folder, a relative path begins in `~/.ssh`, and the last part may
/// hold `*` and `?`.
fn included(pattern: &str, home: &Path) -> Vec<PathBuf> {
    let path = match pattern.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None => home.join(".ssh").join(pattern),
    };
    let (Some(folder), Some(name)) = (
        path.parent(),
        path.file_name().and_then(|name| name.to_str()),
    ) else {
        return Vec::new();
    };
    if !name.contains(['*', '?']) {
        return vec![path];
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let fits = |entry: &fs::DirEntry| {
        entry
            .file_name()
            .to_str()
            .is_some_and(|entry| matches(name.as_bytes(), entry.as_bytes()))
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .filter(fits)
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
}

/// Whether a name fits a pattern of `*` and `?`; a name that begins with a dot fits only a pattern that does (glob(7)).
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    if name.first() == Some(&b'.') && pattern.first() != Some(&b'.') {
        return false;
    }
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else {
                    return false;
                };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_a_configuration_with_includes() {
        let home = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            ".ssh/config",
            "# comment\nUser nobody\nInclude conf.d/*.conf\nInclude ~/more\nHost web-1 web-2 *.example.com !web-3\n\
             \tHostName = 192.0.2.10\n  HOSTNAME 192.0.2.99\n  User \"deploy er\" # trailing\n  Port 2222\n\
             Match host web-1\n  User other\nHost db\nHost *\n  Port 23\n",
        );
        write(
            ".ssh/conf.d/a.conf",
            "Host from-a\nPort nonsense\nPort 24\n",
        );
        write(".ssh/conf.d/.hidden.conf", "Host hidden\n");
        write(".ssh/conf.d/b.txt", "Host not-included\n");
        write("more", "Host from-more\nInclude ~/more\n");
        let mut found = Vec::new();
        read(&home.path().join(".ssh/config"), home.path(), 0, &mut found);
        found.dedup();
        let names: Vec<&str> = found.iter().map(|host| host.alias.as_str()).collect();
        assert_eq!(names, ["from-a", "from-more", "web-1", "web-2", "db"]);
        let web = FoundHost {
            alias: "web-1".into(),
            hostname: Some("192.0.2.10".into()),
            user: Some("deploy er".into()),
            port: Some(2222),
        };
        assert_eq!((&found[2], found[0].port), (&web, Some(24)));
        assert_eq!(
            found[4],
            FoundHost {
                alias: "db".into(),
                ..FoundHost::default()
            },
            "neither Match nor * tells of it"
        );
    }

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("*.conf", "a.conf", true),
            ("*", "", true),
            ("?*", "a", true),
            ("a*c", "abcbc", true),
            ("a*c", "abcb", false),
            ("*", ".a", false),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), name.as_bytes()),
                fits,
                "{pattern} {name}"
            );
        }
    }
}
