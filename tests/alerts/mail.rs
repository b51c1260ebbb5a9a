//! Mail over TLS: both ways of it against a server whose authority the fleet file names, and refused by one that nobody
//! vouches for.

use serde_json::Value;

use crate::ground::Ground;

/// A channel over each way, with or without the authority.
fn ground(with_authority: bool) -> Ground {
    let ground = Ground::with(|of| {
        let channel = |name: &str, port: &str| {
            format!(
                "[[alerts]]\nname = \"{name}\"\nkind = \"email\"\nhost = \"{}\"\nport = {}\ntls = \"{name}\"\n\
                 user = \"{}\"\npassword = \"{}\"\nfrom = \"wheelhouse@example.com\"\n\
                 to = [\"operator@example.com\"]\n",
                of("/smtp/host"),
                of(port),
                of("/smtp/user"),
                of("/smtp/password"),
            )
        };
        channel("starttls", "/smtp/starttls_port") + &channel("tls", "/smtp/tls_port")
    });
    if with_authority {
        let file = ground.folder.path().join("authority.pem");
        let authority = ground.addresses["smtp"]["ca"].as_str().expect("PEM");
        std::fs::write(&file, authority).expect("a file");
        let fleet = ground.folder.path().join("fleet.toml");
        let text = std::fs::read_to_string(&fleet).expect("the fleet file");
        let named = format!("kind = \"email\"\nca_file = \"{}\"\n", file.display());
        let text = text.replace("kind = \"email\"\n", &named);
        std::fs::write(&fleet, text).expect("the fleet file");
    }
    ground
}

fn tested(ground: &Ground) -> Vec<Value> {
    let (text, _) = ground.said(&["alerts", "test", "--json"]);
    let tested: Value = serde_json::from_str(&text).expect("JSON");
    tested.as_array().expect("a list").clone()
}

#[test]
fn mail_goes_over_tls_by_both_ways() {
    let ground = ground(true);
    let tested = tested(&ground);
    assert_eq!(tested.len(), 2);
    for one in &tested {
        assert_eq!(one["state"], "sent", "{one}");
    }
    let came = ground.came("mail");
    let subjects = came.iter().map(|mail| mail["data"].to_string());
    let subjects: Vec<String> = subjects.collect();
    for name in ["starttls", "tls"] {
        let wanted = format!("test of {name}");
        assert!(subjects.iter().any(|data| data.contains(&wanted)), "{name}");
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let ground = ground(false);
    for one in tested(&ground) {
        assert_ne!(one["state"], "sent", "{one}");
        let text = one.to_string();
        assert!(text.contains("certificate is not taken"), "{text}");
        assert!(text.contains("ca_file"), "{text}");
    }
    assert!(ground.came("mail").is_empty());
}
