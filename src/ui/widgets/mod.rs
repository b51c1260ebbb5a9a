//! Widgets: pieces of a screen that know nothing of the fleet.

pub mod figures;
pub mod frame;
pub mod graph;
pub mod hints;
pub mod input;
pub mod page;
pub mod pairs;
pub mod spark;
pub mod table;
pub mod text;

pub use frame::{Frame, frame};
pub use graph::graph;
pub use hints::hints;
pub use input::{edit, line_input};
pub use page::Page;
pub use pairs::Pairs;
pub use spark::spark;
pub use table::{Align, Column, Row, Table};
pub use text::{fit, message, put};
