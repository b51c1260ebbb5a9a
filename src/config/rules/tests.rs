//! Rules from files: the shipped ones, what goes over them, and every mistake with its place.

use super::*;

fn with(text: &str) -> (Vec<Rule>, String) {
    let mut report = Report::default();
    let mut rules = shipped();
    let document = Document::parse(&"rules.toml".into(), text, &mut report).expect("valid TOML");
    read(&document, &mut rules);
    document.finish(&mut report);
    (rules, report.to_string())
}

fn found<'r>(rules: &'r [Rule], id: &str) -> &'r Rule {
    rules.iter().find(|rule| *rule.id == *id).expect(id)
}

#[test]
fn the_shipped_rules_are_whole() {
    let mut report = Report::default();
    let mut rules = Vec::new();
    let file = Text::line(shipped::RULES_FILE);
    let document = Document::parse(&file, shipped::RULES, &mut report).expect("valid TOML");
    read(&document, &mut rules);
    document.finish(&mut report);
    assert_eq!(report.to_string(), "");
    let judged = |figure: &&Figure| rules.iter().any(|rule| rule.figure == **figure);
    let left: Vec<&Figure> = Figure::ALL.iter().filter(|one| !judged(one)).collect();
    assert!(left.is_empty(), "nothing judges {left:?}");
    assert!(
        rules
            .iter()
            .all(|rule| rule.place.starts_with("shipped rules.toml:"))
    );
    let certificate = found(&rules, "certificate.ends");
    let judged = [40.0, 30.0, 14.0, 7.0, -1.0].map(|days| certificate.judge(days));
    let wanted = [
        None,
        Some(Severity::Notice),
        Some(Severity::Warning),
        Some(Severity::Critical),
        Some(Severity::Critical),
    ];
    assert_eq!(judged, wanted);
}

#[test]
fn a_rule_of_the_user_changes_what_it_names_and_nothing_else() {
    let text = "[[rule]]\nid = 'disk.full'\nwarning = '>= 70'\nonly = ['web-*']\n\
        [[rule]]\nid = 'load.high'\noff = true\n\
        [[rule]]\nid = 'disk.archive'\nfigure = 'node.disk'\ncritical = '>= 99'\ntitle = '{about} {part}'\n\
        fix = { command = ['/usr/local/bin/thin', '--all'], reversible = false }\nlevel = 'agent'\nhold = '5m'\n";
    let (rules, report) = with(text);
    assert_eq!(report, "");
    let (before, changed) = (shipped(), found(&rules, "disk.full"));
    let disk = found(&before, "disk.full");
    assert_eq!(changed.place, "rules.toml:1");
    assert_eq!(
        (changed.judge(70.0), changed.judge(99.0)),
        (Some(Severity::Warning), Some(Severity::Warning))
    );
    assert_eq!((&changed.title, &changed.fix), (&disk.title, &disk.fix));
    assert!(changed.is_for("web-1") && !changed.is_for("db-1"));
    assert!(!found(&rules, "load.high").is_for("web-1"));
    let own = found(&rules, "disk.archive");
    assert_eq!(
        (own.hold, own.calm, own.level),
        (Span::minutes(5), CALM, Level::Agent)
    );
    assert_eq!(own.fix.as_ref().map(Fix::word), Some("/usr/local/bin/thin"));
    assert_eq!(rules.len(), before.len() + 1);
}

#[test]
fn every_mistake_is_said_with_its_place_and_the_rest_counts() {
    let text = "[[rule]]\nid = 'disk.fulll'\nwarning = '>= 70'\n\
        [[rule]]\nid = 'mine'\nfigure = 'node.disc'\ncritical = '>= 9'\ntitle = 'x'\n\
        [[rule]]\nid = 'memory.full'\ncritical = '> 90'\n\
        [[rule]]\nid = 'unit.failed'\nwarning = '>= 2'\n\
        [[rule]]\nid = 'disk.full'\nwarnings = '>= 70'\n\
        [[rule]]\nid = 'site.down'\ntitle = '{abuot} is down'\n\
        [[rule]]\nid = 'site.slow'\nfix = 'restart-syte'\n\
        [[rule]]\nid = 'gpu.hot'\ncritical = '>= 90'\nwarning = '<= 80'\n\
        [[rule]]\nid = 'load.high'\nwarning = '>= 8'\n\
        [[rule]]\nid = 'load.high'\nwarning = '>= 9'\n";
    let (rules, report) = with(text);
    let lines: Vec<&str> = report.lines().collect();
    let wanted = [
        "rules.toml:2: rule[0].id: no rule is called \"disk.fulll\": did you mean \"disk.full\"? One of your own needs a figure",
        "rules.toml:6: rule[1].figure: must be one of ",
        "rules.toml:11: rule[2].critical: must begin with >= or <=, such as \">= 90\"",
        "rules.toml:14: rule[3].warning: must be true: this figure is so or not",
        "rules.toml:17: rule[4].warnings: unknown field; did you mean \"warning\"?",
        "rules.toml:20: rule[5].title: nothing is called {abuot}: {about}, {part}, {value} and {words} are; did you mean {about}?",
        "rules.toml:23: rule[6].fix: must be one of ",
        "rules.toml:24: rule[7]: its bounds lie on different sides: write >= in all of them, or <=",
        "rules.toml:32: rule[9].id: \"load.high\" is the rule in line 28 already; keep one",
    ];
    for (line, begin) in lines.iter().zip(wanted) {
        assert!(line.starts_with(begin), "{line}\n{begin}");
    }
    assert_eq!(lines.len(), wanted.len(), "{report}");
    assert!(
        lines[1].ends_with("did you mean \"node.disk\"?"),
        "{}",
        lines[1]
    );
    assert!(
        lines[6].ends_with("did you mean \"restart-site\"?"),
        "{}",
        lines[6]
    );
    assert_eq!(
        found(&rules, "load.high").judge(8.0),
        Some(Severity::Warning)
    );
    assert!(
        found(&rules, "memory.full").judge(95.0).is_some(),
        "the shipped one stays"
    );
}
