//! The two constant shell scripts that remote commands run under, so that none outlives its caller.
//!
//! Without a terminal sshd does not end a command when its session or its connection goes; it only closes the command's
//! standard input. Both scripts therefore watch the input: at its end the command's process group (sshd gives every
//! command a session of its own) is told to end, and killed two seconds later. They are POSIX shell, one line for the
//! sake of login shells that take no newline in quotes, and get everything variable as positional parameters.
//! The watcher is a background job within the pipeline's first part, so that the shell waits for the program alone; when
//! the program is done it finds the shell (`$$`) gone and touches nothing.

/// `RUN bytes seconds program argument…`: gives the program the next `bytes` of the input as its whole input, and ends
/// it when the input ends after that or, where a `timeout` of today's syntax exists, after `seconds`.
pub(super) const RUN: &str = concat!(
    "n=$1; t=$2; shift 2; exec 3<&0; ",
    "{ { [ \"$n\" = 0 ] || head -c \"$n\"; exec >/dev/null; ",
    "if timeout 1 true; then timeout \"$t\" cat; else cat; fi; ",
    "trap \"\" TERM; kill -0 $$ && { kill -TERM 0; sleep 2; kill -KILL 0; }; ",
    "} <&3 2>/dev/null & } | { exec 3<&-; exec \"$@\"; }",
);

/// `SPAWN program argument…`: passes the input on, and ends the program one second after the input's end.
pub(super) const SPAWN: &str = concat!(
    "exec 3<&0; ",
    "{ { cat; exec >/dev/null; sleep 1; ",
    "trap \"\" TERM; kill -0 $$ && { kill -TERM 0; sleep 2; kill -KILL 0; }; ",
    "} <&3 2>/dev/null & } | { exec 3<&-; exec \"$@\"; }",
);

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    /// The shells at hand that nodes have as `sh`.
    fn shells() -> Vec<Vec<&'static str>> {
        let known = [vec!["dash"], vec!["busybox", "sh"], vec!["bash"]];
        let there = |words: &Vec<&str>| Command::new(words[0]).arg("--help").output().is_ok();
        known.into_iter().filter(there).collect()
    }

    fn start(shell: &[&str], words: &[&str]) -> std::process::Child {
        Command::new(shell[0])
            .args(&shell[1..])
            .args(["-c"])
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap()
    }

    #[test]
    fn run_passes_input_output_and_status() {
        for shell in shells() {
            let mut child = start(
                &shell,
                &[RUN, "sh", "5", "99", "sh", "-c", "cat; echo; exit 7"],
            );
            let mut stdin = child.stdin.take().unwrap();
            stdin.write_all(b"hello").unwrap();
            let mut out = String::new();
            child
                .stdout
                .take()
                .unwrap()
                .read_to_string(&mut out)
                .unwrap();
            assert_eq!(out, "hello\n", "{shell:?}");
            assert_eq!(child.wait().unwrap().code(), Some(7), "{shell:?}");
            drop(stdin);
        }
    }

    #[test]
    fn the_end_of_the_input_ends_both() {
        for shell in shells() {
            for words in [
                &[RUN, "sh", "0", "99", "sleep", "300"][..],
                &[SPAWN, "sh", "sleep", "300"],
            ] {
                let mut child = start(&shell, words);
                std::thread::sleep(Duration::from_millis(50));
                assert!(child.try_wait().unwrap().is_none(), "{shell:?}");
                let begin = Instant::now();
                drop(child.stdin.take());
                child.wait().unwrap();
                // The program itself holds the output: its end is the output's.
                child
                    .stdout
                    .take()
                    .unwrap()
                    .read_to_end(&mut Vec::new())
                    .unwrap();
                assert!(begin.elapsed() < Duration::from_secs(4), "{shell:?}");
            }
        }
    }

    #[test]
    fn a_program_that_ignores_the_word_is_killed() {
        let mut child = start(
            &["sh"],
            &[
                RUN,
                "sh",
                "0",
                "99",
                "sh",
                "-c",
                "trap '' TERM; echo on; sleep 300 & wait; sleep 300",
            ],
        );
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 3]).unwrap();
        drop(child.stdin.take());
        stdout.read_to_end(&mut Vec::new()).unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn spawn_passes_input_as_it_comes() {
        for shell in shells() {
            let mut child = start(&shell, &[SPAWN, "sh", "cat"]);
            let (mut stdin, mut stdout) =
                (child.stdin.take().unwrap(), child.stdout.take().unwrap());
            for word in [b"one\n", b"two\n"] {
                stdin.write_all(word).unwrap();
                let mut back = [0; 4];
                stdout.read_exact(&mut back).unwrap();
                assert_eq!(&back, word);
            }
            drop(stdin);
            assert!(
                child.wait().unwrap().success(),
                "{shell:?}: a program that ends by itself is not killed"
            );
        }
    }
}
