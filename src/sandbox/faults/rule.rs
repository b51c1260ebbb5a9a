//! One rule: which calls it is for, and what happens to them.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::exchange::Request;
use crate::hetzner::Twist;

/// The providers of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderName {
    /// Hetzner Cloud.
    Hetzner,
    /// Cloudflare.
    Cloudflare,
    /// Stripe.
    Stripe,
    /// A webhook of Discord.
    Discord,
    /// A server of topics.
    Ntfy,
    /// An account for text messages.
    Twilio,
    /// The mail server.
    Mail,
}

impl ProviderName {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Hetzner,
        Self::Cloudflare,
        Self::Stripe,
        Self::Discord,
        Self::Ntfy,
        Self::Twilio,
        Self::Mail,
    ];

    /// As it is written: `hetzner`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hetzner => "hetzner",
            Self::Cloudflare => "cloudflare",
            Self::Stripe => "stripe",
            Self::Discord => "discord",
            Self::Ntfy => "ntfy",
            Self::Twilio => "twilio",
            Self::Mail => "mail",
        }
    }

    /// The path under which its API is. The mail server's is for the call log alone: it is spoken to by SMTP.
    pub const fn base(self) -> &'static str {
        match self {
            Self::Hetzner => "/hetzner/v1",
            Self::Cloudflare => "/cloudflare/client/v4",
            Self::Stripe => "/stripe/v1",
            Self::Discord => "/discord",
            Self::Ntfy => "/ntfy",
            Self::Twilio => "/twilio",
            Self::Mail => "/mail",
        }
    }
}

/// A rule as it is written in a file or sent to the admin endpoint.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Whose calls.
    provider: ProviderName,
    /// Calls with this method; without one, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Calls to this path and those below it; with `*`, calls whose whole path is so, `*` being anything. Without one, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Matching calls that are let through before.
    #[serde(default)]
    after: u32,
    /// Matching calls that go wrong; 0 is all of them.
    #[serde(default = "once")]
    times: u32,
    /// What happens.
    kind: KindName,
    /// The status of `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// When `status` and `timeout` take effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effect: Option<Effect>,
    /// The time of `timeout`, `late` and `stale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    /// The time of `slow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u64>,
    /// The code of `action_error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// The message of `action_error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

const fn once() -> u32 {
    1
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    Status,
    Timeout,
    Cut,
    Slow,
    Stale,
    Duplicate,
    SoldOut,
    Locked,
    ActionError,
}

/// Whether a call that fails is carried out, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The failure comes before the effect: nothing is done.
    Before,
    /// The failure comes after the effect: it is done.
    After,
    /// The effect comes some time after the caller has given up.
    Late,
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// It is answered with a failure of the service.
    Status {
        /// 429, 500, 502, 503 or 504.
        status: u16,
        /// Before or after.
        effect: Effect,
    },
    /// It is not answered; the connection is closed in the end.
    Timeout {
        /// Until the connection is closed; with a late effect, from the caller's giving up until the effect.
        wait: Duration,
        /// Any.
        effect: Effect,
    },
    /// It is carried out, half of the answer is sent, and the connection is closed.
    Cut,
    /// It is carried out, and the answer is late.
    Slow(Duration),
    /// A GET shows what was true so long ago.
    Stale(Duration),
    /// It is carried out twice, and the first answer is sent.
    Duplicate,
    /// It goes wrong in a way of Hetzner's own.
    Twist(Twist),
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { status, .. } => write!(formatter, "status {status}"),
            Self::Timeout { .. } => formatter.write_str("timeout"),
            Self::Cut => formatter.write_str("cut"),
            Self::Slow(_) => formatter.write_str("slow"),
            Self::Stale(_) => formatter.write_str("stale"),
            Self::Duplicate => formatter.write_str("duplicate"),
            Self::Twist(Twist::SoldOut) => formatter.write_str("sold_out"),
            Self::Twist(Twist::Locked) => formatter.write_str("locked"),
            Self::Twist(Twist::ActionError { .. }) => formatter.write_str("action_error"),
        }
    }
}

/// A rule, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    written: Written,
    /// What happens.
    pub kind: Kind,
}

impl Rule {
    /// Checks a rule. Says what is wrong with it.
    pub fn check(written: Written) -> Result<Self, String> {
        let kind = written.checked_kind()?;
        Ok(Self { written, kind })
    }

    /// Whose calls it is for.
    pub const fn provider(&self) -> ProviderName {
        self.written.provider
    }

    /// Matching calls that are let through before.
    pub const fn after(&self) -> u32 {
        self.written.after
    }

    /// Matching calls that go wrong; 0 is all of them.
    pub const fn times(&self) -> u32 {
        self.written.times
    }

