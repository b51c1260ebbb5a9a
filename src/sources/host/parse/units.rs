//! What systemd and the package manager say: failed units (systemctl(1)) and a pending reboot
//! (/run/reboot-required, written by Debian's and Ubuntu's packages).

use vocab::{FailedUnit, Text};

use super::lines;

/// Reads `systemctl list-units --state=failed --no-legend --plain`: name, load, active and sub state, description.
pub fn failed(list: &[u8]) -> Vec<FailedUnit> {
    let mut units = Vec::new();
    for line in lines(list) {
        // Older versions put a dot before the name even when told to be plain.
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || "●*×".contains(c));
        let name = line.split(char::is_whitespace).next().unwrap_or_default();
        if !name.contains('.') {
            continue;
        }
        let mut rest = line[name.len()..].trim_start();
        let mut states = Vec::new();
        for _ in 0..3 {
            let (word, tail) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            states.push(word);
            rest = tail.trim_start();
        }
        if states.contains(&"failed") {
            units.push(FailedUnit {
                name: Text::line(name),
                description: Text::line(rest.trim_end()),
            });
        }
    }
    units
}

/// Why a reboot is pending, from the packages that asked for it; in general words when none is named.
pub fn reboot_reason(packages: &[u8]) -> Text {
    let mut names: Vec<&str> = lines(packages)
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    match names.len() {
        0 => Text::line("asked for by the system"),
        1..=4 => Text::line(format!("asked for by {}", names.join(", "))),
        more => Text::line(format!(
            "asked for by {} and {} more packages",
            names[..3].join(", "),
            more - 3
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_units_are_listed() {
        let text = "nginx.service         loaded failed failed A high performance web server\n\
            ● backup@home.service not-found failed failed backup@home.service\nx.mount loaded active mounted /x\n\
            0 loaded units listed.\n\nfoo.service\n";
        let found = failed(text.as_bytes());
        let names: Vec<&str> = found.iter().map(|unit| unit.name.as_str()).collect();
        assert_eq!(names, ["nginx.service", "backup@home.service"]);
        assert_eq!(
            found[0].description.as_str(),
            "A high performance web server"
        );
        assert!(failed(b"\xff\xff\n").is_empty());
    }

    #[test]
    fn reasons() {
        assert_eq!(
            reboot_reason(b"libc6\nlinux-image-6.1\nlibc6\n").as_str(),
            "asked for by libc6, linux-image-6.1"
        );
        assert_eq!(reboot_reason(b"\n").as_str(), "asked for by the system");
        assert_eq!(
            reboot_reason(b"a\nb\nc\nd\ne\n").as_str(),
            "asked for by a, b, c and 2 more packages"
        );
    }
}
