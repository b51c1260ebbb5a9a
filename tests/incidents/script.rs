//! Scripts: what is so at the start, what becomes so when, and what must be listed then.

use std::path::Path;

use serde::Deserialize;

use crate::parts::Parts;

/// A script as a file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What it shows.
    pub title: String,
    /// What is so at the start.
    #[serde(default)]
    start: toml::Table,
    /// What happens.
    pub step: Vec<Step>,
}

/// A moment of a script.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The second.
    pub at: i64,
    /// What becomes so: laid over what was.
    #[serde(default)]
    set: toml::Table,
    /// What is no more, by its path.
    #[serde(default)]
    unset: Vec<Vec<String>>,
    /// The ids of all items that are shown, in order.
    pub list: Option<Vec<String>>,
    /// The ids of those on the surface: the first ten at most.
    pub surface: Option<Vec<String>>,
    /// The ids of items that are there and not shown.
    pub quiet: Option<Vec<String>>,
    /// How many times somebody was told that something came up, from the start until now.
    pub told: Option<usize>,
    /// Parts of the first item's line: title, detail, score.
    #[serde(default)]
    pub first: Vec<String>,
    /// What mends each of those that are shown, in order and in words; empty for what no action mends.
    pub fixes: Option<Vec<String>>,
}

impl Script {
    /// Reads a file.
    ///
    /// # Panics
    /// When it is no script; the text says which file.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The parts after each step, the start first: in second 0.
    ///
    /// # Panics
    /// When a step names what there is not.
    pub fn course(&self) -> Vec<(i64, Parts)> {
        let mut table = self.start.clone();
        let parts = |table: &toml::Table, at: i64| {
            let parts = table.clone().try_into::<Parts>();
            parts.unwrap_or_else(|error| panic!("{}, second {at}: {error}", self.title))
        };
        let mut course = vec![(0, parts(&table, 0))];
        for step in &self.step {
            lay_over(&mut table, &step.set);
            for path in &step.unset {
                take_out(&mut table, path);
            }
            course.push((step.at, parts(&table, step.at)));
        }
        course
    }
}

/// Lays a table over another: tables are merged, everything else is replaced.
fn lay_over(table: &mut toml::Table, over: &toml::Table) {
    for (key, value) in over {
        match (table.get_mut(key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => lay_over(below, above),
            _ => {
                table.insert(key.clone(), value.clone());
            }
        }
    }
}

fn take_out(table: &mut toml::Table, path: &[String]) {
    match path {
        [] => {}
        [last] => {
            table.remove(last);
        }
        [first, rest @ ..] => {
            if let Some(toml::Value::Table(below)) = table.get_mut(first) {
                take_out(below, rest);
            }
        }
    }
}
