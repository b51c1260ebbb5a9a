//! Whether real hosts are made.

use serde::Serialize;

use super::docker::docker;
use super::image;

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
    if image::is_made().await {
        return Ok(());
    }
    image::obstacle().await.map_or(Ok(()), Err)
}
