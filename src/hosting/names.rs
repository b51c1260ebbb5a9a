//! Names and marks of what is made outside: the same for every attempt, so that it is found again, and carrying whose it is.

use std::collections::BTreeMap;

use vocab::{Domain, Money, ReleaseId, RunId, Text};
use world::SiteOrder;

/// Labels or notes on an object at a provider.
pub type Marks = BTreeMap<Text, Text>;

/// What every name of ours begins with at a provider.
const PREFIX: &str = "wheelhouse";

/// The name of a site's server: a host name (RFC 1123), at most 63 characters. Of a long domain its beginning is kept; the
/// deployment tells it from others.
pub fn server(domain: &Domain, deployment: RunId) -> String {
    let mut name: String = domain.as_str().replace('.', "-");
    name.truncate(40);
    format!("{}-{}", name.trim_end_matches('-'), short(deployment))
}

/// The name of the server an order is about: by the books, or as it will be made.
pub fn server_of(order: &SiteOrder) -> String {
    let site = &order.site;
    if site.objects.server_name.is_empty() {
        server(&site.domain, site.deployment)
    } else {
        site.objects.server_name.clone()
    }
}

/// What the names of a deployment's containers, volumes and network begin with.
pub fn containers(deployment: RunId) -> String {
    format!("{PREFIX}-{}", short(deployment))
}

/// The name of the container that serves a release of a deployment.
pub fn container(deployment: RunId, release: &ReleaseId) -> String {
    format!("{}-{release}", containers(deployment))
}

/// The name of an installation's login key at the provider of servers.
pub fn ssh_key(installation: &str) -> String {
    format!("{PREFIX}-{installation}")
}

/// The labels of what serves all deployments of an installation.
pub fn owner(installation: &str) -> Marks {
    marks(&[(&format!("{PREFIX}-installation"), installation)])
}

/// Whether a server's labels say that a run of this installation made it. For which site it was made does not matter: it
/// may stand there no more, or by another domain.
pub fn is_made_by(labels: &Marks, installation: &str, run: RunId) -> bool {
    let says = |name: &str, value: &str| labels.get(name).is_some_and(|label| label == value);
    says(&format!("{PREFIX}-installation"), installation)
        && says(DEPLOYMENT_LABEL, &run.to_string())
}

/// The labels of a server: whose it is, and which run made it, for which site.
pub fn labels(installation: &str, domain: &Domain, deployment: RunId) -> Marks {
    // The longest value that the provider takes.
    let mut site = domain.as_str().to_owned();
    site.truncate(63);
    marks(&[
        (&format!("{PREFIX}-installation"), installation),
        (DEPLOYMENT_LABEL, &deployment.to_string()),
        (&format!("{PREFIX}-site"), site.trim_end_matches(['-', '.'])),
    ])
}

fn marks(pairs: &[(&str, &str)]) -> Marks {
    pairs
        .iter()
        .map(|(name, value)| (Text::line(name), Text::line(value)))
        .collect()
}

/// The label that names a server's deployment.
pub const DEPLOYMENT_LABEL: &str = "wheelhouse-deployment";

/// The selector of all servers of an installation.
pub fn selector(installation: &str) -> String {
    format!("{PREFIX}-installation={installation}")
}

/// The deployment that a record's comment names, when it is this installation's.
pub fn deployment_of<'a>(comment: &'a str, installation: &str) -> Option<&'a str> {
    comment
        .strip_prefix(PREFIX)?
        .strip_prefix(' ')?
        .strip_prefix(installation)?
        .strip_prefix(' ')
}

/// The comment of a record: labels are not to be had on every plan of the provider.
pub fn comment(installation: &str, deployment: RunId) -> String {
    format!("{PREFIX} {installation} {deployment}")
}

/// The note by which what a deployment made at the payment provider is found.
pub const DEPLOYMENT_NOTE: &str = "wheelhouse_deployment";

/// The note that names the installation.
pub const INSTALLATION_NOTE: &str = "wheelhouse_installation";

/// The note that names the site.
pub const SITE_NOTE: &str = "wheelhouse_site";

/// The note that names whose site it is.
pub const AFFILIATE_NOTE: &str = "wheelhouse_affiliate";

/// The product all sites are sold as.
pub const PRODUCT: &str = "wheelhouse_site";

/// By which the monthly price of an amount is found again.
pub fn price(amount: Money) -> String {
    let currency = amount.currency.code().to_lowercase();
    format!(
        "wheelhouse_{currency}_{}_month",
        amount.smallest().unwrap_or_default()
    )
}

/// The notes on what is made at the payment provider.
pub fn notes(installation: &str, domain: &Domain, deployment: RunId) -> Marks {
    marks(&[
        (INSTALLATION_NOTE, installation),
        (DEPLOYMENT_NOTE, &deployment.to_string()),
        (SITE_NOTE, domain.as_str()),
    ])
}

/// Whether the notes are of a deployment.
pub fn noted(notes: &Marks, deployment: RunId) -> bool {
    notes
        .get(DEPLOYMENT_NOTE)
        .is_some_and(|note| note.as_str() == deployment.to_string())
}

/// The end of a deployment's id, enough to tell deployments of one domain apart.
fn short(deployment: RunId) -> String {
    let id = deployment.to_string().replace('-', "");
    id[id.len() - 12..].to_owned()
}
