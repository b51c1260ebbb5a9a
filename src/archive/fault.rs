//! Why an upload is refused, and how to mend it.

use vocab::{Bytes, Text};

/// What is wrong with an upload, or with one entry of it. In words, lower case: what it is, then what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The name's bytes are not UTF-8.
    #[error("its name is not UTF-8; pack again with a program that writes UTF-8 names")]
    NotUtf8,
    /// No name, or a part of the path that is nothing or `.`.
    #[error(
        "its path has an empty part or `.`; pack the site's folder again with plain relative paths"
    )]
    EmptyPart,
    /// Starts with `/`.
    #[error(
        "its path starts at the root of a disk; pack the site's folder again with relative paths"
    )]
    Absolute,
    /// A part is `..`.
    #[error("its path climbs out of the site with `..`; pack from inside the site's folder")]
    Climbs,
    /// Holds a backslash: a separator on Windows, a letter elsewhere.
    #[error("its path has a backslash; pack again with a program that writes `/` between folders")]
    Backslash,
    /// Holds a colon: a drive or a hidden stream on Windows.
    #[error("its path has a colon, a drive or a hidden stream on Windows; rename it")]
    Colon,
    /// Holds a control character, NUL among them.
    #[error("its name has a control character; rename it")]
    Control,
    /// A part ends in a dot or a blank, which Windows drops.
    #[error("a part of its path ends in a dot or a blank, which Windows drops; rename it")]
    DroppedEnd,
    /// A device's name on Windows.
    #[error("`{0}` is the name of a device on Windows; rename it")]
    Reserved(Text),
    /// A part of the path is too long.
    #[error("a part of its path has more than {0} bytes; shorten it")]
    LongName(usize),
    /// The path is too long.
    #[error("its path has more than {0} bytes; shorten it")]
    LongPath(usize),
    /// Too many folders within folders.
    #[error("it lies more than {0} folders deep; flatten the site's folders")]
    Deep(usize),
    /// The same path twice.
    #[error("it is there twice; pack the site's folder again into a new archive")]
    Twice,
    /// Another path differs only in case or in how accents are written.
    #[error(
        "it differs from `{0}` only in case or in how accents are written; rename one of the two"
    )]
    Clash(Text),
    /// A file where another entry needs a folder.
    #[error("it is a file and a folder at once, because of `{0}`; rename one of the two")]
    FileAndFolder(Text),

    /// A symbolic link.
    #[error("it is a symbolic link; put the file itself in its place")]
    Link,
    /// A file with more than one name on the disk.
    #[error("it is a hard link: the same file has another name; put a copy in its place")]
    HardLink,
    /// A device, pipe, socket or something unheard of.
    #[error("it is {0}; only files and folders can be uploaded, leave it out")]
    Special(&'static str),
    /// A folder's entry that has content.
    #[error(
        "it is a folder with content of its own; pack the site's folder again into a new archive"
    )]
    FullFolder,
    /// Encrypted.
    #[error("it is encrypted; pack again without a password")]
    Encrypted,
    /// A compression other than deflate.
    #[error("it is packed by the method {0}; pack again with deflate")]
    Method(Text),

    /// The same bytes of the archive belong to two entries, or to an entry and the directory.
    #[error(
        "it shares bytes of the archive with another entry, as zip bombs do; pack the site's folder again"
    )]
    Overlap,
    /// The entry's own header and the directory disagree, or its content and its checksum do.
    #[error("it is damaged ({0}); pack the site's folder again and upload it once more")]
    Damaged(Text),
    /// More or fewer bytes than it says.
    #[error("it says it has {said} bytes and has {real}; pack the site's folder again")]
    Length {
        /// What the header says.
        said: u64,
        /// What was read, up to the first byte too many.
        real: u64,
    },
    /// Bytes that no entry owns.
    #[error(
        "the archive hides bytes that no entry owns; pack the site's folder again into a new archive"
    )]
    Hidden,

    /// Something else than a zip file.
    #[error("this is {0}, not a zip file; pack the site's folder as .zip")]
    NotZip(&'static str),
    /// A zip file that cannot be understood.
    #[error("the zip file is damaged ({0}); pack the site's folder again and upload it once more")]
    Broken(Text),
    /// Larger than a plain zip file can be, or in several parts.
    #[error(
        "the zip file is one of several parts or in the form for more than 4 GB; pack it as one plain zip file"
    )]
    Large,
    /// Not one file.
    #[error("there is no file in it; pack the folder that holds the site's files")]
    Nothing,
    /// Too many entries.
    #[error(
        "more than {0} entries; leave out what the site does not serve, or ask for a higher limit"
    )]
    Entries(u64),
    /// Too many real bytes.
    #[error(
        "more than {0} when unpacked; leave out what the site does not serve, or ask for a higher limit"
    )]
    Bytes(Bytes),
    /// Too many bytes out of too few.
    #[error(
        "more than {0} times as long unpacked as packed, as zip bombs are; leave out what makes it so"
    )]
    Ratio(u64),
    /// Too long a directory.
    #[error(
        "the zip file's directory has more than {0}; pack again without comments and extra fields"
    )]
    Directory(Bytes),
    /// It took too long.
    #[error("not unpacked after {0} s; leave out what the site does not serve, or try again later")]
    Time(u64),
    /// It was changed by someone while it was being read, or since it was made.
    #[error("it was changed meanwhile; leave it alone and try again")]
    Changed,
    /// Another release has the same name: two contents with the same first 64 bits of their hash, which is no accident.
    #[error("a different release has the same name {0}; change any file and try again")]
    SameName(Text),
}
