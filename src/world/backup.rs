//! Backups of sites: what is in one, which are kept, and when one was last seen to be good.

use serde::{Deserialize, Serialize};
use vocab::{Bytes, Domain, ReleaseId, RunId, Span, Text, Time};

/// A part of a site that is backed up by itself, and can be restored by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SitePart {
    /// The files of the release that is served.
    Files,
    /// What its containers keep beside the release.
    Volumes,
    /// A dump of its database.
    Database,
    /// Its route, and how its containers are run.
    Configuration,
}

impl SitePart {
    /// All of them, in the order in which they are backed up.
    pub const ALL: [Self; 4] = [
        Self::Files,
        Self::Volumes,
        Self::Database,
        Self::Configuration,
    ];

    /// The word of commands, and the name of its file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Volumes => "volumes",
            Self::Database => "database",
            Self::Configuration => "configuration",
        }
    }
}

/// A part of a backup as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPart {
    /// Which.
    pub part: SitePart,
    /// Its length before it was sealed.
    pub bytes: u64,
    /// The SHA-256 of that, in 64 hexadecimal digits.
    pub sha256: String,
}

/// A backup of a site, or a dump of its database alone. One that was not finished is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The run that made it.
    pub id: RunId,
    /// Of which site.
    pub domain: Domain,
    /// When it was begun.
    pub at: Time,
    /// How long it took.
    pub took: Span,
    /// The release that its files are, or that was served when its database was dumped.
    pub release: ReleaseId,
    /// How many files of it are in the backup.
    pub files: u64,
    /// Its parts.
    pub parts: Vec<BackupPart>,
    /// Which key opens it.
    pub key: Text,
    /// Where it lies, in words.
    pub place: Text,
    /// When it was last restored into a scratch place, or for good, and seen to be whole.
    pub verified: Option<Time>,
}

impl Backup {
    /// The bytes of all parts, before they were sealed.
    pub fn bytes(&self) -> Bytes {
        Bytes(self.parts.iter().map(|part| part.bytes).sum())
    }

    /// Whether it is of the whole site, and not a dump of its database alone.
    pub fn is_whole(&self) -> bool {
        !matches!(self.parts.as_slice(), [only] if only.part == SitePart::Database)
    }

    /// Whether it has a dump of the database.
    pub fn has_dump(&self) -> bool {
        self.part(SitePart::Database).is_some()
    }

    /// What it is of, in a word: `whole`, `database`.
    pub fn word(&self) -> &'static str {
        if self.is_whole() {
            "whole"
        } else {
            SitePart::Database.word()
        }
    }

    /// A part, when it has it.
    pub fn part(&self, part: SitePart) -> Option<&BackupPart> {
        self.parts.iter().find(|held| held.part == part)
    }
}

/// What is wanted back of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// Its files, and what its containers keep beside them.
    Files,
    /// Its database.
    Database,
    /// All of it; its server is made anew when it is gone.
    All,
}

impl Wanted {
    /// The words of commands.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("files", Self::Files),
        ("database", Self::Database),
        ("all", Self::All),
    ];

    /// The word of commands.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Database => "database",
            Self::All => "all",
        }
    }

    /// Whether a part belongs to it.
    pub const fn takes(self, part: SitePart) -> bool {
        match self {
            Self::Files => matches!(part, SitePart::Files | SitePart::Volumes),
            Self::Database => matches!(part, SitePart::Database),
            Self::All => true,
        }
    }
}

/// What the fleet file says of backups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRules {
    /// How often one is to be made.
    pub every: Span,
    /// Where they go, in words.
    pub place: Text,
    /// How often a dump of a database is to be made; `None` when no schedule asks for dumps.
    #[serde(default)]
    pub dumps: Option<Span>,
    /// Of how many days, weeks and months the last one is kept.
    pub keep: [usize; 3],
}

/// What a run on a site does with a backup, frozen with its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupOrder {
    /// Which backup: the one that is to be made, or the one that is used.
    pub id: RunId,
    /// When that was, or is, begun.
    pub at: Time,
    /// What is in it, by its manifest; nothing for one that is to be made.
    pub made: Option<Backup>,
    /// What is wanted back.
    pub wanted: Wanted,
    /// The folder of the machine that carries it out in which it is laid for looking, instead of into the site.
    pub to: Option<String>,
    /// The server that the site stood on, when it is gone and another is made.
    pub lost: Option<LostServer>,
    /// A newer dump of the database alone than the backup that is used: it is not used with it.
    #[serde(default)]
    pub newer: Option<RunId>,
    /// The backups that no rule keeps.
    pub doomed: Vec<RunId>,
}

/// A server that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostServer {
    /// Its name.
    pub name: String,
    /// Its address, which the site's record still says.
    pub address: String,
}

/// One step of a run that makes or uses a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupStep {
    /// A part, from the site into the backup.
    Take(SitePart),
    /// The manifest: from here on it is a backup.
    Manifest,
    /// The backup in the books.
    Note,
    /// No backups any more that no rule keeps.
    Prune,
    /// A part, whole, on the machine that carries it out.
    Fetch(SitePart),
    /// A part in a folder for looking.
    Lay(SitePart),
    /// A part in a scratch place, compared and dropped.
    Try(SitePart),
    /// A part, back in the site.
    Give(SitePart),
    /// The site's record says the new server's address.
    Redirect,
    /// The backup was seen to be whole.
    Proven,
}

/// What was found at the place for backups.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FoundBackups {
    /// How many whole ones lie there.
    pub whole: usize,
    /// Those of them that the books did not have, and have now.
    pub noted: Vec<RunId>,
    /// Why some cannot be read.
    pub unreadable: Vec<Text>,
}
