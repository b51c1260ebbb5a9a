//! The compose files: templates of this program, into which values go as JSON, which is YAML and quotes everything that
//! needs it.

use serde_json::Value;

/// A site of Node.js.
pub(super) const NODE: &str = include_str!("../../../assets/compose/node.yaml");

/// A site of `WordPress`.
pub(super) const WORDPRESS: &str = include_str!("../../../assets/compose/wordpress.yaml");

/// The database of a site.
pub(super) const MARIADB: &str = include_str!("../../../assets/compose/mariadb.yaml");

/// Puts the values in the places that are named for them. A dollar sign is doubled: compose would read a variable there.
pub(super) fn render(template: &str, values: &[(&str, Value)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    // What was put in is never looked at again, so that no value can name a place.
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let (name, behind) = after.split_once("}}").unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        if let Some((_, value)) = value {
            text.push_str(&value.to_string().replace('$', "$$"));
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_quoted_names_no_place_and_no_variable() {
        let hostile = "a\"\nprivileged: true\n#{{image}} ${HOME}";
        let text = render(
            "name: {{name}}\nimage: {{image}}\n",
            &[("name", json!(hostile)), ("image", json!("node:22"))],
        );
        assert_eq!(
            text,
            "name: \"a\\\"\\nprivileged: true\\n#{{image}} $${HOME}\"\nimage: \"node:22\"\n"
        );
    }

    #[test]
    fn every_template_limits_what_it_starts() {
        for template in [NODE, WORDPRESS, MARIADB] {
            for needed in [
                "mem_limit:",
                "memswap_limit:",
                "cpus:",
                "pids_limit:",
                "cap_drop:\n      - ALL",
                "no-new-privileges:true",
                "restart: unless-stopped",
                "max-size:",
                "labels: {{labels}}",
            ] {
                assert!(template.contains(needed), "{needed}");
            }
            for banned in ["privileged: true", "network_mode", "pid:", "docker.sock"] {
                assert!(!template.contains(banned), "{banned}");
            }
        }
    }

    #[test]
    fn together_a_site_has_half_a_processor_and_512_megabytes() {
        let number = |template: &str, key: &str| -> f64 {
            let line = template.lines().find(|line| line.trim().starts_with(key));
            let value = line.and_then(|line| line.split_once(": ")).unwrap().1;
            value.trim_end_matches('m').parse().unwrap()
        };
        let both = |key| number(WORDPRESS, key) + number(MARIADB, key);
        for (key, most) in [("mem_limit", 512.0), ("cpus", 0.5)] {
            assert!((number(NODE, key) - most).abs() < 1e-9);
            assert!((both(key) - most).abs() < 1e-9);
        }
    }
}
