//! Uploads, good and hostile.

mod bombs;
mod corpus;
mod folders;
mod good;
mod hostile;
mod random;
mod raw;
mod scene;
