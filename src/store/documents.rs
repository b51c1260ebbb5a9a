//! Tables of documents: what is kept as JSON, read back whole.

use rusqlite::{Connection, Params};
use serde::de::DeserializeOwned;

use crate::error::Failure;

/// The documents that a query of one column of JSON finds, in its order.
pub(crate) fn read<T: DeserializeOwned>(
    connection: &Connection,
    query: &str,
    parameters: impl Params,
) -> Result<Vec<T>, Failure> {
    let texts: Vec<String> = connection
        .prepare_cached(query)?
        .query_map(parameters, |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    texts
        .iter()
        .map(|text| serde_json::from_str(text).map_err(Failure::from))
        .collect()
}
