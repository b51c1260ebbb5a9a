//! Objects in a bucket of a store that speaks S3 (<https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html>).
//!
//! Small objects go in one request that fails where one is; larger ones in pieces, which become an object only when all of
//! them are there. Pieces that a killed process left are nobody's object; a rule of the bucket
//! (`AbortIncompleteMultipartUpload`) takes them away.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    ClientOptions, Error, ObjectStore, ObjectStoreExt, PutMode, PutPayload, RetryConfig,
    WriteMultipart,
};
use tokio::time::timeout;
use vocab::{Secret, Span, Text};

use super::{ObjectName, Reading, Storage, Stored, Writing};
use crate::error::{DriverError, Result, Trouble};

/// From here on an object goes in pieces, each of this length but the last; stores take from 5 MiB to 5 GiB and up to
/// 10,000 of them (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>): objects of up to 156 GiB.
const PIECE: usize = 16 << 20;

/// Pieces under way at the same time.
const AT_ONCE: usize = 2;

/// How long one request may take, and how long a request that fails for no fault of ours is tried again.
const REQUEST: Duration = Duration::from_mins(2);
const RETRIES: Duration = Duration::from_mins(4);

/// How long the next bytes may take.
const SILENCE: Duration = Duration::from_mins(1);

/// What a bucket is reached with.
pub struct BucketAccess {
    /// Where the store answers.
    pub url: Text,
    /// The bucket's name.
    pub bucket: Text,
    /// The store's region, which signatures hold.
    pub region: Text,
    /// The id of the key.
    pub key: Secret,
    /// The key's secret.
    pub secret: Secret,
}

/// A bucket.
pub struct BucketStorage {
    store: Arc<AmazonS3>,
    place: Text,
    /// The key's id is in some stores' errors.
    key: String,
}

impl BucketStorage {
    /// A bucket that is asked when it is first needed, by its path rather than by a name of its own. Fails when the address
    /// cannot be used.
    pub fn new(access: &BucketAccess) -> Result<Self> {
        let plain = access.url.starts_with("http://");
        let options = ClientOptions::new()
            .with_timeout(REQUEST)
            .with_connect_timeout(Duration::from_secs(10))
            .with_allow_http(plain);
        let retry = RetryConfig {
            max_retries: 4,
            retry_timeout: RETRIES,
            ..RetryConfig::default()
        };
        let store = AmazonS3Builder::new()
            .with_endpoint(access.url.as_str())
            .with_bucket_name(access.bucket.as_str())
            .with_region(access.region.as_str())
            .with_access_key_id(access.key.expose())
            .with_secret_access_key(access.secret.expose())
            .with_virtual_hosted_style_request(false)
            .with_disable_bulk_delete(true)
            .with_client_options(options)
            .with_retry(retry)
            .build()
            .map_err(|error| DriverError::new(Trouble::Refused, error.to_string()))?;
        Ok(Self {
            store: Arc::new(store),
            place: Text::line(format!("bucket {} at {}", access.bucket, access.url)),
            key: access.key.expose().to_owned(),
        })
    }

    fn failed(&self, what: &str, error: &Error) -> DriverError {
        failed(&self.place, &self.key, what, error)
    }
}

fn failed(place: &Text, key: &str, what: &str, error: &Error) -> DriverError {
    let trouble = match error {
        Error::NotFound { .. } => Trouble::NotFound,
        // A list's failure has no sort of its own; the store's word for it is in its text.
        Error::Generic { .. } if error.to_string().contains("<Code>NoSuchBucket</Code>") => {
            Trouble::NotFound
        }
        Error::AlreadyExists { .. } | Error::Precondition { .. } => Trouble::Conflict,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            Trouble::Forbidden(Text::default())
        }
        Error::Generic { .. } | Error::JoinError { .. } => Trouble::Broken,
        _ => Trouble::Refused,
    };
    let hint = match trouble {
        Trouble::Forbidden(_) => "; look at the key and at what it may do in the bucket",
        Trouble::NotFound => "; look whether the bucket is there",
        _ => "",
    };
    let words: String = error.to_string().replace(key, "***");
    let words: String = words.chars().take(300).collect();
    DriverError::new(trouble, format!("{what} in {place} failed: {words}{hint}"))
}

fn path(name: &ObjectName) -> Path {
    Path::from(name.as_str())
}

