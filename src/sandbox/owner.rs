//! Which process a host belongs to: its number, and when it started, since numbers come again.

use std::fs;

/// This process.
pub fn this_process() -> String {
    let number = std::process::id();
    let started = started(number).unwrap_or_default();
    format!("{number}-{started}")
}

/// Whether the process of this name is still there.
pub fn is_alive(owner: &str) -> bool {
    owner.split_once('-').is_some_and(|(number, expected)| {
        number
            .parse()
            .ok()
            .and_then(started)
            .is_some_and(|started| started == expected)
    })
}

/// When a process started, in ticks since the machine did: the 22nd field of its `stat`.
fn started(number: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // The second field is the program's name in brackets, and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive_and_another_of_its_number_is_not() {
        assert!(is_alive(&this_process()));
        assert!(!is_alive(&format!("{}-1", std::process::id())));
        assert!(!is_alive("4294967295-7"));
        assert!(!is_alive("nonsense"));
    }
}
