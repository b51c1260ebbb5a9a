//! What hardly ever changes: os-release(5), the CPU's model of /proc/cpuinfo, and the kernel's words for itself.

use vocab::Text;

use super::lines;

/// The system's name for people, from /etc/os-release; empty when there is none.
pub fn system(os_release: &[u8]) -> Text {
    let value = |key: &str| {
        let value = lines(os_release)
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?
            .trim();
        let quoted = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'));
        Some(
            quoted
                .or_else(|| value.strip_prefix('\'')?.strip_suffix('\''))
                .unwrap_or(value),
        )
    };
    Text::line(
        value("PRETTY_NAME")
            .or_else(|| value("NAME"))
            .unwrap_or_default(),
    )
}

/// The CPU's model, from /proc/cpuinfo, which each architecture writes in its own words; empty when it says none.
pub fn processor(cpuinfo: &[u8]) -> Text {
    let value = |key: &str| {
        let line = lines(cpuinfo).find(|line| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with(':'))
        })?;
        line.split_once(':')
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    };
    let model = [
        "model name",
        "Model",
        "Hardware",
        "cpu model",
        "uarch",
        "machine",
    ]
    .into_iter()
    .find_map(value);
    Text::line(model.unwrap_or_default())
}

/// The first line of a one-line file such as /proc/sys/kernel/osrelease.
pub fn word(file: &[u8]) -> Text {
    Text::line(lines(file).next().unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_files() {
        let debian = b"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n";
        assert_eq!(system(debian).as_str(), "Debian GNU/Linux 12 (bookworm)");
        assert_eq!(system(b"NAME=Alpine\n").as_str(), "Alpine");
        assert_eq!(system(b"PRETTY_NAME=\"").as_str(), "\"");
        assert_eq!(system(b"").as_str(), "");
        let intel = b"processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 85\nmodel name\t: Example CPU @ 2.50GHz\n";
        assert_eq!(processor(intel).as_str(), "Example CPU @ 2.50GHz");
        assert_eq!(
            processor(b"processor: 0\nHardware\t: BCM2835\nModel\t: Example Board\n").as_str(),
            "Example Board"
        );
        assert_eq!(word(b"6.1.0-18-amd64\n").as_str(), "6.1.0-18-amd64");
    }
}