#[async_trait]
impl Storage for BucketStorage {
    fn place(&self) -> Text {
        self.place.clone()
    }

    fn settle(&self) -> Span {
        Span::seconds(30)
    }

    async fn write(&self, name: &ObjectName) -> Result<Box<dyn Writing>> {
        // Pieces cannot be told to make no object where one is; the names are the runs' own, so looking is enough.
        if self.has(name).await? {
            return Err(DriverError::new(
                Trouble::Conflict,
                format!("{name} is there already in {}", self.place),
            ));
        }
        Ok(Box::new(Sending {
            store: self.store.clone(),
            path: path(name),
            waiting: BytesMut::new(),
            pieces: None,
            place: self.place.clone(),
            key: self.key.clone(),
        }))
    }

    async fn read(&self, name: &ObjectName) -> Result<Box<dyn Reading>> {
        let got = self
            .store
            .get(&path(name))
            .await
            .map_err(|error| self.failed("reading", &error))?;
        Ok(Box::new(Receiving {
            stream: got.into_stream(),
            place: self.place.clone(),
            key: self.key.clone(),
        }))
    }

    async fn has(&self, name: &ObjectName) -> Result<bool> {
        match self.store.head(&path(name)).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.failed("looking", &error)),
        }
    }

    async fn list(&self, folder: Option<&ObjectName>) -> Result<Vec<Stored>> {
        let below = folder.map(path);
        let mut found: Vec<Stored> = self
            .store
            .list(below.as_ref())
            .try_filter_map(|one| async move {
                let name = ObjectName::new(one.location.as_ref());
                Ok(name.map(|name| Stored {
                    name,
                    bytes: one.size,
                }))
            })
            .try_collect()
            .await
            .map_err(|error| self.failed("listing", &error))?;
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    async fn delete(&self, name: &ObjectName) -> Result<()> {
        match self.store.delete(&path(name)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed("deleting", &error)),
        }
    }
}

/// An object on its way into the bucket.
struct Sending {
    store: Arc<AmazonS3>,
    path: Path,
    waiting: BytesMut,
    pieces: Option<WriteMultipart>,
    place: Text,
    key: String,
}

impl Sending {
    fn failed(&self, error: &Error) -> DriverError {
        failed(&self.place, &self.key, "writing", error)
    }
}

#[async_trait]
impl Writing for Sending {
    async fn push(&mut self, bytes: Bytes) -> Result<()> {
        self.waiting.extend_from_slice(&bytes);
        if self.waiting.len() < PIECE {
            return Ok(());
        }
        if self.pieces.is_none() {
            let begun = self.store.put_multipart(&self.path).await;
            let begun = begun.map_err(|error| self.failed(&error))?;
            self.pieces = Some(WriteMultipart::new_with_chunk_size(begun, PIECE));
        }
        let piece = self.waiting.split().freeze();
        if let Some(pieces) = &mut self.pieces {
            pieces.put(piece);
            let room = pieces.wait_for_capacity(AT_ONCE).await;
            room.map_err(|error| self.failed(&error))?;
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<()> {
        let last = self.waiting.split().freeze();
        let ended = if let Some(mut pieces) = self.pieces.take() {
            pieces.put(last);
            pieces.finish().await
        } else {
            let payload = PutPayload::from(last);
            let only_new = PutMode::Create.into();
            self.store.put_opts(&self.path, payload, only_new).await
        };
        ended.map(drop).map_err(|error| self.failed(&error))
    }

    async fn abandon(mut self: Box<Self>) {
        if let Some(pieces) = self.pieces.take()
            && let Err(error) = pieces.abort().await
        {
            tracing::warn!(%error, "pieces of an unfinished backup stay in the bucket");
        }
    }
}

/// An object on its way out of the bucket.
struct Receiving {
    stream: futures::stream::BoxStream<'static, object_store::Result<Bytes>>,
    place: Text,
    key: String,
}

#[async_trait]
impl Reading for Receiving {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        let Ok(next) = timeout(SILENCE, self.stream.next()).await else {
            return Err(DriverError::new(
                Trouble::Timeout,
                format!("{} sends nothing any more", self.place),
            ));
        };
        next.transpose()
            .map_err(|error| failed(&self.place, &self.key, "reading", &error))
    }
}
