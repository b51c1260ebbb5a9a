//! Alert channels: who is told when something is wrong, by what, and when not.
//!
//! A channel with a value that cannot be used is left out whole: nobody may believe to be told of what is never sent.

mod value;

use std::ops::RangeInclusive;
use std::path::PathBuf;

use vocab::{ChannelName, Severity, Span, Text, Time};

use super::autopilot::{DayHours, hours, minute, texts, zone};
use super::business::credential::{self, Credential, Names, TOKEN};
use super::business::value::{api, day, email, is_loopback};
use super::parse;
use crate::reader::Fields;

/// How many messages may be sent within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertRate {
    /// So many, 1 to 1000.
    pub most: u32,
    /// Within a minute, an hour or a day.
    pub within: Span,
}

/// How a connection to a mail server is kept from being read by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailTls {
    /// It begins in the clear and must change to TLS before anything is said (port 587).
    StartTls,
    /// It is TLS from the first byte (port 465).
    Tls,
    /// It is not: for a server on this machine alone.
    Off,
}

/// What a terminal understands as a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TerminalSign {
    /// What the terminal is known to understand; else the bell.
    #[default]
    Auto,
    /// OSC 777: urxvt, foot, the terminals of GNOME.
    Osc777,
    /// OSC 9: iTerm2, `WezTerm`, kitty, Ghostty, Windows Terminal.
    Osc9,
    /// The bell alone.
    Bell,
}

/// By what a channel tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertWay {
    /// A webhook of Discord, whose address is the secret.
    Discord {
        /// Its address.
        url: Credential,
    },
    /// A topic of an ntfy server, or of what speaks as it does.
    Ntfy {
        /// The topic's address.
        url: Text,
        /// The access token, where the topic needs one.
        token: Option<Credential>,
    },
    /// Text messages by an API of Twilio's shape.
    Sms {
        /// Where the API answers; Twilio's unless given.
        url: Option<Text>,
        /// The account's id.
        account: Text,
        /// The account's token.
        token: Credential,
        /// The number, or the messaging service, it comes from.
        from: Text,
        /// The numbers it goes to; at least one.
        to: Vec<Text>,
    },
    /// Mail.
    Email {
        /// The mail server.
        host: Text,
        /// Its port.
        port: u16,
        /// How the connection is protected.
        tls: MailTls,
        /// A file (PEM) with authorities whose certificates are taken beside those this machine trusts.
        authority: Option<PathBuf>,
        /// The user and where the password is, when the server wants them.
        login: Option<(Text, Credential)>,
        /// The address it comes from.
        from: Text,
        /// The addresses it goes to; at least one.
        to: Vec<Text>,
        /// The minute of the day at which the daily report is sent; none is unless given.
        report: Option<u16>,
    },
    /// The terminals in which a console is open.
    Terminal {
        /// What they are sent.
        sign: TerminalSign,
    },
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertSpec {
    /// Its name; unique.
    pub name: ChannelName,
    /// What is less grave is not told; a warning unless given, of text messages what is critical.
    pub level: Severity,
    /// For so long something must be wrong before it is told, so that a cause and its consequences are one: up to an hour;
    /// 30 s unless given.
    pub wait: Span,
    /// At these hours nothing is told.
    pub quiet: Option<DayHours>,
    /// What is so grave is told at those hours too.
    pub quiet_except: Option<Severity>,
    /// The zone of the hours and of the report, as an IANA name; this machine's unless given.
    pub timezone: Option<Text>,
    /// After so long what nobody has acknowledged is told again, a minute to 30 days; never unless given.
    pub repeat: Option<Span>,
    /// How many messages may be sent; 30 in an hour unless given, text messages 6.
    pub rate: AlertRate,
    /// The day on which its token, password or address ends: its first moment in UTC.
    pub expires: Option<Time>,
    /// By what.
    pub way: AlertWay,
}

#[derive(Clone, Copy)]
enum Kind {
    Discord,
    Ntfy,
    Sms,
    Email,
    Terminal,
}