    /// The rule as it was written.
    pub const fn written(&self) -> &Written {
        &self.written
    }

    /// Whether it is for this call.
    pub fn matches(&self, provider: ProviderName, request: &Request) -> bool {
        let Written { method, path, .. } = &self.written;
        let method_fits = method
            .as_ref()
            .is_none_or(|method| method.eq_ignore_ascii_case(&request.method));
        let path_fits = path
            .as_ref()
            .is_none_or(|pattern| fits(pattern, &request.path));
        // Only a look can show the past.
        let kind_fits = !matches!(self.kind, Kind::Stale(_)) || request.method == "GET";
        provider == self.written.provider && method_fits && path_fits && kind_fits
    }
}

impl Written {
    fn checked_kind(&self) -> Result<Kind, String> {
        self.refuse_what_does_not_belong()?;
        let seconds = |usual: f64| {
            let seconds = self.seconds.unwrap_or(usual);
            if (0.0..=3_600.0).contains(&seconds) {
                Ok(Duration::from_secs_f64(seconds))
            } else {
                Err("seconds must be from 0 to 3600".to_owned())
            }
        };
        let effect = self.effect.unwrap_or(Effect::Before);
        Ok(match self.kind {
            KindName::Status => {
                let status = self.status.ok_or("a status fault needs its status")?;
                if ![429, 500, 502, 503, 504].contains(&status) {
                    return Err(format!(
                        "status {status} is not one of 429, 500, 502, 503, 504"
                    ));
                }
                if effect == Effect::Late {
                    return Err("a status fault takes effect before or after".to_owned());
                }
                Kind::Status { status, effect }
            }
            KindName::Timeout => Kind::Timeout {
                wait: seconds(if effect == Effect::Late { 1.0 } else { 60.0 })?,
                effect,
            },
            KindName::Cut => Kind::Cut,
            KindName::Slow => {
                let milliseconds = self.milliseconds.ok_or("a slow fault needs milliseconds")?;
                if milliseconds > 3_600_000 {
                    return Err("milliseconds must be at most 3600000".to_owned());
                }
                Kind::Slow(Duration::from_millis(milliseconds))
            }
            KindName::Stale => Kind::Stale(seconds(5.0)?),
            KindName::Duplicate => Kind::Duplicate,
            KindName::SoldOut => Kind::Twist(Twist::SoldOut),
            KindName::Locked => Kind::Twist(Twist::Locked),
            KindName::ActionError => Kind::Twist(Twist::ActionError {
                code: self.code.clone().unwrap_or_else(|| "action_failed".into()),
                message: self
                    .message
                    .clone()
                    .unwrap_or_else(|| "Action failed".into()),
            }),
        })
    }

    fn refuse_what_does_not_belong(&self) -> Result<(), String> {
        use KindName::{ActionError, Locked, Slow, SoldOut, Stale, Status, Timeout};
        if matches!(self.kind, SoldOut | Locked | ActionError)
            && self.provider != ProviderName::Hetzner
        {
            return Err("sold_out, locked and action_error are for hetzner alone".to_owned());
        }
        let fields = [
            ("status", self.status.is_some(), &[Status][..]),
            ("effect", self.effect.is_some(), &[Status, Timeout]),
            ("seconds", self.seconds.is_some(), &[Timeout, Stale]),
            ("milliseconds", self.milliseconds.is_some(), &[Slow]),
            ("code", self.code.is_some(), &[ActionError]),
            ("message", self.message.is_some(), &[ActionError]),
        ];
        for (name, is_given, kinds) in fields {
            if is_given && !kinds.contains(&self.kind) {
                return Err(format!("{name} does not belong to this kind of fault"));
            }
        }
        Ok(())
    }
}

/// Whether a path is the pattern or below it; with `*` in the pattern, whether it is so as a whole.
fn fits(pattern: &str, path: &str) -> bool {
    if !pattern.contains('*') {
        let pattern = pattern.trim_end_matches('/');
        let rest = path.strip_prefix(pattern);
        return rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    }
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_prefix_or_a_pattern() {
        for (pattern, path) in [
            ("/servers", "/servers"),
            ("/servers/", "/servers/7"),
            ("/servers", "/servers/7/actions"),
            ("/zones/*/dns_records", "/zones/abc/dns_records"),
            ("*/actions/poweron", "/servers/7/actions/poweron"),
            ("*", "/anything"),
        ] {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("/servers", "/servers_of_others"),
            ("/servers/*", "/servers"),
            ("/zones/*/dns_records", "/zones/abc/dns_records/1"),
            ("a*", "/a"),
        ] {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }
}
