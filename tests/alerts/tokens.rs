//! Tokens that are about to end: told by the provider's own word, and by that of the fleet file.

use serde_json::json;

use crate::ground::Ground;

#[test]
fn the_end_of_a_token_is_told_before_it_comes() {
    let ground = Ground::with(|of| {
        format!(
            "[providers.hetzner]\nurl = \"{}\"\ntoken = \"{}\"\nexpires = 2026-01-31\n\
             [providers.cloudflare]\nurl = \"{}\"\ntoken = \"{}\"\nexpires = 2026-01-31\n\
             [providers.stripe]\nurl = \"{}\"\ntoken = \"{}\"\n\
             [hosting]\nprice = \"15.00 EUR\"\n\
             [[alerts]]\nname = \"phone\"\nkind = \"ntfy\"\nurl = \"{}\"\ntoken = \"{}\"\n\
             level = \"notice\"\nwait = \"0s\"\n",
            of("/hetzner/url"),
            of("/hetzner/token"),
            of("/cloudflare/url"),
            of("/cloudflare/token"),
            of("/stripe/url"),
            of("/stripe/token"),
            of("/ntfy/url"),
            of("/ntfy/token"),
        )
    });
    let soon = json!({"ends_in_seconds": 20 * 86_400 + 3_600});
    ground.admin("POST", "/token", &soon);
    let _serve = ground.serve();
    let told = |words: &str, ground: &Ground| {
        let messages = ground.came("ntfy");
        messages
            .iter()
            .any(|message| message.to_string().contains(words))
    };
    ground.until("both are told", |ground| {
        told("critical: Hetzner: API token has ended", ground)
            && told("notice: Cloudflare: API token ends in 20 days", ground)
    });
}
