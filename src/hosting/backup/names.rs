//! Where a backup lies: a folder of its site's, named by its time and its run. What is in it is known by name alone.

use drivers::storage::ObjectName;
use vocab::{Domain, RunId, Text, Time};

use super::failed;
use crate::webserver::Trouble;

/// The object that makes a backup of what lies beside it.
pub(crate) const MANIFEST: &str = "manifest";

/// Where one backup lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Of which site.
    pub domain: Domain,
    /// When it was begun.
    pub at: Time,
    /// The run that made it.
    pub id: RunId,
}

impl Place {
    /// One of its objects: `shop.example.com/2026-11-21T140208.112Z-<run>/files`.
    pub(crate) fn object(&self, word: &str) -> Result<ObjectName, Trouble> {
        named(&format!("{}/{word}", self.path()))
    }

    fn path(&self) -> String {
        // Colons are not for the names of files everywhere.
        let stamp = self.at.to_string().replace(':', "");
        format!("{}/{stamp}-{}", self.domain, self.id)
    }

    /// The place that an object lies in, and its word; `None` for what is not of a backup.
    pub(crate) fn of(name: &ObjectName) -> Option<(Self, &str)> {
        let mut parts = name.as_str().split('/');
        let (domain, stamped, word) = (parts.next()?, parts.next()?, parts.next()?);
        let (stamp, id) = stamped.split_once("Z-")?;
        let (day, clock) = stamp.split_once('T')?;
        let (hour, rest) = clock.split_at_checked(2)?;
        let (minute, second) = rest.split_at_checked(2)?;
        let place = Self {
            domain: Domain::new(domain).ok()?,
            at: Time::parse(&format!("{day}T{hour}:{minute}:{second}Z"))?,
            id: id.parse().ok()?,
        };
        let is_whole = parts.next().is_none() && place.path() == format!("{domain}/{stamped}");
        is_whole.then_some((place, word))
    }
}

fn named(path: &str) -> Result<ObjectName, Trouble> {
    ObjectName::new(path)
        .ok_or_else(|| failed(&Text::line(format!("{path} is no name for a backup"))))
}

/// The folder of all backups of a site.
pub(crate) fn of_site(domain: &Domain) -> Result<ObjectName, Trouble> {
    named(domain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_from_its_objects() {
        let at = Time::parse("2026-11-21T14:02:08.112Z").unwrap();
        let place = Place {
            domain: Domain::new("shop.example.com").unwrap(),
            at,
            id: RunId::made_at(at),
        };
        let object = place.object("files").unwrap();
        assert!(
            object
                .as_str()
                .starts_with("shop.example.com/2026-11-21T140208.112Z-"),
            "{object}"
        );
        assert_eq!(Place::of(&object), Some((place.clone(), "files")));
        for other in ["files", "a/b/c", "shop.example.com/2026-11-21TZ-x/files"] {
            assert_eq!(Place::of(&ObjectName::new(other).unwrap()), None);
        }
    }
}
