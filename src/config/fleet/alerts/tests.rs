//! Channels as they are written, and every mistake with its line and how to mend it.

use std::path::PathBuf;

use super::*;
use crate::fleet::tests::parsed;

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

#[test]
fn every_kind_can_be_said() {
    let (fleet, report) = parsed(&format!(
        "[[alerts]]\nname = \"chat\"\nkind = \"discord\"\nurl_file = \"/etc/wheelhouse/discord\"\n\
         [[alerts]]\nname = \"phone\"\nkind = \"ntfy\"\nurl = \"https://ntfy.example.com/operations\"\n\
         token_env = \"NTFY_TOKEN\"\nlevel = \"notice\"\nquiet = \"22:00-07:00\"\nquiet_except = \"critical\"\n\
         timezone = \"Europe/Berlin\"\nwait = \"10s\"\nrepeat = \"4h\"\nrate = \"10/h\"\n\
         [[alerts]]\nname = \"sms\"\nkind = \"sms\"\naccount = \"{ACCOUNT}\"\ntoken_env = \"SMS_TOKEN\"\n\
         from = \"+15005550006\"\nto = [\"+15005550009\"]\n\
         [[alerts]]\nname = \"mail\"\nkind = \"email\"\nhost = \"mail.example.com\"\nuser = \"ops\"\n\
         password_file = \"/etc/wheelhouse/mail\"\nfrom = \"wheelhouse@example.com\"\n\
         to = [\"operator@example.com\"]\nreport = \"08:00\"\n\
         [[alerts]]\nname = \"desk\"\nkind = \"terminal\"\nsign = \"osc9\"\n"
    ));
    assert_eq!(report, "");
    let [chat, phone, sms, mail, desk] = &fleet.alerts[..] else {
        panic!("five channels")
    };
    let url = Credential::File(PathBuf::from("/etc/wheelhouse/discord"));
    assert_eq!(chat.way, AlertWay::Discord { url });
    assert_eq!(
        (chat.level, chat.wait),
        (Severity::Warning, Span::seconds(30))
    );
    assert_eq!(
        (phone.level, phone.wait),
        (Severity::Notice, Span::seconds(10))
    );
    assert_eq!(phone.repeat, Some(Span::hours(4)));
    assert_eq!((phone.rate.most, phone.rate.within), (10, Span::hours(1)));
    assert_eq!(phone.quiet_except, Some(Severity::Critical));
    assert_eq!(phone.timezone.as_deref(), Some("Europe/Berlin"));
    assert_eq!((sms.level, sms.rate.most), (Severity::Critical, 6));
    let AlertWay::Email {
        port,
        tls,
        login,
        report,
        ..
    } = &mail.way
    else {
        panic!("mail")
    };
    assert_eq!((*port, *tls, *report), (587, MailTls::StartTls, Some(480)));
    assert_eq!(login.as_ref().map(|(user, _)| user.as_str()), Some("ops"));
    let sign = TerminalSign::Osc9;
    assert_eq!(desk.way, AlertWay::Terminal { sign });
}

#[test]
fn the_sandbox_may_be_written_with_its_secrets() {
    let (fleet, report) = parsed(
        "[[alerts]]\nname = \"a\"\nkind = \"discord\"\nurl = \"http://127.0.0.1:8080/api/webhooks/1/made-up\"\n\
         [[alerts]]\nname = \"b\"\nkind = \"ntfy\"\nurl = \"http://[::1]:8080/operations\"\ntoken = \"made-up\"\n\
         [[alerts]]\nname = \"c\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = 2525\ntls = \"off\"\n\
         user = \"u\"\npassword = \"made-up\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]\n",
    );
    assert_eq!(report, "");
    assert_eq!(fleet.alerts.len(), 3);
    assert!(!format!("{:?}", fleet.alerts).contains("made-up"));
}

#[test]
fn a_mistake_is_named_with_its_line_and_leaves_its_channel_out() {
    let discord = "kind = \"discord\"\n";
    let ntfy = "kind = \"ntfy\"\nurl = \"https://ntfy.example.com/ops\"\n";
    let mail = "kind = \"email\"\nhost = \"mail.example.com\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]\n";
    let sms = "kind = \"sms\"\nfrom = \"+15005550006\"\ntoken_env = \"T\"\n";
    for (text, wanted) in [
        (String::new(), "kind: missing"),
        ("kind = \"discrod\"".into(), "did you mean \"discord\"?"),
        (discord.into(), "says no url; write url_file"),
        (
            format!("{discord}url = \"https://discord.com/api/webhooks/1/CANARY\""),
            "must not stand in the file",
        ),
        (
            "kind = \"ntfy\"\nurl = \"https://ntfy.example.com/\"".into(),
            "must end with the topic",
        ),
        (
            "kind = \"ntfy\"\nurl = \"http://ntfy.example.com/ops\"".into(),
            "must begin with https://",
        ),
        (
            format!("{ntfy}token = \"CANARY\""),
            "must not stand in the file",
        ),
        (format!("{ntfy}level = \"grave\""), "must be one of"),
        (format!("{ntfy}rate = \"10\""), "such as \"10/h\""),
        (format!("{ntfy}rate = \"0/h\""), "such as \"10/h\""),
        (format!("{ntfy}repeat = \"1s\""), "must be from 1m to 30d"),
        (format!("{ntfy}quiet = \"22-7\""), "two times of the day"),
        (format!("{ntfy}timezone = \"Mars/Base\""), "time zone"),
        (format!("{mail}tls = \"off\""), "for this machine alone"),
        (format!("{mail}user = \"ops\""), "has no password"),
        (format!("{mail}password_env = \"P\""), "no user"),
        (format!("{mail}report = \"8\""), "a time of the day"),
        (
            format!("{sms}account = \"AC1\"\nto = [\"+15005550009\"]"),
            "32 hexadecimal",
        ),
        (
            format!("{sms}account = \"{ACCOUNT}\"\nto = [\"0151 12\"]"),
            "with its country",
        ),
        (format!("{sms}account = \"{ACCOUNT}\""), "to: missing"),
    ] {
        let (fleet, report) = parsed(&format!("[[alerts]]\nname = \"a\"\n{text}\n"));
        assert!(report.contains(wanted), "{text}: {report}");
        assert!(report.contains("fleet.toml:"), "{report}");
        assert!(!report.contains("CANARY"), "{report}");
        assert!(fleet.alerts.is_empty(), "{text}");
    }
    let twice = format!("[[alerts]]\nname = \"a\"\n{ntfy}");
    let (fleet, report) = parsed(&format!("{twice}{twice}"));
    assert!(
        report.contains("the name of the one in line 1 already"),
        "{report}"
    );
    assert_eq!(fleet.alerts.len(), 1);
    let (_, report) = parsed(&format!("{twice}quiet_except = \"critical\"\n"));
    assert!(report.contains("there are no quiet hours"), "{report}");
    let (_, report) = parsed(&format!("{twice}tokn_file = \"/x\"\n"));
    assert!(report.contains("did you mean \"token_file\"?"), "{report}");
}