const KINDS: [(&str, Kind); 5] = [
    ("discord", Kind::Discord),
    ("email", Kind::Email),
    ("ntfy", Kind::Ntfy),
    ("sms", Kind::Sms),
    ("terminal", Kind::Terminal),
];

const LEVELS: [(&str, Severity); 3] = [
    ("critical", Severity::Critical),
    ("warning", Severity::Warning),
    ("notice", Severity::Notice),
];

const WAIT: RangeInclusive<Span> = Span::ZERO..=Span::hours(1);
const REPEAT: RangeInclusive<Span> = Span::minutes(1)..=Span::days(30);

/// The address of a webhook.
const URL: Names = Names {
    inline: "url",
    file: "url_file",
    environment: "url_env",
};

/// The password of a mail server.
const PASSWORD: Names = Names {
    inline: "password",
    file: "password_file",
    environment: "password_env",
};

/// Reads an `[[alerts]]`; `None` when a value in it cannot be used.
pub(super) fn read(mut fields: Fields<'_>, name: Option<ChannelName>) -> Option<AlertSpec> {
    fields.require(
        "kind",
        "say by what: kind = \"discord\", \"email\", \"ntfy\", \"sms\" or \"terminal\"",
    );
    let Some(kind) = fields.choice("kind", &KINDS) else {
        // Without it, which of the other fields belong cannot be told.
        return None;
    };
    let way = match kind {
        Kind::Discord => discord(&mut fields),
        Kind::Ntfy => ntfy(&mut fields),
        Kind::Sms => sms(&mut fields),
        Kind::Email => mail(&mut fields),
        Kind::Terminal => Some(terminal(&mut fields)),
    };
    let is_dear = matches!(kind, Kind::Sms);
    let usual = if is_dear {
        Severity::Critical
    } else {
        Severity::Warning
    };
    let rate = AlertRate {
        most: if is_dear { 6 } else { 30 },
        within: Span::hours(1),
    };
    let quiet = fields.parsed("quiet", hours);
    let quiet_except = fields.choice("quiet_except", &LEVELS);
    if quiet_except.is_some() && !fields.has("quiet") {
        fields.warn(
            "quiet_except",
            "there are no quiet hours: write quiet = \"22:00-07:00\"",
        );
    }
    let level = fields.choice("level", &LEVELS).unwrap_or(usual);
    let wait = fields.span("wait", WAIT).unwrap_or(Span::seconds(30));
    let timezone = fields.parsed("timezone", zone);
    let repeat = fields.span("repeat", REPEAT);
    let rate = fields.parsed("rate", value::rate).unwrap_or(rate);
    let expires = day(&mut fields, "expires");
    if !fields.finish() {
        return None;
    }
    Some(AlertSpec {
        name: name?,
        level,
        wait,
        quiet,
        quiet_except,
        timezone,
        repeat,
        rate,
        expires,
        way: way?,
    })
}

fn discord(fields: &mut Fields<'_>) -> Option<AlertWay> {
    let sandbox = fields.shows("url", is_loopback);
    let url = credential::read(fields, URL, sandbox)?;
    Some(AlertWay::Discord { url })
}

fn ntfy(fields: &mut Fields<'_>) -> Option<AlertWay> {
    fields.require(
        "url",
        "say the topic: url = \"https://ntfy.example.com/operations\"",
    );
    let url = fields.parsed("url", value::topic);
    let sandbox = url.as_ref().is_some_and(|url| is_loopback(url));
    let has_token = ["token", "token_file", "token_env"]
        .iter()
        .any(|name| fields.has(name));
    let token = if has_token {
        Some(credential::read(fields, TOKEN, sandbox)?)
    } else {
        // Known nevertheless, so that a misspelt one is reported with its right name.
        TOKEN.know(fields);
        None
    };
    Some(AlertWay::Ntfy { url: url?, token })
}

