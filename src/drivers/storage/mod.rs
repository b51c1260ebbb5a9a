//! A place for backups: whole objects by name, written once, read, listed and deleted; never changed.
//!
//! [`FolderStorage`] keeps them in a folder of this machine, [`BucketStorage`] in a bucket of a store that speaks S3. Of
//! both, an object is there whole or not at all: what was not finished is never listed and never read.

mod bucket;
mod folder;
mod name;
#[cfg(test)]
mod tests;

pub use bucket::{BucketAccess, BucketStorage};
pub use folder::FolderStorage;
pub use name::ObjectName;

use async_trait::async_trait;
use bytes::Bytes;
use vocab::{Span, Text};

use crate::error::Result;

/// An object that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub name: ObjectName,
    /// Its length.
    pub bytes: u64,
}

/// A place for backups.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Where it is, in words: `/var/backups/wheelhouse`, `bucket fleet at https://s3.example.com`.
    fn place(&self) -> Text;

    /// How long after a request without an answer an object may still come into being.
    fn settle(&self) -> Span;

    /// Begins an object. Fails with [`crate::Trouble::Conflict`] when one by this name is there: none is ever overwritten.
    async fn write(&self, name: &ObjectName) -> Result<Box<dyn Writing>>;

    /// Begins to read an object. Fails with [`crate::Trouble::NotFound`] when there is none.
    async fn read(&self, name: &ObjectName) -> Result<Box<dyn Reading>>;

    /// Whether an object is there.
    async fn has(&self, name: &ObjectName) -> Result<bool>;

    /// All objects whose names begin with `folder` and a `/`, in the order of their names; all there are without a folder.
    /// What lies there that is no object of ours is left out.
    async fn list(&self, folder: Option<&ObjectName>) -> Result<Vec<Stored>>;

    /// Deletes an object, and what was begun under its name and not finished. One that is not there is no error.
    async fn delete(&self, name: &ObjectName) -> Result<()>;
}

/// An object that is being written. Dropped before its end, it is not there.
#[async_trait]
pub trait Writing: Send {
    /// Adds bytes.
    async fn push(&mut self, bytes: Bytes) -> Result<()>;

    /// Ends it: when this returns, the object is there, on disk.
    async fn finish(self: Box<Self>) -> Result<()>;

    /// Lets go of it: nothing of it stays.
    async fn abandon(self: Box<Self>);
}

/// An object that is being read.
#[async_trait]
pub trait Reading: Send {
    /// The next bytes; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>>;
}
