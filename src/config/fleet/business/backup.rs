//! Backups: where they go, how often they are made, how long they are kept.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use vocab::{Span, Text, Time};

use super::credential::{self, Credential, Names};
use super::value;
use crate::fleet::parse;
use crate::reader::Fields;

/// How backups are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSpec {
    /// Where they go.
    pub target: BackupTarget,
    /// How often one is made: an hour to 30 days.
    pub every: Span,
    /// Which are kept.
    pub keep: Keep,
    /// The file of the key that they are sealed with; in the state folder unless given.
    pub key_file: Option<PathBuf>,
}

/// Of how many days, weeks and months the last backup is kept; up to 3653 each. The newest one is kept whatever they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Days.
    pub daily: usize,
    /// Weeks, from Monday to Sunday.
    pub weekly: usize,
    /// Months.
    pub monthly: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            daily: 7,
            weekly: 4,
            monthly: 12,
        }
    }
}

/// Where backups go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupTarget {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket of a store that speaks S3.
    Bucket(Bucket),
}

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Where the store answers, without a `/` at the end.
    pub url: Text,
    /// The bucket's name.
    pub bucket: Text,
    /// The store's region, which signatures hold.
    pub region: Text,
    /// Where the id of the key is found.
    pub key: Credential,
    /// Where the key's secret is found.
    pub secret: Credential,
    /// The day on which the key ends: its first moment in UTC.
    pub expires: Option<Time>,
}

const EVERY: RangeInclusive<Span> = Span::hours(1)..=Span::days(30);
const KEPT: RangeInclusive<i64> = 0..=3653;

/// Reads `[backup]`; `None` when a value in it cannot be used.
pub(super) fn read(mut fields: Fields<'_>) -> Option<BackupSpec> {
    let folder = fields.parsed("folder", parse::path);
    let bucket = fields.table("s3").and_then(read_bucket);
    match (fields.has("folder"), fields.has("s3")) {
        (true, true) => fields.error("folder", "stands beside s3; keep one"),
        (false, false) => fields.error(
            "",
            "says no place; write folder = \"/path\", or a table [backup.s3]",
        ),
        _ => {}
    }
    let every = fields.span("every", EVERY).unwrap_or(Span::hours(24));
    let mut kept = |name, usual| {
        fields
            .integer(name, KEPT)
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or(usual)
    };
    let usual = Keep::default();
    let keep = Keep {
        daily: kept("daily", usual.daily),
        weekly: kept("weekly", usual.weekly),
        monthly: kept("monthly", usual.monthly),
    };
    if (keep.daily, keep.weekly, keep.monthly) == (0, 0, 0) {
        fields.error(
            "",
            "keeps no backup but the newest; write daily = 7, weekly = 4 or monthly = 12",
        );
    }
    let key_file = fields.parsed("key_file", parse::path);
    let target = folder
        .map(BackupTarget::Folder)
        .or(bucket.map(BackupTarget::Bucket));
    let usable = fields.finish();
    let target = target?;
    usable.then_some(BackupSpec {
        target,
        every,
        keep,
        key_file,
    })
}

fn read_bucket(mut fields: Fields<'_>) -> Option<Bucket> {
    const KEY: Names = Names {
        inline: "key",
        file: "key_file",
        environment: "key_env",
    };
    const SECRET: Names = Names {
        inline: "secret",
        file: "secret_file",
        environment: "secret_env",
    };
    fields.require("url", "write url = \"https://s3.example.com\"");
    let url = fields.parsed("url", value::api);
    fields.require("bucket", "write bucket = \"wheelhouse\"");
    let bucket = fields.parsed("bucket", bucket_name);
    let region = fields.text("region").unwrap_or_else(|| "us-east-1".into());
    let sandbox = url.as_ref().is_some_and(|url| value::is_loopback(url));
    let key = credential::read(&mut fields, KEY, sandbox);
    let secret = credential::read(&mut fields, SECRET, sandbox);
    let expires = value::day(&mut fields, "expires");
    let usable = fields.finish();
    let bucket = Bucket {
        url: url?,
        bucket: bucket?,
        region,
        key: key?,
        secret: secret?,
        expires,
    };
    usable.then_some(bucket)
}

/// The name of a bucket (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>).
fn bucket_name(text: &str) -> Result<Text, &'static str> {
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = text.as_bytes();
    let word = (3..=63).contains(&bytes.len())
        && edge(bytes.first())
        && edge(bytes.last())
        && !text.contains("..")
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(b));
    if word {
        Ok(Text::line(text))
    } else {
        Err(
            "must be 3 to 63 small letters, digits, '-' and '.', beginning and ending with a letter or digit",
        )
    }
}