fn sms(fields: &mut Fields<'_>) -> Option<AlertWay> {
    fields.require("account", "say whose account: account = \"AC…\"");
    fields.require(
        "from",
        "say the number it comes from: from = \"+15005550006\"",
    );
    fields.require("to", "say whom to tell: to = [\"+4915112345678\"]");
    let url = fields.parsed("url", api);
    let sandbox = url.as_ref().is_some_and(|url| is_loopback(url));
    let token = credential::read(fields, TOKEN, sandbox);
    let account = fields.parsed("account", value::account);
    let from = fields.parsed("from", value::sender);
    let to = texts(fields, "to", value::number);
    Some(AlertWay::Sms {
        url,
        account: account?,
        token: token?,
        from: from?,
        to: to?,
    })
}

fn mail(fields: &mut Fields<'_>) -> Option<AlertWay> {
    fields.require("host", "say the mail server: host = \"mail.example.com\"");
    fields.require("from", "say the sender: from = \"wheelhouse@example.com\"");
    fields.require("to", "say whom to tell: to = [\"operator@example.com\"]");
    let host = fields.parsed("host", parse::host);
    let words = [
        ("starttls", MailTls::StartTls),
        ("tls", MailTls::Tls),
        ("off", MailTls::Off),
    ];
    let tls = fields.choice("tls", &words).unwrap_or(MailTls::StartTls);
    let here = host
        .as_ref()
        .is_some_and(|host| is_loopback(&format!("smtp://{}", value::bracketed(host))));
    if tls == MailTls::Off && host.is_some() && !here {
        fields.error(
            "tls",
            "must be \"starttls\" or \"tls\": mail would cross the network readable by everyone; \"off\" is for this machine alone",
        );
    }
    let authority = fields.parsed("ca_file", parse::path);
    if authority.is_some() && tls == MailTls::Off {
        fields.error(
            "ca_file",
            "means nothing with tls = \"off\": no certificate is asked for; take it out",
        );
    }
    let usual = match tls {
        MailTls::StartTls => 587,
        MailTls::Tls => 465,
        MailTls::Off => 25,
    };
    let port = fields.port("port").unwrap_or(usual);
    let login = login(fields, here);
    let from = fields.parsed("from", email);
    let to = texts(fields, "to", |text| email(text).map_err(str::to_owned));
    let report = fields.parsed("report", |text| {
        minute(text)
            .filter(|minute| *minute < 1440)
            .ok_or("must be a time of the day, such as \"08:00\"")
    });
    Some(AlertWay::Email {
        host: host?,
        port,
        tls,
        authority,
        login: login.ok()?,
        from: from?,
        to: to?,
        report,
    })
}

/// A value that cannot be used; it was reported.
struct Unusable;

/// The user and the password, both or none of them.
fn login(fields: &mut Fields<'_>, here: bool) -> Result<Option<(Text, Credential)>, Unusable> {
    let user = fields.text("user");
    let has_password = ["password", "password_file", "password_env"]
        .iter()
        .any(|name| fields.has(name));
    match (fields.has("user"), has_password) {
        (false, false) => {
            PASSWORD.know(fields);
            Ok(None)
        }
        (true, true) => {
            let password = credential::read(fields, PASSWORD, here);
            Ok(Some((user.ok_or(Unusable)?, password.ok_or(Unusable)?)))
        }
        (true, false) => {
            PASSWORD.know(fields);
            fields.error(
                "user",
                "has no password; write password_file = \"/path\" or password_env = \"VARIABLE\"",
            );
            Err(Unusable)
        }
        (false, true) => {
            PASSWORD.know(fields);
            fields.error("", "says a password and no user; write user = \"…\"");
            Err(Unusable)
        }
    }
}

fn terminal(fields: &mut Fields<'_>) -> AlertWay {
    let words = [
        ("auto", TerminalSign::Auto),
        ("osc777", TerminalSign::Osc777),
        ("osc9", TerminalSign::Osc9),
        ("bell", TerminalSign::Bell),
    ];
    AlertWay::Terminal {
        sign: fields.choice("sign", &words).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
