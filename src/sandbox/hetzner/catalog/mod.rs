//! What is offered: places, kinds of server, images, and what they cost. Made up, in the shape of the documentation:
//! only the real service knows its prices and its stock.

mod image;
mod location;
mod pricing;
mod server_type;

pub use image::{IMAGES, Image};
pub use location::{LOCATIONS, Location};
pub use pricing::pricing;
pub use server_type::{SERVER_TYPES, ServerType, TRAFFIC};
