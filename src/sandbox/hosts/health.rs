//! Whether real hosts are made.

use serde::Serialize;

use super::image::IMAGE;
use crate::command::docker;
use crate::debian;

/// Whether real hosts are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "detail")]
pub enum Health {
    /// Each server is a container whose name begins so.
    Real(String),
    /// There is the API alone, for this reason.
    ApiAlone(String),
}

/// Looks whether hosts can be made here: Docker answers, and the image is there or can be made. Says why not.
pub async fn examine() -> Result<(), String> {
    docker(&["version", "--format", "{{.Server.Version}}"]).await?;
    if IMAGE.is_made().await {
        return Ok(());
    }
    debian::obstacle().await.map_or(Ok(()), Err)
}
