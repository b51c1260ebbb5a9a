//! Our public key at the provider of servers. One for the installation, so it is found or made, and never taken back.

use drivers::provider::hetzner::SshKey;
use drivers::provider::{Answer, Fault};
use saga::{Look, Object, Outcome};
use vocab::Text;

use super::{known, refused};
use crate::names;
use crate::work::Work;

fn made(key: &SshKey) -> Object {
    known("ssh key", &key.id.to_string(), key.name.as_str(), "ssh_key")
}

/// Ours is the one by our name that holds our key.
pub(crate) async fn look(work: &Work) -> Look {
    let public = match work.ends.keys.login_public().await {
        Ok(public) => public,
        Err(error) => return Look::Unclear(error.0),
    };
    let name = names::ssh_key(&work.order.installation);
    match work.ends.hetzner.ssh_key_by_name(&name).await {
        Ok(Some(key)) if same(&key.public_key, &public) => Look::Ours(made(&key)),
        Ok(Some(_)) => Look::Foreign(Text::line(format!(
            "Hetzner has another SSH key by the name {name}: remove it there, or give this installation another name"
        ))),
        Ok(None) => Look::Absent,
        Err(error) => Look::Unclear(Text::line(error.to_string())),
    }
}

pub(crate) async fn perform(work: &Work) -> Outcome {
    let public = match work.ends.keys.login_public().await {
        Ok(public) => public,
        Err(error) => return Outcome::Not(error.0),
    };
    let name = names::ssh_key(&work.order.installation);
    let labels = names::owner(&work.order.installation);
    match work
        .ends
        .hetzner
        .create_ssh_key(&name, &public, &labels)
        .await
    {
        Answer::Done(key) => Outcome::Done(made(&key)),
        // Another run made it at the same moment.
        Answer::Not(error) if error.fault == Fault::Conflict => match look(work).await {
            Look::Ours(key) => Outcome::Done(key),
            Look::Foreign(why) => Outcome::Not(why),
            Look::Unclear(why) => Outcome::Unknown(why),
            // Not to be seen yet.
            Look::Absent => Outcome::Unknown(Text::line(error.to_string())),
        },
        other => refused(other),
    }
}

/// The same key, whatever is said after it.
fn same(one: &str, other: &str) -> bool {
    let key = |text: &str| -> Vec<String> {
        text.split_whitespace().take(2).map(str::to_owned).collect()
    };
    key(one) == key(other)
}
