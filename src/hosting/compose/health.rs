//! Whether what was started answers, asked on its server.

use std::time::Duration;

use vocab::{Span, Text, mask};

use crate::webserver::{Result, SHORT, Trouble, WebServer};

/// The lines that are read to say why something does not serve.
const LINES: u16 = 40;

/// Between two lines that are shown as one.
const SEAM: &str = " · ";

/// Between two looks.
const BETWEEN: Duration = Duration::from_millis(300);

/// How often it may end and be started again before it is given up.
const RESTARTS: u32 = 3;

/// How long it may answer with an error before that is what it does.
const ERRORS: Span = Span::seconds(10);

/// Waits until a container answers on its port with a page or a redirect: `within` at most, less when it ends again and
/// again or answers with an error.
pub(super) async fn wait(there: &WebServer, name: &str, port: u16, within: Span) -> Result<()> {
    let started = tokio::time::Instant::now();
    let mut refused_since = None;
    loop {
        let status = ask(there, port).await?;
        let now = tokio::time::Instant::now();
        let why = match status {
            200..=399 => return Ok(()),
            0 => {
                refused_since = None;
                let restarts = restarts(there, name).await?;
                if restarts >= RESTARTS {
                    Some(format!("it ended {restarts} times"))
                } else {
                    (now - started >= within.duration())
                        .then(|| format!("it did not answer within {within}"))
                }
            }
            status => {
                let since = *refused_since.get_or_insert(now);
                (now - since >= ERRORS.duration()).then(|| format!("it answers {status}"))
            }
        };
        if let Some(why) = why {
            let said = told(there, name).await?;
            return Err(Trouble::Not(Text::line(format!(
                "the new container does not serve: {why}; it said: {said}"
            ))));
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

/// What a container said that tells the most.
pub(super) async fn told(there: &WebServer, name: &str) -> Result<String> {
    let all = said(there, name, LINES).await?;
    Ok(telling(all.as_str()).to_owned())
}

/// The line that tells the most: the last one that speaks of an error and is not a place in a program, else the last one.
fn telling(said: &str) -> &str {
    let lines = || said.split(SEAM).filter(|line| !line.is_empty());
    let tells = |line: &&str| line.to_lowercase().contains("error") && !line.starts_with("at ");
    let error = lines().filter(tells).last();
    error.or_else(|| lines().last()).unwrap_or("nothing")
}

/// The status that is answered on a port, for the site's name as the web server would ask; 0 when nothing is.
async fn ask(there: &WebServer, port: u16) -> Result<u16> {
    let (host, url) = (
        format!("Host: {}", there.domain),
        format!("http://127.0.0.1:{port}/"),
    );
    let arguments = [
        "--silent",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
        "--max-time",
        "10",
        "--header",
        &host,
        "--header",
        "X-Forwarded-Proto: https",
        &url,
    ];
    let asked = there.plain("curl", arguments, b"", SHORT).await?;
    let status = String::from_utf8_lossy(&asked.stdout);
    Ok(status.trim().parse().unwrap_or(0))
}

/// How often a container was started again because it had ended.
async fn restarts(there: &WebServer, name: &str) -> Result<u32> {
    let arguments = ["inspect", "--format", "{{.RestartCount}}", name];
    let looked = there.run("docker", arguments, b"", SHORT).await?;
    let count = String::from_utf8_lossy(&looked.stdout);
    Ok(count.trim().parse().unwrap_or(0))
}

/// The end of what a container has said, in one line, without what looks like a secret.
pub(super) async fn said(there: &WebServer, name: &str, lines: u16) -> Result<Text> {
    let count = lines.to_string();
    let arguments = ["logs", "--tail", &count, name];
    let output = there.plain("docker", arguments, b"", SHORT).await?;
    let both = [output.stdout, output.stderr].concat();
    let both = String::from_utf8_lossy(&both);
    let lines: Vec<&str> = both.lines().map(str::trim).collect();
    Ok(Text::line(mask::mask(&lines.join(SEAM))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_was_said_the_error_is_told() {
        let said =
            "at load (a.js:1) · Error: no such table · at handleError (b.js:2) ·  · Node.js v22";
        assert_eq!(telling(said), "Error: no such table");
        assert_eq!(telling("one · two · "), "two");
        assert_eq!(telling(""), "nothing");
    }
}
