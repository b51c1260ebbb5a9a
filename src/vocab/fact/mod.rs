//! What can be observed: plain data that drivers produce, the world keeps and faces show. One type per idea, in every room.

pub mod container;
pub mod host;
pub mod log;
pub mod service;

pub use container::*;
pub use host::*;
pub use log::*;
pub use service::*;
