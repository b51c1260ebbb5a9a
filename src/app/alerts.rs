//! From the fleet file to the channels of alerts: what the world knows of each, and what sends by it.

use std::path::Path;
use std::sync::Arc;

use config::Fleet;
use config::fleet::{AlertSpec, AlertWay, MailTls};
use drivers::alert::{
    self, AlertError, AlertSender, Discord, Email, MailServer, Ntfy, Sms, SmsAccount, TWILIO,
};
use engine::AlertPlan;
use vocab::Text;
use world::alerts::{AlertRate, Channel, ChannelKind};
use world::autopilot::Hours;

use super::hosting::secret;

/// The channels that the fleet file declares. One whose secret cannot be read says so itself.
pub fn plans(fleet: &Fleet) -> Vec<AlertPlan> {
    fleet.alerts.iter().map(plan).collect()
}

fn plan(spec: &AlertSpec) -> AlertPlan {
    let (sender, unusable) = match sender(spec) {
        Ok(sender) => (sender, None),
        Err(why) => (None, Some(why)),
    };
    let report = match &spec.way {
        AlertWay::Email { report, .. } => *report,
        _ => None,
    };
    AlertPlan {
        channel: Channel {
            name: spec.name.clone(),
            kind: kind(&spec.way),
            to: to(&spec.way),
            level: spec.level,
            wait: spec.wait,
            quiet: spec.quiet.map(|hours| Hours {
                from: hours.from,
                until: hours.until,
            }),
            quiet_except: spec.quiet_except,
            timezone: spec.timezone.clone(),
            repeat: spec.repeat,
            rate: AlertRate {
                most: spec.rate.most,
                within: spec.rate.within,
            },
            report,
            unusable,
        },
        sender,
    }
}

const fn kind(way: &AlertWay) -> ChannelKind {
    match way {
        AlertWay::Discord { .. } => ChannelKind::Discord,
        AlertWay::Ntfy { .. } => ChannelKind::Ntfy,
        AlertWay::Sms { .. } => ChannelKind::Sms,
        AlertWay::Email { .. } => ChannelKind::Email,
        AlertWay::Terminal { .. } => ChannelKind::Terminal,
    }
}

/// Whom it reaches, as far as that is no secret.
fn to(way: &AlertWay) -> Text {
    let joined = |list: &[Text]| {
        let list: Vec<&str> = list.iter().map(Text::as_str).collect();
        Text::line(list.join(", "))
    };
    match way {
        AlertWay::Discord { .. } => Text::line("a webhook"),
        AlertWay::Ntfy { url, .. } => url.clone(),
        AlertWay::Sms { to, .. } | AlertWay::Email { to, .. } => joined(to),
        AlertWay::Terminal { .. } => Text::line("open consoles"),
    }
}

/// What sends by a channel; `None` for what the faces show themselves.
fn sender(spec: &AlertSpec) -> Result<Option<Arc<dyn AlertSender>>, Text> {
    let refused = |error: AlertError| error.text;
    Ok(Some(match &spec.way {
        AlertWay::Discord { url } => {
            let url = secret("the address of the webhook", url)?;
            Arc::new(Discord::new(&url).map_err(refused)?)
        }
        AlertWay::Ntfy { url, token } => {
            let token = token
                .as_ref()
                .map(|token| secret("the token of the topic", token));
            Arc::new(Ntfy::new(url, token.transpose()?).map_err(refused)?)
        }
        AlertWay::Sms {
            url,
            account,
            token,
            from,
            to,
        } => {
            let token = secret("the token of the account", token)?;
            let account = SmsAccount {
                account: account.clone(),
                from: from.clone(),
                to: to.clone(),
            };
            let url = url.as_deref().unwrap_or(TWILIO);
            Arc::new(Sms::new(url, token, account).map_err(refused)?)
        }
        AlertWay::Email {
            host,
            port,
            tls,
            authority,
            login,
            from,
            to,
            report: _,
        } => {
            let login = login.as_ref().map(|(user, password)| {
                secret("the password of the mail server", password)
                    .map(|password| (user.clone(), password))
            });
            let server = MailServer {
                host: host.clone(),
                port: *port,
                tls: match tls {
                    MailTls::StartTls => alert::MailTls::StartTls,
                    MailTls::Tls => alert::MailTls::Tls,
                    MailTls::Off => alert::MailTls::Off,
                },
                authority: authority.as_deref().map(authorities).transpose()?,
                login: login.transpose()?,
                from: from.clone(),
                to: to.clone(),
            };
            Arc::new(Email::new(server).map_err(refused)?)
        }
        AlertWay::Terminal { .. } => return Ok(None),
    }))
}

/// The authorities of a file, as they stand in it.
fn authorities(path: &Path) -> Result<Vec<u8>, Text> {
    std::fs::read(path).map_err(|error| {
        Text::line(format!(
            "the authorities of the mail server cannot be read from {}: {error}",
            path.display()
        ))
    })
}
