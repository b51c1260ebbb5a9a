//! Reading a whole fleet file: names first, so that what refers to a node can be checked.

use std::collections::BTreeMap;
use std::fmt::Display;

use vocab::{AffiliateName, ChannelName, LogSource, NodeName, ScheduleName, ServiceName, UnitName};

use super::{
    Fleet, LogSpec, Reach, alerts, autopilot, business, maintenance, node, parse, priorities,
    schedules, service,
};
use crate::reader::{Document, Fields, showable};

/// Names that are declared, each with the line of its first declaration.
type Lines<T> = BTreeMap<T, u32>;

/// Reads the file's fields; what cannot be used is reported in the document and left out.
pub(crate) fn read(document: &Document<'_>) -> Fleet {
    let mut fields = document.fields();
    let mut fleet = Fleet {
        name: fields.text("name"),
        rules: fields.parsed("rules", parse::path),
        ..Fleet::default()
    };
    if let Some(mut local) = fields.table("local") {
        fleet.watch_local = local.boolean("watch").unwrap_or(true);
        fleet.local_name = local.parsed("name", NodeName::new);
        local.finish();
    }
    if let Some(mut discover) = fields.table("discover") {
        fleet.discover_services = discover.boolean("services").unwrap_or(true);
        discover.finish();
    }
    let declared = read_nodes(fields.tables("nodes"), &mut fleet);
    let nodes = Nodes {
        used: fleet
            .nodes
            .iter()
            .map(|node| node.name.clone())
            .chain(fleet.local_name.clone())
            .collect(),
        declared,
    };
    read_services(fields.tables("services"), &nodes, &mut fleet);
    for table in fields.tables("logs") {
        fleet.logs.extend(read_log(table, &nodes));
    }
    business::read(&mut fields, &mut fleet);
    if let Some(table) = fields.table("priorities") {
        fleet.priorities = priorities::read(table).unwrap_or_default();
    }
    let mut lines = Lines::new();
    for mut table in fields.tables("affiliates") {
        let name = unique_name(&mut table, AffiliateName::new, &mut lines);
        fleet
            .affiliates
            .extend(business::read_affiliate(table, name));
    }
    let mut windows = Lines::new();
    for mut table in fields.tables("maintenance") {
        let name = unique_name(&mut table, showable, &mut windows);
        fleet.maintenance.extend(maintenance::read(table, name));
    }
    read_schedules(fields.tables("schedules"), &nodes, &mut fleet);
    if let Some(table) = fields.table("autopilot") {
        fleet.autopilot = autopilot::read(table);
    }
    let mut channels = Lines::new();
    for mut table in fields.tables("alerts") {
        let name = unique_name(&mut table, ChannelName::new, &mut channels);
        fleet.alerts.extend(alerts::read(table, name));
    }
    fields.finish();
    fleet
}

fn read_schedules(tables: Vec<Fields<'_>>, nodes: &Nodes, fleet: &mut Fleet) {
    // One that was left out has its own problem reported already.
    let known = |node: &NodeName| nodes.used.contains(node) || nodes.declared.contains_key(node);
    let mut lines = Lines::new();
    for mut table in tables {
        let name = unique_name(&mut table, ScheduleName::new, &mut lines);
        fleet.schedules.extend(schedules::read(table, name, &known));
    }
}

/// The nodes a field may refer to.
struct Nodes {
    /// Those that could be read.
    used: Vec<NodeName>,
    /// All whose name could be read.
    declared: Lines<NodeName>,
}

fn read_nodes(tables: Vec<Fields<'_>>, fleet: &mut Fleet) -> Lines<NodeName> {
    let mut lines = Lines::new();
    let mut local: Option<u32> = None;
    for mut table in tables {
        let line = table.line();
        let name = unique_name(&mut table, NodeName::new, &mut lines);
        let reach = node::read_reach(&mut table, name.as_ref());
        if reach == Reach::Local {
            match local {
                Some(first) => table.error(
                    "reach",
                    format!("the node in line {first} is this machine already; only one can be"),
                ),
                None => local = Some(line),
            }
        }
        fleet.nodes.extend(node::read(table, name, reach));
    }
    lines
}

fn read_services(tables: Vec<Fields<'_>>, nodes: &Nodes, fleet: &mut Fleet) {
    let mut lines = Lines::new();
    for mut table in tables {
        let name = unique_name(&mut table, ServiceName::new, &mut lines);
        let node = read_node(&mut table, nodes);
        fleet.services.extend(service::read(table, name, node));
    }
}

/// The table's name, unless another one of the same name came before.
fn unique_name<T: Ord + Clone + Display, E: Display>(
    table: &mut Fields<'_>,
    parse: impl FnOnce(&str) -> Result<T, E>,
    lines: &mut Lines<T>,
) -> Option<T> {
    table.require("name", "each needs a name of its own");
    let line = table.line();
    let name = table.parsed("name", parse)?;
    if let Some(first) = lines.get(&name) {
        table.error(
            "name",
            format!("\"{name}\" is the name of the one in line {first} already; choose another"),
        );
        return None;
    }
    lines.insert(name.clone(), line);
    Some(name)
}

/// A reference to a node. One to a node that was left out is not reported again: the node's own problem was.
fn read_node(table: &mut Fields<'_>, nodes: &Nodes) -> Option<NodeName> {
    let name = table.parsed("node", NodeName::new)?;
    if nodes.used.contains(&name) {
        return Some(name);
    }
    if !nodes.declared.contains_key(&name) {
        let names = nodes
            .declared
            .keys()
            .chain(&nodes.used)
            .map(NodeName::as_str);
        let hint = match kit::nearest::nearest(name.as_str(), names) {
            Some(nearest) => format!("did you mean \"{nearest}\"?"),
            None => {
                "declare it with [[nodes]], or name this machine with [local] name = …".to_owned()
            }
        };
        table.error("node", format!("no node is called \"{name}\"; {hint}"));
    }
    None
}

fn read_log(mut table: Fields<'_>, nodes: &Nodes) -> Option<LogSpec> {
    table.require("node", "say which node the log is on");
    let node = read_node(&mut table, nodes);
    let name = table.text("name");
    let file = table.parsed("file", parse::remote_path);
    let journal = table.boolean("journal");
    let unit = table.parsed("unit", UnitName::new);
    let given =
        usize::from(table.has("file")) + usize::from(table.has("unit") || journal == Some(true));
    if given == 0 && !table.has("journal") {
        table.error("", "says no source; write file = \"/var/log/…\", journal = true or unit = \"nginx.service\"");
    } else if given == 0 {
        table.error("journal", "journal = false names no source; write file = \"/var/log/…\" or unit = \"nginx.service\"");
    } else if given > 1 {
        table.error(
            "file",
            "stands beside journal or unit; write a [[logs]] table for each",
        );
    } else if table.has("unit") && journal == Some(false) {
        table.error(
            "journal",
            "a unit's lines come from the journal; take journal = false out",
        );
    }
    if !table.finish() {
        return None;
    }
    let node = node?;
    let source = match file {
        Some(path) => LogSource::File { node, path },
        None => LogSource::Journal { node, unit },
    };
    Some(LogSpec { name, source })
}
