//! Effects: what the reducer asks of the engine.

use serde::{Deserialize, Serialize};
use vocab::NodeName;

use crate::priorities::Happening;
use crate::series::{Point, SeriesKey};
use crate::signals::SignalId;

/// Something the engine should do because of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Keep these points.
    Record(Vec<(SeriesKey, Point)>),
    /// Read back what the store has of a subject that is seen for the first time.
    Restore(Vec<SeriesKey>),
    /// The set of containers of a node changed: look for services again.
    Discover(NodeName),
    /// The set of services changed: probe accordingly.
    Probe,
    /// The set of sites, or where one of them stands, changed: visit accordingly.
    Visit,
    /// Signals opened, changed in what is kept of them, or are gone: keep what is so now.
    KeepSignals(Vec<SignalId>),
    /// Write down what became of items.
    Happened(Vec<Happening>),
}
