//! The sites, one document each.

use rusqlite::{Connection, params};
use vocab::Domain;
use world::Site;

use crate::counts;
use crate::documents;
use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::store::Store;

fn put(connection: &mut Connection, site: &Site) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    transaction
        .prepare_cached(
            "INSERT INTO sites (domain, site) VALUES (?1, ?2)
             ON CONFLICT (domain) DO UPDATE SET site = ?2",
        )?
        .execute(params![site.domain.as_str(), serde_json::to_string(site)?])?;
    transaction.commit()?;
    Ok(())
}

fn remove(connection: &mut Connection, domain: &Domain) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    transaction
        .prepare_cached("DELETE FROM sites WHERE domain = ?")?
        .execute([domain.as_str()])?;
    counts::forget(&transaction, domain)?;
    transaction.commit()?;
    Ok(())
}

impl Store {
    /// All sites, by domain.
    pub async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        let query = "SELECT site FROM sites ORDER BY domain";
        self.call(move |worker| documents::read(worker.connection(), query, []))
            .await
    }

    /// A site, when it is in the books.
    pub async fn site(&self, domain: &Domain) -> Result<Option<Site>, StoreError> {
        let domain = domain.clone();
        let query = "SELECT site FROM sites WHERE domain = ?";
        let found: Vec<Site> = self
            .call(move |worker| documents::read(worker.connection(), query, [domain.as_str()]))
            .await?;
        Ok(found.into_iter().next())
    }

    /// Writes a site down as it is now; on disk before it returns.
    pub async fn put_site(&self, site: &Site) -> Result<(), StoreError> {
        let site = site.clone();
        self.call(move |worker| put(worker.connection(), &site))
            .await
    }

    /// Takes a site out of the books; one that is not there is no error.
    pub async fn remove_site(&self, domain: &Domain) -> Result<(), StoreError> {
        let domain = domain.clone();
        self.call(move |worker| remove(worker.connection(), &domain))
            .await
    }
}
